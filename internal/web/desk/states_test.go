package desk_test

import (
	"io"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/profile"
	"klankbord/internal/web/desk"
)

// TestEveryStateOfEveryPageIsWellFormed renders every page in every state in four
// languages. Where KLANKBORD_PAGES names a folder, it leaves them there for the
// checks of markup and accessibility.
func TestEveryStateOfEveryPageIsWellFormed(t *testing.T) {
	RenderStates(t, os.Getenv("KLANKBORD_PAGES"))
}

// RenderStates writes every state to dir/<lang>/desk-*.html, or nowhere when dir is
// empty, and checks each.
func RenderStates(t *testing.T, dir string) {
	provider := apptest.NewProvider(t, nil)
	h, c := staffed(t, func(c *config.Config, _ *app.Options) { provider.Configure(c) })
	provider.Clock = h.Clock
	s := &states{t: t, house: h, crew: c, dir: dir, provider: provider}
	s.prepare()
	s.prepareKeys()
	for _, lang := range []string{"nl", "fr", "en", "de"} {
		s.lang = lang
		s.outside()
		s.keysOutside()
		s.lists()
		s.health()
		s.keysInside()
		s.cases()
		s.forms()
		s.work()
		s.slips()
		s.removals()
		s.requests()
		s.codes()
		s.access()
		s.watch()
		s.helper()
		s.clocks()
		s.together()
		s.mails()
		s.told()
		s.logs()
		s.numbers()
	}
	s.changes()
	s.routing()
	s.drills()
	s.partly()
	s.erasures()
	s.resets()
	s.alarms()
	for _, lang := range []string{"nl", "fr", "en", "de"} {
		s.lang = lang
		s.settings() // last: what serves from then on is not what the house holds
	}
	set, err := desk.Templates()
	if err != nil {
		t.Fatal(err)
	}
	s.everyPageHelps()
	s.typed.All(t, set.Files, "*.html", "enrol", "reset", "provider-back", "case_export", // ask for a password only, which is never written into a page
		"setup") // see TestEveryStateOfTheFirstSteps
}

type states struct {
	*house
	t    *testing.T
	crew crew
	dir  string
	lang string

	typed apptest.Typed   // states whose form came along into another language
	help  map[string]bool // patterns of routes whose page explains itself

	karim *browser // joined late

	provider *apptest.Provider
	keys     keys

	general, sealed, byHand, closed, busy string
}

// prepare makes one case for each state that a case page can be in.
func (s *states) prepare() {
	path := func(lang string, a profile.Answers, files map[string]string) string {
		return "/desk/case/" + string(s.Complain(lang, a, files).Number)
	}
	s.general = path("en", complaint(), map[string]string{"invoice.pdf": "%PDF-1.4 invoice", "photo with a very long name that nobody shortened.jpg": "photo"})
	s.byHand = path("fr", apptest.With(apptest.With(integrity(), profile.FieldEmail), profile.FieldPhone, "0470 12 34 56"), nil)
	s.sealed = path("nl", integrity(), nil)
	s.closed = path("de", complaint(), nil)
	s.busy = path("en", apptest.With(complaint(), profile.FieldStory, strings.Repeat("Again the phone rang at nine in the evening, and again nobody could say why. ", 12)), nil)
	s.DeliverMail()
	s.crew.sofie.write(s.closed, "message", "We have stopped the calls.")
	s.crew.sofie.get(s.closed+"/close").send("/close", url.Values{
		"outcome": {"upheld"}, "feedback": {"Your number is off every list."}, "why": {"The agency called too often."},
	}).send("/send", nil)
	s.crew.sofie.write(s.busy, "message", "Thank you for telling us. On which days were you called?\n\nWe ask the agency as well.")
	s.crew.sofie.write(s.busy, "note", "The agency has had two warnings.")
	s.crew.sofie.get(s.busy).send("/state", url.Values{"to": {"handling"}, "why": {"The agency must answer first"}})
	me := s.crew.sofie.get(s.busy)
	_, values := me.form("/assign")
	s.crew.sofie.get(s.busy).send("/assign", url.Values{"member": {s.firstOption(me, "member")}, "revision": values["revision"]})
}

// firstOption is the first choice of a select that is not empty.
func (s *states) firstOption(p *page, name string) string {
	for _, o := range all(p.doc, func(n *html.Node) bool { return n.Data == "option" && n.Parent != nil }) {
		if of, _ := attr(o.Parent, "name"); of == name {
			if v, _ := attr(o, "value"); v != "" {
				return v
			}
		}
	}
	s.t.Fatalf("%s has no option for %s", p.path, name)
	return ""
}

