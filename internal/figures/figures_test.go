package figures_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
	"klankbord/internal/figures"
)

var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

func lists() figures.Lists {
	return figures.Lists{
		Topics: []string{"post", "calls", "breach", "fraud", "retaliation", "sexual-abuse", "child-abuse"}, Languages: []string{"nl", "fr", "en", "de"},
		TopicOf: func(topic string) casefile.Route {
			return map[string]casefile.Route{"retaliation": casefile.Integrity, "sexual-abuse": casefile.Integrity, "child-abuse": casefile.Integrity, "post": casefile.General, "calls": casefile.General, "breach": casefile.Privacy, "fraud": casefile.Integrity}[topic]
		},
		Group: func(relation string) string {
			return map[string]string{"staff": "inside", "donor": "supporter"}[relation]
		},
	}
}

func month(y int, m time.Month) figures.Month { return figures.MonthOf(y, m) }

func count(cases []figures.Case) figures.Report {
	return figures.Count(cases, figures.Besides{}, figures.YearOf(2026), lists(), noon, time.UTC)
}

func figure(t interface{ Fatalf(string, ...any) }, r figures.Report, id string) figures.Figure {
	for _, f := range r.Figures {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("the report has no figure %q", id)
	return figures.Figure{}
}

func line(f figures.Figure, key string) figures.Line {
	for _, l := range f.Lines {
		if l.Key == key {
			return l
		}
	}
	return figures.Line{}
}

func many(n int, c figures.Case) (list []figures.Case) {
	for range n {
		list = append(list, c)
	}
	return list
}

func general() figures.Case {
	return figures.Case{
		Route: casefile.General, Channel: casefile.ChannelWeb, Language: "nl", Topics: []string{"post"}, Received: month(2026, time.May),
		Closed: month(2026, time.June), Days: 20, Waited: 30, Acknowledged: figures.InTime, Answered: figures.InTime, Outcome: casefile.OutcomeUpheld,
	}
}

func strict() figures.Case {
	c := general()
	c.Route, c.Topics, c.Language = casefile.Integrity, []string{"fraud"}, "fr"
	return c
}

func TestAYearIsCountedAsByHand(t *testing.T) {
	old, open, late := general(), general(), general()
	old.Received, old.Closed = month(2025, time.December), month(2026, time.January)
	open.Closed, open.Since = 0, noon.AddDate(0, 0, -70)
	late.Answered, late.Days, late.Outcome = figures.Late, 50, casefile.OutcomeUnfounded
	r := count([]figures.Case{general(), general(), old, open, late, strict()})
	for _, want := range []struct {
		figure, line string
		now, of, was int
	}{
		{"received", "", 5, 5, 1}, {"received", "general", 4, 4, 1}, {"received", "integrity", 1, 1, 0}, {"received", "privacy", 0, 0, 0},
		{"received-month", "4", 5, 5, 0}, {"received-month", "11", 0, 0, 1}, {"received-topic", "fraud", 1, 1, 0},
		{"flow", "carried", 1, 1, 0}, {"flow", "received", 5, 5, 1}, {"flow", "closed", 5, 5, 0}, {"flow", "open", 1, 1, 1},
		{"age", "90", 1, 1, 0}, {"age", "30", 0, 0, 0},
		{"answered", "", 4, 5, 1}, {"answered", "integrity", 1, 1, 0},
		{"outcome", "upheld", 4, 4, 0}, {"outcome", "unfounded", 1, 1, 0}, {"substantiated", "", 4, 5, 0},
	} {
		f := figure(t, r, want.figure)
		l := *f.Whole
		if want.line != "" {
			l = line(f, want.line)
		}
		if l.Now.N != want.now || l.Now.Of != want.of || l.Before.N != want.was {
			t.Errorf("%s %s: %d of %d, the year before %d; want %d of %d, %d", want.figure, want.line, l.Now.N, l.Now.Of, l.Before.N, want.now, want.of, want.was)
		}
	}
	if d := figure(t, r, "duration").Whole.Now; d.Middle != 20 || d.High != 50 || d.Of != 5 {
		t.Errorf("it took %d days, in nine of ten %d, of %d", d.Middle, d.High, d.Of)
	}
	if !r.Running() {
		t.Error("2026 is not marked as running in November")
	}
}

func TestWithoutKeysNothingSealedIsCounted(t *testing.T) {
	c := general()
	c.Sealed = true
	r := count(append(many(9, general()), c))
	for _, f := range r.Figures {
		switch f.ID {
		case "received-topic", "received-assessed", "outcome", "substantiated", "admissible":
			t.Errorf("%s is counted, though it is not known of one case", f.ID)
		}
	}
	if !r.Sealed || figure(t, r, "received").Whole.Now.N != 10 {
		t.Error("what stands in the clear is not counted")
	}
}

func TestOneSmallNumberTakesAnotherAlong(t *testing.T) {
	r := count(append(many(12, general()), many(3, strict())...)).Publish(figures.Public)
	f := figure(t, r, "received")
	got := map[string]figures.Mark{"": f.Whole.Now.Mark}
	for _, l := range f.Lines {
		got[l.Key] = l.Now.Mark
	}
	for key, want := range map[string]figures.Mark{"": figures.Shown, "general": figures.Held, "integrity": figures.Few, "privacy": figures.Shown} {
		if got[key] != want {
			t.Errorf("%q is marked %d, want %d", key, got[key], want)
		}
	}
	if line(f, "general").Now.N != 0 || line(f, "integrity").Now.N != 0 {
		t.Error("a number that is not shown is still there to be shown")
	}
	if line(figure(t, r, "received-language"), "fr").Now.Mark == figures.Shown {
		t.Error("the language of three cases is shown")
	}
	for _, f := range r.Figures {
		if f.For != figures.Public {
			t.Errorf("%s is in the public edition", f.ID)
		}
	}
}

func TestNothingSmallNothingHidden(t *testing.T) {
	r := count(append(many(12, general()), many(6, strict())...)).Publish(figures.Board)
	f := figure(t, r, "received")
	if f.Whole.Now.N != 18 || line(f, "general").Now.N != 12 || line(f, "integrity").Now.N != 6 || line(f, "privacy").Now.Mark != figures.Shown {
		t.Errorf("numbers of five and more are hidden: %+v", f.Lines)
	}
}

// desk draws a desk that is small, as most are.
func desk(t *rapid.T) (list []figures.Case) {
	for i := range rapid.IntRange(0, 40).Draw(t, "cases") {
		at := "case " + strconv.Itoa(i) + " "
		c := figures.Case{
			Route:    rapid.SampledFrom([]casefile.Route{casefile.General, casefile.General, casefile.Privacy, casefile.Integrity}).Draw(t, at+"route"),
			Channel:  rapid.SampledFrom([]casefile.Channel{casefile.ChannelWeb, casefile.ChannelWeb, casefile.ChannelEmail}).Draw(t, at+"channel"),
			Language: rapid.SampledFrom([]string{"nl", "nl", "fr", "de"}).Draw(t, at+"language"),
			Topics:   rapid.SliceOfNDistinct(rapid.SampledFrom(lists().Topics), 1, 2, rapid.ID).Draw(t, at+"topics"),
			Received: month(2025, time.January) + figures.Month(rapid.IntRange(0, 23).Draw(t, at+"month")),
			Waited:   rapid.IntRange(-1, 90).Draw(t, at+"hours"), Days: rapid.IntRange(0, 200).Draw(t, at+"days"),
			Acknowledged: rapid.SampledFrom([]figures.Judged{figures.NotAsked, figures.InTime, figures.Late}).Draw(t, at+"acknowledged"),
			Answered:     rapid.SampledFrom([]figures.Judged{figures.NotAsked, figures.InTime, figures.InTime, figures.Late}).Draw(t, at+"answered"),
			Since:        noon.AddDate(0, 0, -rapid.IntRange(0, 300).Draw(t, at+"age")),
		}
		if rapid.Bool().Draw(t, at+"closed") {
			c.Closed = min(c.Received+figures.Month(rapid.IntRange(0, 5).Draw(t, at+"took")), month(2026, time.December))
			c.Outcome = rapid.SampledFrom(casefile.Outcomes()).Draw(t, at+"outcome")
			c.Reviewed, c.Changed = rapid.Bool().Draw(t, at+"reviewed"), rapid.Bool().Draw(t, at+"changed")
			c.Causes = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"rule", "human"}), 0, 2, rapid.ID).Draw(t, at+"causes")
			c.Measures = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"refund", "audit"}), 0, 2, rapid.ID).Draw(t, at+"measures")
			c.Money.Alleged = rapid.SampledFrom([]int{0, 0, 700}).Draw(t, at+"money")
			c.Severity = rapid.IntRange(0, 4).Draw(t, at+"severity")
			c.Refused = rapid.SampledFrom([]string{"", "court", "old"}).Draw(t, at+"refused")
		}
		c.Delay = rapid.IntRange(-1, 40).Draw(t, at+"delay")
		c.Relation = rapid.SampledFrom([]string{"", "staff", "donor"}).Draw(t, at+"relation")
		c.Raised.Method = rapid.SampledFrom([]string{"", "street", "door"}).Draw(t, at+"method")
		c.Raised.Forwarded = rapid.Bool().Draw(t, at+"forwarded")
		c.Told = rapid.SampledFrom([][]string{nil, nil, {"police"}}).Draw(t, at+"told")
		if c.Closed != 0 && rapid.SampledFrom([]int{0, 0, 1}).Draw(t, at+"erased") == 1 {
			c.Erased = c.Closed
		}
		list = append(list, c)
	}
	return list
}

