package public

import (
	"net/http"
	"strings"

	"klankbord/internal/web/ui"
)

// Route is one line of the table: a method, a path behind the language, the guard
// that stands before it, and the handler. Guard may be nil.
type Route struct {
	Method, Path string
	Guard        func(http.Handler) http.Handler
	Handle       func(http.ResponseWriter, *http.Request) error
}

// routes is the sitemap of the face. Every path stands once per language.
func (f *face) routes() []Route {
	return []Route{
		{"GET", "", lasting, f.showLanding},
		{"GET", "/{$}", lasting, f.showLanding},
		{"GET", "/who-reads", lasting, f.showWhoReads},
		{"GET", "/privacy", lasting, f.showText("privacy")},
		{"GET", "/accessibility", lasting, f.showText("accessibility")},
		{"GET", "/other-ways", lasting, f.showText("other-ways")},
		{"GET", "/safety", lasting, f.showText("safety")},

		{"GET", "/topic/{topic}", nil, f.showTopic},
		{"GET", "/complaint", nil, f.showStart},
		{"GET", "/complaint/{$}", nil, f.showStart},
		{"GET", "/complaint/expired", nil, f.showExpired},
		{"GET", "/complaint/check", nil, f.showCheck},
		{"POST", "/complaint/check", small, f.sendComplaint},
		{"POST", "/complaint/names", small, f.saveNames},
		{"GET", "/complaint/keep", nil, f.showKeep},
		{"POST", "/complaint/keep", small, f.keepComplaint},
		{"GET", "/complaint/{step}", nil, f.showStep},
		{"POST", "/complaint/{step}", f.stepSize, f.saveStep},
		{"GET", "/complaint/{step}/short", nil, f.showShort},

		{"GET", "/resume", nil, f.showResume},
		{"POST", "/resume", small, f.resumeComplaint},

		{"GET", "/receipt", nil, f.showReceipt},
		{"POST", "/receipt", small, f.confirmReceipt},
		{"GET", "/receipt.txt", nil, f.saveReceipt},
		{"GET", "/receipt/print", nil, f.printReceipt},
		{"GET", "/receipt/proof.txt", nil, f.saveReceiptProof},
		{"GET", "/receipt/kept", nil, f.showKept},
	}
}

// table is every route of the face: its own, those of the mailbox, and those that
// were handed in.
func (f *face) table() []Route {
	all := append(f.routes(), f.mailboxRoutes()...)
	all = append(all, f.uploadRoutes()...)
	return append(all, f.More...)
}

// mux puts the table behind every language, beside the addresses that have none.
func (f *face) mux() *http.ServeMux {
	m := http.NewServeMux()
	m.Handle("GET /{$}", f.Renderer.Handle(f.chooseLanguage))
	m.Handle("GET /leave", f.Renderer.Handle(f.leave))
	if f.Assets != nil {
		m.Handle("GET /assets/", f.Assets)
	}
	table := f.table()
	for _, l := range f.languages {
		for _, t := range table {
			h := f.Renderer.Handle(t.Handle)
			if t.Guard != nil {
				h = t.Guard(h)
			}
			m.Handle(t.Method+" /"+l+t.Path, h)
		}
	}
	m.Handle("/", f.Renderer.NotFound())
	return m
}

// carried bounds what a change of language takes along: as much as may wait sealed
// in the page that asks for the code.
func carried() ui.Limits { return ui.Limits{Fields: fields, TextBytes: formBytes} }

const (
	formBytes = 4 << 20 // of a form without files: the longest answers many times over
	textBytes = 1 << 20 // of all answers in one form
	fields    = 1000    // in one form
)

// small bounds the body of a form without files.
func small(next http.Handler) http.Handler { return ui.LimitBody(formBytes, next) }

// stepSize bounds the body of a question: all the files a complaint may have where
// it asks for files, a small form otherwise.
func (f *face) stepSize(next http.Handler) http.Handler {
	size := formBytes + int64(f.Intake.Limits.Files+1)*f.Intake.Limits.FileBytes
	large := ui.LimitBody(size, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.asksFiles(r.PathValue("step")) {
			large.ServeHTTP(w, r)
			return
		}
		small(next).ServeHTTP(w, r)
	})
}

// lasting lets browsers keep a page that is the same for everyone, and ask whether it still
// holds: an organisation changes it whenever it likes.
func lasting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, no-cache")
		next.ServeHTTP(w, r)
	})
}

// read reads a form of answers; a form that is nothing but answers has no files.
func read(r *http.Request) (map[string][]string, error) {
	return ui.ReadForm(r, ui.Limits{Fields: fields, TextBytes: textBytes}, nil)
}

// first is the first value of a name, without space around it.
func first(values map[string][]string, name string) string {
	if v := values[name]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}