func (b *browser) write(base, kind, text string) {
	b.t.Helper()
	p := b.get(base).send("/compose", url.Values{"audience": {kind}, "text": {text}, "act": {"check"}}).send("/send", nil)
	if p.status != 200 {
		b.t.Fatalf("%s was not sent: %d %q", kind, p.status, p.title())
	}
}

func (s *states) in(path string) string {
	if strings.Contains(path, "?") {
		return path + "&lang=" + s.lang
	}
	return path + "?lang=" + s.lang
}

func (s *states) outside() {
	none := s.browser()
	s.keep("signin", none.get(s.in("/desk/signin")))
	s.keep("signin-ended", none.get(s.in("/desk/signin?ended=1")))
	s.keep("signin-error", none.post(s.in("/desk/signin"), url.Values{"email": {"nobody@desk.example"}, "password": {"no"}}))
	half := s.browser()
	half.get("/desk/signin").send("/desk/signin", url.Values{"email": {"sofie@desk.example"}, "password": {password}})
	s.keep("second", half.get(s.in("/desk/signin/second")))
	s.keep("second-error", half.post(s.in("/desk/signin/second"), url.Values{"code": {"000000"}}))
	shown := s.crew.nele.get("/desk/people").send("/desk/people", url.Values{
		"name": {"Émilie d’Outremer-Vanden Bossche"}, "email": {"emilie." + s.lang + "@desk.example"}, "lang": {s.lang}, "task": {"handler/complaints/hr", "auditor//"},
	})
	s.keep("invited", s.crew.nele.get(s.in("/desk/people/invited")))
	link := shown.invitation()
	new := s.browser()
	s.keep("enrol", new.get(s.in(link)))
	s.keep("enrol-error", new.post(s.in(link), url.Values{"password": {"short"}}))
	factor := new.post(link, url.Values{"password": {password}})
	new.secret = strings.ReplaceAll(factor.codes()[0], " ", "")
	s.keep("factor", new.get(s.in(link)))
	s.keep("factor-error", new.post(s.in(link+"/confirm"), url.Values{"code": {"1"}}))
	new.post(link+"/confirm", url.Values{"code": {new.digits()}})
	s.keep("recovery", new.get(s.in("/desk/recovery")))
	s.keep("recovery-error", new.post(s.in("/desk/recovery"), nil))
	new.post("/desk/recovery", url.Values{"kept": {"yes"}})
	s.keep("recovery-gone", new.get(s.in("/desk/recovery")))
	s.keep("waiting", new.get(s.in("/desk")))
	s.keep("enrol-gone", s.browser().get(s.in(link)))
	vouch := s.crew.nele.get("/desk/people").link("/desk/people/change/")
	s.keep("vouch", s.crew.nele.get(s.in(vouch)))
	s.keep("vouch-error", s.crew.nele.post(s.in(vouch), nil))
}