// allows returns which numbers a reader must reckon with at a mark.
func allows(mark figures.Mark, n, most int) (from, to int) {
	switch mark {
	case figures.Few:
		return 1, 4
	case figures.Held:
		return 5, most
	case figures.Withheld:
		return 0, most
	default:
		return n, n
	}
}

// readings finds every number that the values can have when they add up to the total.
func readings(values []figures.Value, total figures.Value) []map[int]bool {
	found := make([]map[int]bool, len(values))
	low, high := allows(total.Mark, total.N, 60)
	for i := range values {
		found[i] = map[int]bool{}
		others := sums(append(slices.Clone(values[:i]), values[i+1:]...), high)
		from, to := allows(values[i].Mark, values[i].N, high)
		for n := from; n <= to; n++ {
			for rest := range others {
				if sum := n + rest; low <= sum && sum <= high {
					found[i][n] = true
				}
			}
		}
	}
	return found
}

// sums finds what values can add up to, up to most.
func sums(values []figures.Value, most int) map[int]bool {
	reached := map[int]bool{0: true}
	for _, v := range values {
		next := map[int]bool{}
		from, to := allows(v.Mark, v.N, most)
		for sum := range reached {
			for n := from; n <= to && sum+n <= most; n++ {
				next[sum+n] = true
			}
		}
		reached = next
	}
	return reached
}

