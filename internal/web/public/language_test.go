package public_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// carry presses another language on a page with values typed into it.
func (p *page) carry(l string, typed url.Values) *page {
	p.v.t.Helper()
	buttons := p.find("button", "lang", l, "form", "page")
	if len(buttons) != 1 {
		p.v.t.Fatalf("%s has no button for %s", p.path, l)
	}
	return p.v.open("POST", attribute(buttons[0], "formaction"), "application/x-www-form-urlencoded", strings.NewReader(typed.Encode()))
}

func TestWhatWasTypedWaitsWhenTheMailboxEndedBeforeTheLanguageChanged(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("nl")
	for path, typed := range map[string]url.Values{
		"/mailbox/conversation": {"way": {"video"}, "text": {"Only in the evening"}},
		"/mailbox/withdraw":     {"text": {"It was settled"}},
		"/mailbox/contact":      {"first_name": {"Ingrid"}, "last_name": {"Maes"}, "phone": {"0470 99 88 77"}},
	} {
		t.Run(path, func(t *testing.T) {
			p := h.inside("nl", r.Code).v.get("/nl" + path)
			_, values := p.form("/nl" + path)
			typed.Set("key", values.Get("key"))
			typed.Set("number", values.Get("number"))
			p.v.cookies = map[string]string{}
			over := p.carry("fr", typed)
			if over.status != http.StatusForbidden || attribute(over.find("html")[0], "lang") != "fr" {
				t.Fatalf("without a session: status %d", over.status)
			}
			english := over.carry("en", url.Values{"kept": {attribute(over.find("input", "name", "kept")[0], "value")}, "code": {"half a co"}})
			if v := attribute(english.find("input", "name", "code")[0], "value"); v != "half a co" {
				t.Errorf("the half-typed code became %q", v)
			}
			again := english.typeCode("en", r.Code)
			_, values = again.form("/en" + path)
			for name, want := range typed {
				if name != "key" && values.Get(name) != want[0] {
					t.Errorf("%s: %q became %q", name, want[0], values.Get(name))
				}
			}
		})
	}
}

func TestNamesOfFilesThatWereDroppedStayOnThePageThatAsksForTheCode(t *testing.T) {
	h := newHouse(t)
	p := h.inside("nl", h.strictCase("nl").Code)
	p.v.cookies = map[string]string{}
	over := p.reply("send", "See the letter", upload{"letter.pdf", "x"})
	_, values := over.form("/nl/mailbox")
	if fr := over.carry("fr", values); !fr.says("letter.pdf") || fr.find("input", "name", "kept") == nil {
		t.Errorf("the page in French forgets the file: %s", text(fr.document))
	}
}

// seven groups make a code.
var seven = regexp.MustCompile(`([0-9A-Z]{4}-){6}[0-9A-Z]{4}`)

func TestTheResumeCodeIsShownInAnotherLanguageOnlyToWhomItWasDrawnFor(t *testing.T) {
	d := newDesk(t)
	p := d.visitor().start("nl")
	p = p.press("next", p.fill(strict("theft")))
	story := p.v.get("/nl/complaint/story")
	keep := story.press("keep", story.fill(nil))
	code := seven.FindString(text(keep.find("p", "id", "code")[0]))
	_, values := keep.form("/nl/complaint/keep")
	fr := keep.carry("fr", values)
	if got := seven.FindString(text(fr.find("p", "id", "code")[0])); got != code || code == "" {
		t.Errorf("in French stands %q, in Dutch %q", got, code)
	}
	if on := attribute(fr.find("a", "class", "btn")[1], "href"); on != "/fr/complaint/story" {
		t.Errorf("going on leads to %s", on)
	}
	stranger := d.visitor()
	first := stranger.start("nl")
	first.press("next", first.fill(strict("theft")))
	other := stranger.open("POST", "/fr/complaint/keep?carry=1", "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	if strings.Contains(other.body, code) {
		t.Error("another browser is shown the code as if it were its own")
	}
	story.press("keep", story.fill(nil))
	if old := keep.carry("en", values); strings.Contains(old.body, code) {
		t.Error("a code that no longer works is shown")
	}
	values.Set("on", "https://elsewhere.example/")
	if away := keep.carry("en", values); strings.Contains(away.body, "elsewhere") {
		t.Error("going on leads elsewhere")
	}
}
