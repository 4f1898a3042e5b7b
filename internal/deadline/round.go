package deadline

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// objectMark stands in the id of a clock between its rule and what it is about, where
// a case has several clocks of one rule: a person, a round, a date that was missed.
const objectMark = "."

// ObjectID is the id of the clock that a rule has about one object.
func ObjectID(rule, object string) string { return rule + objectMark + object }

// NextID is the id of the next clock of a rule of which a case has several, one after
// another.
func NextID(rule string, clocks []Clock) string {
	n := 1
	for _, k := range clocks {
		if RuleOf(k.ID) == rule && k.ID != rule {
			n++
		}
	}
	return ObjectID(rule, strconv.Itoa(n))
}

// RuleOf is the id of the rule of a clock.
func RuleOf(id string) string {
	rule, _, _ := strings.Cut(id, objectMark)
	return rule
}

// Begin returns the clock of a rule, under an id of its own, that starts at a time.
func (c Calendar) Begin(r Rule, id string, start time.Time) Clock {
	k := Clock{ID: id, Kind: r.Kind, Start: start.UTC(), Due: c.After(start, r.Due), Hard: r.Hard}
	if !r.Target.None() {
		k.Target = c.After(start, r.Target)
	}
	return k
}

// Course is how it stands with what a rule belongs to that comes round again.
type Course struct {
	On   bool // it goes on
	Told bool // what a round waits for happened just now
}

// Round returns the clocks of a case with those of a rule that comes round again. When
// what the round that runs waits for has happened it is met, and so it is when its
// course ends; while that goes on the next one begins. A round that was late stays late.
func (c Calendar) Round(clocks []Clock, r Rule, course Course, now time.Time) []Clock {
	list := slices.Clone(clocks)
	rounds, open := 0, -1
	for i, k := range list {
		if RuleOf(k.ID) == r.ID {
			rounds++
			if k.Open() {
				open = i
			}
		}
	}
	if open >= 0 {
		if course.On && !course.Told {
			return list
		}
		met := now.UTC()
		list[open].Met, list[open].Paused = &met, time.Time{}
	}
	if course.On {
		list = append(list, c.Begin(r, ObjectID(r.ID, strconv.Itoa(rounds+1)), now))
	}
	return list
}

// Kept reports whether the clock is one of several of its rule, and what it waited for
// happened in time.
func (k Clock) Kept() bool {
	return RuleOf(k.ID) != k.ID && k.Met != nil && !k.Met.After(k.Due)
}

// Missed returns the clock that asks for a new date once the date of a clock has
// passed, or the new one that was told for it; false where one asks already.
func (c Calendar) Missed(r Rule, k Clock, clocks []Clock) (Clock, bool) {
	since, asked := k.Due, 0
	if !k.Again.IsZero() {
		since = k.Again
	}
	for _, other := range clocks {
		if base, ok := missedBy(other); ok && base == k.ID {
			if other.Open() {
				return Clock{}, false
			}
			asked++
		}
	}
	return c.Begin(r, ObjectID(r.ID, ObjectID(k.ID, strconv.Itoa(asked+1))), since), true
}

// missedBy is the id of the clock whose date was missed, of one that asks for a new date.
func missedBy(k Clock) (string, bool) {
	_, object, ok := strings.Cut(k.ID, objectMark)
	end := strings.LastIndex(object, objectMark)
	if k.Kind != KindProgress || !ok || end < 0 {
		return "", false
	}
	return object[:end], true
}

// Told stops the clocks that ask for a new date where one was told since, or where
// what had been promised is done.
func Told(clocks []Clock, now time.Time) []Clock {
	list := slices.Clone(clocks)
	for i, k := range list {
		base, ok := missedBy(k)
		if !ok || !k.Open() {
			continue
		}
		j := slices.IndexFunc(list, func(other Clock) bool { return other.ID == base })
		if j < 0 || list[j].Met != nil || list[j].Again.After(now) {
			met := now.UTC()
			list[i].Met = &met
		}
	}
	return list
}
