// Package demo makes an instance that people can try: members, cases and months of
// work in them, played through the use cases in the order in which it would have
// happened, so that log, clocks and mails agree. Beside the desk it has pages that
// tell how to sign in and show the mail that was caught.
//
// It must never touch an instance that it did not found: its guide, which holds
// passwords and codes in clear, is the sign by which it knows its own. No real
// instance has these pages. Founding fails when a sample case does not fit the form
// or the rules any more.
package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"sync"

	"klankbord/internal/clock"
	"klankbord/internal/lang"
	"klankbord/internal/post"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

//go:embed templates
var templates embed.FS

// Demo is the pages that only the demo has. It is safe for concurrent use.
type Demo struct {
	guide  *Guide
	box    *post.Sink
	clock  clock.Clock
	signIn *signin.SignIn
	secure bool

	turn sync.Mutex
	used map[string]int64 // last time step used here, by address; guarded by turn
}

// New returns the pages of a demo; box is what catches its mail. Attach must follow
// before they are served.
func New(g *Guide, box *post.Sink, clk clock.Clock) *Demo {
	return &Demo{guide: g, box: box, clock: clk, used: map[string]int64{}}
}

// Attach gives the pages the sign-in of the open instance and its public address,
// by which they know whether cookies travel over TLS.
func (d *Demo) Attach(s *signin.SignIn, address string) {
	d.signIn, d.secure = s, overTLS(address)
}

// Set is the templates of the pages.
func (d *Demo) Set() ui.Set {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		panic(fmt.Sprintf("demo: templates are embedded: %v", err)) // cannot happen: the name is constant
	}
	return ui.Set{Name: "demo", Files: files}
}

// formBytes bounds the one form of the demo.
const formBytes = 64 << 10

// Mount adds the pages, each also behind every language.
func (d *Demo) Mount(mux *http.ServeMux, rd *ui.Renderer) {
	p := &pages{Demo: d, rd: rd}
	inner := http.NewServeMux()
	prefixes := []string{""}
	for _, l := range lang.All() {
		prefixes = append(prefixes, "/"+string(l))
	}
	for _, prefix := range prefixes {
		inner.Handle("GET "+prefix+"/demo", rd.Handle(p.showGuide))
		inner.Handle("GET "+prefix+"/demo/mail", rd.Handle(p.showMails))
		inner.Handle("GET "+prefix+"/demo/mail/{id}", rd.Handle(p.showMail))
		inner.Handle("POST "+prefix+"/demo/signin", ui.LimitBody(formBytes, rd.Handle(p.signInAs)))
	}
	inner.Handle("GET /{$}", rd.Handle(func(w http.ResponseWriter, r *http.Request) error {
		ui.Redirect(w, r, "/demo") // whoever opens the demo is told what it is
		return nil
	}))
	inner.Handle("/", rd.NotFound())
	wrapped := rd.Wrap(d.clock, inner)
	mux.Handle("GET /{$}", wrapped)
	for _, prefix := range prefixes {
		mux.Handle(prefix+"/demo", wrapped)
		mux.Handle(prefix+"/demo/", wrapped)
	}
}
