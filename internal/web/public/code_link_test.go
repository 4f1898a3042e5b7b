package public_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/intake"
	"klankbord/internal/profile"

	"klankbord/internal/apptest"
)

var codeInMail = regexp.MustCompile(`/code/[A-Za-z0-9_-]{43}`)

// linkPath is the path of the newest link in a mail that fits.
func (h *house) linkPath(t *testing.T, fits *regexp.Regexp) string {
	t.Helper()
	h.DeliverMail()
	for _, m := range h.Box.Mails() {
		if path := fits.FindString(m.Text); path != "" {
			return path
		}
	}
	t.Fatal("no mail holds such a link")
	return ""
}

// lost is a case whose complainant confirmed their address and lost the code, and the
// path of the link that a member had sent to them.
func (h *house) lost(t *testing.T, lang string) (*intake.Receipt, string) {
	t.Helper()
	r := h.strictCase(lang)
	path := h.confirmPath(t)
	if err := h.Dialogue.ConfirmContact(t.Context(), path[len("/confirm/"):]); err != nil {
		t.Fatal(err)
	}
	if err := h.Casework.StartCode(t.Context(), h.team.Manager, r.Number, "De klager verloor de code", h.Password(h.team.Manager)); err != nil {
		t.Fatal(err)
	}
	return r, h.linkPath(t, codeInMail)
}

// shownCode is the code that a page shows; empty when it shows none.
func shownCode(t *testing.T, p *page) string {
	t.Helper()
	if len(p.find("p", "id", "code")) == 0 {
		return ""
	}
	return codeOn(t, p)
}

func TestANewCodeIsDrawnByAButtonAndShownToOneBrowser(t *testing.T) {
	h := newHouse(t)
	r, path := h.lost(t, "nl")
	path = "/nl" + path
	for _, method := range []string{"GET", "HEAD", "GET"} {
		if answer := h.front.visitor().send(method, path, "", nil); answer.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", method, answer.StatusCode)
		}
	}
	v := h.front.visitor()
	shown := v.get(path).submit(path, nil)
	code := shownCode(t, shown)
	if len(code) != 34 {
		t.Fatalf("the page shows %q", code)
	}
	if again := shownCode(t, v.get(path)); again != code {
		t.Error("a reload shows another code, or none")
	}
	other := h.front.visitor().get(path)
	if shownCode(t, other) != "" || !other.says("andere browser") {
		t.Error("another browser with the link sees the code")
	}
	for what, words := range map[string]string{"the number": string(r.Number), "the name": "Maes", "the old code": r.Code} {
		if strings.Contains(shown.body, words) {
			t.Errorf("the page holds %s", what)
		}
	}
	if p := shown.submit(path+"/kept", nil); p.status != http.StatusUnprocessableEntity || shownCode(t, p) != code {
		t.Error("without the tick the code is gone")
	}
	kept := shown.submit(path+"/kept", url.Values{"kept": {"yes"}})
	if kept.status != http.StatusOK || shownCode(t, kept) != "" || shownCode(t, v.get(path)) != "" {
		t.Errorf("after keeping: %d", kept.status)
	}
	if k := h.Case(h.team.HR, r.Number).Code; k.State != casework.CodeKept {
		t.Errorf("members see %s", k.State)
	}
	mailbox := h.inside("nl", r.Code)
	if !mailbox.says("Iemand vroeg een nieuwe code") {
		t.Error("whoever holds the old code is not told")
	}
	stopped := mailbox.submit("/nl/mailbox/new-code", nil)
	if !stopped.says("De nieuwe code is stopgezet") || stopped.says("Iemand vroeg een nieuwe code") {
		t.Errorf("stopping shows %d", stopped.status)
	}
	if !v.get(path).says("werkt niet meer") {
		t.Error("the link still works after it was stopped")
	}
	for _, secret := range []string{path[len("/nl/code/"):], code, strings.ReplaceAll(code, "-", "")} {
		if strings.Contains(h.Log.String(), secret) {
			t.Error("the log of the process holds the secret of the link, or the code")
		}
	}
}

// handed is a case whose code a member gave to the person.
func (h *house) handed(t *testing.T) (*intake.Receipt, string) {
	t.Helper()
	r := h.Complain("nl", with(apptest.StrictAnswers("theft"), profile.FieldEmail, "", profile.FieldPhone, "+32 470 12 34 56"), nil)
	id, err := h.Casework.Ask(t.Context(), h.team.Manager, r.Number, casework.Question{Matter: casefile.MatterCode, Reason: "De klager kwam langs"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Decide(h.team.HR, r.Number, id, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	code, err := h.Casework.HandCode(t.Context(), h.team.Manager, r.Number, "", h.Password(h.team.Manager))
	if err != nil {
		t.Fatal(err)
	}
	return r, code
}

func TestACodeThatAMemberKnowsIsReplacedBeforeAnythingIsRead(t *testing.T) {
	h := newHouse(t)
	_, code := h.handed(t)
	v := h.front.visitor()
	p := v.get("/nl/mailbox").typeCode("nl", code)
	if p.path != "/nl/mailbox/code" || p.says("Wat u ons stuurde") {
		t.Fatalf("entering leads to %s", p.path)
	}
	if q := v.get("/nl/mailbox/case"); q.path != "/nl/mailbox/code" {
		t.Errorf("the messages are at %s", q.path)
	}
	p = p.submit("/nl/mailbox/code", nil)
	own := shownCode(t, p)
	if len(own) != 34 || own == code {
		t.Fatalf("the page shows %q", own)
	}
	if q := p.submit("/nl/mailbox/code/kept", nil); q.status != http.StatusUnprocessableEntity || shownCode(t, q) != own {
		t.Error("without the tick the code is gone")
	}
	in := p.submit("/nl/mailbox/code/kept", url.Values{"kept": {"yes"}})
	if in.path != "/nl/mailbox/case?done=own-code" || !in.says("Uw eigen code geldt nu") {
		t.Errorf("after keeping comes %s", in.path)
	}
	if q := h.front.visitor().get("/nl/mailbox").typeCode("nl", code); q.status != http.StatusUnprocessableEntity {
		t.Errorf("the code that the member knows still enters: %d", q.status)
	}
	if q := h.inside("nl", own); q.path != "/nl/mailbox/case" {
		t.Errorf("the person's own code leads to %s", q.path)
	}
}
