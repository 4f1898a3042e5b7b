package casefile_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
)

// full fills in a sheet as far as it must be, with the first option of each choice.
func full(f casefile.Form, r casefile.Route) map[string][]string {
	answers := map[string][]string{}
	for range f.Fields { // one answer may ask for another
		for _, p := range f.Check(r, answers) {
			x, _ := f.Field(p.Field)
			switch x.Kind {
			case casefile.FieldOne, casefile.FieldSome:
				answers[x.ID] = x.Options[:1]
			case casefile.FieldDay:
				answers[x.ID] = []string{"2026-03-02"}
			default:
				answers[x.ID] = []string{"words"}
			}
		}
	}
	return answers
}

func TestEverySheetCanBeFilledInOnEveryRouteThatHasIt(t *testing.T) {
	seen := map[casefile.Sheet]bool{}
	for _, f := range casefile.Sheets() {
		if seen[f.Sheet] {
			t.Errorf("%s stands twice in the table", f.Sheet)
		}
		seen[f.Sheet] = true
		if !slices.Contains(casefile.Parts(), f.Part) {
			t.Errorf("%s stands in the part %q", f.Sheet, f.Part)
		}
		for _, r := range routes() {
			if f.On(r) && len(f.Check(r, full(f, r))) > 0 {
				t.Errorf("%s on %s can never be complete: %v", f.Sheet, r, f.Check(r, full(f, r)))
			}
		}
		ids := map[string]bool{}
		for _, x := range f.Fields {
			if ids[x.ID] {
				t.Errorf("%s asks %s twice", f.Sheet, x.ID)
			}
			ids[x.ID] = true
			if (x.Kind == casefile.FieldOne || x.Kind == casefile.FieldSome) != (len(x.Options) > 0) {
				t.Errorf("%s.%s has %d options", f.Sheet, x.ID, len(x.Options))
			}
			if x.If == nil {
				continue
			}
			other, ok := f.Field(x.If.Field)
			if !ok || !subset(x.If.Is, other.Options) || len(x.If.Is) == 0 && x.Required {
				t.Errorf("%s.%s waits for what cannot be answered", f.Sheet, x.ID)
			}
		}
	}
}

func subset(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(s string) bool { return !slices.Contains(whole, s) })
}

func TestWhatASheetLacksIsSaidFieldByField(t *testing.T) {
	form, _ := casefile.FormOf(casefile.SheetTriage)
	for _, tc := range []struct {
		name   string
		route  casefile.Route
		change map[string][]string
		want   []casefile.Problem
	}{
		{"complete", casefile.Integrity, nil, nil},
		{"a general complaint needs no look at the Act", casefile.General, map[string][]string{"act": nil, "risk": nil}, nil},
		{"an integrity complaint does", casefile.Integrity, map[string][]string{"act": nil, "risk": nil},
			[]casefile.Problem{{Field: "act", Key: "choose"}, {Field: "risk", Key: "choose"}}},
		{"not admissible asks why", casefile.General, map[string][]string{"admissible": {"no"}},
			[]casefile.Problem{{Field: "refused", Key: "choose"}, {Field: "why", Key: "missing"}}},
		{"within the Act asks where", casefile.Privacy, map[string][]string{"act": {"yes"}}, []casefile.Problem{{Field: "areas", Key: "choose"}}},
		{"a risk asks for a plan", casefile.Integrity, map[string][]string{"risk": {"high"}}, []casefile.Problem{{Field: "plan", Key: "missing"}}},
		{"a made-up answer", casefile.General, map[string][]string{"severity": {"5"}}, []casefile.Problem{{Field: "severity", Key: "choose"}}},
		{"two answers", casefile.General, map[string][]string{"severity": {"1", "2"}}, []casefile.Problem{{Field: "severity", Key: "choose"}}},
		{"too long", casefile.General, map[string][]string{"evidence": {strings.Repeat("é", 20_001)}}, []casefile.Problem{{Field: "evidence", Key: "words"}}},
	} {
		answers := full(form, casefile.Integrity)
		answers["act"], answers["areas"] = []string{"no"}, nil
		maps.Copy(answers, tc.change)
		if got := form.Check(tc.route, form.Tidy(tc.route, answers)); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestTidyingTwiceChangesNothingAndKeepsOnlyWhatIsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		form := rapid.SampledFrom(casefile.Sheets()).Draw(t, "sheet")
		r := rapid.SampledFrom(routes()).Draw(t, "route")
		answers := map[string][]string{"made-up": {"x"}}
		for _, x := range form.Fields {
			answers[x.ID] = rapid.SliceOfN(rapid.SampledFrom([]string{"", " ", " a ", "a\r\nb", "1", "yes", "2026-02-30"}), 0, 3).Draw(t, x.ID)
		}
		once := form.Tidy(r, answers)
		again := form.Tidy(r, once)
		for id, values := range once {
			x, ok := form.Field(id)
			if !ok || !x.On(r) || !slices.Equal(values, again[id]) {
				t.Fatalf("%s keeps %v, then %v", id, values, again[id])
			}
			if slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != v || v == "" }) {
				t.Fatalf("%s keeps %q", id, values)
			}
		}
	})
}

