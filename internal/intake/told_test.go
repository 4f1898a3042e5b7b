package intake_test

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// telling is what a member was told, by the questions of the page.
func telling(a profile.Answers, channel casefile.Channel, at time.Time) profile.Answers {
	a = a.Clone()
	a[intake.ToldChannel] = []string{string(channel)}
	a[intake.ToldOn+".day"], a[intake.ToldOn+".month"], a[intake.ToldOn+".year"] = []string{strconv.Itoa(at.Day())}, []string{strconv.Itoa(int(at.Month()))}, []string{strconv.Itoa(at.Year())}
	a[intake.ToldTime], a[intake.ToldWritten] = []string{at.Format("15:04")}, []string{"nl"}
	if channel.Oral() {
		a[intake.ToldConsent] = []string{string(casefile.NotRecorded)}
	}
	return a
}

func (d *desk) local(at time.Time) time.Time {
	return at.In(d.Intake.Calendar.Location).Truncate(time.Minute)
}

// keep keeps what a member typed, all of it, as the page does.
func (d *desk) keep(by access.Actor, tok seal.Token, a profile.Answers) (*intake.Draft, bool) {
	d.T.Helper()
	var draft *intake.Draft
	dropped := false
	for range 3 { // answers bring up further questions
		before, err := d.Intake.BeginTold(d.T.Context(), by, tok)
		if err != nil {
			d.T.Fatal(err)
		}
		var gone []intake.File
		if draft, gone, err = d.Intake.SaveTold(d.T.Context(), by, tok, d.Intake.Profile.StepsTold(before.Answers), a); err != nil {
			d.T.Fatal(err)
		}
		dropped = dropped || len(gone) > 0
	}
	return draft, dropped
}

func (d *desk) register(by access.Actor, a profile.Answers) intake.Registered {
	d.T.Helper()
	tok := seal.NewToken()
	draft, _ := d.keep(by, tok, a)
	got, err := d.Intake.Register(d.T.Context(), by, tok, intake.Registering{Draft: draft.ID, Who: "De klager"})
	if err != nil {
		v, _ := d.Intake.ReviewTold(d.T.Context(), by, tok)
		d.T.Fatalf("%v; wrong %v; missing %v", err, v.Wrong, v.Missing)
	}
	again, err := d.Intake.Register(d.T.Context(), by, tok, intake.Registering{Draft: draft.ID, Who: "De klager"})
	if err != nil || again != got {
		d.T.Fatalf("the same form sent again: %v, %v", err, again == got)
	}
	return got
}

func TestAPhoneCallBecomesACaseWhoseClocksStartedThen(t *testing.T) {
	d := staffed(t)
	by, called := d.team.Service[0], d.local(d.Clock.Now().AddDate(0, 0, -3))
	got := d.register(by, telling(apptest.Answers("communication"), casefile.ChannelPhone, called))
	if !got.Reads {
		t.Fatal("whoever registered it cannot open it")
	}
	c := d.Case(by, got.Number)
	if c.Channel != casefile.ChannelPhone || !c.Received.Equal(called) || c.Code.Has {
		t.Errorf("channel %s, received %v, code %v", c.Channel, c.Received, c.Code.Has)
	}
	for _, k := range c.Clocks {
		if k.Kind == "acknowledgement" && k.Due.After(called.AddDate(0, 0, 8)) {
			t.Errorf("%s is due %v, counted from when it was registered", k.ID, k.Due)
		}
	}
	told := slices.IndexFunc(c.Timeline, func(i casework.Item) bool { return i.Kind == casefile.EntryTold })
	if told < 0 || !c.Timeline[told].From.Me || c.Timeline[told].Told.Channel != casefile.ChannelPhone {
		t.Fatal("the history does not say who registered it")
	}
	if len(c.Slips) != 1 || !c.Slips[0].May(casefile.SlipCorrect) || !strings.HasPrefix(c.Slips[0].Text, "The same invoice") || len(c.Work.Of(casefile.SheetInterview)) != 1 {
		t.Errorf("%d slips, %d conversations", len(c.Slips), len(c.Work.Of(casefile.SheetInterview)))
	}
	begun := d.logged(audit.Submission)
	if begun != "channel=phone by="+string(by.Member) {
		t.Errorf("the log says %q", begun)
	}
}

// logged is what the log tells of the newest line of a kind.
func (d *desk) logged(k audit.Kind) (said string) {
	d.T.Helper()
	err := d.Store.Read(d.T.Context(), func(tx *store.Tx) error {
		lines, err := tx.WaitingLeaves(10_000)
		for _, l := range lines {
			r, err := audit.DecodeRecord(l.Record)
			if err == nil && r.Kind == k {
				said = "channel=" + r.Detail["channel"] + " by=" + r.Actor.ID
			}
		}
		return err
	})
	if err != nil {
		d.T.Fatal(err)
	}
	return said
}

