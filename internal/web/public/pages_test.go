package public_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/web/public"
)

// TestEveryStateOfEveryPage goes through every state in every language; visitor
// holds each to the rules for pages. Where KLANKBORD_PAGES names a folder, the
// pages are left there as <language>/public-*.html, for validators and for people.
func TestEveryStateOfEveryPage(t *testing.T) {
	typed := &apptest.Typed{}
	t.Cleanup(func() { // a question is tried apart, and so is the mailbox
		typed.All(t, public.Templates().Files, "[^m]*.html", "step")
	})
	for _, l := range []string{"nl", "fr", "en", "de"} {
		t.Run(l, func(t *testing.T) {
			t.Parallel() // most of the time goes to waiting for the disk
			k := keeper{t: t, l: l, dir: os.Getenv("KLANKBORD_PAGES"), typed: typed}
			k.texts()
			k.form()
			k.refusals()
			k.check()
			k.receipts()
			k.drafts()
			k.closed()
		})
	}
}

// TestEveryQuestionGoesAlongIntoAnotherLanguage fills in all that each question asks,
// changes the language and looks whether all of it stands there, and in the draft.
func TestEveryQuestionGoesAlongIntoAnotherLanguage(t *testing.T) {
	for _, topics := range [][]string{{"theft"}, {"data-breach"}, {"representative-conduct", "other-general"}, {"question"}} {
		t.Run(topics[0], func(t *testing.T) {
			t.Parallel()
			a, tried := with(strict(topics...), "for_whom", "group", "relation", "volunteer"), 0
			newDesk(t).visitor().start("nl").answer(a, nil, func(p *page) {
				if len(p.find("form", "id", "step")) == 1 && p.holds(t, filepath.Base(p.formAction())) {
					tried++
				}
			})
			if tried < 5 {
				t.Errorf("only %d questions had something to type", tried)
			}
		})
	}
}

// holds changes the language of a page with everything on it filled in.
func (p *page) holds(t testing.TB, name string) bool {
	t.Helper()
	return apptest.HoldsWhatIsTyped(t, name, p.body, "fr", func(method, target, kind string, body io.Reader) (int, string) {
		after := p.v.open(method, target, kind, body)
		return after.status, after.body
	})
}

// keeper visits states and keeps their pages.
type keeper struct {
	t      *testing.T
	l, dir string
	typed  *apptest.Typed // states whose form came along into another language
}

// carried has the visitor change the language of a page on which something can be
// typed. Once is enough: it works alike in every language. A question writes what
// arrives into the draft, and is tried apart.
func (k keeper) carried(name string, p *page) {
	k.t.Helper()
	if k.l == "nl" && len(p.find("form", "id", "step")) == 0 && p.holds(k.t, name) {
		k.typed.Tried(name)
	}
}

func (k keeper) keep(name string, p *page) {
	k.t.Helper()
	if got := attribute(p.find("html")[0], "lang"); got != k.l {
		k.t.Errorf("%s is in %q", p.path, got)
	}
	k.carried(name, p)
	if k.dir == "" {
		return
	}
	dir := filepath.Join(k.dir, k.l)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "public-"+name+".html"), []byte(p.body), 0o600); err != nil {
		k.t.Fatal(err)
	}
	for n := range p.document.Descendants() {
		if url := attribute(n, "href"); n.Data == "link" && strings.HasPrefix(url, "/assets/") {
			k.asset(p, url)
		}
	}
}

