// Package deadline says when something must have happened: calendars with the
// holidays of Belgium, clocks that run from one event to another, and which clock
// comes first. It has no I/O and reads no clock: the present is always an argument.
// It must never count a holiday as slack for a deadline in calendar days, and never
// hold words: those stand in the catalogue. It cannot fail; a rule without length
// starts no clock.
package deadline

import "time"

// Date is a day in the calendar, without a time or a zone. It compares with ==.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day on which t falls in a time zone.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// utc is the date as a time at which days are 24 hours, for reckoning only.
func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// AddDays returns the day n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return DateOf(d.utc().AddDate(0, 0, n), time.UTC) }

// AddMonths returns the same day of the month n months later, or the last day of
// that month where it is shorter: a month after 31 January is 28 or 29 February.
// Regulation (EEC, Euratom) No 1182/71 art. 3(2)(c).
func (d Date) AddMonths(n int) Date {
	first := DateOf(time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC), time.UTC)
	last := Date{first.Year, first.Month + 1, 0}.normal()
	first.Day = min(d.Day, last.Day)
	return first
}

// normal turns a date such as 0 March into one that exists.
func (d Date) normal() Date { return DateOf(d.utc(), time.UTC) }

// DaysUntil returns how many days later o is; negative when it is earlier.
func (d Date) DaysUntil(o Date) int { return int(o.utc().Sub(d.utc()) / (24 * time.Hour)) }

// Before reports whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.utc().Before(o.utc()) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }
