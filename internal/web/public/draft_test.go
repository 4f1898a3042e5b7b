package public_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/profile"
)

// codeOn reads the code that a page shows.
func codeOn(t *testing.T, p *page) string {
	t.Helper()
	shown := p.find("p", "id", "code")
	if len(shown) != 1 {
		t.Fatalf("%s shows %d codes", p.path, len(shown))
	}
	words := strings.Fields(text(shown[0]))
	return words[len(words)-1]
}

func TestAComplaintKeptForLaterGoesOnInAnotherBrowser(t *testing.T) {
	d := newDesk(t)
	p := d.visitor().start("en")
	p = p.press("next", p.fill(strict("theft")))
	p = p.press("next", p.fill(nil)) // what one reads before
	p = p.press("next", p.fill(strict("theft")))
	p = p.v.get("/en/complaint/story")
	kept := p.press("keep", p.fill(profile.Answers{"story": {"Half a story that"}}))
	if !kept.says("Monday 16 March 2026") || !kept.says("https://complaints.example/en/resume") {
		t.Errorf("the page does not say until when and where: %s", text(kept.find("main")[0]))
	}
	code := codeOn(t, kept)

	d.clock.Add(13 * 24 * time.Hour)
	other := d.visitor()
	resume := other.get("/fr/resume")
	f, _ := resume.form("/fr/resume")
	typo := resume.post(f, url.Values{"code": {"X" + code[1:]}})
	if code[0] != 'X' && (typo.status != http.StatusUnprocessableEntity || !typo.says("faute de frappe")) {
		t.Errorf("a typing mistake gives status %d", typo.status)
	}
	unknown := resume.post(f, url.Values{"code": {"0000-0000-0000-0000-0000-0000-0000"}})
	if unknown.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown code gives status %d", unknown.status)
	}
	resumed := resume.post(f, url.Values{"code": {strings.ToLower(strings.ReplaceAll(code, "-", " "))}})
	if resumed.status != http.StatusOK || !strings.Contains(resumed.path, "/fr/complaint/") {
		t.Fatalf("the code led to %s with status %d", resumed.path, resumed.status)
	}
	if story := other.get("/fr/complaint/story"); !strings.Contains(story.body, "Half a story that") {
		t.Error("the story is not there")
	}
	// The browser it was begun in no longer has it.
	if gone := p.v.get("/en/complaint/story"); !gone.says("We no longer find your complaint here") {
		t.Errorf("the first browser shows %s", gone.h1())
	}
	receipt := resumed.answer(strict("theft"), nil, nil).sendOff()
	if !strings.HasSuffix(receipt.path, "/fr/receipt") {
		t.Errorf("sending led to %s", receipt.path)
	}
}

func TestANewResumeCodeEndsTheOneBefore(t *testing.T) {
	d := newDesk(t)
	p := d.visitor().start("en")
	first := codeOn(t, p.press("keep", p.fill(basic("response-time"))))
	second := codeOn(t, p.press("keep", p.fill(nil)))
	other := d.visitor().get("/en/resume")
	f, _ := other.form("/en/resume")
	if old := other.post(f, url.Values{"code": {first}}); old.status != http.StatusUnprocessableEntity {
		t.Errorf("the old code gives status %d", old.status)
	}
	if latest := other.post(f, url.Values{"code": {second}}); latest.status != http.StatusOK {
		t.Errorf("the new code gives status %d", latest.status)
	}
}