func TestThePersonChecksTheMinutesOnceTheyHaveTheCode(t *testing.T) {
	d := staffed(t)
	by := d.team.Service[0]
	n := d.register(by, telling(apptest.Answers("communication"), casefile.ChannelVisit, d.local(d.Clock.Now()))).Number
	code, err := d.Casework.HandCode(t.Context(), by, n, "Aan de balie gegeven", d.Password(by))
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.Dialogue.Mailbox(t.Context(), d.Enter(code))
	if err != nil || len(m.Slips) != 1 || !m.Slips[0].May(casefile.SlipSign) {
		t.Fatalf("%v", err)
	}
}

func TestARecordingIsKeptOnlyWithConsent(t *testing.T) {
	d := staffed(t)
	by, tok := d.team.Service[0], seal.NewToken()
	a := telling(apptest.Answers("communication"), casefile.ChannelPhone, d.local(d.Clock.Now()))
	for _, consent := range []casefile.Consent{casefile.ConsentWithheld, casefile.NotRecorded} {
		if _, err := d.Intake.AddRecording(t.Context(), by, tok, "gesprek.m4a", strings.NewReader("sound")); err != nil {
			t.Fatal(err)
		}
		a[intake.ToldConsent] = []string{string(consent)}
		if draft, dropped := d.keep(by, tok, a); !dropped || len(draft.Files) > 0 {
			t.Errorf("%s: the recording was kept", consent)
		}
	}
	a[intake.ToldConsent] = []string{string(casefile.ConsentGiven)}
	if _, err := d.Intake.AddRecording(t.Context(), by, tok, "gesprek.m4a", strings.NewReader("sound")); err != nil {
		t.Fatal(err)
	}
	draft, dropped := d.keep(by, tok, a)
	if dropped || len(draft.Recording()) != 1 || len(draft.Evidence()) != 0 {
		t.Fatalf("dropped %v, %d files", dropped, len(draft.Files))
	}
	got, err := d.Intake.Register(t.Context(), by, tok, intake.Registering{Draft: draft.ID, Who: "De klager"})
	if err != nil {
		t.Fatal(err)
	}
	c := d.Case(by, got.Number)
	i := slices.IndexFunc(c.Timeline, func(i casework.Item) bool { return i.Told != nil })
	if i < 0 || string(c.Timeline[i].Told.Recording) != c.Story.Files[0].ID || c.Work.Of(casefile.SheetInterview)[0].One("recorded") != "agreed" {
		t.Error("the case does not say which file is the recording, or that it was agreed to")
	}
}

func TestALetterWithoutASenderIsFollowedUp(t *testing.T) {
	d := staffed(t)
	by := d.team.Manager
	a := telling(apptest.StrictAnswers("corruption"), casefile.ChannelLetter, d.local(d.Clock.Now().AddDate(0, 0, -1)))
	a[intake.ToldUnknown] = []string{"yes"}
	for _, who := range []string{profile.FieldFirstName, profile.FieldLastName, profile.FieldEmail} {
		delete(a, who)
	}
	n := d.register(by, a).Number
	c := d.Case(by, n)
	if !c.Nobody || c.Next.Key != "unknown" || c.Next.To != "/sender" || len(c.Slips) != 0 {
		t.Fatalf("next is %q", c.Next.Key)
	}
	if c.Next.Clock.Kind != deadline.KindAcknowledgement || c.Next.Due.After(c.Received.AddDate(0, 0, 8)) {
		t.Errorf("it is to be tried by %v", c.Next.Due)
	}
	if err := d.Casework.NameSender(t.Context(), by, n, casework.Sender{Last: "Maes"}); fault.Kind("") == kindOf(err) {
		t.Error("somebody nobody can reach was taken")
	}
	if err := d.Casework.LeaveUnknown(t.Context(), by, n, "Omslag en poststempel bekeken, niets gevonden."); err != nil {
		t.Fatal(err)
	}
	if c = d.Case(by, n); c.Next.Key == "unknown" || !c.Nobody {
		t.Errorf("next is %q", c.Next.Key)
	}
	for _, k := range c.Clocks {
		if k.Kind == deadline.KindAcknowledgement {
			t.Error("a confirmation is still owed to nobody")
		}
	}
	if err := d.Casework.NameSender(t.Context(), by, n, casework.Sender{Last: "Maes", Email: "maes@example.org"}); err != nil {
		t.Fatal(err)
	}
	if c = d.Case(by, n); c.Nobody || !c.Contact.Mail {
		t.Errorf("unknown %v, mail %v", c.Nobody, c.Contact.Mail)
	}
	if code, err := d.Casework.HandCode(t.Context(), by, n, "De afzender belde", d.Password(by)); err != nil || code == "" {
		t.Error(err)
	}
}

func kindOf(err error) fault.Kind {
	f, ok := fault.As(err)
	if !ok {
		return ""
	}
	return f.Kind
}