func TestNobodyFindsASmallNumberInAnEdition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases := desk(t)
		audience := rapid.SampledFrom([]figures.Audience{figures.Public, figures.Board}).Draw(t, "audience")
		r := count(cases).Publish(audience)
		for _, f := range r.Figures {
			for _, l := range append([]figures.Line{*f.Whole}, f.Lines...) {
				for _, v := range []figures.Value{l.Now, l.Before} {
					if v.Mark == figures.Shown && v.N > 0 && v.N < figures.Least || v.Base == figures.Shown && v.Of > 0 && v.Of < figures.Least {
						t.Fatalf("%s %s shows %d of %d", f.ID, l.Key, v.N, v.Of)
					}
					if v.Mark == figures.Shown && v.Base == figures.Shown && f.Unit == figures.Share && v.Of-v.N > 0 && v.Of-v.N < figures.Least {
						t.Fatalf("%s %s shows %d of %d, which leaves %d", f.ID, l.Key, v.N, v.Of, v.Of-v.N)
					}
				}
			}
		}
		for _, id := range []string{"received", "received-channel", "age", "duration", "duration-severity", "delay", "refused", "fundraising", "relation-groups"} {
			f := figure(t, r, id)
			for _, of := range []func(figures.Line) figures.Value{func(l figures.Line) figures.Value { return l.Now }, func(l figures.Line) figures.Value { return l.Before }} {
				var values []figures.Value
				for _, l := range f.Lines {
					values = append(values, of(l))
				}
				for i, found := range readings(values, of(*f.Whole)) {
					if values[i].Mark == figures.Few && len(found) < 2 {
						t.Fatalf("%s: a reader knows that %s is one of %v", id, f.Lines[i].Key, found)
					}
				}
			}
		}
		flow := figure(t, r, "flow")
		if was, is := line(flow, "open").Before, line(flow, "carried").Now; was.Mark != is.Mark || was.N != is.N {
			t.Fatalf("what was open at the end of one year is %+v, at the start of the next %+v", was, is)
		}
		for _, pair := range [][2]string{{"received", "told-any"}, {"received", "relation-groups"}, {"received", "fundraising"}} {
			all, part := figure(t, r, pair[0]).Whole.Now, figure(t, r, pair[1]).Whole.Now
			if rest := all.N - part.Of; all.Mark == figures.Shown && part.Base == figures.Shown && rest > 0 && rest < figures.Least {
				t.Fatalf("of %d %s, %s counts %d, which leaves %d", all.N, pair[0], pair[1], part.Of, rest)
			}
		}
		// What was received this year, less those whose answer was judged.
		if all, some := figure(t, r, "received").Whole.Now, figure(t, r, "answered").Whole.Now; all.Mark == figures.Shown && some.Base == figures.Shown &&
			all.N-some.Of > 0 && all.N-some.Of < figures.Least {
			t.Fatalf("of %d received %d were judged, which leaves %d", all.N, some.Of, all.N-some.Of)
		}
	})
}

func TestMonthsAreWrittenAndRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := figures.MonthOf(rapid.IntRange(1, 9998).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")))
		if back, ok := figures.ParseMonth(m.String()); !ok || back != m {
			t.Fatalf("%s is read as %s", m, back)
		}
	})
}

func TestAMonthIsToldInRanges(t *testing.T) {
	for n, want := range map[int][2]int{0: {0, 4}, 1: {0, 4}, 4: {0, 4}, 5: {5, 9}, 9: {5, 9}, 10: {10, 19}, 49: {20, 49}, 200: {200, 0}, 1000: {200, 0}} {
		r := figures.Count(many(n, general()), figures.Besides{}, figures.Period{From: month(2026, time.May), To: month(2026, time.May)}, lists(), noon, time.UTC)
		for _, got := range r.Ranges() {
			if got.Key == "received" && (got.From != want[0] || got.To != want[1]) {
				t.Errorf("%d cases read %d to %d", n, got.From, got.To)
			}
		}
		if len(r.Ranges()) != 4 {
			t.Errorf("a month has %d lines", len(r.Ranges()))
		}
	}
}
