package signin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/store"
)

func TestAPasskeyThatComputesOpensTheDeskAlone(t *testing.T) {
	d := newDesk(t)
	for name, late := range map[string]bool{"at once": false, "when asked again": true} {
		p := apptest.NewPasskey(t)
		p.Late = late
		if !d.add(p) {
			t.Errorf("%s: it does not open the keys", name)
		}
		e, err := d.tap(p)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		a := d.session(e.Session)
		if a.Member != d.me.Member || a.Keys.Public().Fingerprint() != d.me.Keys.Public().Fingerprint() {
			t.Errorf("%s: it opens the keys of somebody else", name)
		}
		if secret, err := d.SignIn.Unlock(ctx, a, d.prove(a, p)); err != nil || secret.Keys().Public().Fingerprint() != a.Keys.Public().Fingerprint() {
			t.Errorf("%s: step-up by passkey: %v", name, err)
		}
	}
	ways, err := d.SignIn.Ways(ctx, d.me.Actor)
	if err != nil || len(ways.Passkeys) != 2 || !ways.Alone() || ways.Passkeys[0].Name != "laptop" || ways.Passkeys[0].Used.IsZero() {
		t.Errorf("ways = %+v, %v", ways, err)
	}
}

func TestAPasskeyThatDoesNotComputeIsASecondFactor(t *testing.T) {
	d, p := newDesk(t), apptest.NewPasskey(t)
	p.Computes = false
	if d.add(p) {
		t.Error("it is said to open the keys")
	}
	_, err := d.tap(p)
	refused(t, "signing in with it alone", err)
	_, err = d.SignIn.Unlock(ctx, d.me.Actor, d.prove(d.me.Actor, p))
	refused(t, "step-up with it alone", err)
	pending, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := d.SignIn.Second(ctx, pending); err != nil || !second.App || !second.Passkey {
		t.Errorf("what can be asked for = %+v, %v", second, err)
	}
	q, err := d.SignIn.AskSecond(ctx, pending)
	if err != nil {
		t.Fatal(err)
	}
	answer := p.Answer(q.Options)
	e, err := d.SignIn.Passkey(ctx, pending, q.Cookie, answer)
	if err != nil {
		t.Fatal(err)
	}
	list, err := d.SignIn.Sessions(ctx, d.session(e.Session))
	if err != nil || len(list) != 2 || list[0].Way != signin.ByPasswordPasskey || !list[0].Present {
		t.Errorf("sessions = %+v, %v", list, err)
	}
}

// Every answer is good for one question, in one browser, for one purpose, once.
func TestAnAnswerOfAPasskeyIsGoodForOneQuestionOnce(t *testing.T) {
	d, p := newDesk(t), apptest.NewPasskey(t)
	d.add(p)
	ask := func() signin.Asked {
		q, err := d.SignIn.AskEnter()
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	enter := func(cookie, answer string) error {
		_, err := d.SignIn.EnterByPasskey(ctx, signin.Browser{}, cookie, answer)
		return err
	}
	q := ask()
	answer := p.Answer(q.Options)
	other := ask()
	refused(t, "the question of another browser", enter(other.Cookie, answer))
	refused(t, "no question", enter("", answer))
	refused(t, "a question that was altered", enter(q.Cookie[:len(q.Cookie)-4]+"AAAA", answer))
	refused(t, "an answer that was altered", enter(q.Cookie, strings.Replace(answer, `"signature":"M`, `"signature":"N`, 1)))
	proof, err := d.SignIn.AskProof(ctx, d.me.Actor)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "a question for another purpose", enter(proof.Cookie, p.Answer(proof.Options)))
	if err := enter(q.Cookie, answer); err != nil {
		t.Fatal(err)
	}
	refused(t, "the same answer again", enter(q.Cookie, answer))
	d.Reopen()
	refused(t, "the same answer after a restart", enter(q.Cookie, answer))
	late := ask()
	d.Clock.Add(5*time.Minute + time.Second)
	refused(t, "an answer that took too long", enter(late.Cookie, p.Answer(late.Options)))
	for name, bend := range map[string]func(*apptest.Passkey){
		"asked by another site":      func(p *apptest.Passkey) { p.Origin = "https://desk.example.evil.example" },
		"made for another site":      func(p *apptest.Passkey) { p.Host = "evil.example" },
		"without verifying a person": func(p *apptest.Passkey) { p.Unverified = true },
		"of another member":          func(p *apptest.Passkey) { p.Handle = []byte("somebody-else") },
		"that is not known":          func(p *apptest.Passkey) { p.ID = []byte("another passkey of 32 bytes here") },
		"whose result is missing":    func(p *apptest.Passkey) { p.Computes = false },
	} {
		bent := p.Copy()
		bend(bent)
		q := ask()
		refused(t, "a passkey "+name, enter(q.Cookie, bent.Answer(q.Options)))
	}
	own := d.prove(d.me.Actor, p)
	if _, err := d.SignIn.Unlock(ctx, d.me.Actor, own); err != nil {
		t.Fatal(err)
	}
	_, err = d.SignIn.Unlock(ctx, d.me.Actor, own)
	refused(t, "the same step-up again", err)
	elsewhere := d.enter()
	_, err = d.SignIn.Unlock(ctx, elsewhere, d.prove(d.me.Actor, p))
	refused(t, "a step-up of another session", err)
}