func TestWhoeverRegistersAComplaintThatNamesThemselvesCannotReadIt(t *testing.T) {
	d := staffed(t)
	by := d.team.Service[0]
	a := telling(apptest.Answers("communication"), casefile.ChannelPhone, d.local(d.Clock.Now()))
	a[profile.FieldStory] = []string{"Ik belde en " + by.Name + " hing zomaar op, drie keer na elkaar."}
	tok := seal.NewToken()
	draft, _ := d.keep(by, tok, a)
	v, err := d.Intake.ReviewTold(t.Context(), by, tok)
	if err != nil || !v.Named || v.Reads {
		t.Fatalf("%v; named %v, reads %v", err, v.Named, v.Reads)
	}
	if slices.ContainsFunc(v.Matches, func(m intake.Match) bool { return m.Member == by.Member }) {
		t.Error("the member is asked whether it is about themselves")
	}
	if err := d.Intake.NameTold(t.Context(), by, tok, map[string]string{string(by.Member): "no"}); err != nil {
		t.Fatal(err)
	}
	got, err := d.Intake.Register(t.Context(), by, tok, intake.Registering{Draft: draft.ID, Who: "De klager"})
	if err != nil || got.Reads {
		t.Fatalf("%v; reads %v", err, got.Reads)
	}
	if _, err := d.Casework.Case(t.Context(), by, got.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the case opens: %v", err)
	}
	if c := d.Case(d.team.Service[1], got.Number); len(c.Timeline) == 0 {
		t.Error("the colleague sees nothing")
	}
}

func TestACaseOfAnotherTeamIsRegisteredAndNotOpened(t *testing.T) {
	d := staffed(t)
	by := d.team.Service[0]
	got := d.register(by, telling(apptest.StrictAnswers("corruption"), casefile.ChannelLetter, d.local(d.Clock.Now())))
	if got.Reads {
		t.Error("Supporters Service opens a case of integrity")
	}
	if d.Case(d.team.Manager, got.Number).Channel != casefile.ChannelLetter {
		t.Error("not a letter")
	}
}

func TestWhatIsNotKnownYetCanBeLeftOpen(t *testing.T) {
	d := staffed(t)
	by := d.team.Manager
	a := telling(profile.Answers{
		profile.FieldTopics: {"corruption"}, profile.FieldStory: {"Er ging geld naar een ambtenaar."}, profile.FieldDanger: {"no"},
		profile.FieldConcerns: {"none"}, profile.FieldLastName: {"Maes"}, profile.FieldPhone: {"+32 2 340 09 22"}, profile.FieldLanguage: {"fr"},
	}, casefile.ChannelPhone, d.local(d.Clock.Now()))
	got := d.register(by, a)
	if c := d.Case(by, got.Number); c.Language != "fr" || c.Receipt.State != casework.ReceiptByHand {
		t.Errorf("language %s, receipt %s", c.Language, c.Receipt.State)
	}
	for field, without := range map[string]string{"a topic": profile.FieldTopics, "the story": profile.FieldStory, "a name": profile.FieldLastName, "a way to reach them": profile.FieldPhone, "danger": profile.FieldDanger} {
		b := a.Clone()
		delete(b, without)
		tok := seal.NewToken()
		draft, _ := d.keep(by, tok, b)
		if _, err := d.Intake.Register(t.Context(), by, tok, intake.Registering{Draft: draft.ID, Who: "x"}); kindOf(err) != fault.Invalid {
			t.Errorf("without %s: %v", field, err)
		}
	}
}

func TestWhenItWasReceivedLiesInThePastYear(t *testing.T) {
	d := staffed(t)
	by, now := d.team.Service[0], d.local(d.Clock.Now())
	for at, key := range map[time.Time]string{now.Add(2 * time.Minute): "told.on-future", now.AddDate(0, 0, 1): "told.on-future", now.AddDate(-1, 0, -3): "told.on-old", now: "", now.AddDate(0, -11, 0): ""} {
		tok := seal.NewToken()
		d.keep(by, tok, telling(apptest.Answers("communication"), casefile.ChannelLetter, at))
		v, err := d.Intake.ReviewTold(t.Context(), by, tok)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(v.Wrong) > 0; got != (key != "") || got && v.Wrong[0].Key != key {
			t.Errorf("%v: %v", at, v.Wrong)
		}
	}
}

func TestADraftBelongsToTheMemberWhoBeganIt(t *testing.T) {
	d := staffed(t)
	tok := seal.NewToken()
	d.keep(d.team.Service[0], tok, telling(apptest.Answers("communication"), casefile.ChannelPhone, d.local(d.Clock.Now())))
	if _, err := d.Intake.ToldDraft(t.Context(), d.team.Service[1], tok); !errors.Is(err, intake.ErrNoDraft) {
		t.Errorf("a colleague at the same computer reads it: %v", err)
	}
	if _, err := d.Intake.AddToldFile(t.Context(), d.team.Service[1], tok, "x", io.LimitReader(strings.NewReader("x"), 1)); !errors.Is(err, intake.ErrNoDraft) {
		t.Errorf("a colleague adds to it: %v", err)
	}
	if _, err := d.Intake.BeginTold(t.Context(), d.team.Auditor, tok); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("whoever handles no cases registers: %v", err)
	}
	if _, err := d.Intake.Submit(t.Context(), tok, ""); err == nil {
		t.Error("the form of the public sends it")
	}
}
