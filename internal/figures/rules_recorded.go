package figures

import (
	"slices"
	"strconv"

	"klankbord/internal/casefile"
)

// recorded are the figures of what members record and the complainant tells. Of a case
// that is erased nothing of it is left but the topics and the outcome.
func recorded() []rule { return slices.Concat(decided(), done(), asked(), outside()) }

// decided are those of what a case came to, and how long that took.
func decided() []rule {
	return []rule{
		{
			id: "refused", stat: 4, unit: Cases, sealed: true, links: adds, among: notAdmissible,
			holds: there(notAdmissible, func(c *Case) bool { return c.Refused != "" }), lines: asFound, keys: one(func(c *Case) string { return c.Refused }),
		},
		{
			id: "duration-severity", stat: 7, unit: Days, sealed: true, links: adds, among: closedIn,
			holds: there(closedIn, func(c *Case) bool { return c.Severity > 0 }), lines: severities,
			keys: one(severity), takes: func(c *Case) (int, bool) { return c.Days, true },
		},
		{
			id: "reviews", stat: 16, unit: Share, sealed: true, links: shares, among: closedIn,
			holds: there(closedIn, func(c *Case) bool { return c.Reviewed }), hits: func(c *Case) bool { return c.Changed },
		},
		euro("money-alleged", func(c *Case) int { return c.Money.Alleged }),
		euro("money-confirmed", func(c *Case) int { return c.Money.Confirmed }),
		euro("money-recovered", func(c *Case) int { return c.Money.Recovered }),
	}
}

// euro adds up an amount of the cases that were closed.
func euro(id string, of func(*Case) int) rule {
	return rule{
		id: id, stat: 10, unit: Euros, sealed: true, links: alone, among: closedIn,
		holds: there(closedIn, func(c *Case) bool { return of(c) > 0 }), sum: of,
	}
}

// done are those of what was done about it.
func done() []rule {
	withMeasures := there(closedIn, func(c *Case) bool { return len(c.Measures) > 0 })
	return []rule{
		{
			id: "measures", stat: 9, public: Team, unit: Cases, sealed: true, links: none, holds: withMeasures, lines: asFound,
			keys: func(c *Case, _ *Report, _ Period) []string { return c.Measures },
		},
		{
			id: "measure-groups", stat: 9, unit: Cases, sealed: true, links: overlaps, among: closedIn, lines: measureGroups,
			holds: withMeasures, keys: byMeasureGroup,
		},
		{
			id: "causes", stat: 18, unit: Cases, sealed: true, links: overlaps, among: closedIn,
			holds: there(closedIn, func(c *Case) bool { return len(c.Causes) > 0 }), lines: asFound,
			keys: func(c *Case, _ *Report, _ Period) []string { return c.Causes },
		},
		{
			id: "improvements", stat: 18, unit: Cases, sealed: true, links: adds, among: receivedIn, lines: progresses,
			holds: there(receivedIn, func(c *Case) bool { return c.Progress != casefile.NoMeasures }),
			keys:  one(func(c *Case) string { return string(c.Progress) }),
		},
		{
			id: "told-any", stat: 21, unit: Cases, sealed: true, links: alone, among: receivedIn,
			holds: there(receivedIn, func(c *Case) bool { return len(c.Told) > 0 }),
		},
		{
			id: "told", stat: 21, public: Team, unit: Cases, sealed: true, links: none,
			holds: there(receivedIn, func(c *Case) bool { return len(c.Told) > 0 }), lines: asFound,
			keys: func(c *Case, _ *Report, _ Period) []string { return c.Told },
		},
	}
}

