package promises_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/storetest"
)

// parted is an instance in which a complaint was closed, and one part of it may go before
// the rest.
type parted struct {
	*apptest.Instance
	t        *testing.T
	team     apptest.Staff
	r        *intake.Receipt
	burglars map[string]*burglar
	until    map[casefile.Scope]time.Time
	before   copied // the database while the part was there
	epoch    uint32 // in which the case was written
}

// who stands in the record of who the complainant is, and in nothing else of the case.
const who = "KanarieWhoZq7x"

// newParted closes a complaint with an outcome, lets the time of the part come that goes
// first, and has everybody's keys copied before.
func newParted(t *testing.T, database string, topic string, outcome casefile.Outcome) *parted {
	t.Helper()
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = database })
	p := &parted{Instance: i, t: t, team: team, burglars: map[string]*burglar{}, until: map[casefile.Scope]time.Time{}}
	a := apptest.With(apptest.StrictAnswers(topic), profile.FieldFirstName, who)
	p.r = i.Complain("nl", a, map[string]string{"told.txt": "told"})
	n, m := p.r.Number, team.Manager
	i.Clock.Add(time.Minute)
	i.DeliverMail()
	i.Move(m, n, casefile.StateTriage)
	i.Move(m, n, casefile.StateDecision)
	i.Write(m, n, casework.DraftNote, "A note about the xylophone.")
	i.CloseWith(m, n, outcome, "We looked.", "There was nothing.")
	i.DeliverMail()
	for _, k := range i.Case(m, n).Erasure.Parts {
		p.until[k.Part] = k.Until
	}
	code, err := seal.ParseCode(p.r.Code)
	must(t, err)
	for name, keys := range map[string]*seal.Keys{
		"a member": m.Keys, "another member": team.HR.Keys, "the code": code.Keys(i.Instance()), "the recovery key": i.Founded.Recovery.Keys(i.Instance()),
	} {
		p.burglars[name] = &burglar{keys: keys, loot: map[place]*seal.CaseKeys{}}
	}
	before, err := copyOf(i)
	must(t, err)
	p.before, p.epoch = before, before.entries[len(before.entries)-1].Epoch
	for name, b := range p.burglars {
		if opened := before.read(b.open(before)); len(opened) == 0 {
			t.Errorf("%s opens nothing before: the test could not fail", name)
		}
	}
	return p
}

// goes erases a part with a second member's signature, and nobody does so before its time.
func (p *parted) goes(part casefile.Scope) {
	p.t.Helper()
	n, m := p.r.Number, p.team.Manager
	password := p.Password(m)
	p.Clock.Set(p.until[part])
	early := p.Casework.ErasePart(ctx, m, n, part, password)
	if f, ok := fault.As(early); !ok || f.Key != "error.erase-early" {
		p.t.Errorf("the %s goes before its time: %v", part, early)
	}
	p.Clock.Add(time.Microsecond)
	if err := p.Casework.ErasePart(ctx, m, n, part, password); !errors.Is(err, casework.ErrNeedsApproval) {
		p.t.Errorf("one member erases the %s alone: %v", part, err)
	}
	q := casework.AboutErasing(part)
	q.Reason = "its time has come"
	id, err := p.Casework.Ask(ctx, m, n, q)
	must(p.t, err)
	p.Clock.Add(time.Minute)
	must(p.t, p.Decide(p.team.HR, n, id, casefile.VerdictApproved))
	if err := p.Casework.Erase(ctx, m, n, password); err == nil {
		p.t.Error("what was agreed about a part erases all of it")
	}
	must(p.t, p.Casework.ErasePart(ctx, m, n, part, password))
	if err := p.Casework.ErasePart(ctx, m, n, part, password); err == nil {
		p.t.Error("what is gone is erased again")
	}
	p.Reopen()
	p.DeliverMail()
	p.Sequence()
	wantSound(p.t, p.Instance)
	if count := leaves(p.t, p.Instance, audit.PartErased); count != 1 {
		p.t.Errorf("%d lines of the log tell of it, want 1", count)
	}
}

