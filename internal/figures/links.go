package figures

import (
	"slices"

	"klankbord/internal/casefile"
)

// links says which sums of a figure anybody can work out who knows what it means. Every
// sum that the definitions of two numbers imply must stand in one.
type links func(Report, Figure, func(Line) Value) []link

// link says that the parts make up the total, or with cover at least the total.
type link struct {
	lines        bool // it is about the lines of the figure
	parts, total [][]int
	cover        bool
}

func each(lines []Line, of func(Line) Value, set func(Value) []int) (sets [][]int) {
	for _, l := range lines {
		sets = append(sets, set(of(l)))
	}
	return sets
}

func counted(v Value) []int { return v.set }
func left(v Value) []int    { return v.rest }
func base(v Value) []int    { return v.base }

// adds is a figure of which each case stands on one line.
func adds(_ Report, f Figure, of func(Line) Value) []link {
	return append(amongOthers(f, of), link{lines: true, parts: each(f.Lines, of, counted), total: [][]int{of(*f.Whole).set}})
}

// amongOthers: who knows all and part of them knows the rest.
func amongOthers(f Figure, of func(Line) Value) (list []link) {
	add := func(l Line, lines bool) {
		v := of(l)
		if len(v.around) == 0 {
			return
		}
		others := some(v.around, func(i int) bool { return !slices.Contains(v.base, i) })
		list = append(list, link{lines: lines, parts: [][]int{v.base, others}, total: [][]int{v.around}})
	}
	add(*f.Whole, false)
	for _, l := range f.Lines {
		add(l, true)
	}
	return list
}

// alone is a figure of one line.
func alone(_ Report, f Figure, of func(Line) Value) []link { return amongOthers(f, of) }

// none is a figure that never leaves the team.
func none(Report, Figure, func(Line) Value) []link { return nil }

// overlaps is a figure of which a case can stand on several lines: who knows all and a
// line knows how many do not stand on it.
func overlaps(_ Report, f Figure, of func(Line) Value) []link {
	whole := of(*f.Whole).set
	list := append(amongOthers(f, of), link{lines: true, cover: true, parts: each(f.Lines, of, counted), total: [][]int{whole}})
	for _, l := range f.Lines {
		list = append(list, link{lines: true, parts: [][]int{of(l).set, without(whole, of(l).set)}, total: [][]int{whole}})
	}
	return list
}

// sharesOf is a share of cases about one of several topics, each of which another figure
// counts.
func sharesOf(topics []string) links {
	return func(r Report, f Figure, of func(Line) Value) []link {
		list, whole := shares(r, f, of), of(*f.Whole).set
		if len(topics) < 2 {
			return list
		}
		union := link{cover: true, total: [][]int{whole}}
		for _, t := range topics {
			mine := some(whole, func(i int) bool { return slices.Contains(byAssessed(&r.cases[i], &r, r.Period), t) })
			union.parts = append(union.parts, mine)
			list = append(list, link{parts: [][]int{mine, without(whole, mine)}, total: [][]int{whole}})
		}
		return append(list, union)
	}
}

func without(set, taken []int) []int {
	return some(set, func(i int) bool { return !slices.Contains(taken, i) })
}

// shares is a figure that says of how many cases something is true.
func shares(_ Report, f Figure, of func(Line) Value) []link {
	split := func(l Line, lines bool) link {
		v := of(l)
		return link{lines: lines, parts: [][]int{v.set, v.rest}, total: [][]int{v.base}}
	}
	list := append(amongOthers(f, of), split(*f.Whole, false))
	if len(f.Lines) == 0 {
		return list
	}
	for _, set := range []func(Value) []int{counted, left, base} {
		list = append(list, link{lines: true, parts: each(f.Lines, of, set), total: [][]int{set(of(*f.Whole))}})
	}
	for _, l := range f.Lines {
		list = append(list, split(l, true))
	}
	return list
}

// covers is a figure of which each case stands on one line or more: in all, and for
// the cases of a route on the lines of its topics.
func covers(r Report, f Figure, of func(Line) Value) []link {
	whole := of(*f.Whole).set
	list := []link{{lines: true, cover: true, parts: each(f.Lines, of, counted), total: [][]int{some(whole, func(i int) bool {
		return slices.ContainsFunc(f.Lines, func(l Line) bool { return slices.Contains(of(l).set, i) })
	})}}}
	for _, route := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		var mine []Line
		for _, l := range f.Lines {
			if r.lists.TopicOf(l.Key) == route {
				mine = append(mine, l)
			}
		}
		list = append(list, link{lines: true, cover: true, parts: each(mine, of, counted), total: [][]int{some(whole, func(i int) bool {
			return r.cases[i].Route == route && slices.ContainsFunc(mine, func(l Line) bool { return slices.Contains(of(l).set, i) })
		})}})
	}
	return list
}

func some(set []int, is func(int) bool) (list []int) {
	for _, i := range set {
		if is(i) {
			list = append(list, i)
		}
	}
	return list
}

// flows: what was open and what came in is what was closed and what is open.
func flows(_ Report, f Figure, of func(Line) Value) []link {
	set := map[string][]int{}
	for _, l := range f.Lines {
		set[l.Key] = of(l).set
	}
	in, out := [][]int{set[flowCarried], set[flowReceived]}, [][]int{set[flowClosed], set[flowOpen]}
	whole := [][]int{of(*f.Whole).set}
	return []link{{lines: true, parts: in, total: whole}, {lines: true, parts: out, total: whole}}
}

// outcomesAdd: the outcomes add up, and those that tell whether a complaint was right
// to what another figure counts.
func outcomesAdd(r Report, f Figure, of func(Line) Value) []link {
	pick := func(is func(casefile.Outcome) bool) link {
		var mine []Line
		for _, l := range f.Lines {
			if is(casefile.Outcome(l.Key)) {
				mine = append(mine, l)
			}
		}
		return link{lines: true, parts: each(mine, of, counted), total: [][]int{some(of(*f.Whole).set, func(i int) bool { return is(r.cases[i].Outcome) })}}
	}
	return append(adds(r, f, of),
		pick(found),
		pick(casefile.Outcome.Substantiated),
		pick(func(o casefile.Outcome) bool { return found(o) && !o.Substantiated() }),
		pick(func(o casefile.Outcome) bool { return o != casefile.OutcomeNotAdmissible }),
	)
}
