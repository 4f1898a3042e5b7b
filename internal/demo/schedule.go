package demo

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/deadline"
	"klankbord/internal/lang"
)

// event is one step of a case with the moment at which it happens.
type event struct {
	at   time.Time
	of   *played
	step step
}

// schedule gives every step of every case its moment before now, in order of time.
// Members work on working days; within a case the order of its steps stays.
func schedule(list []script, c deadline.Calendar, now time.Time) ([]event, error) {
	var events []event
	for _, s := range list {
		p := &played{script: s}
		steps := append([]step{{At: s.At, Do: deedSubmit}}, s.Steps...)
		if last := steps[len(steps)-1]; s.Ago-last.Day >= settled {
			steps = append(steps, step{Day: last.Day + 1, At: "16:30", By: everyone, Do: deedCatchUp})
		}
		var mine []event
		for _, x := range steps {
			at, err := moment(c, now, s.Ago-x.Day, x)
			if err != nil {
				return nil, fmt.Errorf("sample case %s: %w", s.Name, err)
			}
			if n := len(mine); n > 0 && !at.After(mine[n-1].at) {
				at = mine[n-1].at.Add(between)
			}
			mine = append(mine, event{at, p, x})
		}
		p.received = mine[0].at
		events = append(events, pressed(mine, now)...)
	}
	slices.SortStableFunc(events, func(x, y event) int { return x.at.Compare(y.at) })
	return events, nil
}

// everyone stands for each member who may read a case; settled is for how many days
// nothing has happened in a case when they have all read it.
const (
	everyone = "everyone"
	settled  = 4
)

// between is how far apart two steps of a case are at least.
const between = 3 * time.Minute

// pressed moves steps that would lie in the future before now.
func pressed(mine []event, now time.Time) []event {
	latest := now.Add(-between)
	for i := len(mine) - 1; i >= 0; i-- {
		if mine[i].at.After(latest) {
			mine[i].at = latest
		}
		latest = mine[i].at.Add(-between)
	}
	mine[0].of.received = mine[0].at
	return mine
}

// moment is a time of day some days ago; for a member the next working day.
func moment(c deadline.Calendar, now time.Time, ago int, x step) (time.Time, error) {
	clock, err := time.Parse("15:04", x.At)
	if err != nil {
		return time.Time{}, fmt.Errorf("time of a step: %w", err)
	}
	day := c.Today(now).AddDays(-ago)
	for x.By != "" && !c.WorkingDay(day) {
		day = day.AddDays(1)
	}
	return time.Date(day.Year, day.Month, day.Day, clock.Hour(), clock.Minute(), 0, 0, c.Location).UTC(), nil
}

// dated is a date in a text of a sample case, in days from the one on which it came
// in: {d-12} in words, {day-12}, {month-12} and {year-12} in numbers.
var dated = regexp.MustCompile(`\{(d|day|month|year|iso)([+-]\d+)\}`)

// fill puts the dates into a text.
func (p *played) fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return dated.ReplaceAllStringFunc(text, func(found string) string {
		m := dated.FindStringSubmatch(found)
		days, _ := strconv.Atoi(m[2]) // the pattern has digits only
		t := p.received.AddDate(0, 0, days).In(lang.Brussels())
		switch m[1] {
		case "day":
			return strconv.Itoa(t.Day())
		case "month":
			return strconv.Itoa(int(t.Month()))
		case "year":
			return strconv.Itoa(t.Year())
		case "iso":
			return t.Format(time.DateOnly)
		default:
			return lang.Date(p.script.Lang, t)
		}
	})
}
