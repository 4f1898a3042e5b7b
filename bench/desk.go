package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"klankbord/bench/browser"
	"klankbord/bench/figure"
	"klankbord/bench/fixture"
)

// enrol lets the first member choose a password and a second factor on the pages
// that the link leads to, and returns the login and the cookie of the session.
func enrol(ctx context.Context, site, path string) (*fixture.Login, string, error) {
	n := browser.NewNetwork(0)
	defer n.Close()
	b, err := browser.New(n, site)
	if err != nil {
		return nil, "", err
	}
	page, err := b.Open(ctx, path)
	if err != nil {
		return nil, "", err
	}
	if page, err = fillAndPress(ctx, b, page, "password", fixture.Password); err != nil {
		return nil, "", err
	}
	if len(page.Codes) != 1 {
		return nil, "", fmt.Errorf("no secret for the second factor on %s: %w", page.URL.Path, browser.ErrUnexpected)
	}
	l := &fixture.Login{Email: fixture.First, Password: fixture.Password, TOTP: strings.ReplaceAll(page.Codes[0], " ", "")} // shown in groups
	code, _ := l.Code(time.Now())
	if page, err = fillAndPress(ctx, b, page, "code", code); err != nil {
		return nil, "", err
	}
	return l, b.Cookie("kb-desk"), page.Expect("/desk/recovery")
}

func fillAndPress(ctx context.Context, b *browser.Browser, page *browser.Page, name, value string) (*browser.Page, error) {
	f, err := page.Form(name)
	if err != nil {
		return nil, err
	}
	if err := f.Fill(name, value); err != nil {
		return nil, err
	}
	return b.Press(ctx, f, "")
}

// signIn signs a member in and returns how long that took: both forms, and the page
// they lead to. Typing is not counted.
func signIn(ctx context.Context, b *browser.Browser, l *fixture.Login) (page *browser.Page, took time.Duration, err error) {
	if page, err = b.Open(ctx, "/desk/signin"); err != nil {
		return nil, 0, err
	}
	f, err := page.Form("password")
	if err != nil {
		return nil, 0, err
	}
	if err := errors.Join(f.Fill("email", l.Email), f.Fill("password", l.Password)); err != nil {
		return nil, 0, err
	}
	code, err := unused(ctx, l)
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	if page, err = b.Press(ctx, f, ""); err != nil {
		return nil, 0, err
	}
	if page, err = fillAndPress(ctx, b, page, "code", code); err != nil {
		return nil, 0, err
	}
	return page, time.Since(began), page.Expect("/desk")
}

