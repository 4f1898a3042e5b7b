package intake_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/store"
)

func registered() *intake.Bringing {
	return &intake.Bringing{From: casefile.FromCSV, Do: true, Name: "register"}
}

func oldCase(reference string) intake.OldRow {
	return intake.OldRow{
		Reference: reference, Received: "2021-03-31", Route: "general", Channel: "phone", Language: "fr",
		Name: "Lambert, Julie", Email: "julie@mail.example", Subject: "Pas de réponse", Text: "J’ai écrit trois fois.", Note: "Rappeler le matin.",
	}
}

func (d *desk) row(r intake.OldRow, b *intake.Bringing) intake.Brought {
	d.T.Helper()
	got, err := d.Intake.BringRow(d.T.Context(), r, lang.NL, b)
	if err != nil {
		d.T.Fatal(err)
	}
	return got
}

func before(c *casework.Case) *casefile.Brought {
	for _, i := range c.Timeline {
		if i.Brought != nil {
			return i.Brought
		}
	}
	return nil
}

func TestAnOpenRowBecomesALateCase(t *testing.T) {
	d := staffed(t)
	got := d.row(oldCase("2021-014"), registered())
	if got.Fate != intake.BringTaken {
		t.Fatalf("%s %s %v", got.Fate, got.Reason, got.Err)
	}
	c := d.Case(d.team.Service[0], got.Number)
	noon := time.Date(2021, 3, 31, 10, 0, 0, 0, time.UTC) // summer time
	if c.State != casefile.StateReceived || c.Channel != casefile.ChannelPhone || !c.Received.Equal(noon) || c.Code.Has {
		t.Errorf("%s, %s, %v", c.State, c.Channel, c.Received)
	}
	if !slices.ContainsFunc(c.Clocks, func(k casework.Clock) bool { return k.State == deadline.Passed }) {
		t.Error("no deadline shows as late")
	}
	b := before(c)
	if b == nil || b.Reference != "2021-014" || b.Note != "Rappeler le matin." || b.Unknown || b.From != casefile.FromCSV {
		t.Fatal("the history does not say how it stood in the register")
	}
	if c.Identity.Name != "Julie Lambert" || c.Identity.Email != "julie@mail.example" {
		t.Error("the name was read otherwise")
	}
	d.DeliverMail()
	if n := len(d.Box.Mails()); n != 0 || d.submitted() != "operator csv phone" {
		t.Errorf("%d mails; the log says %q", n, d.submitted())
	}
	if _, err := d.Casework.HandCode(t.Context(), d.team.Service[0], got.Number, "Aan de balie gegeven", d.Password(d.team.Service[0])); err != nil {
		t.Errorf("no code can be given to the person: %v", err)
	}
}

func TestAClosedRowComesInClosedAndIsKeptFromThatDay(t *testing.T) {
	d := staffed(t)
	r := oldCase("2021-014")
	r.Closed, r.Outcome = "12/05/2021", "Upheld"
	got := d.row(r, registered())
	c := d.Case(d.team.Service[0], got.Number)
	if c.State != casefile.StateClosed || len(c.Clocks) != 0 {
		t.Fatalf("%s with %d clocks", c.State, len(c.Clocks))
	}
	closed := time.Date(2021, 5, 12, 10, 0, 0, 0, time.UTC)
	if b := before(c); b == nil || b.Outcome != casefile.OutcomeUpheld || !b.Closed.Equal(closed) {
		t.Fatal("the history does not say that it was closed before")
	}
	for _, i := range c.Timeline {
		if i.Kind == casefile.EntryOutcome || i.Kind == casefile.EntryDecision || i.Kind == casefile.EntryStateEvent {
			t.Errorf("the history pretends a %s", i.Kind)
		}
	}
	rule, _ := d.Profile.Keeping().For(casefile.General, casefile.OutcomeUpheld)
	until, _ := rule.Dates(d.Intake.Calendar, closed, time.Time{}).Whole()
	if !c.Erasure.After.Equal(until) || c.Erasure.Due != casefile.ScopeWhole {
		t.Errorf("kept until %v, want %v; due %q", c.Erasure.After, until, c.Erasure.Due)
	}
	var notices int
	if err := d.Store.Read(t.Context(), func(tx *store.Tx) error {
		row, err := tx.CaseByNumber(got.Number)
		if err != nil {
			return err
		}
		if _, err := tx.Notice(row.ID); !errors.Is(err, store.ErrNone) {
			notices++
		}
		return nil
	}); err != nil || notices != 0 {
		t.Errorf("somebody would be written to about a case that was closed: %v", err)
	}
}

