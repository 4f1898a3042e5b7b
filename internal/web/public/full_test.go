package public_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/blob"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/profile"
	"klankbord/internal/storetest"
)

// houseOn is a staffed instance whose state lies in a folder.
func houseOn(t testing.TB, state string, minFree int64) *house {
	t.Helper()
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.State, c.MinFreeMB = state, minFree })
	pages, _, _, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	return &house{i, team, &desk{t: t, clock: i.Clock, profile: i.Profile, handler: pages}}
}

const noRoom = "our server cannot keep this at the moment. Everything you typed is still on this page"

// told expects the text of a full disk, and that nothing typed is lost.
func (p *page) told(t *testing.T, what string, typed map[string]string) {
	t.Helper()
	if p.status != http.StatusServiceUnavailable || !p.says(noRoom) {
		t.Errorf("%s answers %d: %.300s", what, p.status, text(p.document))
	}
	for name, want := range typed {
		found := false
		for _, element := range []string{"input", "textarea"} {
			for _, n := range p.find(element, "name", name) {
				found = found || attribute(n, "value") == want || strings.TrimPrefix(rawText(n), "\n") == want
			}
		}
		if !found {
			t.Errorf("%s: %s no longer holds %q", what, name, want)
		}
	}
}

func TestAFullDiskCostsNobodyWhatTheyTyped(t *testing.T) {
	disk := storetest.SmallDisk(t, 24<<20)
	h := houseOn(t, filepath.Join(disk.Dir, "state"), 0)
	check := h.front.visitor().start("en").answer(with(basic("response-time"), "story", "I wrote three times and never had an answer to any of it."), nil, nil)
	sendForm, sendValues := check.form("/en/complaint/check")
	story := check.v.get("/en/complaint/story")
	keepForm, keepValues := check.form("/en/complaint/keep")
	files := check.v.get("/en/complaint/files")
	mailbox := h.inside("en", h.strictCase("en").Code)
	talk, contact := mailbox.v.get("/en/mailbox/conversation"), mailbox.v.get("/en/mailbox/contact")
	fresh := h.front.visitor().start("en")

	disk.Fill()
	long := strings.Repeat("Once more, in every detail. ", 400)
	story.press("next", story.fill(profile.Answers{"story": {long}})).told(t, "a question", map[string]string{"story": long})
	story.press("keep", story.fill(profile.Answers{"story": {long}})).told(t, "keeping for later", map[string]string{"story": long})
	fresh.press("next", fresh.fill(basic("response-time"))).told(t, "the first question", map[string]string{"topics": "response-time"})
	if p := files.press("add", files.fill(nil), upload{"letter.pdf", strings.Repeat("x", 1<<20)}); p.status != http.StatusServiceUnavailable {
		t.Errorf("a file answers %d: %.300s", p.status, text(p.document))
	}
	sent := check.post(sendForm, sendValues)
	sent.told(t, "sending", nil)
	if !sent.says("I wrote three times") {
		t.Error("the check page no longer shows the answers")
	}
	check.post(keepForm, keepValues).told(t, "keeping from the check page", nil)
	mailbox.reply("send", "Half a page of news").told(t, "a message", map[string]string{"text": "Half a page of news"})
	talk.submit("/en/mailbox/conversation", url.Values{"way": {"phone"}, "text": {"In the evening"}}).told(t, "asking to talk", map[string]string{"text": "In the evening"})
	contact.submit("/en/mailbox/contact", url.Values{"phone": {"0470 11 22 33"}}).told(t, "new contact details", map[string]string{"phone": "0470 11 22 33"})
	if !strings.Contains(h.Log.String(), "disk-full") {
		t.Error("the log does not tell the operator")
	}

	disk.Clear()
	if p := story.press("next", story.fill(profile.Answers{"story": {long}})); p.status != http.StatusOK {
		t.Errorf("once there is room a question answers %d", p.status)
	}
	if p := check.post(sendForm, sendValues); p.h1() != "We received your complaint" {
		t.Errorf("once there is room sending ends at %q", p.h1())
	}
	if p := mailbox.reply("send", "Half a page of news"); p.status != http.StatusOK {
		t.Errorf("once there is room a message answers %d", p.status)
	}
}

func TestALittleRoomIsKeptForThoseWhoHaveBegun(t *testing.T) {
	h := houseOn(t, t.TempDir(), 0)
	check := h.front.visitor().start("en").answer(basic("response-time"), nil, nil)
	fresh := h.front.visitor().start("en")
	code := h.strictCase("en").Code

	h.Blobs.(*blob.Folder).Spare(1 << 60) // more than any disk has free
	if p := h.front.visitor().get("/en/complaint"); p.status != http.StatusServiceUnavailable || p.h1() != "You cannot begin a new complaint now" || !p.says("112") || !p.says("+32 2 340 09 22") {
		t.Errorf("beginning answers %d: %.300s", p.status, text(p.document))
	}
	fresh.press("next", fresh.fill(basic("response-time"))).told(t, "the first question", map[string]string{"topics": "response-time"})
	files := check.v.get("/en/complaint/files")
	refused := files.press("next", files.fill(nil), upload{"letter.pdf", "%PDF"})
	if refused.status != http.StatusServiceUnavailable || !refused.says("letter.pdf was not added: our server cannot keep files now") {
		t.Errorf("a file answers %d: %.300s", refused.status, text(refused.document))
	}
	if p := refused.press("next", refused.fill(nil)); p.status != http.StatusOK {
		t.Errorf("going on without the file answers %d", p.status)
	}
	check.path = "/en/complaint/check"
	if p := check.sendOff(); p.h1() != "We received your complaint" {
		t.Errorf("who had begun ends at %q", p.h1())
	}
	mailbox := h.inside("en", code)
	if p := mailbox.reply("send", "See the letter", upload{"letter.pdf", "%PDF"}); p.status != http.StatusServiceUnavailable || !p.says("letter.pdf was not added") || !strings.Contains(p.body, "See the letter") {
		t.Errorf("a file in the mailbox answers %d: %.300s", p.status, text(p.document))
	}
	if p := mailbox.reply("send", "I can still write"); p.status != http.StatusOK {
		t.Errorf("a message answers %d", p.status)
	}
	if list, err := h.Casework.Inbox(t.Context(), h.team.Service[0], casework.Filter{View: "all"}); err != nil || len(list.Rows) == 0 {
		t.Errorf("the desk reads %v, %v", list, err)
	}
}