func (s *states) lists() {
	for _, view := range []string{"mine", "unread", "due", "unassigned", "waiting", "snoozed", "all", "closed"} {
		s.keep("inbox-"+view, s.crew.sofie.get(s.in("/desk?view="+view)))
	}
	s.keep("inbox-filtered", s.crew.sofie.get(s.in("/desk?view=all&topic=question&state=review")))
	s.keep("inbox-past-the-end", s.crew.sofie.get(s.in("/desk?view=all&page=3")))
	s.keep("inbox-sealed", s.crew.thomas.get(s.in("/desk?view=all")))
	s.keep("inbox-auditor", s.crew.anke.get(s.in("/desk")))
	s.keep("handbook", s.crew.anke.get(s.in("/desk/handbook")))
	s.keep("setup-over", s.crew.nele.get(s.in("/desk/setup")))
	s.keep("search", s.crew.sofie.get(s.in("/desk/go")))
	s.keep("search-found", s.crew.sofie.get(s.in("/desk/go?q=invoice")))
	s.keep("search-none", s.crew.sofie.get(s.in("/desk/go?q=nowhere")))
	s.keep("search-short", s.crew.sofie.get(s.in("/desk/go?q=a")))
	s.keep("search-auditor", s.crew.anke.get(s.in("/desk/go?q=invoice")))
	s.Casework.Patience = casework.Patience{Cases: 1}
	s.keep("gathering", s.crew.sofie.get(s.in("/desk/numbers?part=q1")))
	s.Casework.Patience = casework.Patience{}
	s.keep("people", s.crew.nele.get(s.in("/desk/people")))
	s.keep("people-read", s.crew.sofie.get(s.in("/desk/people")))
	s.keep("people-error", s.crew.nele.post(s.in("/desk/people"), url.Values{"name": {"An"}, "email": {"an"}, "lang": {"nl"}}))
	s.Sequence()
	s.keep("log", s.crew.anke.get(s.in("/desk/log")))
	s.keep("log-denied", s.crew.sofie.get(s.in("/desk/log")))
	s.keep("log_export", s.crew.anke.get(s.in("/desk/log/export")))
	s.keep("log_export-error", s.crew.anke.post(s.in("/desk/log/export"), url.Values{"scope": {"records"}, "password": {"not it"}}))
	keepers := s.crew.nele.get("/desk/people").link("/desk/people/recovery-key/")
	s.keep("keepers", s.crew.nele.get(s.in(keepers)))
	s.keep("keepers-read", s.crew.sofie.get(s.in(keepers)))
	s.keep("profile", s.crew.sofie.get(s.in("/desk/profile")))
	s.keep("profile-saved", s.crew.sofie.get(s.in("/desk/profile?done=1")))
	s.keep("not-found", s.crew.sofie.get(s.in("/desk/case/KB-0000-00")))
	s.keep("kept-gone", s.crew.sofie.get(s.in("/desk/kept")))
	again := s.browser()
	again.secret = s.crew.sofie.secret
	again.signIn("sofie@desk.example")
	again.get("/desk").send("/desk/signout", nil)
	again.post(s.busy+"/compose", url.Values{"audience": {"message"}, "text": {"Written before the session ended.\n\nAnd kept."}, "lang": {"nl"}, "act": {"draft"}})
	again.signIn("sofie@desk.example")
	s.keep("kept", again.get(s.in("/desk/kept")))
}

func (s *states) cases() {
	s.keep("case-new", s.crew.sofie.get(s.in(s.general)))
	s.keep("case-busy", s.crew.sofie.get(s.in(s.busy)))
	s.keep("case-carried", s.crew.sofie.post(s.busy+"?carry=1&lang="+s.lang, url.Values{
		"audience": {"message"}, "text": {"Half a <message>"}, "lang": {"de"}, "file": {"a letter with a long name.pdf", "photo.jpg"},
	}))
	s.keep("case-messages", s.crew.sofie.get(s.in(s.busy+"?show=messages")))
	s.keep("case-done", s.crew.sofie.get(s.in(s.busy+"?done=message")))
	s.keep("case-closed", s.crew.sofie.get(s.in(s.closed)))
	s.keep("case-sealed", s.crew.thomas.get(s.in(s.sealed)))
	s.keep("case-by-hand", s.crew.thomas.get(s.in(s.byHand)))
	s.keep("identity", s.crew.thomas.get(s.in(s.sealed+"/identity")))
	s.keep("identity-error", s.crew.thomas.post(s.in(s.sealed+"/identity"), nil))
	s.crew.nele.post(s.sealed+"/identity", url.Values{"reason": {"reach"}})
	s.keep("case-identity", s.crew.nele.get(s.in(s.sealed)))
}

func (s *states) forms() {
	p := s.crew.sofie.get(s.general)
	_, values := p.form("/compose")
	_, at := p.form("/assign")
	values.Set("audience", "message")
	values.Set("text", "Thank you. We look into it.\n\nYou hear from us this week.")
	s.crew.sofie.upload(s.general+"/compose", values, map[string]string{"answer.txt": "words"})
	s.keep("case-draft", s.crew.sofie.get(s.in(s.general+"?write=message")))
	s.keep("check-message", s.crew.sofie.get(s.in(s.general+"/check/message")))
	s.crew.sofie.post(s.general+"/discard", url.Values{"kind": {"message"}})
	s.crew.sofie.post(s.general+"/compose", url.Values{"audience": {"note"}, "was": {"note"}, "text": {"Ask the bank."}})
	s.keep("check-note", s.crew.sofie.get(s.in(s.general+"/check/note")))
	s.crew.sofie.post(s.general+"/discard", url.Values{"kind": {"note"}})
	s.keep("compose-error", s.crew.sofie.post(s.in(s.general+"/compose"), url.Values{"audience": {"message"}, "act": {"check"}}))
	s.crew.sofie.post(s.general+"/discard", url.Values{"kind": {"message"}})
	s.keep("state-error", s.crew.sofie.post(s.in(s.general+"/state"), url.Values{"to": {"measures"}, "revision": at["revision"]}))
	s.keep("state-conflict", s.crew.sofie.post(s.in(s.general+"/state"), url.Values{"to": {"acknowledged"}, "revision": {"99"}, "why": {"Because"}}))
	s.keep("acknowledged-error", s.crew.thomas.post(s.in(s.byHand+"/acknowledged"), url.Values{"way": {"post"}, "on.day": {"31"}, "on.month": {"2"}, "on.year": {"2026"}}))
	s.keep("close", s.crew.sofie.get(s.in(s.busy+"/close")))
	s.keep("close-error", s.crew.sofie.post(s.in(s.busy+"/close"), nil))
	s.crew.sofie.get(s.busy+"/close").send("/close", url.Values{"outcome": {"upheld"}, "feedback": {"We stop the calls."}, "why": {"They were too many."}})
	s.keep("check-outcome", s.crew.sofie.get(s.in(s.busy+"/check/outcome")))
	s.crew.sofie.post(s.busy+"/discard", url.Values{"kind": {"outcome"}})
}

