package figures

import (
	"slices"

	"klankbord/internal/casefile"
)

// rates are what came in, measured by how many people could have complained.
func rates() []rule {
	return []rule{
		rate("rate-integrity", casefile.Integrity, 100, func(b Beside) int { return b.People }),
		rate("rate-general", casefile.General, 10_000, func(b Beside) int { return b.Supporters }),
	}
}

func rate(id string, route casefile.Route, per int, of func(Beside) int) rule {
	return rule{
		id: id, stat: 2, unit: Rate, per: per, of: of, links: alone,
		holds: func(c *Case, r *Report, p Period) bool { return receivedIn(c, r, p) && c.Route == route },
	}
}

// The lines of how the form was used.
const (
	formSeen    = "seen"
	formStarted = "started"
	formSent    = "sent"
)

// yearly are those of what the team does that people know of the desk. What was sent by
// the form are the cases that came so: a count of its own would tell those who are left
// out of a case that there is one.
func yearly() []rule {
	return []rule{
		{
			id: "trainings", stat: 23, public: Team, unit: Plain, links: none, holds: nothing,
			beside: func(b Beside, _ string) (int, bool) { return b.Trainings, true },
		},
		{
			id: "form", stat: 23, public: Team, unit: Plain, links: none, apart: true, lines: formLines,
			holds: func(c *Case, r *Report, p Period) bool {
				return receivedIn(c, r, p) && c.Channel == casefile.ChannelWeb
			},
			keys: func(*Case, *Report, Period) []string { return []string{formSent} },
			beside: func(b Beside, key string) (int, bool) {
				switch key {
				case formSeen:
					return b.Seen, true
				case formStarted:
					return b.Started, true
				default:
					return 0, false
				}
			},
		},
	}
}

func nothing(*Case, *Report, Period) bool { return false }

func formLines(Lists) []string { return []string{formSeen, formStarted, formSent} }

// satisfaction is what people said after closing. ISO 10002:2018 8.3.
func satisfaction() []rule {
	return []rule{
		{id: "clear", stat: 17, unit: Share, holds: nothing, links: shares, votes: func(b Beside) Votes { return b.Clear }},
		{id: "fair", stat: 17, unit: Share, holds: nothing, links: shares, votes: func(b Beside) Votes { return b.Fair }},
	}
}

// value counts answers. Nobody knows which case an answer is of, so they are sets of their
// own: below every place in the list of cases, and others for each question and year.
func (v Votes) value(id string, before bool) Value {
	next := -1
	for _, c := range id {
		next -= int(c) << 24
	}
	if before {
		next -= 1 << 20
	}
	draw := func(n int) (set []int) {
		for range n {
			set, next = append(set, next), next-1
		}
		return set
	}
	yes, no := draw(v.Yes), draw(v.No)
	return Value{N: v.Yes, Of: v.Yes + v.No, set: yes, rest: no, base: slices.Concat(yes, no)}
}

// Guarded is the report as the team sees it: exact, but for what people said of the team
// itself, which shows no small number to anybody.
func (r Report) Guarded() Report {
	out := r
	out.Figures = slices.Clone(r.Figures)
	for i, f := range out.Figures {
		if !f.votes {
			continue
		}
		alone := r
		alone.Figures = []Figure{f}
		out.Figures[i] = alone.Publish(Team).Figures[0]
	}
	return out
}