func TestARowIsBroughtOnceByItsNumber(t *testing.T) {
	d := staffed(t)
	was := d.casesThere()
	for range 2 {
		d.row(oldCase("7"), registered())
	}
	changed := oldCase("7")
	changed.Text = "autrement"
	if got := d.row(changed, registered()); got.Reason != intake.BringBefore {
		t.Errorf("%s %s", got.Fate, got.Reason)
	}
	other := registered()
	other.Name = "privacy"
	if got := d.row(oldCase("7"), other); got.Fate != intake.BringTaken {
		t.Errorf("the same number in another register: %s %s", got.Fate, got.Reason)
	}
	for n := range 20 { // killed anywhere
		ctx, end := context.WithTimeout(t.Context(), time.Duration(n)*200*time.Microsecond)
		if _, err := d.Intake.BringRow(ctx, oldCase("8"), lang.NL, registered()); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		end()
	}
	d.row(oldCase("8"), registered())
	if n := d.casesThere() - was; n != 3 {
		t.Errorf("%d cases of three rows", n)
	}
}

func TestWhatCannotBeIsToldWithItsColumn(t *testing.T) {
	d := staffed(t)
	was := d.casesThere()
	for want, change := range map[string]func(*intake.OldRow){
		"reference": func(r *intake.OldRow) { r.Reference = "" },
		"received":  func(r *intake.OldRow) { r.Received = "31/02/2021" },
		"closed":    func(r *intake.OldRow) { r.Closed, r.Outcome = "2021-03-30", "upheld" },
		"outcome":   func(r *intake.OldRow) { r.Closed = "2021-05-01" },
		"route":     func(r *intake.OldRow) { r.Route, r.Topic = "general", "theft" },
		"topic":     func(r *intake.OldRow) { r.Topic = "gossip" },
		"channel":   func(r *intake.OldRow) { r.Channel = "practice" },
		"language":  func(r *intake.OldRow) { r.Language = "pl" },
		"email":     func(r *intake.OldRow) { r.Email = "julie" },
		"text":      func(r *intake.OldRow) { r.Text, r.Subject = "", "" },
		"subject":   func(r *intake.OldRow) { r.Subject = strings.Repeat("x", 600) },
	} {
		r := oldCase("1")
		change(&r)
		got := d.row(r, registered())
		if got.Fate != intake.BringFailed || !strings.HasPrefix(string(got.Reason), "column "+want+": ") {
			t.Errorf("%s: %s %s", want, got.Fate, got.Reason)
		}
		if strings.Contains(string(got.Reason), "julie") || strings.Contains(string(got.Reason), "gossip") {
			t.Errorf("%s: the report repeats what the row holds", want)
		}
	}
	if n := d.casesThere() - was; n != 0 {
		t.Errorf("%d cases came of rows that cannot be", n)
	}
}

func TestARowIsSealedToThoseWhoWouldGetItToday(t *testing.T) {
	d := staffed(t)
	r := oldCase("1")
	r.Route, r.Topic, r.Channel, r.Name, r.Email = "", "theft", "letter", "", ""
	r.Text = "Thomas Dubois nam geld uit de kas."
	got := d.row(r, registered())
	if got.Fate != intake.BringTaken {
		t.Fatalf("%s %s %v", got.Fate, got.Reason, got.Err)
	}
	for _, other := range []access.Actor{d.team.HR, d.team.Service[0]} {
		if _, err := d.Casework.Case(t.Context(), other, got.Number); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("somebody reads it who may not: %v", err)
		}
	}
	c := d.Case(d.team.Manager, got.Number)
	if b := before(c); b == nil || !b.Unknown || !b.LeftOut {
		t.Error("the history does not say that nobody is known, and that a member was left out")
	}
}