func TestAnExpiredComplaintIsExplainedAndTheLastAnswerKept(t *testing.T) {
	d := newDesk(t)
	p := d.visitor().start("en")
	p.press("next", p.fill(basic("response-time")))
	story := p.v.get("/en/complaint/story")
	d.clock.Add(21 * time.Hour)
	gone := p.v.get("/en/complaint/name")
	if gone.status != http.StatusOK || !gone.says("We no longer find your complaint here") || !gone.says("cannot be reached from here") {
		t.Errorf("status %d: %s", gone.status, gone.h1())
	}
	saved := story.press("next", story.fill(profile.Answers{"story": {"Written over two long days and nights."}}))
	if !saved.says("What you filled in just now is kept") {
		t.Errorf("the page does not say what was kept: %s", text(saved.find("main")[0]))
	}
	p = p.v.get("/en/complaint/topics")
	p = p.press("next", p.fill(basic("response-time")))
	if story := p.v.get("/en/complaint/story"); !strings.Contains(story.body, "Written over two long days and nights.") {
		t.Error("the story is lost")
	}
}

func TestTheLanguageCanChangeAtAnyQuestion(t *testing.T) {
	d := newDesk(t)
	languages := []string{"fr", "de", "nl", "en"}
	turn := 0
	v := d.visitor()
	p := v.start("en")
	a := with(strict("theft"), "language", "fr")
	for range 60 {
		at := p.formAction()
		if strings.HasSuffix(at, "/check") {
			break
		}
		p = p.inLanguage(languages[turn%4], p.fill(a))
		_, kept := p.form(p.formAction())
		for name, values := range p.fill(a) {
			if a[name] != nil && !slices.Equal(kept[name], values) {
				t.Errorf("%s: %s was typed before the language changed and is %q", p.path, name, kept[name])
			}
		}
		turn++
		p = p.press("next", p.fill(a))
		if p.status != http.StatusOK {
			t.Fatalf("%s: status %d", p.path, p.status)
		}
	}
	p = v.get("/de/complaint/check")
	if !p.says("Ingrid") || !p.says("Diebstahl") {
		t.Error("answers were lost between languages")
	}
	if receipt := p.sendOff(); !strings.HasSuffix(receipt.path, "/de/receipt") || receipt.find("html")[0].Attr[0].Val != "de" {
		t.Errorf("sending led to %s", receipt.path)
	}
}

func TestRowsOfPeopleAreAddedAndRemovedAndEnterRemovesNone(t *testing.T) {
	d := newDesk(t)
	v := d.visitor()
	p := v.start("en")
	p.press("next", p.fill(strict("theft")))
	p = v.get("/en/complaint/persons")
	f, values := p.form("/en/complaint/persons")
	if first := p.find("button", "name", "act"); attribute(first[0], "value") != "next" || attribute(p.find("button")[0], "value") != "next" {
		t.Error("Enter would press another button than Continue")
	}
	values.Set("persons.0.name", "The man at the desk")
	values.Set("add", "persons")
	p = p.post(f, values)
	f, values = p.form("/en/complaint/persons")
	if !values.Has("persons.1.name") {
		t.Fatalf("no second row: %v", values)
	}
	values.Set("persons.1.name", "The woman with the keys")
	values.Set("add", "persons")
	p = p.post(f, values)
	f, values = p.form("/en/complaint/persons")
	values.Set("remove", "persons.0")
	p = p.post(f, values)
	if strings.Contains(p.body, "The man at the desk") || !strings.Contains(p.body, "The woman with the keys") {
		t.Error("the wrong row went")
	}
	if check := v.get("/en/complaint/check"); !check.says("Name or description: The woman with the keys") {
		t.Error("the check page does not list the person")
	}
}

func TestAfterSendingOldPagesLeadToTheReceipt(t *testing.T) {
	d := newDesk(t)
	v := d.visitor()
	v.start("en").answer(basic("response-time"), nil, nil).sendOff()
	for _, path := range []string{"/en/complaint/story", "/en/complaint/check", "/en/complaint/story/short"} {
		if p := v.get(path); p.path != "/en/receipt" {
			t.Errorf("%s leads to %s", path, p.path)
		}
	}
	if p := v.get("/en/complaint/topics"); p.path != "/en/complaint/topics" {
		t.Errorf("a new complaint begins at %s", p.path)
	}
}
