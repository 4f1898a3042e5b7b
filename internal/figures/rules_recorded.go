package figures

import (
	"slices"
	"strconv"

	"klankbord/internal/casefile"
)

// recorded are the figures of what members record and the complainant tells. Of a case
// that is erased nothing of it is left.
func recorded() []rule {
	return []rule{
		{
			id: "refused", stat: 4, public: Team, unit: Cases, sealed: true, links: adds,
			holds: there(closedIn, func(c Case) bool { return c.Refused != "" }), keys: one(func(c Case) string { return c.Refused }),
		},
		{
			id: "duration-severity", stat: 7, public: Team, unit: Days, sealed: true, links: adds,
			holds: there(closedIn, func(c Case) bool { return c.Severity > 0 }), lines: severities,
			keys: one(func(c Case) string { return strconv.Itoa(c.Severity) }), takes: func(c Case) (int, bool) { return c.Days, true },
		},
		{
			id: "measures", stat: 9, public: Team, unit: Cases, sealed: true, links: adds,
			holds: there(closedIn, func(c Case) bool { return len(c.Measures) > 0 }),
			keys:  func(c Case, _ Report, _ Period) []string { return c.Measures },
		},
		{
			id: "measure-groups", stat: 9, public: Team, unit: Cases, sealed: true, links: adds, lines: measureGroups,
			holds: there(closedIn, func(c Case) bool { return len(c.Measures) > 0 }), keys: byMeasureGroup,
		},
		about("retaliation", 11, "retaliation"),
		{
			id: "check-ins", stat: 11, public: Team, unit: Share, links: shares,
			holds: judged(func(c Case) Judged { return c.CheckIn }), hits: func(c Case) bool { return c.CheckIn == InTime },
		},
		about("protection", 12, "sexual-abuse", "child-abuse"),
		{
			id: "delay", stat: 14, public: Team, unit: Days, sealed: true, links: adds, keys: byRoute, lines: routes,
			holds: there(receivedIn, func(c Case) bool { return c.Delay >= 0 }), takes: func(c Case) (int, bool) { return c.Delay, c.Delay >= 0 },
		},
		{
			id: "relation", stat: 15, public: Team, unit: Cases, sealed: true, links: adds,
			holds: there(receivedIn, func(c Case) bool { return c.Relation != "" }), keys: one(func(c Case) string { return c.Relation }),
		},
		{
			id: "causes", stat: 18, public: Team, unit: Cases, sealed: true, links: adds,
			holds: there(closedIn, func(c Case) bool { return len(c.Causes) > 0 }),
			keys:  func(c Case, _ Report, _ Period) []string { return c.Causes },
		},
		{
			id: "improvements", stat: 18, public: Team, unit: Cases, sealed: true, links: adds, lines: progresses,
			holds: there(receivedIn, func(c Case) bool { return c.Progress != casefile.NoMeasures }),
			keys:  one(func(c Case) string { return string(c.Progress) }),
		},
		{
			id: "told", stat: 21, public: Team, unit: Cases, sealed: true, links: adds,
			holds: there(receivedIn, func(c Case) bool { return len(c.Told) > 0 }),
			keys:  func(c Case, _ Report, _ Period) []string { return c.Told },
		},
	}
}

// about counts the cases that came in about some topics, as the members see it.
func about(id string, stat int, topics ...string) rule {
	return rule{
		id: id, stat: stat, public: Team, unit: Share, sealed: true, links: shares, holds: there(receivedIn, nil),
		hits: func(c Case) bool {
			return slices.ContainsFunc(byAssessed(c, Report{}, Period{}), func(t string) bool { return slices.Contains(topics, t) })
		},
	}
}

// there are cases of a period that are not erased, and of which something is so.
func there(in func(Case, Report, Period) bool, so func(Case) bool) func(Case, Report, Period) bool {
	return func(c Case, r Report, p Period) bool { return c.Erased == 0 && in(c, r, p) && (so == nil || so(c)) }
}

func one(of func(Case) string) func(Case, Report, Period) []string {
	return func(c Case, _ Report, _ Period) []string { return []string{of(c)} }
}

func byMeasureGroup(c Case, _ Report, _ Period) []string {
	var list []string
	for _, m := range c.Measures {
		if g := casefile.MeasureGroup(m); !slices.Contains(list, g) {
			list = append(list, g)
		}
	}
	return list
}

func severities(Lists) []string { return []string{"1", "2", "3", "4"} }
func measureGroups(Lists) []string {
	return []string{"complainant", "person", "organisation", "protect"}
}
func progresses(Lists) []string {
	return []string{string(casefile.AllDone), string(casefile.Planned), string(casefile.Overdue)}
}