func TestACopiedPasskeyIsNoticedAndRefused(t *testing.T) {
	d, p := newDesk(t), apptest.NewPasskey(t)
	p.Counts = true
	d.add(p)
	thief := p.Copy()
	for range 2 {
		if _, err := d.tap(p); err != nil {
			t.Fatal(err)
		}
	}
	d.told()
	_, err := d.tap(thief) // its count is behind
	refused(t, "the copy", err)
	_, err = d.tap(p)
	refused(t, "the original after that", err)
	if ways, err := d.SignIn.Ways(ctx, d.me.Actor); err != nil || !ways.Passkeys[0].Suspect || ways.Alone() {
		t.Errorf("the profile does not tell: %+v, %v", ways, err)
	}
	if mails := d.told()[d.me.Email]; len(mails) != 1 || !strings.Contains(mails[0], "gekopieerd") {
		t.Errorf("mails = %q", mails)
	}
	d.enter() // the password still does
}

// ASVS 6.7.1: who writes to the database can neither plant a passkey nor move one.
func TestAPasskeyThatWasPlantedOpensNothing(t *testing.T) {
	d, p := newDesk(t), apptest.NewPasskey(t)
	d.add(p)
	victim := d.Enrol(d.manager, "Victor Maes", d.me.Entry.Assignments...)
	d.exec(`UPDATE passkey SET member_id = $1`, victim.Member)
	d.exec(`UPDATE envelope SET member_id = $1 WHERE kind = 'passkey'`, victim.Member)
	_, err := d.tap(p)
	refused(t, "a passkey moved to another member", err)
	d.exec(`UPDATE factor SET box = (SELECT o.box FROM factor o WHERE o.member_id = $1) WHERE member_id = $2`, d.me.Member, victim.Member)
	_, err = d.SignIn.Password(ctx, signin.Browser{}, victim.Email, apptest.Password)
	refused(t, "the second factors of another member", err)
	d.exec(`DELETE FROM factor WHERE member_id = $1`, victim.Member)
	_, err = d.SignIn.Password(ctx, signin.Browser{}, victim.Email, apptest.Password)
	refused(t, "no second factor at all", err)
}

