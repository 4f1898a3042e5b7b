package public_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/profile"
)

// The session ends while somebody writes: nothing that was typed is lost.
func TestWhatWasTypedSurvivesTheSession(t *testing.T) {
	long := "A long story.\n\n" + strings.Repeat("And then something happened. ", 400)
	for name, end := range map[string]func(*house, *visitor){
		"too long away":     func(h *house, _ *visitor) { h.Clock.Add(21 * time.Hour) },
		"cookie is gone":    func(_ *house, v *visitor) { clear(v.cookies) },
		"signed out in tab": func(_ *house, v *visitor) { v.get("/en/mailbox/case").submit("/en/mailbox/leave", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			r := h.strictCase("en")
			p := h.inside("en", r.Code).reply("add", "draft", upload{"list.txt", "a,b,c"})
			end(h, p.v)
			ask := p.reply("send", long, upload{"late.txt", "x"})
			if ask.status != http.StatusForbidden || !ask.says("has not been sent yet") || !ask.says("late.txt") || strings.Contains(ask.body, "something happened") {
				t.Fatalf("status %d: %s", ask.status, text(ask.document))
			}
			wrong := ask.typeCode("en", r.Code[:26])
			if wrong.status != http.StatusUnprocessableEntity {
				t.Fatalf("a typing mistake: status %d", wrong.status)
			}
			back := wrong.typeCode("en", r.Code)
			if back.status != http.StatusOK || !back.says("It has not been sent yet") || rawText(back.find("textarea")[0]) != "\n"+long && rawText(back.find("textarea")[0]) != long {
				t.Fatalf("status %d: the text is not back", back.status)
			}
			carried := len(back.find("input", "name", "ticket"))
			if name == "too long away" && carried != 1 {
				t.Errorf("%d files came back, want 1", carried)
			}
			done := back.submit("/en/mailbox/reply", url.Values{"act": {"send"}})
			if !strings.HasSuffix(done.path, "done=reply") || !done.says("something happened") {
				t.Errorf("sending it then: %s, status %d", done.path, done.status)
			}
		})
	}
}

// Two tabs with two complaints share one cookie; what is written about one never
// goes to the other.
func TestTwoComplaintsInOneBrowserAreNeverMixed(t *testing.T) {
	h := newHouse(t)
	one, two := h.strictCase("en"), h.Complain("en", apptest.Answers("communication"), nil)
	first := h.inside("en", one.Code)
	second := first.v.get("/en/mailbox/left")
	_ = second.v.open("POST", "/en/mailbox", "application/x-www-form-urlencoded", strings.NewReader("code="+url.QueryEscape(two.Code)))
	ask := first.reply("send", "about the first only")
	if ask.status != http.StatusForbidden {
		t.Fatalf("status %d", ask.status)
	}
	other := ask.typeCode("en", two.Code)
	if other.status != http.StatusUnprocessableEntity || !other.says(string(one.Number)) || other.says("about the first only") {
		t.Errorf("the code of the other: status %d", other.status)
	}
	back := other.typeCode("en", one.Code)
	if !strings.Contains(back.body, "about the first only") || !back.says(string(one.Number)) {
		t.Errorf("its own code: status %d", back.status)
	}
	if p := h.inside("en", two.Code); p.says("about the first only") {
		t.Error("it arrived in the other complaint")
	}
}

func TestAContactChangeThatIsRefusedLosesNothing(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("nl")
	p := h.inside("nl", r.Code).v.get("/nl/mailbox/contact")
	change := url.Values{
		"email": {""}, "phone": {" "}, "address": {""}, "last_name": {"Maes-Peeters"}, "safe_contact": {"na 18 uur"},
	}
	wrong := p.submit("/nl/mailbox/contact", change)
	if wrong.status != http.StatusUnprocessableEntity || !wrong.says("Vul een e-mailadres, een telefoonnummer of een postadres in") {
		t.Fatalf("status %d: %s", wrong.status, text(wrong.document))
	}
	_, kept := wrong.form("/nl/mailbox/contact")
	if kept.Get("last_name") != "Maes-Peeters" || kept.Get("safe_contact") != "na 18 uur" || kept.Get("email") != "" || kept.Get("language") != "nl" {
		t.Errorf("what was typed is gone: %v", kept)
	}
	wrong = wrong.submit("/nl/mailbox/contact", url.Values{"email": {"niet zo"}, "first_name": {""}})
	if !wrong.says("Kijk het e-mailadres na") || !wrong.says("Vul uw voornaam in") {
		t.Errorf("the words are not those of the form: %s", text(wrong.document))
	}
	p = wrong.submit("/nl/mailbox/contact", url.Values{"email": {""}, "first_name": {"Ingrid"}, "phone": {"02 123 45 67"}})
	if !strings.HasSuffix(p.path, "done=contact") || !p.says("Maes-Peeters") || !p.says("Wij hebben geen e-mailadres van u") {
		t.Errorf("%s: %s", p.path, text(p.document))
	}
}

func TestMailAndLanguageHaveTheirOwnButtons(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("nl")
	p := h.inside("fr", r.Code)
	p = p.submit("/fr/mailbox/mail", url.Values{"act": {"stop"}})
	if !p.says("Nous ne vous envoyons pas d’e-mail") {
		t.Errorf("declining: %s", text(p.document))
	}
	p = p.submit("/fr/mailbox/mail", url.Values{"act": {"start"}})
	if !p.says("Nous vous envoyons un e-mail") {
		t.Errorf("allowing: %s", text(p.document))
	}
	p = p.submit("/fr/mailbox/language", url.Values{"lang": {"fr"}})
	if !p.says("Nous vous répondons en français") || p.says("Répondez-moi en français") {
		t.Errorf("language: %s", text(p.document))
	}
}

