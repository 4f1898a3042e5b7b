// Package public is the face that complainants see: the page that tells how
// complaints are handled, the form, the receipt and the pages of text. All words
// about the organisation come from its profile, all others from the catalogue.
//
// It must never show one browser what another typed, keep what was typed anywhere
// but in the sealed draft, need a script, or tell a log who came. Nothing but a
// POST changes anything. It fails by answering with a page in the visitor's
// language that says what was kept and what to do now.
package public

import (
	"embed"
	"io/fs"
	"net/http"
	"net/netip"
	"slices"

	"klankbord/internal/clock"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

//go:embed templates
var templates embed.FS

// Templates is the set of pages that the renderer given to New must hold.
func Templates() ui.Set {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		panic("public: templates are embedded: " + err.Error()) // cannot happen: the name is constant
	}
	return ui.Set{Name: "public", Files: files}
}

// Deps is what the face needs.
type Deps struct {
	Intake   *intake.Intake
	Dialogue *dialogue.Dialogue // what the mailbox asks
	Profile  *profile.Profile
	Renderer *ui.Renderer // holds Templates
	Words    ui.Words
	Assets   http.Handler // answers /assets/; nil where something else does
	Clock    clock.Clock
	Secure   bool   // pages are reached over TLS
	Address  string // "https://host" of these pages, printed on receipts; may be empty
	Rates    *Rates // how often one network may write; nil means DefaultRates
	// Networks is how often each network wrote, where faces of one instance follow one
	// another; nil: nothing is known yet.
	Networks *Networks
	// Client tells the address a request came from, behind proxies that are
	// trusted; nil means the address of the connection. It is kept in memory only.
	Client func(*http.Request) netip.Addr
	// More are further routes of this face, such as those of the mailbox.
	More []Route
	// MoreCookies are names of cookies of further routes that leaving clears.
	MoreCookies []string
}

// face answers the requests of one instance. It holds nothing about anyone but
// the counts of its limiters, and is safe for concurrent use.
type face struct {
	Deps
	cookies   ui.Cookies
	languages []string
}

// New returns the handler of the public face, complete with headers, log line and
// the page for addresses that do not exist.
func New(d Deps) http.Handler {
	f := newFace(d)
	return f.Renderer.Wrap(f.Clock, f.Renderer.Carry(carried(), f.mux()))
}

func newFace(d Deps) *face {
	rates := DefaultRates()
	if d.Rates != nil {
		rates = *d.Rates
	}
	if d.Client == nil {
		d.Client = d.Renderer.Connection
	}
	if d.Networks == nil {
		d.Networks = NewNetworks(rates)
	}
	f := &face{Deps: d, cookies: ui.Cookies{Secure: d.Secure}}
	for _, l := range lang.All() {
		f.languages = append(f.languages, string(l))
	}
	return f
}

// words is the text of key in the language of the request.
func (f *face) words(r *http.Request, key string, pairs ...any) string {
	return f.Renderer.Text(r, key, pairs...)
}

// at is the address of path in the language of the request.
func (f *face) at(r *http.Request, path string) string { return "/" + f.Renderer.Lang(r) + path }

// exits reports whether pages about these answers show the button that leaves.
func (f *face) exits(a profile.Answers) bool {
	return slices.Contains(f.Profile.Settings.ExitRoutes, f.Profile.Route(a).Route)
}