func TestTheLastSecondFactorStays(t *testing.T) {
	d, p := newDesk(t), apptest.NewPasskey(t)
	if err := d.SignIn.RemoveApp(ctx, d.me.Actor, d.anew()); !errors.Is(err, signin.ErrLastWay) {
		t.Errorf("the only factor goes: %v", err)
	}
	d.add(p)
	if err := d.SignIn.RemoveApp(ctx, d.me.Actor, d.anew()); err != nil {
		t.Fatal(err)
	}
	ways, err := d.SignIn.Ways(ctx, d.me.Actor)
	if err != nil || ways.App {
		t.Fatalf("ways = %+v, %v", ways, err)
	}
	passkey := signin.Anew{Passkey: d.prove(d.me.Actor, p)}
	if err := d.SignIn.RemovePasskey(ctx, d.me.Actor, passkey, ways.Passkeys[0].Credential); !errors.Is(err, signin.ErrLastWay) {
		t.Errorf("the only factor goes: %v", err)
	}
	pending, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.SignIn.TOTP(ctx, pending, d.Digits(d.me))
	refused(t, "the digits of the app that was removed", err)
	_, err = d.SignIn.TOTP(ctx, pending, "")
	refused(t, "no digits", err)
	second := apptest.NewPasskey(t)
	act, err := d.SignIn.OpenAct(ctx, d.me.Actor, signin.ForPasskey, signin.Anew{Passkey: d.prove(d.me.Actor, p)})
	if err != nil {
		t.Fatal(err)
	}
	q, err := d.SignIn.AskAdd(ctx, d.me.Actor, act)
	if err != nil {
		t.Fatal(err)
	}
	n := signin.NewPasskey{Name: "phone", Cookie: q.Cookie, Created: second.Create(q.Options)}
	if _, err := d.SignIn.AddPasskey(ctx, d.me.Actor, act, n); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn.AddPasskey(ctx, d.me.Actor, act, n); !errors.Is(err, signin.ErrAct) {
		t.Errorf("one act adds two: %v", err)
	}
	if err := d.SignIn.RemovePasskey(ctx, d.me.Actor, signin.Anew{Passkey: d.prove(d.me.Actor, second)}, ways.Passkeys[0].Credential); err != nil {
		t.Fatal(err)
	}
	_, err = d.tap(p)
	refused(t, "a passkey that was removed", err)
	if _, err := d.tap(second); err != nil {
		t.Error(err)
	}
	mine := signin.Anew{Passkey: d.prove(d.me.Actor, second)}
	if err := d.SignIn.RemovePasskey(ctx, d.me.Actor, mine, "0000"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a passkey that does not exist: %v", err)
	}
}

func TestAnActIsForOnePurposeInOneSession(t *testing.T) {
	d := newDesk(t)
	act, err := d.SignIn.OpenAct(ctx, d.me.Actor, signin.ForPasskey, d.anew())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn.NewApp(ctx, d.me.Actor, act); !errors.Is(err, signin.ErrAct) {
		t.Errorf("an act for a passkey sets up an app: %v", err)
	}
	if err := d.SignIn.Acting(ctx, d.enter(), signin.ForPasskey, act); !errors.Is(err, signin.ErrAct) {
		t.Errorf("another session uses it: %v", err)
	}
	var kind string
	err = d.Store.Read(ctx, func(tx *store.Tx) error { return tx.QueryRow(`SELECT kind FROM held`).Scan(&kind) })
	if err != nil || kind != "act-passkey" {
		t.Errorf("held = %q, %v", kind, err)
	}
	d.exec(`UPDATE held SET kind = 'act-app'`)
	if _, err := d.SignIn.NewApp(ctx, d.me.Actor, act); !errors.Is(err, signin.ErrAct) {
		t.Errorf("an act whose row was altered sets up an app: %v", err)
	}
	d.exec(`UPDATE held SET kind = 'act-passkey'`)
	if err := d.SignIn.Acting(ctx, d.me.Actor, signin.ForPasskey, act); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(10 * time.Minute)
	if err := d.SignIn.Acting(ctx, d.me.Actor, signin.ForPasskey, act); !errors.Is(err, signin.ErrAct) {
		t.Errorf("after ten minutes: %v", err)
	}
	for name, a := range map[string]signin.Anew{
		"without anything":  {},
		"without a factor":  {Password: apptest.Password},
		"without password":  {Code: d.Digits(d.me)},
		"with wrong digits": {Password: apptest.Password, Code: "000000"},
	} {
		_, err := d.SignIn.OpenAct(ctx, d.me.Actor, signin.ForApp, a)
		refused(t, "an act "+name, err)
	}
}