func TestFilesAreAddedAndRemovedBeforeSending(t *testing.T) {
	h := newHouse(t)
	h.Dialogue.Limits.FileBytes, h.Dialogue.Limits.Files = 1000, 2
	p := h.inside("en", h.strictCase("en").Code)
	p = p.reply("add", "the text stays", upload{"a.txt", "aaa"}, upload{"big.bin", strings.Repeat("x", 1001)}, upload{"empty.txt", ""})
	if p.status != http.StatusUnprocessableEntity || !p.says("big.bin is too big") || !p.says("empty.txt is empty") || len(p.find("input", "name", "ticket")) != 1 {
		t.Fatalf("status %d: %s", p.status, text(p.document))
	}
	if !strings.Contains(rawText(p.find("textarea")[0]), "the text stays") {
		t.Error("the text is lost")
	}
	p = p.reply("add", "the text stays", upload{"b.txt", "b"}, upload{"c.txt", "c"})
	p = p.reply("send", "the text stays")
	if p.status != http.StatusUnprocessableEntity || !p.says("You can add up to 2 files") {
		t.Errorf("three of two files: status %d", p.status)
	}
	remove := attribute(p.find("button", "name", "remove")[0], "value")
	p = p.submit("/en/mailbox/reply", url.Values{"remove": {remove}})
	if len(p.find("input", "name", "ticket")) != 2 {
		t.Errorf("%d files after removing one", len(p.find("input", "name", "ticket")))
	}
	p = p.reply("send", "the text stays")
	if !p.says("b.txt") || !p.says("c.txt") || p.says("a.txt") || !p.says("Your message was sent") {
		t.Errorf("%s: %s", p.path, text(p.document))
	}
}

func TestWhatIsTypedIntoTheMailboxComesOutAsText(t *testing.T) {
	h := newHouse(t)
	first := func(text string, most int) string { return strings.ToValidUTF8(text[:min(len(text), most)], "") }
	everything := first(strings.Join(hostileTexts(t), " "), 15_000)
	p := h.inside("en", h.strictCase("en").Code)
	p = p.reply("add", everything, upload{`"><script>alert(1)</script>.txt`, "x"})
	see := func(q *page) *page {
		t.Helper()
		if found := foreign(q); len(found) > 0 {
			t.Errorf("%s: %v", q.path, found)
		}
		return q
	}
	p = see(see(p).reply("send", everything))
	talk := p.v.get("/en/mailbox/conversation").submit("/en/mailbox/conversation", url.Values{"way": {everything}, "text": {everything}})
	see(see(talk).submit("/en/mailbox/conversation", url.Values{"way": {"video"}, "text": {everything}}))
	contact := url.Values{profile.FieldFirstName: {"A" + first(everything, 100)}, profile.FieldAddress: {first(everything, 300)}, profile.FieldEmail: {first(everything, 50)}}
	see(p.v.get("/en/mailbox/contact").submit("/en/mailbox/contact", contact))
	see(p.v.get("/en/mailbox/withdraw").submit("/en/mailbox/withdraw", url.Values{"text": {everything}}))
	see(h.front.visitor().get("/en/mailbox").typeCode("en", everything))
	if p = p.v.get("/en/mailbox/case"); !p.says("<script>alert(1)</script>") {
		t.Error("what was typed does not stand there")
	}
}

// Words planted in everything that is typed, also in what is not sent, are nowhere
// on disk or in a log.
func TestNothingTypedInTheMailboxTouchesTheDisk(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	h := newHouse(t)
	r := h.strictCase("en")
	const word = "Kanarieqzx"
	p := h.inside("en", r.Code)
	unsent := p.reply("add", word+"unsent", upload{word + "name.txt", word + strings.Repeat("content ", 200_000)})
	p = unsent.reply("send", word+"sent")
	p.v.get("/en/mailbox/conversation").submit("/en/mailbox/conversation", url.Values{"way": {"phone"}, "text": {word + "talk"}})
	p.v.get("/en/mailbox/contact").submit("/en/mailbox/contact", url.Values{"last_name": {word}, "email": {word + "@mail.example"}})
	p.v.get("/en/mailbox/withdraw").submit("/en/mailbox/withdraw", url.Values{"text": {word + "why"}})
	p.v.get("/en/mailbox/case")
	p.v.send("GET", "/en/mailbox/copy.txt", "", nil)
	h.Clock.Add(21 * time.Hour)
	p.reply("send", word+"over")
	h.DeliverMail()
	for _, dir := range []string{h.State, temp} {
		err := filepath.WalkDir(dir, func(at string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := os.ReadFile(at)
			if strings.Contains(strings.ToLower(string(b)), strings.ToLower(word)) || strings.Contains(string(b), r.Code) {
				t.Errorf("%s holds what was typed", filepath.Base(at))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	log := h.Log.String()
	if strings.Contains(strings.ToLower(log), strings.ToLower(word)) || strings.Contains(log, r.Code) || strings.Contains(log, "192.0.2.7") || strings.Contains(log, string(r.Number)) {
		t.Error("the log tells")
	}
	if !strings.Contains(log, "/mailbox/reply") {
		t.Error("the log has no line of these requests, so the search proves nothing")
	}
}
