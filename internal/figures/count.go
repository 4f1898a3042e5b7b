package figures

import (
	"slices"
	"strconv"
	"time"
)

// start is the first moment of the month at a place.
func (m Month) start(at *time.Location) time.Time {
	return time.Date(m.Year(), m.Of(), 1, 0, 0, 0, 0, at)
}

// count makes one figure.
func (r rule) count(cases []Case, rep Report, lists Lists) Figure {
	f := Figure{ID: r.id, Stat: r.stat, For: r.public, Unit: r.unit, Per: r.per, links: r.links, votes: r.votes != nil}
	now, before := r.gather(cases, &rep, rep.Period), r.gather(cases, &rep, rep.Period.Before())
	now.beside, before.beside = rep.besides.Now, rep.besides.Before
	before.before = true
	if !r.apart {
		f.Whole = &Line{Now: r.value(cases, now, wholeKey), Before: r.value(cases, before, wholeKey)}
	}
	if r.keys == nil {
		return f
	}
	for _, key := range r.order(rep.Period, lists, now, before) {
		f.Lines = append(f.Lines, Line{key, r.value(cases, now, key), r.value(cases, before, key)})
	}
	return f
}

// gathered is which cases a figure counts, in all and by line.
type gathered struct {
	all    []int
	by     map[string][]int
	around map[string][]int // by line, and in all under wholeKey
	beside Beside
	before bool // it is of the year before
}

// wholeKey stands for the line of all.
const wholeKey = ""

func (r rule) gather(cases []Case, rep *Report, p Period) gathered {
	g := gathered{by: map[string][]int{}, around: map[string][]int{}}
	for i := range cases {
		c := &cases[i]
		if c.Only && !r.files {
			continue
		}
		if r.among != nil && r.among(c, rep, p) {
			g.around[wholeKey] = append(g.around[wholeKey], i)
			if r.keys != nil {
				for _, key := range r.keys(c, rep, p) {
					g.around[key] = append(g.around[key], i)
				}
			}
		}
		if r.holds == nil && !p.Holds(c.Received) || r.holds != nil && !r.holds(c, rep, p) {
			continue
		}
		g.all = append(g.all, i)
		if r.keys == nil {
			continue
		}
		for _, key := range r.keys(c, rep, p) {
			if list := g.by[key]; len(list) == 0 || list[len(list)-1] != i { // a topic that stands twice counts once
				g.by[key] = append(list, i)
			}
		}
	}
	return g
}

// order is which lines stand in a figure: those of the list, or every month of the
// period, and after them what else was found.
func (r rule) order(p Period, lists Lists, found ...gathered) []string {
	var keys []string
	if r.lines != nil {
		keys = slices.Clone(r.lines(lists))
	} else {
		for i := range int(p.To-p.From) + 1 {
			keys = append(keys, strconv.Itoa(i))
		}
	}
	var more []string
	for _, g := range found {
		for key := range g.by {
			if !slices.Contains(keys, key) && !slices.Contains(more, key) {
				more = append(more, key)
			}
		}
	}
	slices.Sort(more)
	return append(keys, more...)
}

// value counts the cases of a line.
func (r rule) value(cases []Case, g gathered, key string) Value {
	set := g.all
	if key != wholeKey {
		set = g.by[key]
	}
	v := Value{N: len(set), Of: len(set), set: set, base: set, around: g.around[key]}
	switch {
	case r.of != nil: // how many people there are is no secret
		v.Of, v.base = r.of(g.beside), nil
		v.Unknown = v.Of <= 0
	case r.votes != nil:
		return r.votes(g.beside).value(r.id, g.before)
	case r.sum != nil:
		for _, i := range set {
			v.Sum += r.sum(&cases[i])
		}
	case r.beside != nil:
		if n, ok := r.beside(g.beside, key); ok {
			v.N, v.Of, v.Unknown = n, n, n < 0
		}
	case r.hits != nil:
		v.set = nil
		for _, i := range set {
			if r.hits(&cases[i]) {
				v.set = append(v.set, i)
			} else {
				v.rest = append(v.rest, i)
			}
		}
		v.N = len(v.set)
	case r.takes != nil:
		var took []int
		for _, i := range set {
			if n, ok := r.takes(&cases[i]); ok {
				took = append(took, n)
			}
		}
		v.Middle, v.High = median(took), percentile(took, 90)
	}
	return v
}

// median is the middle one, or halfway between the middle two, half a unit rounded up.
func median(list []int) int {
	list = slices.Sorted(slices.Values(list))
	n := len(list)
	if n == 0 {
		return 0
	}
	return (list[(n-1)/2] + list[n/2] + 1) / 2
}

// percentile is the smallest that is not less than this share of all, in hundredths.
func percentile(list []int, share int) int {
	list = slices.Sorted(slices.Values(list))
	if len(list) == 0 {
		return 0
	}
	return list[(len(list)*share+99)/100-1]
}
