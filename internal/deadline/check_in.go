package deadline

import (
	"strconv"
	"strings"
	"time"
)

// checkInID begins the id of the clock of a check-in, which ends with the month.
const checkInID = "D19-"

// askedAt is the hour of the day at which a check-in is asked.
const askedAt = 9

// CheckIns returns the clocks of the check-ins after a case was closed: each is asked
// on its target and wants an answer before it is due. ISO 37002:2021 8.4.2 and 8.5.
func (c Calendar) CheckIns(closed time.Time, months []int, answer Length) []Clock {
	var list []Clock
	for _, n := range months {
		d := c.Today(closed).AddMonths(n)
		at := time.Date(d.Year, d.Month, d.Day, askedAt, 0, 0, 0, c.Location).UTC()
		list = append(list, Clock{
			ID: checkInID + strconv.Itoa(n), Kind: KindCheckIn, Start: closed.UTC(), Target: at, Due: c.After(at, answer),
		})
	}
	return list
}

// CheckIn reports whether the clock is that of a check-in.
func (k Clock) CheckIn() bool { return k.Kind == KindCheckIn && strings.HasPrefix(k.ID, checkInID) }

// Asked reports whether the question of a check-in stands at a time.
func (k Clock) Asked(now time.Time) bool { return k.CheckIn() && k.Open() && !now.Before(k.Target) }

// Pressed returns the clock as it is when somebody has to look at it now: past.
func (k Clock) Pressed(now time.Time) Clock {
	if k.Due.After(now) {
		k.Due = now.Add(-time.Microsecond)
	}
	return k
}

// LastAnswer is when the last check-in of a case that still waits, or is still to be asked,
// wants its answer; the zero time: there is none.
func LastAnswer(clocks []Clock) time.Time {
	var last time.Time
	for _, k := range clocks {
		if k.CheckIn() && k.Open() && k.Due.After(last) {
			last = k.Due
		}
	}
	return last
}

// Watching is when a closed case next asks for somebody: when a check-in that waits, or a
// request about personal data, is due. The zero time: never.
func Watching(clocks []Clock) time.Time {
	var first time.Time
	for _, k := range clocks {
		if (k.CheckIn() || k.Kind == KindDataRequest) && k.Open() && (first.IsZero() || k.Due.Before(first)) {
			first = k.Due
		}
	}
	return first
}
