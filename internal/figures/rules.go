package figures

import (
	"slices"
	"strconv"

	"klankbord/internal/casefile"
)

// rule is how one figure is counted. To count something new, add what is known of it to
// Case and a rule to rules; its words stand in the catalogue under "figures.name." and
// "figures.means." and its id.
type rule struct {
	id     string
	stat   int
	public Audience
	unit   Unit
	sealed bool // needs what only a key opens
	// holds says which cases it is about; nil: those received in the period.
	holds func(*Case, *Report, Period) bool
	// among says of which others they are part, where another figure counts those.
	among func(*Case, *Report, Period) bool
	// keys are the lines that a case belongs to; nil: the figure has no lines.
	keys func(*Case, *Report, Period) []string
	// lines are the lines that always stand there, in order; others follow.
	lines func(Lists) []string
	hits  func(*Case) bool        // Share: which of them count
	takes func(*Case) (int, bool) // Days and Hours: how long it took
	links links
	per   int              // Rate
	of    func(Beside) int // Rate: among how many
	sum   func(*Case) int  // Euros
	apart bool             // the lines do not belong together
	// beside is a line that counts no cases; false: it does.
	beside func(b Beside, key string) (int, bool)
	votes  func(Beside) Votes // Share: of whom answered
	files  bool               // files of requests about data that belong to no case count too
}

func rules() []rule {
	return slices.Concat(received(), rates(), standing(), speed(), results(), trust(), recorded(), satisfaction(), yearly())
}

// received are the figures of what came in.
func received() []rule {
	return []rule{
		{id: "received", stat: 1, unit: Cases, keys: byRoute, lines: routes, links: adds},
		{id: "received-month", stat: 1, public: Team, unit: Cases, keys: byMonth, links: adds},
		{id: "received-topic", stat: 1, unit: Cases, sealed: true, keys: byTopic, lines: topics, links: covers},
		{id: "received-assessed", stat: 1, public: Team, unit: Cases, sealed: true, keys: byAssessed, lines: topics, links: covers},
		{id: "received-channel", stat: 1, unit: Cases, keys: byChannel, lines: channels, links: adds},
		{id: "received-language", stat: 1, unit: Cases, keys: byLanguage, lines: languages, links: adds},
	}
}

// standing are the figures of what is open.
func standing() []rule {
	return []rule{
		{id: "flow", stat: 3, unit: Cases, holds: inFlow, keys: byFlow, lines: flow, links: flows},
		{id: "age", stat: 3, unit: Cases, holds: openAtEnd, keys: byAge, lines: ages, links: adds},
	}
}

// speed are the figures of how fast people were answered.
func speed() []rule {
	return []rule{
		{
			id: "acknowledged", stat: 5, unit: Share, keys: byRoute, lines: routes, links: shares,
			among: receivedIn, holds: judged(func(c *Case) Judged { return c.Acknowledged }), hits: func(c *Case) bool { return c.Acknowledged == InTime },
		},
		{
			id: "waited", stat: 5, unit: Hours, keys: byRoute, lines: routes, links: adds, among: receivedIn,
			holds: func(c *Case, _ *Report, p Period) bool { return p.Holds(c.Received) && c.Waited >= 0 },
			takes: func(c *Case) (int, bool) { return c.Waited, c.Waited >= 0 },
		},
		{
			id: "answered", stat: 6, unit: Share, keys: byRoute, lines: routes, links: shares,
			among: receivedIn, holds: judged(func(c *Case) Judged { return c.Answered }), hits: func(c *Case) bool { return c.Answered == InTime },
		},
		{
			id: "duration", stat: 7, unit: Days, keys: byRoute, lines: routes, links: adds, holds: closedIn,
			takes: func(c *Case) (int, bool) { return c.Days, true },
		},
	}
}

// results are the figures of what cases came to.
func results() []rule {
	decided := func(c *Case, r *Report, p Period) bool { return closedIn(c, r, p) && c.Outcome != "" }
	return []rule{
		{
			id: "admissible", stat: 4, unit: Share, sealed: true, among: closedIn, holds: decided, links: shares,
			hits: func(c *Case) bool { return c.Outcome != casefile.OutcomeNotAdmissible },
		},
		{id: "outcome", stat: 8, unit: Cases, sealed: true, holds: decided, keys: byOutcome, lines: outcomes, links: outcomesAdd},
		{
			id: "substantiated", stat: 8, unit: Share, sealed: true, links: shares, keys: byRoute, lines: routes, among: closedIn,
			holds: func(c *Case, r *Report, p Period) bool { return closedIn(c, r, p) && found(c.Outcome) },
			hits:  func(c *Case) bool { return c.Outcome.Substantiated() },
		},
	}
}

