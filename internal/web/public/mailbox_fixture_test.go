package public_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/intake"
)

// house is a whole instance with members, and its public face for visitors.
type house struct {
	*apptest.Instance
	team  apptest.Staff
	front *desk
}

func newHouse(t testing.TB) *house {
	t.Helper()
	i, team := apptest.Staffed(t)
	pages, _, _, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	return &house{i, team, &desk{t: t, clock: i.Clock, profile: i.Profile, handler: pages}}
}

// typeCode types a code into the page that asks for it.
func (p *page) typeCode(l, code string) *page {
	p.v.t.Helper()
	f, values := p.form("/" + l + "/mailbox")
	values.Set("code", code)
	return p.post(f, values)
}

// inside is a new browser in the mailbox of a complaint.
func (h *house) inside(l, code string) *page {
	h.T.Helper()
	p := h.front.visitor().get("/"+l+"/mailbox").typeCode(l, code)
	if p.status != http.StatusOK || !strings.HasSuffix(p.path, "/mailbox/case") {
		h.T.Fatalf("the code led to %s, status %d", p.path, p.status)
	}
	return p
}

// submit sends the form of a page that posts to an address, with some values changed.
func (p *page) submit(action string, change url.Values, files ...upload) *page {
	p.v.t.Helper()
	f, values := p.form(action)
	maps.Copy(values, change)
	return p.post(f, values, files...)
}

// reply sends a message from the mailbox.
func (p *page) reply(act, words string, files ...upload) *page {
	p.v.t.Helper()
	l, _, _ := strings.Cut(strings.TrimPrefix(p.path, "/"), "/")
	return p.submit("/"+l+"/mailbox/reply", url.Values{"text": {words}, "act": {act}}, files...)
}

func (h *house) strictCase(l string) *intake.Receipt {
	h.T.Helper()
	return h.Complain(l, apptest.StrictAnswers("theft"), map[string]string{"photo.txt": "proof"})
}
