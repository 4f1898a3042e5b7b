package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"klankbord/bench/browser"
	"klankbord/bench/figure"
	"klankbord/bench/fixture"
)

// walked is one page of the desk that was opened by following links.
type walked struct {
	path  string
	first float64 // ms, the first time: the longest answer until it was ready
	again float64 // ms, the median of the longest answers of three more times
	whole float64 // ms, the longest of all times until it was ready, with the asking again
}

// mostWalked bounds a walk. The desk has fewer pages that differ.
const mostWalked = 200

// varying finds what makes two addresses of one page differ: numbers of cases, and
// ids of entries, clocks and members.
var varying = regexp.MustCompile(`KB-[0-9A-Z]{4}-[0-9A-Z]{2}|[0-9a-z]{16,}`)

// walk follows every link of the desk from the inbox on, a page of each kind once,
// and reports the slowest. Papers to download are no pages.
func (s *session) walk(ctx context.Context, n *browser.Network, key string) error {
	var all []walked
	for _, who := range []string{fixture.Reader, fixture.Auditor} {
		member, err := browser.New(n, s.server.URL)
		if err != nil {
			return err
		}
		if _, _, err := signIn(ctx, member, s.logins[who]); err != nil {
			return err
		}
		pages, err := follow(ctx, member)
		if err != nil {
			return err
		}
		all = append(all, pages...)
	}
	slices.SortFunc(all, func(a, b walked) int { return cmp.Compare(b.again, a.again) })
	first := slices.MaxFunc(all, func(a, b walked) int { return cmp.Compare(a.first, b.first) })
	whole := slices.MaxFunc(all, func(a, b walked) int { return cmp.Compare(a.whole, b.whole) })
	runs := make([]float64, len(all), 2*len(all))
	var slowest []string
	for i, w := range all {
		runs[i] = w.again
		runs = append(runs, w.first)
		if i < 3 {
			slowest = append(slowest, fmt.Sprintf("%s %.0f ms", w.path, w.again))
		}
		s.bench.say("  %6.1f ms, first %6.1f ms  %s", w.again, w.first, w.path)
	}
	note := fmt.Sprintf("%d pages of the desk, each kind once, by following links; slowest: %s; the longest first opening: %s %.0f ms; the longest until everything stood there, with the asking again: %s %.0f ms",
		len(all), strings.Join(slowest, ", "), first.path, first.first, whole.path, whole.whole)
	return s.bench.report(measured{key, note, runs})
}

func follow(ctx context.Context, member *browser.Browser) ([]walked, error) {
	queue, seen := []string{"/desk", "/desk/go?q=" + searchWords()[0]}, map[string]bool{}
	var out []walked
	for len(queue) > 0 && len(out) < mostWalked {
		address := queue[0]
		queue = queue[1:]
		kind := kindOf(address)
		if seen[kind] {
			continue
		}
		seen[kind] = true
		p, until, err := untilReady(ctx, member, address)
		if err != nil {
			return nil, err
		}
		if p.Status != 200 || p.Title == "" {
			continue // a paper, or a page that asks for more first
		}
		w := walked{path: address, first: until.longest, whole: until.took}
		if err := w.thrice(ctx, member); err != nil {
			return nil, err
		}
		out = append(out, w)
		for _, u := range p.Links {
			if u.Host == p.URL.Host && strings.HasPrefix(u.Path, "/desk") && path.Ext(u.Path) == "" && !strings.Contains(u.Path, "/file/") {
				u.Fragment = ""
				queue = append(queue, u.RequestURI())
			}
		}
	}
	return out, nil
}

// thrice opens the page three more times.
func (w *walked) thrice(ctx context.Context, member *browser.Browser) error {
	var runs []float64
	for range 3 {
		_, until, err := untilReady(ctx, member, w.path)
		if err != nil {
			return err
		}
		runs, w.whole = append(runs, until.longest), max(w.whole, until.took)
	}
	w.again = figure.Median(runs)
	return nil
}

// kindOf is what pages of one kind share: the path without what varies, and the
// names in the query with their values, but for where a list begins.
func kindOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	q.Del("page")
	q.Del("before")
	return varying.ReplaceAllString(u.Path, "*") + "?" + varying.ReplaceAllString(q.Encode(), "*")
}
