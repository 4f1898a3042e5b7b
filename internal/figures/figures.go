// Package figures counts cases for the people who answer for the desk: how many came
// in, how fast they were answered, what they came to. It has no I/O and no clock, and
// counts only what it is given: who may count a case is decided by whoever gives it.
//
// What leaves the team goes through Publish, which must never let anybody find a number
// of cases between one and four, neither as it stands nor by taking other numbers from
// one another. It fails only by showing less.
package figures

import (
	"fmt"
	"slices"
	"time"

	"klankbord/internal/casefile"
)

// Month is a month of the calendar, counted so that the next is one more. The zero
// Month is none.
type Month int

// MonthOf returns a month of a year.
func MonthOf(year int, m time.Month) Month { return Month(year*12 + int(m) - 1) }

// MonthIn returns the month of a time at a place.
func MonthIn(t time.Time, at *time.Location) Month {
	if t.IsZero() {
		return 0
	}
	t = t.In(at)
	return MonthOf(t.Year(), t.Month())
}

// ParseMonth reads a month written as 2006-01; false where it is none.
func ParseMonth(s string) (Month, bool) {
	t, err := time.Parse("2006-01", s)
	return MonthOf(t.Year(), t.Month()), err == nil
}

// Year returns the year.
func (m Month) Year() int { return int(m) / 12 }

// Of returns the month within its year.
func (m Month) Of() time.Month { return time.Month(int(m)%12 + 1) }

// String writes the month as 2006-01.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), int(m.Of())) }

// Period is the months from the first to the last, both included.
type Period struct{ From, To Month }

// YearOf is the period of a calendar year.
func YearOf(year int) Period {
	return Period{MonthOf(year, time.January), MonthOf(year, time.December)}
}

// Before is the same months a year earlier.
func (p Period) Before() Period { return Period{p.From - 12, p.To - 12} }

// Holds reports whether a month lies in the period.
func (p Period) Holds(m Month) bool { return m != 0 && p.From <= m && m <= p.To }

// Judged says whether something was done in time.
type Judged string

// The judgements. NotAsked: nothing asks for it, or its time still runs.
const (
	NotAsked Judged = ""
	InTime   Judged = "in-time"
	Late     Judged = "late"
)

// Case is what is counted of a case. Nothing in it tells who somebody is.
type Case struct {
	Only     bool // it is no case: a request about data alone, of which nothing else counts
	Route    casefile.Route
	Channel  casefile.Channel
	Language string
	Topics   []string // as ticked
	Assessed []string // as the members see it; empty: they did not say otherwise
	Outcome  casefile.Outcome
	Severity int // 1 to 4; 0: nobody said
	Relation string
	Delay    int // days from what happened to the complaint; below zero: not known
	Refused  string
	Measures []string // the kinds
	Progress casefile.Progress
	Causes   []string
	Told     []string
	CheckIn  Judged // what was asked after closing
	Reviewed bool   // somebody was asked to look at it again
	Changed  bool   // and it came to something else
	Money    casefile.Money
	Raised   casefile.Raised
	Received Month
	Closed   Month     // zero: it is open
	Since    time.Time // when it was received; zero where only the month is left
	Days     int       // from receipt to closing
	// Waited is the hours until the receipt was confirmed by a member or the first
	// answer was sent; below zero where that is not known.
	Waited       int
	Acknowledged Judged
	Answered     Judged
	Breach       Judged // the notice to the authority, within 72 hours: GDPR art. 33(1)
	Request      Judged // a request about personal data: GDPR art. 12(3)
	Written      bool   // a member wrote to the complainant
	Replied      bool   // who wrote again
	Opened       bool   // the record of who they are was opened
	Erased       Month  // zero: it is there
	ErasedLate   bool   // more than a month after it need not be kept
	Sealed       bool   // whoever counts has no key: topics and outcome are not known
}

// openAt reports whether the case was open at the end of a month.
func (c *Case) openAt(m Month) bool { return c.Received <= m && (c.Closed == 0 || c.Closed > m) }

// Audience says who may be shown a figure at most.
type Audience int

// The audiences, the widest first.
const (
	Public Audience = iota
	Board
	Team
)

// Unit is what a figure counts in.
type Unit string

// The units.
const (
	Cases Unit = "cases"
	Share Unit = "share" // N of Of cases
	Rate  Unit = "rate"  // N cases among Of people, told per Figure.Per of them
	Euros Unit = "euros" // Sum, in N cases
	Plain Unit = "plain" // N of something that is no case
	Days  Unit = "days"  // median and 90th percentile of Of cases
	Hours Unit = "hours"
)

// Mark says how a number may be shown.
type Mark int

// The marks. Few stands for one to four; Held for a number that would give another
// away; Withheld for any number, nought included.
const (
	Shown Mark = iota
	Few
	Held
	Withheld
)

// Value is a number of a period.
type Value struct {
	N, Of      int
	Sum        int
	Unknown    bool // nobody entered it
	Middle     int  // the median
	High       int  // the 90th percentile
	Mark       Mark
	Rest, Base Mark // of what is left of Of, and of Of

	set, rest, base, around []int // which cases they count, as places in the list
}

// Line is one line of a figure; Key names it within its kind, such as a route.
type Line struct {
	Key         string
	Now, Before Value
}

// Figure is one of the statistics, for a period and the same a year before. Whole is
// the line of all, nil where the lines do not belong together; Lines may be empty.
type Figure struct {
	ID    string
	Stat  int // its number in the list of statistics
	For   Audience
	Unit  Unit
	Per   int // of a Rate
	Whole *Line
	Lines []Line

	links links
	votes bool // people outside the team said it
}

// Beside is what is known of a period beside the cases. Below zero: not known.
type Beside struct {
	People     int // staff and volunteers, in its year
	Supporters int
	Trainings  int
	Seen       int   // how often the form was opened
	Started    int   // and somebody began to fill it in
	Clear      Votes // was it clear what happened with the complaint
	Fair       Votes // was it handled fairly
}

// Votes are answers of people whose cases were closed.
type Votes struct{ Yes, No int }

// Besides is the same of the period and of the one a year before.
type Besides struct{ Now, Before Beside }

// Lists is in which order the lines stand.
type Lists struct {
	Topics    []string
	TopicOf   func(topic string) casefile.Route
	Languages []string
	// Group is where what a complainant is to the organisation belongs, for people
	// outside the team.
	Group func(relation string) string
}

// Report is every figure that can be counted of a list of cases.
type Report struct {
	Period  Period
	Now     time.Time
	At      *time.Location
	Figures []Figure
	Sealed  bool // some are left out, because topics and outcomes were not known

	cases   []Case
	lists   Lists
	besides Besides
}

// Running reports whether the period is not over yet.
func (r Report) Running() bool { return r.Period.To >= MonthIn(r.Now, r.At) }

// Count makes the report of a period. now is when it is made, for the age of what is
// open; at is the place of the desk.
func Count(cases []Case, b Besides, p Period, lists Lists, now time.Time, at *time.Location) Report {
	r := Report{Period: p, Now: now, At: at, cases: cases, lists: lists, besides: b, Sealed: slices.ContainsFunc(cases, func(c Case) bool { return c.Sealed })}
	for _, rule := range rules() {
		if rule.sealed && r.Sealed {
			continue
		}
		r.Figures = append(r.Figures, rule.count(cases, r, lists))
	}
	return r
}

// Statistics is how many there are in the list of an annual report.
const Statistics = 23