// asked are those of who complained, and how they fare.
func asked() []rule {
	related := there(receivedIn, func(c *Case) bool { return c.Relation != "" })
	return []rule{
		about("retaliation", 11, "retaliation"),
		{
			id: "check-ins", stat: 11, unit: Share, links: shares, among: receivedIn,
			holds: judged(func(c *Case) Judged { return c.CheckIn }), hits: func(c *Case) bool { return c.CheckIn == InTime },
		},
		about("protection", 12, "sexual-abuse", "child-abuse"),
		{
			id: "delay", stat: 14, unit: Days, sealed: true, links: adds, among: receivedIn, keys: byRoute, lines: routes,
			holds: there(receivedIn, func(c *Case) bool { return c.Delay >= 0 }), takes: func(c *Case) (int, bool) { return c.Delay, c.Delay >= 0 },
		},
		{
			id: "relation", stat: 15, public: Team, unit: Cases, sealed: true, links: none, holds: related, lines: asFound,
			keys: one(func(c *Case) string { return c.Relation }),
		},
		{
			id: "relation-groups", stat: 15, unit: Cases, sealed: true, links: adds, among: receivedIn, holds: related, lines: relationGroups,
			keys: func(c *Case, r *Report, _ Period) []string {
				if c.Relation == "" {
					return nil
				}
				return []string{r.lists.Group(c.Relation)}
			},
		},
	}
}

// outside are those of how money was asked for.
func outside() []rule {
	raised := there(receivedIn, func(c *Case) bool { return c.Raised.Method != "" })
	return []rule{
		{
			id: "fundraising", stat: 20, unit: Cases, sealed: true, links: adds, among: receivedIn, holds: raised, lines: methods,
			keys: one(func(c *Case) string { return c.Raised.Method }),
		},
		{
			id: "agencies", stat: 20, public: Board, unit: Cases, sealed: true, links: adds, among: receivedIn, lines: asFound,
			holds: there(receivedIn, func(c *Case) bool { return c.Raised.Agency != "" }), keys: one(func(c *Case) string { return c.Raised.Agency }),
		},
		{
			id: "forwarded", stat: 20, unit: Share, sealed: true, links: shares, among: receivedIn, holds: raised,
			hits: func(c *Case) bool { return c.Raised.Forwarded },
		},
	}
}

// about counts the cases that came in about some topics, as the members see it. The
// topics of an erased case are still known.
func about(id string, stat int, topics ...string) rule {
	return rule{
		id: id, stat: stat, unit: Share, sealed: true, links: sharesOf(topics), holds: receivedIn,
		hits: func(c *Case) bool {
			return slices.ContainsFunc(byAssessed(c, nil, Period{}), func(t string) bool { return slices.Contains(topics, t) })
		},
	}
}

func notAdmissible(c *Case, r *Report, p Period) bool {
	return closedIn(c, r, p) && c.Outcome == casefile.OutcomeNotAdmissible
}

// there are cases of a period that are not erased, and of which something is so.
func there(in func(*Case, *Report, Period) bool, so func(*Case) bool) func(*Case, *Report, Period) bool {
	return func(c *Case, r *Report, p Period) bool { return c.Erased == 0 && in(c, r, p) && so(c) }
}

// one is the only line of a case, which stands on none where it has nothing to say.
func one(of func(*Case) string) func(*Case, *Report, Period) []string {
	return func(c *Case, _ *Report, _ Period) []string {
		if key := of(c); key != "" {
			return []string{key}
		}
		return nil
	}
}

func severity(c *Case) string {
	if c.Severity == 0 {
		return ""
	}
	return strconv.Itoa(c.Severity)
}

func byMeasureGroup(c *Case, _ *Report, _ Period) []string {
	var list []string
	for _, m := range c.Measures {
		if g := casefile.MeasureGroup(m); !slices.Contains(list, g) {
			list = append(list, g)
		}
	}
	return list
}

func severities(Lists) []string { return []string{"1", "2", "3", "4"} }
func methods(Lists) []string    { return casefile.FundraisingMethods() }
func measureGroups(Lists) []string {
	return []string{"complainant", "person", "organisation", "protect"}
}
func relationGroups(Lists) []string { return []string{"inside", "supporter", "outside", "other"} }
func progresses(Lists) []string {
	return []string{string(casefile.AllDone), string(casefile.Planned), string(casefile.Overdue)}
}

// asFound is for figures whose lines are those that were found, and no others.
func asFound(Lists) []string { return nil }
