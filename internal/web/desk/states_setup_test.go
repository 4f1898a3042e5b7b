package desk_test

import (
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
	"klankbord/internal/setup"
)

// TestEveryStateOfTheFirstSteps renders the page of a new desk from before anybody is there
// until its form is open, in four languages.
func TestEveryStateOfTheFirstSteps(t *testing.T) {
	for _, lang := range []string{"nl", "fr", "en", "de"} {
		t.Run(lang, func(t *testing.T) { renderFirstSteps(t, lang) })
	}
}

func renderFirstSteps(t *testing.T, lang string) {
	i := apptest.Kept(t, setup.Keeping{Closed: true}, func(c *config.Config, _ *app.Options) {
		c.SMTPServer, c.MailFrom = "mail.desk.example:25", "desk@desk.example"
	})
	_, _, both, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{i, t, both}
	s := &states{t: t, house: h, dir: os.Getenv("KLANKBORD_PAGES"), lang: lang}
	s.keep("signin-empty", h.browser().get(s.in("/desk/signin")))
	nele := h.browser()
	s.crew.nele = nele
	if first := nele.enrol("/desk/enrol/" + h.Founded.Enrol.Cookie()); first.path != "/desk/setup" {
		t.Errorf("whoever enrols first is led to %s", first.path)
	}
	s.keep("setup", nele.get(s.in("/desk/setup")))
	s.keep("inbox-setup", nele.get(s.in("/desk")))
	s.keep("setup-recovery-error", nele.post(s.in("/desk/setup/recovery"), url.Values{"recovery-1": {"0000 0000"}}))
	nele.post(s.in("/desk/setup/mail"), nil)
	s.keep("setup-mail", nele.get(s.in("/desk/setup")))
	h.DeliverMail()
	s.keep("setup-mail-left", nele.get(s.in("/desk/setup")))
	s.keep("setup-mail-error", nele.post(s.in("/desk/setup/mail/code"), url.Values{"digits": {"000"}}))
	s.keep("setup-people-empty", nele.post(s.in("/desk/setup/people"), url.Values{"rows": {"4"}}))
	s.keep("setup-people-error", nele.post(s.in("/desk/setup/people"), url.Values{
		"rows": {"4"}, "name-1": {"Karim Benali"}, "email-1": {"no address"}, "lang-1": {"nl"}, "task-1": {"handler/supporters-service/"},
	}))
	rows := url.Values{"rows": {"4"}}
	for n, x := range []string{"Sofie Peeters|handler/supporters-service/", "Karim Benali|handler/supporters-service/", "Thomas Dubois|handler/complaints/hr", "Marc Verstraete|handler/alternative/"} {
		name, task, _ := strings.Cut(x, "|")
		k := string(rune('0' + n))
		rows["name-"+k], rows["email-"+k], rows["lang-"+k], rows["task-"+k] = []string{name}, []string{strings.ToLower(name[:4]) + "@desk.example"}, []string{lang}, []string{task}
	}
	invited := nele.post(s.in("/desk/setup/people"), rows)
	s.keep("setup-invited", nele.get(s.in("/desk/setup")))
	links := invited.handed()
	if len(links) != 4 {
		t.Fatalf("%d links are shown: %s", len(links), text(invited.doc))
	}
	thomas := s.joins(links[2], "Thomas Dubois", nele)
	s.keep("setup-waiting", nele.get(s.in("/desk/setup")))
	s.joins(links[0], "Sofie Peeters", thomas)
	s.joins(links[1], "Karim Benali", thomas)
	s.joins(links[3], "Marc Verstraete", thomas, nele)
	s.keep("setup-member", thomas.get(s.in("/desk/setup")))
	s.confirmsAll()
	s.keep("setup-ready", nele.get(s.in("/desk/setup")))
	s.keep("setup-open-error", nele.post(s.in("/desk/setup/open"), url.Values{"password": {"wrong"}}))
	if opened := nele.post("/desk/setup/open", url.Values{"password": {password}}); opened.status != 200 || !strings.HasPrefix(opened.path, "/desk/setup?done=opened") {
		t.Fatalf("not opened: %d at %s: %s", opened.status, opened.path, text(opened.doc))
	}
	s.keep("setup-open", nele.get(s.in("/desk/setup")))
	for _, route := range []string{"integrity", "general"} {
		made := nele.post(s.in("/desk/practice"), url.Values{"route": {route}})
		s.keep("case-practice-"+route, nele.get(s.in(made.path)))
	}
	s.keep("practice-two", nele.get(s.in("/desk/practice")))
	nele.post("/desk/practice/end", url.Values{"route": {"general"}})
	s.keep("practice-one", nele.get(s.in("/desk/practice?done=ended")))
	if got := nele.post("/desk/setup/open", url.Values{"password": {password}}); got.status != 409 {
		t.Errorf("a second opening answers %d", got.status)
	}
	for _, path := range []string{"/desk/setup/confirm", "/desk/setup/recovery", "/desk/setup/mail", "/desk/setup/open"} {
		if got := thomas.post(path, url.Values{"confirm": {"topics"}}); got.status != 403 {
			t.Errorf("somebody who does not set up gets %d from %s", got.status, path)
		}
	}
}

// confirmsAll does what is left of the first steps.
func (s *states) confirmsAll() {
	s.t.Helper()
	nele := s.crew.nele
	for _, v := range []url.Values{{"confirm": {"organisation"}}, {"confirm": {"topics"}}, {"confirm": {"pages.nl"}}} {
		nele.post("/desk/setup/confirm", v)
	}
	label := all(nele.get("/desk/setup").doc, func(n *html.Node) bool { of, _ := attr(n, "for"); return n.Data == "label" && of == "recovery-1" })
	if len(label) != 1 {
		s.t.Fatal("nothing asks for the recovery key")
	}
	var at []int
	for _, d := range regexp.MustCompile(`\d`).FindAllString(text(label[0]), -1) {
		at = append(at, int(d[0]-'1'))
	}
	groups := strings.Split(s.Founded.Recovery.Text(), "-")
	// As Enter in the field does.
	nele.post("/desk/setup/typed", url.Values{"recovery-1": {groups[at[0]] + groups[at[1]]}})
}

// joins enrols by a link; colleagues sign.
func (s *states) joins(link, name string, by ...*browser) *browser {
	s.t.Helper()
	b := s.browser()
	b.enrol(link)
	for _, c := range by {
		vouch := c.get("/desk/people").changeOf(name)
		c.get(vouch).send(vouch, url.Values{"compared": {"yes"}, "password": {password}})
	}
	return b
}

// handed are the paths of the invitations that a page shows.
func (p *page) handed() (list []string) {
	for _, n := range all(p.doc, func(n *html.Node) bool { _, ok := attr(n, "data-link"); return ok }) {
		u, err := url.Parse(strings.TrimSpace(text(n)))
		if err != nil {
			p.b.t.Fatal(err)
		}
		list = append(list, u.Path)
	}
	return list
}
