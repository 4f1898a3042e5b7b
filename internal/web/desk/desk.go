// Package desk is the face for members: signing in, the inbox, cases, the people on
// the desk, the log. It reads forms, asks the use cases and renders; it decides
// about nobody's access. It must never lose what a member typed, put sealed text
// into a title, a log or an address, or answer differently for a case that is not
// the member's and one that does not exist. It fails by returning what the use
// cases return, which package ui turns into a page.
package desk

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casework"
	"klankbord/internal/clock"
	"klankbord/internal/configure"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

//go:embed templates
var templates embed.FS

// Templates is the set of pages that a renderer needs for the desk.
func Templates() (ui.Set, error) {
	files, err := fs.Sub(templates, "templates")
	return ui.Set{Name: "desk", Files: files}, err
}

// Deps is what the desk is made of.
type Deps struct {
	Casework  *casework.Casework
	Intake    *intake.Intake // takes in what members register
	SignIn    *signin.SignIn
	Setup     *setup.Setup
	Settings  *configure.Configure
	Renderer  *ui.Renderer
	Words     ui.Words
	Cookies   ui.Cookies
	Clock     clock.Clock
	Brand     func(lang string) ui.Brand
	Languages []string
	Offered   []string // those of the public pages, the first being the default
	Public    string   // address of the public pages, without a slash at the end
	// Example is the mail that a text of the catalogue is part of, in the words of a profile;
	// ok is false where it is of none.
	Example func(p *profile.Profile, lang, key string) (m MailExample, ok bool)
	// TextPage is a public page of text as it would be with a profile; ok is false where the
	// profile has no such page.
	TextPage func(p *profile.Profile, lang, id string) (shown ui.Fragment, ok bool, err error)
}

type desk struct {
	Deps
	pages *http.ServeMux // the routes, to tell which address is a page
}

// New returns the desk under /desk. The caller puts ui's Wrap around it.
func New(deps Deps) http.Handler {
	d := &desk{Deps: deps}
	mux := http.NewServeMux()
	for _, route := range d.routes() {
		mux.Handle(route.pattern, route.guard(d.Renderer.Handle(route.handle)))
	}
	mux.Handle("/", d.Renderer.NotFound())
	d.pages = mux
	return d.Renderer.Carry(ui.Limits{Fields: formFields, TextBytes: formBytes}, mux)
}

// page fills what every page of the desk has.
func page[T any](d *desk, r *http.Request, title string, data T) ui.Page[T] {
	lang := d.Renderer.Lang(r)
	brand := d.Brand(lang)
	brand.Home = "/desk"
	p := ui.Page[T]{Lang: lang, Title: title, Path: d.pagePath(r), Brand: brand, Desk: true, Data: data}
	if a, ok := actorIn(r); ok {
		p.User = d.user(r, a)
		if a.Shortcuts == access.ShortcutsOn {
			p.Script = keysScript
		}
		d.sayPractice(r, a, &p.Title, p.User)
	}
	return p
}

// pagePath is the address at which a change of language finds the page again. A form
// that was refused shows the page that its own address lies under.
func (d *desk) pagePath(r *http.Request) string {
	at, query := r.URL.Path, r.URL.Query()
	if r.Method != http.MethodGet {
		for at != "/desk" && at != "/" && !d.isPage(r, at) {
			at, query = path.Dir(at), url.Values{}
		}
	}
	for _, once := range []string{"lang", "done"} {
		query.Del(once)
	}
	if len(query) == 0 {
		return at
	}
	return at + "?" + query.Encode()
}

// isPage reports whether an address can be opened.
func (d *desk) isPage(r *http.Request, at string) bool {
	_, pattern := d.pages.Handler(&http.Request{Method: http.MethodGet, Host: r.Host, URL: &url.URL{Path: at}})
	return pattern != "/"
}

func (d *desk) user(r *http.Request, a access.Actor) *ui.User {
	link := func(href, key string) ui.Link {
		return ui.Link{Href: href, Text: d.text(r, key), Current: strings.TrimSuffix(r.URL.Path, "/") == href}
	}
	nav := []ui.Link{link("/desk", "desk.nav.cases")}
	if a.Entry.Active && a.Handler() {
		nav = append(nav, link("/desk/tasks", "desk.nav.tasks"))
	}
	if a.Entry.Active {
		nav = append(nav, link("/desk/people", "desk.nav.people"))
	}
	if a.Entry.Active && (a.Handler() || a.Auditor()) {
		nav = append(nav, link("/desk/numbers", "desk.nav.numbers"))
	}
	if a.Entry.Active && a.Configurator() {
		nav = append(nav, link("/desk/settings", "settings.title"))
	}
	if a.Auditor() {
		nav = append(nav, link("/desk/log", "desk.nav.journal"))
	}
	user := &ui.User{Name: a.Name, Nav: append(nav, link("/desk/profile", "desk.nav.profile")), Warnings: d.warnings(r, a)}
	if a.Passkey {
		user.Passkey = d.SignIn.PasskeyHost()
	}
	return user
}

func (d *desk) text(r *http.Request, key string, pairs ...any) string {
	return d.Renderer.Text(r, key, pairs...)
}

// say words a fault for the person who met it.
func (d *desk) say(r *http.Request, f *fault.Fault) string {
	var pairs []any
	for name, value := range f.Args {
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			value = lang.TimeOfDay(lang.Lang(d.Renderer.Lang(r)), at)
		}
		pairs = append(pairs, name, value)
	}
	return d.text(r, f.Key, pairs...)
}

// options are select or radio options of values whose words stand under a key.
func options[T ~string](d *desk, r *http.Request, prefix string, values []T) []ui.Option {
	var list []ui.Option
	for _, v := range values {
		list = append(list, ui.Option{Value: string(v), Label: d.text(r, prefix+string(v))})
	}
	return list
}