// isGone checks a copy that is taken now: no entry of the part is left, and nobody finds a
// word of it, with what they hold now and what they held then.
func (p *parted) isGone(kinds func(casefile.EntryKind) bool, word string) {
	p.t.Helper()
	now, err := copyOf(p.Instance)
	must(p.t, err)
	for _, e := range now.entries {
		if e.Case == p.r.Case && kinds(e.Kind) {
			p.t.Errorf("an entry of the kind %s is left", e.Kind)
		}
	}
	for name, b := range p.burglars {
		b.open(now)
		read := now.read(b.loot)
		if len(read) == 0 {
			p.t.Errorf("%s opens nothing at all any more", name)
		}
		for what, text := range read {
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				p.t.Errorf("%s finds %q in %s", name, word, what)
			}
		}
	}
}

// Who the complainant is goes before the rest: the keys that opened it, the record, and the
// address for mail. The rest is read, and the mailbox goes on.
func whoIsForgotten(t *testing.T, database string) {
	p := newParted(t, database, "data-breach", casefile.OutcomeUnfounded)
	n, m := p.r.Number, p.team.Manager
	if !p.until[casefile.ScopeIdentity].Before(p.until[casefile.ScopeStory]) {
		t.Fatalf("the identity does not go first: %v", p.until)
	}
	p.goes(casefile.ScopeIdentity)
	p.isGone(casefile.ScopeIdentity.Takes, who)
	now, err := copyOf(p.Instance)
	must(t, err)
	for name, b := range p.burglars {
		had := (&burglar{b.keys, map[place]*seal.CaseKeys{}}).open(p.before)[place{string(p.r.Case), p.epoch}]
		if _, open := had.Compartment(seal.Identity); !open && !had.IdentityGated() {
			t.Errorf("%s never held the secret that opened the identity: the test could not fail", name)
		}
		has := (&burglar{b.keys, map[place]*seal.CaseKeys{}}).open(now)[place{string(p.r.Case), p.epoch}]
		if _, open := has.Compartment(seal.Identity); open || has.IdentityGated() {
			t.Errorf("%s holds the secret that opened the identity", name)
		}
	}
	c := p.Case(m, n)
	if c.Story == nil || c.Damaged || c.Identity.Gone.IsZero() || c.Identity.Name != "" || c.Contact.Mail {
		t.Errorf("story %v, damaged %v, identity %v, mail %v", c.Story != nil, c.Damaged, c.Identity.Gone, c.Contact.Mail)
	}
	if err := p.Casework.OpenIdentity(ctx, m, n, "to reach the person again"); err == nil {
		t.Error("an identity that was erased is opened")
	}
	box := p.Enter(p.r.Code)
	mailbox, err := p.Dialogue.Mailbox(ctx, box)
	must(t, err)
	if mailbox.WhoGone().IsZero() || mailbox.Identity.Named() || mailbox.Language != lang.NL || mailbox.Outcome == nil {
		t.Errorf("the mailbox shows gone %v, named %v, language %q", mailbox.WhoGone(), mailbox.Identity.Named(), mailbox.Language)
	}
	p.dialogueGoesOn(box)
	send := dialogue.Sending{Key: dialogue.NewKey(), Number: n}
	if err := p.Dialogue.ChangeContact(ctx, box, send, profile.Answers{profile.FieldFirstName: {who}}); err == nil {
		t.Error("who the person is can be written anew")
	}
	// Keys are passed on and taken away as before, without those that are gone.
	must(t, p.AddReader(m, n, p.team.Alternative.Member))
	must(t, p.Exclude(m, n, p.team.HR.Member))
	for _, a := range []access.Actor{m, p.team.Alternative} {
		if c := p.Case(a, n); c.Damaged || c.Story == nil {
			t.Errorf("%s reads it damaged %v, story %v", a.Name, c.Damaged, c.Story != nil)
		}
	}
}

