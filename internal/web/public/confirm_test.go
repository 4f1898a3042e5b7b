package public_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

var linkInMail = regexp.MustCompile(`/confirm/[A-Za-z0-9_-]{43}`)

// confirmPath is the path of the link in the newest mail.
func (h *house) confirmPath(t *testing.T) string {
	t.Helper()
	return h.linkPath(t, linkInMail)
}

// Programs that check mail follow every link in it, some of them also with HEAD.
// Only the button confirms.
func TestFollowingALinkInAMailChangesNothing(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("nl")
	path := "/nl" + h.confirmPath(t)
	for _, method := range []string{"GET", "HEAD", "GET"} {
		if answer := h.front.visitor().send(method, path, "", nil); answer.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", method, answer.StatusCode)
		}
	}
	if c := h.Case(h.team.Manager, r.Number); !c.Contact.Verified.IsZero() {
		t.Fatal("confirmed without the button")
	}
	v := h.front.visitor()
	done := v.get(path).submit(path, nil)
	if !strings.Contains(done.body, "is bevestigd") || done.status != http.StatusOK {
		t.Errorf("the button leads to %d", done.status)
	}
	if c := h.Case(h.team.Manager, r.Number); c.Contact.Verified.IsZero() {
		t.Error("the button did not confirm")
	}
	for what, text := range map[string]string{"the number": string(r.Number), "the code": r.Code, "the name": "Maes"} {
		if strings.Contains(done.body, text) {
			t.Errorf("the page holds %s", what)
		}
	}
	if log := h.Log.String(); strings.Contains(log, path[len("/nl/confirm/"):]) {
		t.Error("the log of the process holds the secret of the link")
	}
}

// links goes through the pages to which a link in a mail leads.
func (k mailboxKeeper) links() {
	r := k.strictCase(k.l)
	path := k.confirmPath(k.t)
	v := k.front.visitor()
	open := k.keep("confirm", v.get(k.at(path)), http.StatusOK)
	k.Clock.Add(time.Hour)
	again := k.inside(k.l, r.Code).submit(k.at("/mailbox/confirm"), nil)
	k.keep("case--confirm-sent", again, http.StatusOK)
	k.keep("confirm--gone", v.get(k.at(path)), http.StatusOK)
	k.keep("confirm--too-late", open.submit(k.at(path), nil), http.StatusUnprocessableEntity)
	k.keep("case--confirm-wait", again.submit(k.at("/mailbox/confirm"), nil), http.StatusTooManyRequests)
	path = k.confirmPath(k.t)
	k.keep("confirm--done", v.get(k.at(path)).submit(k.at(path), nil), http.StatusOK)
	k.keep("case--confirmed", again.v.get(k.at("/mailbox/case")), http.StatusOK)
}