// unused waits for a one-time password that was not used yet, a minute at most.
func unused(ctx context.Context, l *fixture.Login) (string, error) {
	for {
		if code, ok := l.Code(time.Now()); ok {
			return code, nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// signIns measures signing in, a member each.
func (b *bench) signIns(ctx context.Context) error {
	return b.serving(ctx, b.staffed, func(s *session) error {
		n := browser.NewNetwork(0)
		defer n.Close()
		var runs []float64
		for _, l := range s.logins {
			person, err := browser.New(n, s.server.URL)
			if err != nil {
				return err
			}
			_, took, err := signIn(ctx, person, l)
			if err != nil {
				return err
			}
			runs = append(runs, figure.Milliseconds(took))
		}
		return b.report(measured{"signin_ms", "password, second factor and the page they lead to", runs})
	})
}

const inboxPages = 10

// inbox measures lists of 50 at a size, and opening cases where that size is asked
// for.
func (b *bench) inbox(size int, figureKey string, cases bool) func(context.Context) error {
	return func(ctx context.Context) error {
		f, err := fixture.Load(ctx, b.root, size, b.say)
		if err != nil {
			return err
		}
		i, err := b.copyOf(f)
		if err != nil {
			return err
		}
		defer i.remove()
		if cases {
			if err := b.room(i, size); err != nil {
				return err
			}
		}
		return b.serving(ctx, i, func(s *session) error {
			n := browser.NewNetwork(0)
			defer n.Close()
			reader, err := browser.New(n, s.server.URL)
			if err != nil {
				return err
			}
			if _, _, err := signIn(ctx, reader, s.logins[fixture.Reader]); err != nil {
				return err
			}
			if err := s.lists(ctx, reader, figureKey, f.Took); err != nil {
				return err
			}
			if !cases {
				return s.searches(ctx, n)
			}
			if err := s.cases(ctx, reader, f); err != nil {
				return err
			}
			return s.walk(ctx, n, "desk_ms_10k")
		})
	}
}

// room measures how much of the disk a case takes, with its lines of the log and without
// files.
func (b *bench) room(i *instance, cases int) error {
	total := int64(0)
	err := filepath.WalkDir(i.state, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("measure room: %w", err)
	}
	return b.report(measured{"case_kib", "everything in the state folder, by the number of cases; without files", []float64{float64(total) / 1024 / float64(cases)}})
}

// lists opens the first pages of the list of all cases, then each of them again and
// again: the first time makes keyring rows, which every later time reads.
func (s *session) lists(ctx context.Context, reader *browser.Browser, key, took string) error {
	var first, runs []float64
	for round := range 4 {
		for page := range inboxPages {
			ms, err := timed(ctx, reader, fmt.Sprintf("/desk?view=all&page=%d", page+1), isList)
			if err != nil {
				return err
			}
			if round == 0 {
				first = append(first, ms)
			} else {
				runs = append(runs, ms)
			}
		}
	}
	home, err := timed(ctx, reader, "/desk", isList)
	if err != nil {
		return err
	}
	note := fmt.Sprintf("pages 1 to %d, three times each; %.1f ms the first time a page is opened; %.1f ms for the view shown after signing in; fixture built in %s",
		inboxPages, figure.Median(first), home, took)
	return s.bench.report(measured{key, note, runs})
}

// searchWords stand in a part of the cases of the fixture, or in none.
func searchWords() []string {
	return []string{"certificates", "telephone", "4711", "doors", "nowhere"}
}

// searches looks for words: first in a session of a member who searched before, then
// again and again. The very first search of a member makes keyring rows.
func (s *session) searches(ctx context.Context, n *browser.Network) error {
	var ever, first, runs []float64
	for round := range 4 {
		reader, err := browser.New(n, s.server.URL)
		if err != nil {
			return err
		}
		if _, _, err := signIn(ctx, reader, s.logins[fixture.Reader]); err != nil {
			return err
		}
		for i, word := range searchWords() {
			ms, err := timed(ctx, reader, "/desk/go?q="+word, isSearch)
			if err != nil {
				return err
			}
			switch {
			case round == 0 && i == 0:
				ever = append(ever, ms)
			case i == 0:
				first = append(first, ms)
			case round > 0:
				runs = append(runs, ms)
			}
		}
	}
	note := fmt.Sprintf("a word each; %.0f ms for the very first search of a member, which makes keyring rows", figure.Median(ever))
	if err := s.bench.report(measured{"search_ms_100k", note, runs}); err != nil {
		return err
	}
	return s.bench.report(measured{"search_first_ms_100k", "the first search after signing in", first})
}

func isSearch(p *browser.Page) error { return p.Expect("/desk/go") }

func isList(p *browser.Page) error {
	seen := map[string]bool{}
	for _, u := range p.Links {
		if strings.HasPrefix(u.Path, "/desk/case/") {
			seen[u.Path] = true
		}
	}
	if len(seen) != 50 {
		return fmt.Errorf("%d cases on the page, wanted 50: %w", len(seen), browser.ErrUnexpected)
	}
	return p.Expect("/desk")
}

// cases opens each case of a size for the first time in the session: with the keyring
// row, the line of the log and the read mark.
func (s *session) cases(ctx context.Context, reader *browser.Browser, f *fixture.Fixture) error {
	for _, size := range []struct {
		key     string
		numbers []string
	}{{"case_ms_10", f.Short}, {"case_ms_100", f.Long}} {
		var first, again []float64
		for _, number := range size.numbers {
			path := "/desk/case/" + url.PathEscape(number)
			is := func(p *browser.Page) error { return p.Expect(path) }
			ms, err := timed(ctx, reader, path, is)
			if err != nil {
				return err
			}
			first = append(first, ms)
			if ms, err = timed(ctx, reader, path, is); err != nil {
				return err
			}
			again = append(again, ms)
		}
		note := fmt.Sprintf("each opened for the first time in the session, logged; %.1f ms the second time", figure.Median(again))
		if err := s.bench.report(measured{size.key, note, first}); err != nil {
			return err
		}
	}
	return nil
}

// timed opens a page and returns how long it took until its last byte, in ms; where the
// page says that it is not ready, with the asking again.
func timed(ctx context.Context, b *browser.Browser, path string, is func(*browser.Page) error) (float64, error) {
	p, asked, err := untilReady(ctx, b, path)
	if err != nil {
		return 0, err
	}
	return asked.took, is(p)
}

// asked is how long it took until a page was ready, and the longest answer until then, in ms.
type asked struct{ took, longest float64 }

// askAgain is how long a page that is not ready is left alone.
const askAgain = 50 * time.Millisecond

// untilReady opens a page, again and again while it says that it is not ready.
func untilReady(ctx context.Context, b *browser.Browser, path string) (p *browser.Page, a asked, err error) {
	for {
		if p, err = b.Open(ctx, path); err != nil {
			return nil, a, err
		}
		ms := figure.Milliseconds(p.Took)
		a.took, a.longest = a.took+ms, max(a.longest, ms)
		if !p.Again {
			return p, a, nil
		}
		select {
		case <-ctx.Done():
			return nil, a, ctx.Err()
		case <-time.After(askAgain):
			a.took += figure.Milliseconds(askAgain)
		}
	}
}