// trust are the figures of whether people can rely on the desk.
func trust() []rule {
	return []rule{
		{
			id: "replied", stat: 13, unit: Share, links: shares, among: receivedIn,
			holds: func(c *Case, _ *Report, p Period) bool { return p.Holds(c.Received) && c.Written && c.Erased == 0 },
			hits:  func(c *Case) bool { return c.Replied },
		},
		{
			id: "breach", stat: 19, unit: Share, links: shares,
			holds: judged(func(c *Case) Judged { return c.Breach }), hits: func(c *Case) bool { return c.Breach == InTime },
		},
		{
			id: "request", stat: 19, unit: Share, links: shares, files: true,
			holds: judged(func(c *Case) Judged { return c.Request }), hits: func(c *Case) bool { return c.Request == InTime },
		},
		{
			id: "identity", stat: 22, public: Team, unit: Share, links: shares,
			holds: func(c *Case, _ *Report, p Period) bool {
				return p.Holds(c.Received) && c.Erased == 0 && c.Route.SealsIdentityApart()
			},
			hits: func(c *Case) bool { return c.Opened },
		},
		{
			id: "erased", stat: 22, public: Team, unit: Share, links: shares,
			holds: func(c *Case, _ *Report, p Period) bool { return p.Holds(c.Erased) }, hits: func(c *Case) bool { return !c.ErasedLate },
		},
	}
}

func receivedIn(c *Case, _ *Report, p Period) bool { return p.Holds(c.Received) }
func closedIn(c *Case, _ *Report, p Period) bool   { return p.Holds(c.Closed) }
func openAtEnd(c *Case, _ *Report, p Period) bool  { return c.openAt(p.To) }

// found reports whether an outcome says if the complaint was right.
func found(o casefile.Outcome) bool {
	switch o {
	case casefile.OutcomeUpheld, casefile.OutcomePartlyUpheld, casefile.OutcomeNotProven, casefile.OutcomeUnfounded, casefile.OutcomeKnowinglyFalse:
		return true
	default:
		return false
	}
}

func judged(of func(*Case) Judged) func(*Case, *Report, Period) bool {
	return func(c *Case, _ *Report, p Period) bool { return p.Holds(c.Received) && of(c) != NotAsked }
}

func byRoute(c *Case, _ *Report, _ Period) []string    { return []string{string(c.Route)} }
func byChannel(c *Case, _ *Report, _ Period) []string  { return []string{string(c.Channel)} }
func byLanguage(c *Case, _ *Report, _ Period) []string { return []string{c.Language} }
func byOutcome(c *Case, _ *Report, _ Period) []string  { return []string{string(c.Outcome)} }
func byTopic(c *Case, _ *Report, _ Period) []string    { return c.Topics }

// byMonth names months by how many come before them, so that a year stands beside the
// one before.
func byMonth(c *Case, _ *Report, p Period) []string {
	return []string{strconv.Itoa(int(c.Received - p.From))}
}

func byAssessed(c *Case, _ *Report, _ Period) []string {
	if len(c.Assessed) > 0 {
		return c.Assessed
	}
	return c.Topics
}

// The lines of the flow: what was open at the start and what came in is what was closed
// and what is open at the end.
const (
	flowCarried  = "carried"
	flowReceived = "received"
	flowClosed   = "closed"
	flowOpen     = "open"
)

func inFlow(c *Case, _ *Report, p Period) bool { return c.openAt(p.From-1) || p.Holds(c.Received) }

func byFlow(c *Case, _ *Report, p Period) []string {
	keys := []string{flowReceived, flowOpen}
	if c.openAt(p.From - 1) {
		keys[0] = flowCarried
	}
	if !c.openAt(p.To) {
		keys[1] = flowClosed
	}
	return keys
}

// The ages of what is open, in days.
const ageUnknown = "unknown"

func byAge(c *Case, r *Report, p Period) []string {
	if c.Since.IsZero() {
		return []string{ageUnknown}
	}
	end := r.Now
	if p.To < MonthIn(r.Now, r.At) {
		end = (p.To + 1).start(r.At)
	}
	switch days := int(end.Sub(c.Since).Hours() / 24); {
	case days <= 30:
		return []string{"30"}
	case days <= 60:
		return []string{"60"}
	case days <= 90:
		return []string{"90"}
	default:
		return []string{"more"}
	}
}

func routes(Lists) []string {
	return []string{string(casefile.General), string(casefile.Privacy), string(casefile.Integrity)}
}
func topics(l Lists) []string    { return l.Topics }
func languages(l Lists) []string { return l.Languages }
func flow(Lists) []string        { return []string{flowCarried, flowReceived, flowClosed, flowOpen} }
func ages(Lists) []string        { return []string{"30", "60", "90", "more"} }

func channels(Lists) []string {
	var list []string
	for _, c := range casefile.Channels() {
		if c.Complaint() {
			list = append(list, string(c))
		}
	}
	return list
}

func outcomes(Lists) []string {
	var list []string
	for _, o := range casefile.Outcomes() {
		list = append(list, string(o))
	}
	return list
}
