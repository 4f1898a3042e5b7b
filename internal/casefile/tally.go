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
	Money    Money     `json:"money,omitzero"`
	Raised   Raised    `json:"raised,omitzero"`
	// First is what it had come to when somebody asked to look at it again.
	First Outcome `json:"first,omitempty"`
}

// Money is what a case is about in whole euros; nought: nothing, or nothing known.
type Money struct {
	Alleged   int `json:"alleged,omitempty"`
	Confirmed int `json:"confirmed,omitempty"`
	Recovered int `json:"recovered,omitempty"`
}

// Raised is how money was asked for. The agency is the name of a firm, as it was typed.
type Raised struct {
	Method    string `json:"method,omitempty"`
	Agency    string `json:"agency,omitempty"`
	Forwarded bool   `json:"forwarded,omitempty"` // to VEF/AERF
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
	m := w.Single(SheetMoney)
	t.Money = Money{m.Euros("alleged"), m.Euros("confirmed"), m.Euros("recovered")}
	k := w.Single(SheetFundraising)
	t.Raised = Raised{k.One("method"), k.One("agency"), k.One("forwarded") != ""}
	return t
}

// Euros is an amount of a record; nought where there is none.
func (r Record) Euros(field string) int {
	n, _ := euros(r.One(field))
	return n
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