// asset leaves a style sheet where the pages look for it when the folder is served.
func (k keeper) asset(p *page, url string) {
	k.t.Helper()
	to := filepath.Join(k.dir, filepath.FromSlash(url))
	b := p.v.get(url).body
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(to, []byte(b), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func (k keeper) at(path string) string { return "/" + k.l + path }

func (k keeper) texts() {
	v := newDesk(k.t).visitor()
	for name, path := range map[string]string{
		"landing": "/", "who-reads": "/who-reads", "privacy": "/privacy", "accessibility": "/accessibility", "other-ways": "/other-ways", "safety": "/safety",
		"not-found": "/nowhere", "expired": "/complaint/expired", "resume": "/resume", "receipt-gone": "/receipt", "receipt-kept": "/receipt/kept",
	} {
		k.keep(name, v.get(k.at(path)))
	}
}

func (k keeper) form() {
	d := newDesk(k.t)
	kept := map[string]bool{"check": false} // a question looks the same on every route, the check page does not
	for _, route := range []struct {
		name   string
		topics []string
	}{
		{"integrity", []string{"theft"}}, {"privacy", []string{"data-breach"}},
		{"general", []string{"representative-conduct", "other-general"}}, {"question", []string{"question"}},
	} {
		a := with(strict(route.topics...), "for_whom", "group", "relation", "volunteer")
		d.visitor().start(k.l).answer(a, nil, func(p *page) {
			step := filepath.Base(p.formAction())
			if kept[step] {
				return
			}
			kept[step] = step != "check"
			k.keep("step-"+route.name+"-"+step, p)
			if k.dir != "" && step != "check" {
				k.keep("filled-"+route.name+"-"+step, p.v.get(p.formAction()))
			}
		})
	}
}

func (k keeper) refusals() {
	d := newDesk(k.t)
	d.visitor().start(k.l).answer(strict("theft"), nil, func(p *page) {
		if strings.HasSuffix(p.formAction(), "/check") {
			return
		}
		_, values := p.form(p.formAction())
		for name := range values {
			values.Del(name)
		}
		if wrong := p.press("next", values); wrong.status == 422 {
			k.keep("missing-"+filepath.Base(p.formAction()), wrong)
		}
	})
	p := atFiles(k.t, d, k.l)
	k.keep("files-refused", p.press("next", p.fill(nil), upload{"good.txt", "good"}, upload{"empty.txt", ""}, upload{"huge.mov", strings.Repeat("x", 1<<20+1)}))
	k.keep("files-none-chosen", p.press("add", p.fill(nil)))
	k.keep("files-added", p.v.get(k.at("/complaint/files")))
	p = p.v.get(k.at("/complaint/when"))
	values := p.fill(profile.Answers{"happened_on.day": {"31"}, "happened_on.month": {"2"}, "happened_on.year": {"2026"}})
	k.keep("when-wrong", p.press("next", values))
	p = p.v.get(k.at("/complaint/story"))
	k.keep("story-long", p.press("next", p.fill(profile.Answers{"story": {strings.Repeat("long ", 5000)}})))
	short := p.press("next", p.fill(profile.Answers{"story": {"<b>Short</b>"}}))
	k.keep("short", short)
	k.limits()
}

func (k keeper) limits() {
	k.t.Helper()
	one, many := public.Rate{Every: time.Hour, Burst: 1}, public.Rate{Every: time.Hour, Burst: 100}
	d := newDesk(k.t, func(deps *public.Deps) { deps.Rates = &public.Rates{Begin: many, Upload: many, Submit: one} })
	d.visitor().start(k.l).answer(basic("question"), nil, nil).sendOff()
	refused := d.visitor().start(k.l).answer(basic("question"), nil, nil).sendOff()
	if refused.status != http.StatusTooManyRequests {
		k.t.Errorf("a second complaint gets status %d", refused.status)
	}
	k.keep("limit-submit", refused)
	d = newDesk(k.t, func(deps *public.Deps) { deps.Rates = &public.Rates{Begin: one, Upload: many, Submit: many} })
	first := d.visitor().start(k.l)
	first.press("next", first.fill(basic("question")))
	other := d.visitor().start(k.l)
	k.keep("limit-begin", other.press("next", other.fill(basic("response-time"))))
}

func (k keeper) check() {
	d := newDesk(k.t)
	long := strings.Repeat("It went on for days and nobody answered the telephone.\n", 60)
	a := with(strict("theft"), "story", long+"Thomas Dubois was there.", "concerns", "integrity-manager", "danger", "yes",
		"amount", "1500", "amount.currency", "EUR", "happened_on.month", "3", "happened_on.year", "2026", "persons.0.name", "The man at the desk")
	check := d.visitor().start(k.l).answer(a, []upload{{"photo.jpg", "photo"}}, nil)
	k.keep("check-names", check)
	f, values := check.form(k.at("/complaint/names"))
	k.keep("check-names-missing", check.post(f, values))
	values.Set("named."+string(d.members["Thomas Dubois"]), "no")
	k.keep("check-ready", check.post(f, values))
	k.keep("check-names-change", check.v.get(k.at("/complaint/check?names=change")))

	empty := d.visitor().start(k.l)
	empty = empty.press("next", empty.fill(strict("theft")))
	missing := empty.v.get(k.at("/complaint/check"))
	k.keep("check-missing", missing)
	k.keep("check-refused", missing.v.open("POST", k.at("/complaint/check"), "application/x-www-form-urlencoded", strings.NewReader("")))
	all := strict("theft")
	all["concerns"] = []string{"integrity-manager", "hr", "director"}
	all["story"] = []string{"Marc Verstraete and all the others took the collection box home."}
	nobody := d.visitor().start(k.l).answer(all, nil, nil)
	f, values = nobody.form(k.at("/complaint/names"))
	values.Set("named."+string(d.members["Marc Verstraete"]), "yes")
	nobody = nobody.post(f, values)
	k.keep("check-nobody", nobody)
	nobody.path = k.at("/complaint/check")
	k.keep("receipt-nobody", nobody.sendOff())
}

func (k keeper) receipts() {
	d := newDesk(k.t)
	receipt := d.visitor().start(k.l).answer(strict("data-breach", "theft"), nil, nil).sendOff()
	k.keep("receipt", receipt)
	f, values := receipt.form(k.at("/receipt"))
	k.keep("receipt-not-kept", receipt.post(f, values))
	k.keep("receipt-print", receipt.v.get(k.at("/receipt/print")))
	k.keep("receipt-no-mail", d.visitor().start(k.l).answer(with(basic("question"), "email", "", "phone", "0470 12 34 56"), nil, nil).sendOff())
	left := with(strict("theft"), "concerns", "director")
	k.keep("receipt-left-out", d.visitor().start(k.l).answer(left, nil, nil).sendOff())
	p := receipt.v.get(k.at("/complaint/topics"))
	p.press("next", p.fill(basic("question")))
	values.Set("kept", "yes")
	receipt.post(f, values)
	k.keep("receipt-gone-draft", receipt.v.get(k.at("/receipt")))
}

func (k keeper) drafts() {
	d := newDesk(k.t)
	p := d.visitor().start(k.l)
	p = p.press("next", p.fill(strict("theft")))
	story := p.v.get(k.at("/complaint/story"))
	k.keep("keep", story.press("keep", story.fill(nil)))
	persons := p.v.get(k.at("/complaint/persons"))
	f, values := persons.form(k.at("/complaint/persons"))
	values.Set("persons.0.name", "The man at the desk")
	values.Set("add", "persons")
	k.keep("persons-two", persons.post(f, values))
	resume := p.v.get(k.at("/resume"))
	k.keep("resume-other", resume)
	f, _ = resume.form(k.at("/resume"))
	k.keep("resume-missing", resume.post(f, url.Values{"code": {""}}))
	k.keep("resume-typo", resume.post(f, url.Values{"code": {"ABCD"}}))
	d.clock.Add(15 * 24 * time.Hour)
	k.keep("expired-kept", story.press("next", story.fill(profile.Answers{"story": {"Written later"}})))
}

// closed are the pages while a team, or every team, has nobody yet.
func (k keeper) closed() {
	d := emptyDesk(k.t)
	v := d.visitor()
	k.keep("landing-closed", v.get(k.at("/")))
	k.keep("closed", v.get(k.at("/complaint")))
	d.join("Nele Janssens", casefile.ComplaintsTeam, staff.IntegrityManager)
	k.keep("landing-partly-closed", v.get(k.at("/")))
	topics := v.start(k.l)
	k.keep("closed-topics", topics)
	k.keep("closed-topics-refused", topics.press("next", topics.fill(basic("question"))))
	d.join("Sofie Peeters", casefile.SupportersService, "")
	check := d.visitor().start(k.l).answer(basic("response-time"), nil, nil)
	d.leave("Sofie Peeters")
	k.keep("check-closed", check.v.get(k.at("/complaint/check")))
	k.keep("check-closed-refused", check.sendOff())
}
