package deadline

import (
	"slices"
	"time"
)

// Calendar reckons in days of one place: a time zone and the days on which nobody
// works there, besides Saturday and Sunday.
type Calendar struct {
	Location *time.Location
	Holidays func(year int) []Date // nil means none
}

// Belgium is the calendar of Belgium in its time zone, which the caller has loaded.
func Belgium(loc *time.Location) Calendar {
	return Calendar{Location: loc, Holidays: BelgianHolidays}
}

// Closed returns the calendar with more days on which nobody works, written 2027-01-04.
// What is no day is left out.
func (c Calendar) Closed(days []string) Calendar {
	var more []Date
	for _, s := range days {
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			more = append(more, Date{t.Year(), t.Month(), t.Day()})
		}
	}
	if len(more) == 0 {
		return c
	}
	legal := c.Holidays
	c.Holidays = func(year int) []Date {
		var list []Date
		if legal != nil {
			list = slices.Clone(legal(year))
		}
		return append(list, more...)
	}
	return c
}

// BelgianHolidays returns the ten legal holidays of a year, in order.
// Royal Decree of 18 April 1974 on public holidays, art. 1.
func BelgianHolidays(year int) []Date {
	easter := Easter(year)
	days := []Date{
		{year, time.January, 1},
		easter.AddDays(1), // Easter Monday
		{year, time.May, 1},
		easter.AddDays(39), // Ascension
		easter.AddDays(50), // Whit Monday
		{year, time.July, 21},
		{year, time.August, 15},
		{year, time.November, 1},
		{year, time.November, 11},
		{year, time.December, 25},
	}
	slices.SortFunc(days, func(a, b Date) int { return b.DaysUntil(a) })
	return days
}

// Easter returns Easter Sunday of a year in the Gregorian calendar, by the method of
// Meeus, Jones and Butcher.
func Easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return Date{year, time.Month(n / 31), n%31 + 1}
}

// WorkingDay reports whether people work on a day.
func (c Calendar) WorkingDay(d Date) bool {
	if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return false
	}
	return c.Holidays == nil || !slices.Contains(c.Holidays(d.Year), d)
}

// WorkingDaysAfter returns the nth working day after d; d itself is not counted.
// With n of nought or less it is d.
func (c Calendar) WorkingDaysAfter(d Date, n int) Date {
	for n > 0 {
		d = d.AddDays(1)
		if c.WorkingDay(d) {
			n--
		}
	}
	return d
}

// Today returns the day on which t falls in this place.
func (c Calendar) Today(t time.Time) Date { return DateOf(t, c.Location) }

// EndOf returns the last microsecond of a day in this place, in UTC, so that a
// deadline on a day shows as that day and is past only when the day is.
func (c Calendar) EndOf(d Date) time.Time {
	next := d.AddDays(1)
	midnight := time.Date(next.Year, next.Month, next.Day, 0, 0, 0, 0, c.Location)
	return midnight.Add(-time.Microsecond).UTC()
}

// After returns when a length that starts at t is over. Hours are counted to the
// moment; every other unit ends with its last day, and the day of t is not counted.
func (c Calendar) After(t time.Time, l Length) time.Time {
	d := c.Today(t)
	switch l.Unit {
	case Hours:
		return t.Add(time.Duration(l.N) * time.Hour).UTC()
	case WorkingDays:
		return c.EndOf(c.WorkingDaysAfter(d, l.N))
	case Months:
		return c.EndOf(d.AddMonths(l.N))
	default:
		return c.EndOf(d.AddDays(l.N))
	}
}

// Unit is what a length is counted in.
type Unit string

// The units.
const (
	Hours       Unit = "hours"
	Days        Unit = "days"
	WorkingDays Unit = "working-days"
	Months      Unit = "months"
)

// Length is a length of time as a rule states it. The zero length is none.
type Length struct {
	N    int
	Unit Unit
}

// None reports whether there is no length.
func (l Length) None() bool { return l.N <= 0 }
