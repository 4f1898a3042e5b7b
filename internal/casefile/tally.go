package casefile

import (
	"slices"
	"time"
)

// Tally is what is counted of a case beside its topics and outcome: words of lists and
// days, and nothing that anybody wrote.
type Tally struct {
	Relation string    `json:"relation,omitempty"` // what the complainant is to the organisation
	Delay    *int      `json:"delay,omitempty"`    // days from what happened to the complaint; nil: not known
	Refused  string    `json:"refused,omitempty"`  // why it was not admissible
	Measures []Counted `json:"measures,omitempty"`
	Causes   []string  `json:"causes,omitempty"`
	Told     []string  `json:"told,omitempty"` // whom outside the organisation it was notified to
}

// Counted is a measure as it is counted. The days are written 2006-01-02.
type Counted struct {
	Kind string `json:"kind"`
	Due  string `json:"due,omitempty"`
	Done string `json:"done,omitempty"`
}

// Tally is what is counted once members recorded something: what the complaint itself
// told stays.
func (w Worked) Tally(t Tally) Tally {
	t.Refused, t.Measures, t.Causes, t.Told = "", nil, w.Single(SheetCause).Fields["causes"], nil
	if k := w.Single(SheetTriage); k.One("admissible") == "no" {
		t.Refused = k.One("refused")
	}
	for _, k := range w.Of(SheetMeasure) {
		t.Measures = append(t.Measures, Counted{k.One("kind"), k.One("due"), k.One("done")})
	}
	for _, k := range w.Of(SheetNotification) {
		if body := k.One("body"); k.One("sent") != "" && !slices.Contains(t.Told, body) {
			t.Told = append(t.Told, body)
		}
	}
	return t
}

// Progress is how far what a case led to has come.
type Progress string

// How far the measures of a case are.
const (
	NoMeasures Progress = ""
	AllDone    Progress = "done"
	Planned    Progress = "planned"
	Overdue    Progress = "late"
)

// Progress says how far the measures are at a time. One whose day is not over is not
// late.
func (t Tally) Progress(now time.Time) Progress {
	p := NoMeasures
	for _, m := range t.Measures {
		switch {
		case m.Done != "":
			if p == NoMeasures {
				p = AllDone
			}
		case m.Due != "" && m.Due < now.Format(time.DateOnly):
			return Overdue
		default:
			p = Planned
		}
	}
	return p
}

// MeasureGroup is whom a kind of measure concerns, as they are counted outside the team:
// the complainant, the person concerned, the organisation, or who has to be protected.
func MeasureGroup(kind string) string {
	at := slices.Index(Measures(), kind)
	for _, g := range []struct {
		name, first string
	}{{"protect", "reporting-line"}, {"organisation", "process"}, {"person", "conversation"}, {"complainant", "explanation"}} {
		if at >= slices.Index(Measures(), g.first) {
			return g.name
		}
	}
	return ""
}