// dialogueGoesOn writes both ways.
func (p *parted) dialogueGoesOn(box seal.Token) {
	p.t.Helper()
	n := p.r.Number
	must(p.t, p.Dialogue.Reply(ctx, box, dialogue.Sending{Key: dialogue.NewKey(), Number: n}, lang.NL, "I read it again.", nil))
	p.Write(p.team.Manager, n, casework.DraftMessage, "Thank you for writing.")
	mailbox, err := p.Dialogue.Mailbox(ctx, p.Enter(p.r.Code))
	must(p.t, err)
	if len(mailbox.Thread) < 2 || mailbox.Thread[0].Text != "Thank you for writing." {
		p.t.Errorf("%d messages after the erasure", len(mailbox.Thread))
	}
}

// What was told goes before the rest: nothing of it is left to be read or found, who may
// not read the case stays, and the person is still asked how they are treated.
func whatWasToldIsForgotten(t *testing.T, database string) {
	p := newParted(t, database, "theft", casefile.OutcomeNotProven)
	n, m := p.r.Number, p.team.Manager
	if !p.until[casefile.ScopeStory].Before(p.until[casefile.ScopeIdentity]) {
		t.Fatalf("the story does not go first: %v", p.until)
	}
	found, err := p.Casework.Search(ctx, m, "xylophone", 1)
	must(t, err)
	if len(found.Rows) == 0 {
		t.Fatal("a word of the case is not found before: the test could not fail")
	}
	p.goes(casefile.ScopeStory)
	p.isGone(casefile.ScopeStory.Takes, "xylophone")
	if found, err = p.Casework.Search(ctx, m, "xylophone", 1); err != nil || len(found.Rows) > 0 {
		t.Errorf("a word of the story is found: %d, %v", len(found.Rows), err)
	}
	c := p.Case(m, n)
	if c.Story != nil || c.Damaged || c.Subject != "" || c.Outcome != casefile.OutcomeNotProven || len(c.Topics) == 0 {
		t.Errorf("story %v, damaged %v, subject %q, outcome %q", c.Story != nil, c.Damaged, c.Subject, c.Outcome)
	}
	must(t, p.Casework.OpenIdentity(ctx, m, n, "to ask how things are"))
	if c = p.Case(m, n); !strings.Contains(c.Identity.Name, who) {
		t.Error("who the complainant is does not open any more")
	}
	for _, move := range c.Moves {
		if move.To.Open() {
			t.Errorf("a case whose story is gone can go to %s", move.To)
		}
	}
	box := p.Enter(p.r.Code)
	mailbox, err := p.Dialogue.Mailbox(ctx, box)
	must(t, err)
	if mailbox.StoryGone().IsZero() || mailbox.Story != nil || mailbox.Outcome != nil || len(mailbox.CheckIns) == 0 {
		t.Errorf("the mailbox shows gone %v, %d check-ins", mailbox.StoryGone(), len(mailbox.CheckIns))
	}
	p.dialogueGoesOn(box)

	// Whoever wants no more questions is forgotten sooner.
	must(t, p.Dialogue.DeclineCheckIns(ctx, box, dialogue.Sending{Key: dialogue.NewKey(), Number: n}))
	until := p.Case(m, n).Erasure
	if until.Due != casefile.ScopeWhole || !until.After.Before(p.until[casefile.ScopeIdentity]) {
		t.Errorf("without check-ins it is kept until %v, due %q", until.After, until.Due)
	}
	id, err := p.Casework.Ask(ctx, m, n, casework.Question{Matter: casefile.MatterErasure, Reason: "its time has come"})
	must(t, err)
	p.Clock.Add(time.Minute)
	must(t, p.Decide(p.team.HR, n, id, casefile.VerdictApproved))
	must(t, p.Casework.Erase(ctx, m, n, p.Password(m)))
	p.DeliverMail()
	p.Sequence()
	k, err := p.Casework.Certificate(ctx, m, n)
	must(t, err)
	if k.Story.IsZero() || !k.Who.IsZero() || k.Outcome != casefile.OutcomeNotProven {
		t.Errorf("the certificate says story %v, identity %v, outcome %q", k.Story, k.Who, k.Outcome)
	}
	wantSound(t, p.Instance)
}