var assetURL = regexp.MustCompile(`/assets/[a-z]+\.[0-9a-f]+\.[a-z]+`)

// keep checks a page and, where there is a folder, writes it with what it loads.
func (s *states) keep(name string, p *page) {
	s.t.Helper()
	s.check(name, p)
	s.helped(name, p)
	s.carried(name, p)
	if s.dir == "" {
		return
	}
	folder := filepath.Join(s.dir, s.lang)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		s.t.Fatal(err)
	}
	body := p.body
	for _, u := range assetURL.FindAllString(body, -1) {
		w := httptest.NewRecorder()
		s.h.ServeHTTP(w, httptest.NewRequest("GET", u, nil))
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(u)), w.Body.Bytes(), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	body = strings.ReplaceAll(body, `"/assets/`, `"`)
	if err := os.WriteFile(filepath.Join(folder, "desk-"+name+".html"), []byte(body), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// ownScript reports whether a script is a file of ours and holds nothing itself.
func ownScript(n *html.Node) bool {
	src, _ := attr(n, "src")
	return assetURL.MatchString(src) && n.FirstChild == nil
}

// carried has a browser change the language of a page on which something can be
// typed. Once is enough: it works alike in every language.
func (s *states) carried(name string, p *page) {
	s.t.Helper()
	if s.lang != "nl" {
		return
	}
	send := func(method, target, kind string, body io.Reader) (int, string) {
		raw, err := io.ReadAll(body)
		if err != nil {
			s.t.Fatal(err)
		}
		after := p.b.do(method, target, kind, string(raw))
		return after.status, after.body
	}
	if apptest.HoldsWhatIsTyped(s.t, name, p.body, "fr", send) {
		s.typed.Tried(name)
	}
}

// check holds a page to the rules that every page keeps.
func (s *states) check(name string, p *page) {
	s.t.Helper()
	if p.header.Get("Content-Language") != s.lang {
		s.t.Errorf("%s %s: is in %q", s.lang, name, p.header.Get("Content-Language"))
	}
	if strings.Contains(p.body, "⟦") || strings.Contains(p.body, "ZgotmplZ") || strings.Contains(p.body, "[sealed]") {
		s.t.Errorf("%s %s: a text is missing or something did not come out", s.lang, name)
	}
	ids := map[string]int{}
	var headings int
	for _, n := range all(p.doc, func(*html.Node) bool { return true }) {
		if id, ok := attr(n, "id"); ok {
			ids[id]++
		}
		if n.Data == "h1" {
			headings++
		}
		if _, inline := attr(n, "style"); inline || n.Data == "script" && !ownScript(n) || n.Data == "style" {
			s.t.Errorf("%s %s: has an inline style or a script", s.lang, name)
		}
	}
	if headings != 1 {
		s.t.Errorf("%s %s: %d headings of the first level", s.lang, name, headings)
	}
	for id, n := range ids {
		if n > 1 {
			s.t.Errorf("%s %s: id %q stands %d times", s.lang, name, id, n)
		}
	}
	for _, n := range all(p.doc, func(*html.Node) bool { return true }) {
		for _, key := range []string{"for", "aria-describedby", "aria-labelledby"} {
			v, _ := attr(n, key)
			for _, ref := range strings.Fields(v) {
				if ids[ref] == 0 {
					s.t.Errorf("%s %s: %s leads to no id %q", s.lang, name, key, ref)
				}
			}
		}
		if href, _ := attr(n, "href"); strings.HasPrefix(href, "#") && ids[href[1:]] == 0 {
			s.t.Errorf("%s %s: link to no id %q", s.lang, name, href)
		}
	}
}
