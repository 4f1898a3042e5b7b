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
