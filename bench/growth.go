package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"klankbord/bench/browser"
	"klankbord/bench/figure"
	"klankbord/bench/fixture"
)

// growthCases are the sizes of instances; the largest is measured where it is cached.
func growthCases() []int { return []int{fixture.Deep, 10_000, large} }

const (
	growthRounds  = 3
	growthSubmits = 120
)

// growthMembers are how many people of a team receive each key.
func growthMembers() []int { return []int{3, 6, 12, 24} }

// growth measures how figures grow with cases, with entries of a case and with members of
// a team.
func (b *bench) growth(ctx context.Context) error {
	byCases, err := b.growthByCases(ctx)
	if err != nil {
		return err
	}
	byEntries, err := b.growthByEntries(ctx)
	if err != nil {
		return err
	}
	byMembers, err := b.growthByMembers(ctx)
	if err != nil {
		return err
	}
	b.grown = []figure.Panel{
		{Title: "Cases in the instance", Unit: "ms, to answer a page", Lines: byCases},
		{Title: "Entries of a case", Unit: "ms, to answer a page", Lines: byEntries},
		{Title: "Members who receive a key", Unit: "ms of processor time a submit", Lines: byMembers},
	}
	return nil
}

// series gathers points under names, in the order in which they first come.
type series struct{ lines []figure.Line }

func (s *series) add(name string, x int, ms ...float64) {
	i := slices.IndexFunc(s.lines, func(l figure.Line) bool { return l.Name == name })
	if i < 0 {
		i, s.lines = len(s.lines), append(s.lines, figure.Line{Name: name})
	}
	s.lines[i].Points = append(s.lines[i].Points, figure.Point{X: float64(x), Y: figure.Median(ms)})
}

func (b *bench) growthByCases(ctx context.Context) ([]figure.Line, error) {
	var out series
	for _, size := range growthCases() {
		if cached, err := fixture.Cached(b.root, size); err != nil || size == large && !cached {
			if err != nil {
				return nil, err
			}
			continue
		}
		f, err := fixture.Load(ctx, b.root, size, b.say)
		if err != nil {
			return nil, err
		}
		if err := b.onCopy(ctx, f, func(s *session) error { return s.growBy(ctx, size, &out) }); err != nil {
			return nil, err
		}
		b.say("  %d cases", size)
	}
	return out.lines, nil
}

// onCopy serves a copy of a fixture.
func (b *bench) onCopy(ctx context.Context, f *fixture.Fixture, do func(*session) error) error {
	i, err := b.copyOf(f)
	if err != nil {
		return err
	}
	defer i.remove()
	return b.serving(ctx, i, do)
}

// growBy measures the pages that read many cases: in a first session, which makes keyring
// rows, and in a second one.
func (s *session) growBy(ctx context.Context, size int, out *series) error {
	pages := []struct {
		name, path string
		is         func(*browser.Page) error
	}{
		{"inbox", "/desk?view=all", isList},
		{"search", "/desk/go?q=certificates", isSearch},
		{"figures", "/desk/numbers", func(p *browser.Page) error { return p.Expect("/desk/numbers") }},
	}
	for session := range 2 {
		n := browser.NewNetwork(0)
		reader, err := browser.New(n, s.server.URL)
		if err == nil {
			_, _, err = signIn(ctx, reader, s.logins[fixture.Reader])
		}
		for _, page := range pages {
			var runs []float64
			for range growthRounds + 1 {
				if err != nil {
					break
				}
				var ms float64
				ms, err = timed(ctx, reader, page.path, page.is)
				runs = append(runs, ms)
			}
			if err == nil && session == 1 {
				out.add(page.name+", first in a session", size, runs[0])
				out.add(page.name+", again", size, runs[1:]...)
			}
		}
		n.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) growthByEntries(ctx context.Context) ([]figure.Line, error) {
	var out series
	f, err := fixture.Load(ctx, b.root, fixture.Deep, b.say)
	if err != nil {
		return nil, err
	}
	err = b.onCopy(ctx, f, func(s *session) error {
		n := browser.NewNetwork(0)
		defer n.Close()
		reader, err := browser.New(n, s.server.URL)
		if err != nil {
			return err
		}
		if _, _, err := signIn(ctx, reader, s.logins[fixture.Reader]); err != nil {
			return err
		}
		for _, depth := range fixture.Depths() {
			var first, again []float64
			for _, number := range f.OfDepth(depth) {
				path := "/desk/case/" + url.PathEscape(number)
				for round := range growthRounds {
					ms, err := timed(ctx, reader, path, func(p *browser.Page) error { return p.Expect(path) })
					if err != nil {
						return err
					}
					if round == 0 {
						first = append(first, ms)
					} else {
						again = append(again, ms)
					}
				}
			}
			out.add("case, first in a session", depth, first...)
			out.add("case, again", depth, again...)
		}
		return nil
	})
	return out.lines, err
}

func (b *bench) growthByMembers(ctx context.Context) ([]figure.Line, error) {
	var out series
	for _, size := range growthMembers() {
		i, err := b.found(ctx, fmt.Sprint("members-", size), size)
		if err != nil {
			return nil, err
		}
		err = b.serving(ctx, i, func(s *session) error {
			for range growthRounds {
				r, err := s.submitRun(ctx, growthSubmits)
				if err != nil {
					return err
				}
				out.add("submit", size, r.cpu)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		b.say("  %d members", size)
		i.remove()
	}
	return middles(out.lines), nil
}

// middles keeps of several points at one place the middle one.
func middles(lines []figure.Line) []figure.Line {
	for n, l := range lines {
		by := map[float64][]float64{}
		for _, p := range l.Points {
			by[p.X] = append(by[p.X], p.Y)
		}
		var points []figure.Point
		for _, p := range l.Points {
			if len(points) == 0 || points[len(points)-1].X != p.X {
				points = append(points, figure.Point{X: p.X, Y: figure.Median(by[p.X])})
			}
		}
		lines[n].Points = points
	}
	return lines
}

// writeGrowth writes the points beside the results, and the plot of them.
func (b *bench) writeGrowth(results string) error {
	if len(b.grown) == 0 {
		return nil
	}
	text, err := json.MarshalIndent(b.grown, "", "  ")
	if err != nil {
		return fmt.Errorf("write growth: %w", err)
	}
	points := strings.TrimSuffix(results, filepath.Ext(results)) + "-growth.json"
	if err := os.WriteFile(points, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write growth: %w", err)
	}
	plot := filepath.Join(b.root, "doc", "images", "growth.svg")
	if err := os.WriteFile(plot, figure.Plot(b.grown), 0o644); err != nil {
		return fmt.Errorf("write plot: %w", err)
	}
	return nil
}