// Whoever was left out by the story stays left out of what the person tells after it is gone.
func leftOutWithoutTheStory(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "director"), nil)
	i.DeliverMail()
	n, m := r.Number, team.Manager
	i.Move(m, n, casefile.StateTriage)
	i.CloseWith(m, n, casefile.OutcomeNotProven, "We looked.", "There was nothing.")
	before, err := i.Dialogue.Retaliation(ctx, i.Enter(r.Code))
	must(t, err)
	p := &parted{Instance: i, t: t, team: team, r: r, until: map[casefile.Scope]time.Time{}}
	for _, k := range i.Case(m, n).Erasure.Parts {
		p.until[k.Part] = k.Until
	}
	p.goes(casefile.ScopeStory)
	after, err := i.Dialogue.Retaliation(ctx, i.Enter(r.Code))
	must(t, err)
	out := func(v *dialogue.Retaliation) (ids string) {
		for _, role := range v.Roles {
			if role.Out {
				ids += role.ID + " "
			}
		}
		return ids
	}
	if out(before) != out(after) || !strings.Contains(out(before), "about.") {
		t.Errorf("left out before: %s, after: %s", out(before), out(after))
	}
}

// What is manifestly no complaint goes at once: by one member on the general route, by two
// on a strict one, and never once somebody has written.
func noComplaint(t *testing.T, database string) {
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = database })
	spam := i.Complain("nl", apptest.Answers("response-time"), map[string]string{"a.txt": "buy"})
	real := i.Complain("nl", apptest.Answers("response-time"), nil)
	strict := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	by, m := team.Service[0], team.Manager
	password := i.Password(by)
	must(t, i.Casework.EraseSpam(ctx, by, spam.Number, password))
	i.DeliverMail()
	if _, err := i.Casework.Case(ctx, by, spam.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("it opens: %v", err)
	}
	if _, err := i.Dialogue.Enter(ctx, spam.Code); err == nil {
		t.Error("its code opens")
	}
	k, err := i.Casework.Certificate(ctx, by, spam.Number)
	must(t, err)
	if k.Rule != "spam" || k.Files != 0 || k.Outcome != "" {
		t.Errorf("the certificate says %q, %d files", k.Rule, k.Files)
	}
	i.Write(by, real.Number, casework.DraftMessage, "We look into it.")
	if err := i.Casework.EraseSpam(ctx, by, real.Number, password); err == nil {
		t.Error("a complaint that is handled is erased as if it were none")
	}
	if err := i.Casework.EraseSpam(ctx, m, strict.Number, i.Password(m)); !errors.Is(err, casework.ErrNeedsApproval) {
		t.Errorf("one member erases a complaint of a strict route: %v", err)
	}
	id, err := i.Casework.Ask(ctx, m, strict.Number, casework.Question{Matter: casefile.MatterSpam, Reason: "it sells a printer"})
	must(t, err)
	i.Clock.Add(time.Minute)
	must(t, i.Decide(team.HR, strict.Number, id, casefile.VerdictApproved))
	must(t, i.Casework.EraseSpam(ctx, m, strict.Number, i.Password(m)))
	i.DeliverMail()
	i.Sequence()
	wantSound(t, i)
	report, err := i.Casework.Numbers(ctx, team.Auditor, casework.NumbersFilter{Period: figures.YearOf(i.Clock.Now().Year()), For: figures.Team})
	must(t, err)
	for _, f := range report.Figures {
		if f.ID == "received" && f.Whole.Now.N != 1 {
			t.Errorf("%d complaints came in, want the one that was a complaint", f.Whole.Now.N)
		}
	}
}

func TestPartsGoOnTheirOwnDays(t *testing.T) {
	for _, on := range []struct{ name, database string }{{"SQLite", ""}, {"PostgreSQL", storetest.PostgreSQL(t)}} {
		t.Run("who the complainant is, "+on.name, func(t *testing.T) { whoIsForgotten(t, on.database) })
		if on.database != "" {
			on.database = storetest.PostgreSQL(t)
		}
		t.Run("what was told, "+on.name, func(t *testing.T) { whatWasToldIsForgotten(t, on.database) })
		if on.database != "" {
			on.database = storetest.PostgreSQL(t)
		}
		t.Run("what is no complaint, "+on.name, func(t *testing.T) { noComplaint(t, on.database) })
	}
	t.Run("whom the story left out", leftOutWithoutTheStory)
}
