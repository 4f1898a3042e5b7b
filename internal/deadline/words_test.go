package deadline_test

import (
	"slices"
	"testing"
	"time"

	"klankbord/internal/deadline"
	"klankbord/internal/lang"
)

func TestEveryClockAndPhraseHasWords(t *testing.T) {
	c := lang.New()
	for _, l := range lang.All() {
		for _, k := range deadline.Kinds() {
			if err := c.Check(l, "common.clock."+string(k), nil); err != nil {
				t.Error(err)
			}
		}
		for _, k := range deadline.PhraseKeys() {
			none, date := c.Check(l, k, nil), c.Check(l, k, map[string]string{"date": ""})
			if none != nil && date != nil {
				t.Error(none, date)
			}
		}
	}
	if !slices.Contains(c.Keys(), "common.due.late") {
		t.Error("the phrases are not in the catalogue")
	}
}

func TestAPhraseAsAPersonReadsIt(t *testing.T) {
	c := lang.New()
	cal := deadline.Belgium(lang.Brussels())
	k := deadline.Clock{Due: cal.EndOf(day(2026, time.October, 31))}
	say := func(l lang.Lang, now time.Time) string {
		p := cal.Phrase(k, now)
		return c.Plural(l, p.Key, p.N, map[string]string{"date": lang.DateLong(l, p.Date)})
	}
	at := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 12, 0, 0, 0, time.UTC) }
	for _, tc := range []struct {
		l    lang.Lang
		now  time.Time
		want string
	}{
		{lang.EN, at(10, 1), "by 31 October 2026"},
		{lang.EN, at(10, 30), "due tomorrow"},
		{lang.EN, at(10, 31), "due today"},
		{lang.EN, at(11, 2), "2 days late"},
		{lang.NL, at(11, 1), "1 dag te laat"},
		{lang.FR, at(10, 1), "pour le 31 octobre 2026"},
		{lang.DE, at(10, 1), "bis 31. Oktober 2026"},
	} {
		if got := say(tc.l, tc.now); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}
