package desk_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/post"
)

// A configurator tries mailboxes, sees what is the matter and, once it is mended, that it
// works; nobody else does, and no number of mails is told.
func TestAConfiguratorTriesTheMailboxes(t *testing.T) {
	h, c := staffed(t)
	answer := post.TroubleSignIn
	var tried []string
	box := func(id string) casework.Mailbox {
		return casework.Mailbox{ID: id, Name: id + "@desk.example", Team: casefile.SupportersService, Try: func(context.Context) string {
			tried = append(tried, id)
			return answer
		}}
	}
	h.Casework.Mailboxes = []casework.Mailbox{box("one"), box("two")}
	if h.Casework.Mailroom == nil {
		h.Casework.Mailroom = &custody.Mailroom{Store: h.Store}
	}
	looked := h.Clock.Now().Add(-time.Hour)
	if err := h.Casework.Mailroom.Keep(t.Context(), custody.MailSource{ID: "two", Validity: 7, UID: 31, Looked: looked}); err != nil {
		t.Fatal(err)
	}
	if err := h.Casework.Mailroom.Tried(t.Context(), "two", custody.StuckMail{UID: 1, Tries: 3, Trouble: "broken"}); err != nil {
		t.Fatal(err)
	}
	const at = "/desk/settings/mail"
	page := c.nele.get(at)
	if !page.says("one@desk.example") || !page.says("nog niet gelezen") || page.says("werkt niet") {
		t.Errorf("before a test: %s", said(page))
	}
	page = page.send("/try", url.Values{"box": {"two"}})
	if strings.Join(tried, ",") != "two" || !page.says("De mailbox is getest") || !page.says("werkt niet") {
		t.Errorf("after a test that failed, tried %v: %s", tried, said(page))
	}
	state, _, err := h.Casework.Mailroom.State(t.Context(), "two")
	if err != nil || state.Trouble != post.TroubleSignIn || state.UID != 31 || !state.Looked.Equal(looked) {
		t.Errorf("state = %+v, %v", state, err)
	}
	answer = ""
	if page = page.send("/try", url.Values{"box": {"two"}}); page.says("werkt niet") || len(tried) != 2 {
		t.Errorf("after a test that went well: %s", said(page))
	}
	if p := c.nele.post(at+"/try", url.Values{"box": {"three"}}); p.status != 404 {
		t.Errorf("a mailbox that is not there answers %d", p.status)
	}
	if p := c.thomas.get(at); p.status != 404 {
		t.Errorf("somebody who is no configurator gets %d", p.status)
	}
	if p := c.thomas.post(at+"/try", url.Values{"box": {"one"}}); p.status != 404 || len(tried) != 2 {
		t.Errorf("somebody who is no configurator tries: %d", p.status)
	}
}

// A configurator sends themselves a mail and is told what became of it.
func TestAConfiguratorTriesSending(t *testing.T) {
	h, c := staffed(t)
	h.Setup.MailOut = false
	page := c.nele.get("/desk/settings/mail")
	if !page.says("niet ingesteld") || strings.Contains(page.body, "Stuur mij") {
		t.Errorf("without a server: %s", said(page))
	}
	h.Setup.MailOut = true
	page = c.nele.get("/desk/settings/mail").send("/try", nil)
	if !page.says("onderweg") {
		t.Errorf("after sending: %s", said(page))
	}
	if left := "De mailserver nam de e-mail aan"; page.says(left) {
		t.Error("it is said to have left before it did")
	} else if h.DeliverMail(); !c.nele.get("/desk/settings/mail").says(left) {
		t.Errorf("after it left: %s", said(c.nele.get("/desk/settings/mail")))
	}
}

// When members sign in again and who gets proof of the log follow what a configurator saved,
// within what the operator allows, and go back with it.
func settingsSigningInAndWitnessesFollow(t *testing.T, h *house, c crew) {
	const at = "/desk/settings/rules/all"
	before, witnesses := h.SignIn.IdleChoices(), len(h.Work.Witnesses.All())
	save := func(idle, most, addresses string) *page {
		return c.nele.get(at).send(at, url.Values{"rules.idle-minutes": {idle}, "rules.most-idle-minutes": {most}, "rules.witnesses": {addresses}})
	}
	if p := save("15", "60", "Log@Notary.example\nlog@notary.example audit@firm.example"); !p.says("Bewaard.") {
		t.Fatal(said(p))
	}
	if got := h.SignIn.IdleChoices(); got[0] != 15*time.Minute || got[len(got)-1] != time.Hour {
		t.Errorf("choices = %v", got)
	}
	if got := h.Work.Witnesses.All(); len(got) != witnesses+2 || got[len(got)-1].Address != "audit@firm.example" {
		t.Errorf("witnesses = %v", got)
	}
	if p := save("15", "60", "nobody"); p.status != 422 || !p.says("naam@example.org") {
		t.Errorf("an address that is none: %d %s", p.status, said(p))
	}
	if p := save("601", "0", ""); p.status != 422 {
		t.Errorf("more than ten hours answers %d", p.status)
	}
	if p := save("0", "0", ""); !p.says("Bewaard.") || !slices.Equal(h.SignIn.IdleChoices(), before) || len(h.Work.Witnesses.All()) != witnesses {
		t.Errorf("put back: %v, %v", h.SignIn.IdleChoices(), h.Work.Witnesses.All())
	}
}
