package desk_test

import (
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestAMemberRegistersACallAndHandsTheCodeOver(t *testing.T) {
	h, c := staffed(t)
	first := c.sofie.get("/desk/register")
	if first.status != http.StatusOK || !first.says("Register a complaint") {
		t.Fatalf("%d %s", first.status, first.title())
	}
	more := first.send("/register", h.spoken("phone", url.Values{"story": {""}, "told.on.day": {""}}))
	if !more.says("Your answers brought up more questions") {
		t.Fatalf("%d: the questions that go with the topic are not asked: %s", more.status, text(more.doc))
	}
	missing := more.send("/register", url.Values{"act": {"check"}})
	if missing.status != http.StatusUnprocessableEntity || !missing.says("Dubois") && !strings.Contains(missing.body, `value="Dubois"`) {
		t.Fatalf("%d: what was typed is lost", missing.status)
	}
	check := c.sofie.get("/desk/register").send("/register", h.spoken("phone", nil))
	if check.path != "/desk/register/check#main" || !check.says("Nothing is registered yet") || !check.says("Madame attend") {
		t.Fatalf("%s: %s", check.path, text(check.doc))
	}
	if p := check.send("/register/check", url.Values{"act": {"register"}, "seen": {"of another team"}}); p.status != 409 || !p.says("Who reads the complaint has changed") {
		t.Errorf("from a page that says otherwise who reads it: %d", p.status)
	}
	file := check.send("/register/check", url.Values{"act": {"register"}})
	if file.status != http.StatusOK || !strings.HasPrefix(file.path, "/desk/case/KB-") || !file.says("A member registered this complaint") {
		t.Fatalf("%d %s: %s", file.status, file.path, text(file.doc))
	}
	at, _, _ := strings.Cut(file.path, "?")
	again := c.sofie.post("/desk/register/check", url.Values{"act": {"register"}, "draft": {draftIn(check)}})
	if !strings.HasPrefix(again.path, at) {
		t.Errorf("sent again it leads to %s", again.path)
	}
	handed := c.sofie.get(at+"/code/person").send("/code/person", url.Values{"why": {"Op papier meegegeven"}, "password": {password}})
	if len(handed.codes()) != 1 {
		t.Fatalf("%d %s", handed.status, text(handed.doc))
	}
	if paper := c.sofie.get(at + "/code/handed.pdf"); !strings.HasPrefix(paper.body, "%PDF-") {
		t.Errorf("the letter is %s", paper.header.Get("Content-Type"))
	}
	handed.send("/code/given", nil)
	if gone := c.sofie.get(at + "/code/handed.pdf"); len(gone.codes()) > 0 || strings.HasPrefix(gone.body, "%PDF-") {
		t.Error("the letter is made again after the code was given")
	}
	record := regexp.MustCompile(`/records/interview/[^"?#]+`).FindString(c.sofie.get(at + "/records").body)
	slip := regexp.MustCompile(at + `/slip/[^"?#]+`).FindString(c.sofie.get(at + record).body)
	if p := c.sofie.get(slip); slip == "" || !p.says("Print the minutes") {
		t.Fatalf("%q has no paper of the minutes: %s", slip, text(p.doc))
	}
	if p := c.sofie.get(strings.Replace(slip, "/slip/", "/minutes/", 1)); !strings.HasPrefix(p.body, "%PDF-") {
		t.Error("the minutes are no PDF")
	}
}

// draftIn is the draft that a check page sends along.
func draftIn(p *page) string {
	_, values := p.form("/register/check")
	return values.Get("draft")
}

// multipartOf is a form with one file.
func multipartOf(values url.Values, field, name, content string) (body, kind string) {
	var b strings.Builder
	w := multipart.NewWriter(&b)
	for key, list := range values {
		for _, v := range list {
			_ = w.WriteField(key, v)
		}
	}
	f, _ := w.CreateFormFile(field, name)
	_, _ = f.Write([]byte(content))
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

func TestARecordingWithoutConsentIsRefusedAndGone(t *testing.T) {
	h, c := staffed(t)
	body, kind := multipartOf(h.spoken("phone", url.Values{"told.consent": {"no"}, "act": {"save"}}), "told.recording", "gesprek.m4a", "sound")
	p := c.sofie.do(http.MethodPost, "/desk/register", kind, body)
	if p.status != http.StatusUnprocessableEntity || !p.says("The recording was not kept") {
		t.Fatalf("%d %s", p.status, text(p.doc))
	}
	if p := c.sofie.get("/desk/register"); p.says("gesprek.m4a") {
		t.Error("the recording is still there")
	}
	body, kind = multipartOf(h.spoken("phone", url.Values{"told.consent": {"yes"}, "act": {"save"}}), "told.recording", "gesprek.m4a", "sound")
	if p := c.sofie.do(http.MethodPost, "/desk/register", kind, body); p.status != http.StatusOK || !p.says("gesprek.m4a") {
		t.Errorf("%d: with consent it is not kept", p.status)
	}
}

// A recording may come as a document: then it is held against consent there.
func TestASoundAmongTheDocumentsIsHeldAgainstConsent(t *testing.T) {
	h, c := staffed(t)
	add := func(consent, name string) (*page, string) {
		t.Helper()
		c.sofie.get("/desk/register").send("/register", h.spoken("phone", nil)) // brings up the questions of the topic
		body, kind := multipartOf(h.spoken("phone", url.Values{"told.consent": {consent}, "act": {"check"}}), "files", name, recording())
		p := c.sofie.do(http.MethodPost, "/desk/register", kind, body)
		asked := regexp.MustCompile(`name="(told\.sound/[^"]+)"`).FindStringSubmatch(p.body)
		if p.status != http.StatusUnprocessableEntity || len(asked) == 0 || !p.says("Choose whether this file is a recording of a conversation.") || !p.says(name) {
			t.Fatalf("%d: of %s nothing is asked: %s", p.status, name, text(p.doc))
		}
		return p, asked[1]
	}
	p, field := add("none", "gesprek.wav")
	if p = p.send("/register", url.Values{"act": {"check"}, field: {"agreed"}}); !p.says("The answer to “Was the conversation recorded?” says otherwise") {
		t.Errorf("%d: a recording of a call that was not recorded: %s", p.status, text(p.doc))
	}
	if p = p.send("/register", url.Values{"act": {"save"}, field: {"withheld"}}); !p.says("“gesprek.wav” was not kept") {
		t.Errorf("%d: a recording without consent is kept", p.status)
	}
	if p = c.sofie.get("/desk/register"); p.says("gesprek.wav") {
		t.Error("it is still there")
	}
	p, field = add("yes", "voicemail.wav")
	check := p.send("/register", url.Values{"act": {"check"}, field: {"else"}})
	if check.path != "/desk/register/check#main" || !check.says("No, it is something else") {
		t.Fatalf("%d %s: %s", check.status, check.path, text(check.doc))
	}
	if file := check.send("/register/check", url.Values{"act": {"register"}}); !file.says("no recording of a conversation with us") {
		t.Errorf("%d %s: the case does not say what the sound is", file.status, file.path)
	}
}

func TestOfASoundInANoteIsAskedWhetherItIsAConversation(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	_, values := c.sofie.get(at).form("/compose")
	values.Set("act", "check")
	values.Set("text", "What was said.")
	body, kind := multipartOf(values, "file", "gesprek.wav", recording())
	p := c.sofie.do(http.MethodPost, at+"/compose", kind, body)
	asked := regexp.MustCompile(`name="(sound\.[^"]+)"`).FindStringSubmatch(p.body)
	if p.status != http.StatusUnprocessableEntity || len(asked) == 0 || !p.says("First say of “gesprek.wav”") || !p.says("What was said.") {
		t.Fatalf("%d: %s", p.status, text(p.doc))
	}
	if check := p.send("/compose", url.Values{"act": {"check"}, asked[1]: {"agreed"}}); check.path != at+"/check/note" || !check.says("with consent") {
		t.Errorf("%d %s: %s", check.status, check.path, text(check.doc))
	}
}
