package dialogue_test

import (
	"errors"
	"slices"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
)

// interview is a conversation as a member notes it.
func interview(minutes string) map[string][]string {
	return map[string][]string{"who": {"De klager"}, "on": {"2026-03-02"}, "way": {"phone"}, "minutes": {minutes}, "present": {"Nele"}}
}

// put puts the newest version of the only record of a sheet before the complainant.
func put(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number, kind casefile.SlipKind, sheet casefile.Sheet, why string) string {
	t.Helper()
	k := i.Case(actor, n).Work.Single(sheet)
	p := casework.Putting{Kind: kind, ID: ident.New(), Record: string(k.ID), Version: string(k.Version), Lang: lang.NL, Why: why}
	for range 2 { // the same form twice
		must(t, i.Casework.PutBefore(ctx, actor, n, p))
	}
	return p.ID
}

func TestMinutesAreCheckedCorrectedAndSignedAndNothingIsOverwritten(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Keep(team.Manager, r.Number, casefile.SheetInterview, interview("De factuur was van mei."))
	first := put(t, i, team.Manager, r.Number, casefile.SlipMinutes, casefile.SheetInterview, "")
	tok := i.Enter(r.Code)
	m := mailbox(t, i, tok)
	if len(m.Slips) != 1 || m.Slips[0].Text != "De factuur was van mei." || !m.Slips[0].Unread || !m.Slips[0].Waits() {
		t.Fatalf("the mailbox shows %d slips", len(m.Slips))
	}
	settle := func(slip string, act casefile.SlipAct, name, words string) error {
		return i.Dialogue.Settle(ctx, tok, sendingFor(r), dialogue.Settling{Slip: slip, Act: act, Lang: lang.NL, Name: name, Words: words})
	}
	for _, wrong := range []struct {
		act         casefile.SlipAct
		name, words string
		want        error
	}{
		{casefile.SlipSign, " ", "", dialogue.ErrNameMissing}, {casefile.SlipCorrect, "", " ", dialogue.ErrSlipWords},
		{casefile.SlipRefuse, "", "", dialogue.ErrSlipWords}, {"", "", "", dialogue.ErrActMissing}, {casefile.SlipTakeBack, "", "", dialogue.ErrActMissing},
	} {
		if err := settle(first, wrong.act, wrong.name, wrong.words); !errors.Is(err, wrong.want) {
			t.Errorf("%q: %v", wrong.act, err)
		}
	}
	if err := settle(first, casefile.SlipAgree, "", ""); !conflict(err) {
		t.Errorf("consent to minutes: %v", err)
	}
	must(t, settle(first, casefile.SlipCorrect, "", "Van juni, niet van mei."))
	c := i.Case(team.HR, r.Number)
	if p := c.Slips[0]; p.State() != "corrected" || p.Text != "De factuur was van mei." || p.Corrections()[0].Words != "Van juni, niet van mei." {
		t.Fatalf("after a correction the minutes stand as %s", p.State())
	}
	i.Keep(team.Manager, r.Number, casefile.SheetConflict, map[string][]string{"none": {"none"}})
	i.Move(team.Manager, r.Number, casefile.StateTriage)
	must(t, i.Casework.Assign(ctx, team.Manager, r.Number, team.Manager.Member, i.Case(team.Manager, r.Number).Revision))
	if c := i.Case(team.Manager, r.Number); c.Next.Key != "corrected" {
		t.Errorf("the next step is %s", c.Next.Key)
	}
	i.Amend(team.Manager, r.Number, i.Case(team.Manager, r.Number).Work.Single(casefile.SheetInterview), map[string][]string{"minutes": {"De factuur was van juni."}})
	second := put(t, i, team.Manager, r.Number, casefile.SlipMinutes, casefile.SheetInterview, "")
	if err := settle(first, casefile.SlipSign, "An Maes", ""); !conflict(err) {
		t.Errorf("an older version is signed: %v", err)
	}
	must(t, settle(second, casefile.SlipSign, " An  Maes ", ""))
	if err := settle(second, casefile.SlipRefuse, "", "toch niet"); !conflict(err) {
		t.Errorf("signed minutes are refused: %v", err)
	}
	m, c = mailbox(t, i, tok), i.Case(team.HR, r.Number)
	old, _ := c.Slips.Find(first)
	signed, _ := c.Slips.Find(second)
	if old.State() != casefile.SlipReplaced || old.Corrections()[0].Words == "" || signed.State() != "signed" || signed.Turns[0].Name != "An Maes" {
		t.Errorf("old %s, new %s", old.State(), signed.State())
	}
	if signed.Turns[0].Print != signed.Print || signed.Print == old.Print || m.Slips[0].Print != signed.Print {
		t.Error("both sides do not see the fingerprint of what was signed")
	}
	if err := i.Casework.TakeBack(ctx, team.Manager, r.Number, second); !conflict(err) {
		t.Errorf("signed minutes are taken back: %v", err)
	}
	if hits, err := i.Casework.Search(ctx, team.HR, "juni, niet van mei", 1); err != nil || hits.Total != 1 {
		t.Errorf("the corrections are found %d times, %v", hits.Total, err)
	}
	kinds := []casefile.EntryKind{casefile.EntrySlip, casefile.EntrySlipAnswer, casefile.EntrySlip, casefile.EntrySlipAnswer}
	var got []casefile.EntryKind
	for _, it := range c.Timeline {
		if it.Slip != nil || it.Answer != nil {
			got = append(got, it.Kind)
		}
	}
	if !slices.Equal(got, kinds) {
		t.Errorf("the timeline tells %v", got)
	}
}

