package desk_test

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/storetest"
)

// inLanguage presses a language at the top of a page with values typed into it.
func (p *page) inLanguage(l string, typed url.Values) *page {
	p.b.t.Helper()
	buttons := all(p.doc, func(n *html.Node) bool { of, _ := attr(n, "lang"); return n.Data == "button" && of == l })
	if len(buttons) != 1 { // the page is in that language, or nobody is signed in
		for _, a := range all(p.doc, func(n *html.Node) bool { of, _ := attr(n, "hreflang"); return of == l }) {
			href, _ := attr(a, "href")
			return p.b.get(href)
		}
		return p
	}
	at, _ := attr(buttons[0], "formaction")
	return p.b.post(at, typed)
}

func TestTheLanguageOfTheDeskIsChosenOnAnyPageAndStays(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	for _, path := range []string{"/desk", at, at + "/close", "/desk/people", "/desk/profile"} {
		for _, l := range []string{"fr", "de"} {
			p := c.sofie.get(path).inLanguage(l, nil)
			if p.header.Get("Content-Language") != l || strings.Contains(p.path, "lang=") {
				t.Errorf("%s in %s: leads to %s in %q", path, l, p.path, p.header.Get("Content-Language"))
			}
			if next := c.sofie.get("/desk"); next.header.Get("Content-Language") != l {
				t.Errorf("after %s in %s the next page is in %q", path, l, next.header.Get("Content-Language"))
			}
		}
	}
	if p := c.sofie.get("/desk/log").inLanguage("fr", nil); p.status != 403 || p.header.Get("Content-Language") != "fr" {
		t.Errorf("what is denied is told in %q with %d", p.header.Get("Content-Language"), p.status)
	}
	if p := c.nele.get("/desk"); p.header.Get("Content-Language") != "nl" {
		t.Errorf("a colleague's desk changed to %q", p.header.Get("Content-Language"))
	}
}

func TestTheWordsOfAMessageGoAlongIntoAnotherLanguageUnsent(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	h.DeliverMail() // receipt is confirmed; then steps can be taken
	p := c.sofie.get(at).inLanguage("de", url.Values{
		"audience": {"message"}, "text": {"Half a message"}, "why": {"half a reason"}, "lang": {"fr"}, "file": {"letter.pdf"},
	})
	_, values := p.form("/compose")
	if values.Get("text") != "Half a message" || values.Get("audience") != "message" || values.Get("why") != "half a reason" || values.Get("lang") != "fr" {
		t.Errorf("the form holds %v", values)
	}
	if !p.says("letter.pdf") || !p.says("Wählen Sie sie erneut aus") {
		t.Error("the page does not say that the file has to be chosen again")
	}
	if _, values := c.sofie.get(at).form("/compose"); values.Get("text") != "" {
		t.Error("changing the language saved a draft")
	}
}

func TestTextSurvivesASessionThatEndsBeforeTheLanguageChanges(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number) + "/close"
	form := c.sofie.get(at)
	h.Clock.Add(31 * time.Minute)
	signin := form.inLanguage("fr", url.Values{"feedback": {"An hour of careful words"}, "outcome": {"upheld"}})
	if !strings.HasPrefix(signin.path, "/desk/signin") || strings.Contains(signin.body, "careful") {
		t.Fatalf("an ended session leads to %s", signin.path)
	}
	second := signin.send("/desk/signin", url.Values{"email": {"sofie@desk.example"}, "password": {password}})
	kept := second.send("/desk/signin/second", url.Values{"code": {c.sofie.digits()}})
	if !strings.Contains(kept.body, "An hour of careful words") {
		t.Fatalf("after signing in %q does not hold the text", kept.title())
	}
	again := kept.send("/close", nil)
	_, values := again.form("/close")
	if values.Get("feedback") != "An hour of careful words" || values.Get("outcome") != "upheld" {
		t.Errorf("%s holds %v", again.path, values)
	}
}

func TestAButtonBesideTheComposerSavesWhatIsInIt(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	h.DeliverMail()
	p := c.sofie.get(at)
	_, values := p.form("/assign")
	p = p.send("/assign", url.Values{
		"member": {values.Get("member")}, "audience": {"message"}, "text": {"Half a message"},
	})
	if _, values := p.form("/compose"); values.Get("text") != "Half a message" || values.Get("audience") != "message" {
		t.Errorf("after putting somebody in charge the composer holds %v", values)
	}
	p = c.sofie.get(at).send("/state", url.Values{"to": {"measures"}, "text": {"The other half"}})
	if _, values := p.form("/compose"); p.status != 422 || values.Get("text") != "The other half" {
		t.Errorf("a step that cannot be taken answers %d and leaves %v", p.status, values)
	}
	p = c.sofie.get(at).send("/assign", url.Values{"text": {strings.Repeat("x", 20_001)}})
	if _, values := p.form("/compose"); p.status != 422 || len(values.Get("text")) != 20_001 {
		t.Errorf("a text that is too long answers %d and leaves %d letters", p.status, len(values.Get("text")))
	}
}

func TestTheLanguageChosenBeforeSigningInHoldsUntilThen(t *testing.T) {
	h := newHouse(t)
	link := "/desk/enrol/" + h.Founded.Enrol.Cookie()
	nele := h.browser()
	factor := nele.get(link).inLanguage("de", nil).send(link, url.Values{"password": {password}})
	if l := factor.header.Get("Content-Language"); l != "de" {
		t.Errorf("the page after the password is in %q", l)
	}
	half := h.browser()
	p := half.get("/desk/signin").inLanguage("de", url.Values{"email": {"nele@desk.example"}, "password": {"never on a page"}})
	_, values := p.form("/desk/signin")
	if values.Get("email") != "nele@desk.example" || strings.Contains(p.body, "never on a page") {
		t.Errorf("the sign-in holds %v", values)
	}
}

func TestAFullDiskCostsAMemberNoWords(t *testing.T) {
	disk := storetest.SmallDisk(t, 24<<20)
	h, c := staffed(t, func(c *config.Config, _ *app.Options) { c.State = filepath.Join(disk.Dir, "state") })
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	form := c.sofie.get(at)
	disk.Fill()
	words := strings.Repeat("A careful answer. ", 800)
	p := form.send("/compose", url.Values{"audience": {"message"}, "text": {words}, "act": {"draft"}})
	if _, values := p.form("/compose"); p.status != 503 || values.Get("text") != words || !p.says("Our server has no room left") {
		t.Errorf("saving a draft answers %d and leaves %d letters", p.status, len(values.Get("text")))
	}
	disk.Clear()
	if p := p.send("/compose", url.Values{"act": {"draft"}}); p.status != 200 || !strings.Contains(p.body, "A careful answer.") {
		t.Errorf("once there is room saving answers %d", p.status)
	}
}
