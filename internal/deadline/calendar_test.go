package deadline_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"klankbord/internal/deadline"
)

func belgium(t interface{ Fatal(...any) }) deadline.Calendar {
	loc, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	return deadline.Belgium(loc)
}

func day(y int, m time.Month, d int) deadline.Date { return deadline.Date{Year: y, Month: m, Day: d} }

func TestEaster(t *testing.T) {
	for _, want := range []deadline.Date{
		day(1961, time.April, 2), day(1981, time.April, 19), day(2000, time.April, 23),
		day(2008, time.March, 23), day(2011, time.April, 24), day(2019, time.April, 21),
		day(2024, time.March, 31), day(2025, time.April, 20), day(2026, time.April, 5),
		day(2027, time.March, 28), day(2038, time.April, 25), day(2049, time.April, 18),
	} {
		if got := deadline.Easter(want.Year); got != want {
			t.Errorf("Easter %d: got %v", want.Year, got)
		}
	}
}

func TestBelgianHolidaysOf2026(t *testing.T) {
	want := []deadline.Date{
		day(2026, 1, 1), day(2026, 4, 6), day(2026, 5, 1), day(2026, 5, 14), day(2026, 5, 25),
		day(2026, 7, 21), day(2026, 8, 15), day(2026, 11, 1), day(2026, 11, 11), day(2026, 12, 25),
	}
	got := deadline.BelgianHolidays(2026)
	if len(got) != len(want) {
		t.Fatalf("got %d holidays", len(got))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("holiday %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestHolidaysAreInOrderInEveryYear(t *testing.T) {
	for y := 1990; y < 2100; y++ {
		days := deadline.BelgianHolidays(y)
		for i, d := range days {
			if d.Year != y {
				t.Errorf("%v is not in %d", d, y)
			}
			// Ascension falls on 1 May in 2008; then one day is two holidays.
			if i > 0 && d.Before(days[i-1]) {
				t.Errorf("%v stands after %v", d, days[i-1])
			}
		}
	}
}

func TestWorkingDays(t *testing.T) {
	c := belgium(t)
	for _, tc := range []struct {
		name string
		from deadline.Date
		n    int
		want deadline.Date
	}{
		{"within a week", day(2026, 3, 2), 3, day(2026, 3, 5)},
		{"over a weekend", day(2026, 3, 5), 2, day(2026, 3, 9)},
		{"from a Saturday", day(2026, 3, 7), 1, day(2026, 3, 9)},
		{"over Easter", day(2026, 4, 3), 1, day(2026, 4, 7)},
		{"over the national day", day(2026, 7, 20), 1, day(2026, 7, 22)},
		{"over a holiday on a Saturday, which moves nothing", day(2026, 8, 14), 1, day(2026, 8, 17)},
		{"over Christmas and New Year", day(2026, 12, 24), 5, day(2027, 1, 4)},
		{"none", day(2026, 3, 7), 0, day(2026, 3, 7)},
	} {
		if got := c.WorkingDaysAfter(tc.from, tc.n); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestMonths(t *testing.T) {
	for _, tc := range []struct {
		from deadline.Date
		n    int
		want deadline.Date
	}{
		{day(2026, 1, 31), 1, day(2026, 2, 28)},
		{day(2028, 1, 31), 1, day(2028, 2, 29)},
		{day(2026, 11, 30), 3, day(2027, 2, 28)},
		{day(2027, 11, 30), 3, day(2028, 2, 29)},
		{day(2026, 12, 15), 1, day(2027, 1, 15)},
		{day(2026, 3, 31), 3, day(2026, 6, 30)},
		{day(2026, 3, 8), 3, day(2026, 6, 8)},
		{day(2028, 2, 29), 12, day(2029, 2, 28)},
		{day(2028, 2, 29), 48, day(2032, 2, 29)},
		{day(2026, 3, 31), -1, day(2026, 2, 28)},
		{day(2026, 1, 31), 0, day(2026, 1, 31)},
	} {
		if got := tc.from.AddMonths(tc.n); got != tc.want {
			t.Errorf("%v and %d months: got %v, want %v", tc.from, tc.n, got, tc.want)
		}
	}
}

func TestADeadlineEndsWithItsDayInBrussels(t *testing.T) {
	c := belgium(t)
	for _, tc := range []struct {
		name string
		day  deadline.Date
		want string
	}{
		{"winter", day(2026, 1, 10), "2026-01-10T22:59:59.999999Z"},
		{"summer", day(2026, 7, 10), "2026-07-10T21:59:59.999999Z"},
		{"the day the clocks go forward", day(2026, 3, 29), "2026-03-29T21:59:59.999999Z"},
		{"the day the clocks go back", day(2026, 10, 25), "2026-10-25T22:59:59.999999Z"},
		{"the end of a year", day(2026, 12, 31), "2026-12-31T22:59:59.999999Z"},
	} {
		if got := c.EndOf(tc.day).Format(time.RFC3339Nano); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestLengths(t *testing.T) {
	c := belgium(t)
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, c.Location)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, tc := range []struct {
		name   string
		from   string
		length deadline.Length
		want   deadline.Date
	}{
		{"seven days, received just after midnight", "2026-03-01 00:01", deadline.Length{N: 7, Unit: deadline.Days}, day(2026, 3, 8)},
		{"seven days, received just before midnight", "2026-03-01 23:59", deadline.Length{N: 7, Unit: deadline.Days}, day(2026, 3, 8)},
		{"seven days over the clock change", "2026-03-25 23:30", deadline.Length{N: 7, Unit: deadline.Days}, day(2026, 4, 1)},
		{"three months", "2026-11-30 12:00", deadline.Length{N: 3, Unit: deadline.Months}, day(2027, 2, 28)},
		{"two working days on a Friday", "2026-03-06 17:00", deadline.Length{N: 2, Unit: deadline.WorkingDays}, day(2026, 3, 10)},
	} {
		got := c.After(at(tc.from), tc.length)
		if got != c.EndOf(tc.want) {
			t.Errorf("%s: got %v, want the end of %v", tc.name, got, tc.want)
		}
	}
	// GDPR art. 33(1) counts hours, also through the night the clocks change.
	from := at("2026-03-28 10:00")
	if got := c.After(from, deadline.Length{N: 72, Unit: deadline.Hours}); got.Sub(from) != 72*time.Hour {
		t.Errorf("72 hours end at %v", got)
	}
}

func anyDate(t *rapid.T) deadline.Date {
	return day(2000, 1, 1).AddDays(rapid.IntRange(0, 36524).Draw(t, "day"))
}

func TestReckoningInDays(t *testing.T) {
	c := belgium(t)
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t)
		n := rapid.IntRange(-5000, 5000).Draw(t, "n")
		if got := d.DaysUntil(d.AddDays(n)); got != n {
			t.Fatalf("%v and %d days are %d days apart", d, n, got)
		}
		if c.Today(c.EndOf(d)) != d || c.Today(c.EndOf(d).Add(time.Microsecond)) != d.AddDays(1) {
			t.Fatalf("%v does not end with its day", d)
		}
	})
}

func TestReckoningInMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t)
		n := rapid.IntRange(0, 240).Draw(t, "n")
		got := d.AddMonths(n)
		if (got.Year-d.Year)*12+int(got.Month-d.Month) != n || got.Day > d.Day {
			t.Fatalf("%v and %d months: %v", d, n, got)
		}
		if got.Day < d.Day && got.AddDays(1).Month == got.Month {
			t.Fatalf("%v and %d months: %v is cut short without need", d, n, got)
		}
	})
}

func TestReckoningInWorkingDays(t *testing.T) {
	c := belgium(t)
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t)
		n := rapid.IntRange(1, 60).Draw(t, "n")
		got := c.WorkingDaysAfter(d, n)
		counted := 0
		for x := d.AddDays(1); !got.Before(x); x = x.AddDays(1) {
			if c.WorkingDay(x) {
				counted++
			}
		}
		if counted != n || !c.WorkingDay(got) {
			t.Fatalf("%v and %d working days: %v, which is %d", d, n, got, counted)
		}
	})
}