func conflict(err error) bool {
	why, ok := fault.As(err)
	return ok && why.Kind == fault.Conflict
}

func TestANameIsSharedOnlyWithConsentWhichCanBeWithdrawn(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	ask := func(n casefile.Number, actor access.Actor, whom string) (string, error) {
		p := casework.Putting{Kind: casefile.SlipConsent, ID: ident.New(), Lang: lang.NL, Whom: whom, Scope: "Om de facturen op te vragen", Why: "De boekhouder kent de leverancier."}
		return p.ID, i.Casework.PutBefore(ctx, actor, n, p)
	}
	var unfit *casefile.Unfit
	if _, err := ask(r.Number, team.Manager, " "); !errors.As(err, &unfit) || unfit.Problems[0].Field != "whom" {
		t.Fatalf("a question about nobody: %v", err)
	}
	general := i.Complain("nl", apptest.Answers("communication"), nil)
	if _, err := ask(general.Number, team.Service[0], "x"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("on a route whose names are not apart: %v", err)
	}
	if _, err := ask(r.Number, team.Service[0], "x"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody without a key: %v", err)
	}
	id, err := ask(r.Number, team.Manager, "Piet Peeters, boekhouder")
	must(t, err)
	tok := i.Enter(r.Code)
	settle := func(act casefile.SlipAct) error {
		return i.Dialogue.Settle(ctx, tok, sendingFor(r), dialogue.Settling{Slip: id, Act: act, Lang: lang.NL})
	}
	if err := settle(casefile.SlipWithdraw); !conflict(err) {
		t.Errorf("withdrawn before it was given: %v", err)
	}
	state := func() casefile.SlipState { return i.Case(team.HR, r.Number).Slips[0].State() }
	must(t, settle(casefile.SlipAgree))
	if state() != "agreed" || !i.Case(team.HR, r.Number).Identity.Sealed {
		t.Errorf("after a yes: %s; who the complainant is must stay behind its gate", state())
	}
	must(t, settle(casefile.SlipWithdraw))
	if err := settle(casefile.SlipAgree); state() != "withdrawn" || !conflict(err) {
		t.Errorf("after a withdrawal: %s, %v", state(), err)
	}
	other, err := ask(r.Number, team.Manager, "De directie")
	must(t, err)
	for range 2 {
		must(t, i.Casework.TakeBack(ctx, team.HR, r.Number, other))
	}
	if m := mailbox(t, i, tok); m.Slips[0].State() != "taken-back" || m.Slips[0].Waits() {
		t.Errorf("a question taken back stands as %s", m.Slips[0].State())
	}
	stranger := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	err = i.Dialogue.Settle(ctx, i.Enter(stranger.Code), sendingFor(stranger), dialogue.Settling{Slip: id, Act: casefile.SlipAgree})
	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the slip of another case: %v", err)
	}
}

func TestTheComplainantIsToldBeforeALegalDisclosure(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Keep(team.Manager, r.Number, casefile.SheetDisclosure, map[string][]string{
		"authority": {"Parket Brussel"}, "basis": {"art. 29 Sv."}, "what": {"De facturen"}, "told": {"no"}, "why-not": {"Nog niet gedaan."},
	})
	k := i.Case(team.Manager, r.Number).Work.Single(casefile.SheetDisclosure)
	var unfit *casefile.Unfit
	err := i.Casework.PutBefore(ctx, team.Manager, r.Number, casework.Putting{
		Kind: casefile.SlipDisclosure, ID: ident.New(), Record: string(k.ID), Version: string(k.Version), Lang: lang.NL,
	})
	if !errors.As(err, &unfit) {
		t.Fatalf("told without a reason: %v", err)
	}
	put(t, i, team.Manager, r.Number, casefile.SlipDisclosure, casefile.SheetDisclosure, "De wet verplicht ons.")
	after := i.Case(team.HR, r.Number)
	next := after.Work.Single(casefile.SheetDisclosure)
	if next.One("told") != "yes" || next.One("told-on") == "" || next.One("why-not") != "" || next.Count != 2 || after.Earlier[k.ID][0].One("why-not") == "" {
		t.Errorf("the disclosure says told %q on %q, %d versions", next.One("told"), next.One("told-on"), next.Count)
	}
	m := mailbox(t, i, i.Enter(r.Code))
	if p := m.Slips[0]; p.Whom != "Parket Brussel" || p.Basis != "art. 29 Sv." || p.Why != "De wet verplicht ons." || p.State() != casefile.SlipTold {
		t.Errorf("the mailbox says %s", p.State())
	}
	err = i.Casework.PutBefore(ctx, team.Manager, r.Number, casework.Putting{
		Kind: casefile.SlipDisclosure, ID: ident.New(), Record: string(k.ID), Version: string(k.Version), Lang: lang.NL, Why: "Nog eens",
	})
	if !conflict(err) {
		t.Errorf("an older version is told: %v", err)
	}
}
