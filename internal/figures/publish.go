package figures

import (
	"fmt"
	"slices"
)

// Least is the smallest number of cases, nought apart, that an edition may show.
const Least = 5

// Publish returns the report as it may leave the team: only the figures for this
// audience, one to four cases as Few, and as much else Held as it takes that nobody
// finds those by taking numbers from one another, in this period or the one before.
// Where that cannot be had, the lines of a figure, or the figure, are Withheld.
func (r Report) Publish(to Audience) Report {
	out := r
	out.Figures = nil
	for _, f := range r.Figures {
		if f.For <= to {
			out.Figures = append(out.Figures, f)
		}
	}
	s := newShield(out)
	for s.found() {
		s.hide()
	}
	for i, f := range out.Figures {
		out.Figures[i] = s.marked(f)
	}
	return out
}

// shield decides what an edition shows. A set of cases has one mark, wherever it is
// counted.
type shield struct {
	size      map[string]int
	mark      map[string]Mark
	equations []equation
	noLines   map[string]bool // figures whose lines are withheld
	nothing   map[string]bool // figures that are withheld

	leak equation // what gives a Few away
}

// equation says that the parts count as many cases as the total, or at least as many.
type equation struct {
	figure string
	lines  bool // it is about the lines of the figure
	parts  []string
	total  []string
	cover  bool
}

// nameOf names a set of cases.
func nameOf(set []int) string { return fmt.Sprint(set) }

func newShield(r Report) *shield {
	s := &shield{size: map[string]int{}, mark: map[string]Mark{}, noLines: map[string]bool{}, nothing: map[string]bool{}}
	for _, f := range r.Figures {
		for _, l := range f.all() {
			for _, v := range []Value{l.Now, l.Before} {
				s.add(v.set)
				s.add(v.rest)
				s.add(v.base)
			}
		}
		for _, of := range []func(Line) Value{func(l Line) Value { return l.Now }, func(l Line) Value { return l.Before }} {
			for _, l := range f.links(r, f, of) {
				s.equations = append(s.equations, s.equation(f.ID, l))
			}
		}
	}
	return s
}

// all is every line, that of all first.
func (f Figure) all() []Line {
	if f.Whole == nil {
		return f.Lines
	}
	return append([]Line{*f.Whole}, f.Lines...)
}

func (s *shield) equation(figure string, l link) equation {
	e := equation{figure: figure, lines: l.lines, cover: l.cover}
	for _, set := range l.parts {
		e.parts = append(e.parts, s.add(set))
	}
	for _, set := range l.total {
		e.total = append(e.total, s.add(set))
	}
	return e
}

func (s *shield) add(set []int) string {
	name := nameOf(set)
	s.size[name] = len(set)
	if len(set) > 0 && len(set) < Least {
		s.mark[name] = Few
	}
	return name
}

// bounds is what somebody who reads the edition knows of a number.
type bounds struct{ low, high int }

const many = 1 << 40

func (s *shield) known(name string) bounds {
	switch n := s.size[name]; s.mark[name] {
	case Few:
		return bounds{1, Least - 1}
	case Held:
		return bounds{Least, many}
	case Withheld:
		return bounds{0, many}
	default:
		return bounds{n, n}
	}
}

// found reasons as a reader would, and reports whether that tells what some Few is.
func (s *shield) found() bool {
	know := map[string]bounds{}
	for name := range s.size {
		know[name] = s.known(name)
	}
	for changed := true; changed; {
		changed = false
		for _, e := range s.equations {
			for name, b := range e.reason(know) {
				if b == know[name] {
					continue
				}
				know[name], changed = b, true
				if s.mark[name] == Few && b.low >= b.high {
					s.leak = e
					return true
				}
			}
		}
	}
	return false
}

// reason is what an equation says of each of its numbers, given what is known.
func (e equation) reason(know map[string]bounds) map[string]bounds {
	out := map[string]bounds{}
	parts, total := e.sum(e.parts, know, -1), e.sum(e.total, know, -1)
	for i, n := range e.parts {
		b, others := know[n], e.sum(e.parts, know, i)
		b.low = max(b.low, total.low-others.high)
		if !e.cover {
			b.high = min(b.high, total.high-others.low)
		}
		out[n] = b
	}
	for i, n := range e.total {
		b, others := know[n], e.sum(e.total, know, i)
		b.high = min(b.high, parts.high-others.low)
		if !e.cover {
			b.low = max(b.low, parts.low-others.high)
		}
		out[n] = b
	}
	return out
}

// sum adds what is known of the numbers but for the one at a place.
func (e equation) sum(names []string, know map[string]bounds, without int) (b bounds) {
	for i, n := range names {
		if i != without {
			b.low, b.high = min(b.low+know[n].low, many), min(b.high+know[n].high, many)
		}
	}
	return b
}

// hide takes the smallest number of the equation that gave something away out of sight
// or, where none is left, all that it is about.
func (s *shield) hide() {
	e, best := s.leak, ""
	for _, n := range slices.Concat(e.parts, e.total) {
		if s.size[n] > 0 && s.mark[n] == Shown && (best == "" || s.size[n] < s.size[best]) {
			best = n
		}
	}
	if best != "" {
		s.mark[best] = Held
		return
	}
	gone := s.noLines
	if !e.lines {
		gone = s.nothing
	}
	gone[e.figure] = true
	s.equations = slices.DeleteFunc(s.equations, func(x equation) bool {
		return x.figure == e.figure && (x.lines || !e.lines)
	})
}

// marked is a figure as the edition shows it.
func (s *shield) marked(f Figure) Figure {
	mark := func(v Value, withheld bool) Value {
		v.Mark, v.Rest, v.Base = s.mark[nameOf(v.set)], s.mark[nameOf(v.rest)], s.mark[nameOf(v.base)]
		if withheld {
			v.Mark, v.Rest, v.Base = Withheld, Withheld, Withheld
		}
		return v.only()
	}
	if f.Whole != nil {
		f.Whole = &Line{f.Whole.Key, mark(f.Whole.Now, s.nothing[f.ID]), mark(f.Whole.Before, s.nothing[f.ID])}
	}
	lines := f.Lines
	f.Lines = nil
	for _, l := range lines {
		gone := s.noLines[f.ID] || s.nothing[f.ID]
		f.Lines = append(f.Lines, Line{l.Key, mark(l.Now, gone), mark(l.Before, gone)})
	}
	return f
}

// only forgets what may not be shown, so that no page can show it by mistake.
func (v Value) only() Value {
	if v.Mark != Shown {
		v.N, v.Sum = 0, 0
	}
	if v.Base != Shown {
		v.Of = 0
	}
	if v.Mark != Shown || v.Base != Shown || v.Of < Least {
		v.Middle, v.High = 0, 0
	}
	v.set, v.rest, v.base, v.around = nil, nil, nil, nil
	return v
}