func TestTheNewestAssessmentCounts(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	record := func(id, by, severity string) casefile.Kept {
		return casefile.Kept{ID: casefile.EntryID(id), First: by, At: at, Record: casefile.Record{
			Sheet: casefile.SheetTriage, Fields: map[string][]string{"severity": {severity}, "topics": {"theft"}},
		}}
	}
	w := casefile.Worked{record("a", "nele", "2"), record("b", "thomas", "4")}
	if w.Severity() != 4 || !slices.Equal(w.Assessed(), []string{"theft"}) || w.By(casefile.SheetTriage, "nele").ID != "a" {
		t.Errorf("severity %d, topics %v", w.Severity(), w.Assessed())
	}
	var none casefile.Worked
	if none.Severity() != 0 || none.Assessed() != nil || none.Full(casefile.SheetTriage, casefile.General) {
		t.Error("a case without an assessment has one")
	}
}

func TestWhatIsStillOwedIsFoundInTheRecords(t *testing.T) {
	at := time.Date(2026, 3, 31, 9, 0, 0, 0, time.UTC)
	kept := func(s casefile.Sheet, pairs ...string) casefile.Kept {
		k := casefile.Kept{ID: "a", Since: at, Record: casefile.Record{Sheet: s, Fields: map[string][]string{}}}
		for i := 0; i < len(pairs); i += 2 {
			k.Fields[pairs[i]] = []string{pairs[i+1]}
		}
		return k
	}
	type owed struct{ unheard, unfound, unplanned, unsent int }
	for name, tc := range map[string]struct {
		k    casefile.Kept
		want owed
	}{
		"a person concerned who was not asked": {kept(casefile.SheetPerson, "role", "concerned"), owed{unheard: 1}},
		"one who was asked and did not answer": {kept(casefile.SheetPerson, "role", "concerned", "reply", "asked"), owed{unheard: 1}},
		"one who does not want to":             {kept(casefile.SheetPerson, "role", "concerned", "reply", "declined"), owed{}},
		"a witness":                            {kept(casefile.SheetPerson, "role", "witness"), owed{}},
		"an allegation":                        {kept(casefile.SheetAllegation, "what", "x"), owed{unfound: 1}},
		"a measure with a name and no date":    {kept(casefile.SheetMeasure, "owner", "x"), owed{unplanned: 1}},
		"a measure with both":                  {kept(casefile.SheetMeasure, "owner", "x", "due", "2026-04-01"), owed{}},
		"a measure that is done":               {kept(casefile.SheetMeasure, "done", "2026-04-01"), owed{}},
		"a notification that waits":            {kept(casefile.SheetNotification, "body", "police"), owed{unsent: 1}},
		"a notification that was sent":         {kept(casefile.SheetNotification, "sent", "2026-04-01"), owed{}},
	} {
		w := casefile.Worked{tc.k}
		if got := (owed{len(w.Unheard()), len(w.Unfound()), len(w.Unplanned()), len(w.Unsent())}); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
	if w := (casefile.Worked{kept(casefile.SheetAllegation, "finding", "knowingly-false")}); !w.FalselyTold() {
		t.Error("a false allegation is not seen")
	}
	if w := (casefile.Worked{kept(casefile.SheetBreach, "breach", "yes")}); !w.BreachOpen() {
		t.Error("a breach without a decision is not seen")
	}
}
