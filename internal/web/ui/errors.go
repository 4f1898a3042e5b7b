package ui

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"klankbord/internal/fault"
	"klankbord/internal/ident"
)

// ErrorPage is the data of the error page: what happened, what was kept, what to
// do now, and where to go.
type ErrorPage struct {
	What, Kept, Next string
	Reference        string // of our own failures; the log has the rest
	Desk             bool
}

// statusOf is the one place that turns an error into a status.
func statusOf(err error) int {
	switch {
	case tooLarge(err):
		return http.StatusRequestEntityTooLarge
	case cutOff(err):
		return http.StatusRequestTimeout
	}
	f, ok := fault.As(err)
	if !ok {
		return http.StatusInternalServerError
	}
	switch f.Kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Limit:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Denied:
		return http.StatusForbidden
	default:
		return http.StatusInternalServerError
	}
}

// WriteError answers a request with the page of an error, in the visitor's
// language. The words come from the fault and the catalogue; err.Error() goes to
// the log, under the reference that the page shows, and nowhere else. What has
// begun to be answered is left as it is.
func (rd *Renderer) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is left to read it
	}
	status, ref := statusOf(err), ""
	if status == http.StatusInternalServerError || status == http.StatusServiceUnavailable {
		ref = rd.Failed(r, err)
	}
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		return
	}
	rd.writeErrorPage(w, r, status, rd.errorPage(r, err, status, ref))
}

// Failed logs a failure of our own and returns the reference under which the log has
// it. Faces call it where they answer with a page of theirs, so that nothing that was
// typed is lost.
func (rd *Renderer) Failed(r *http.Request, err error) (reference string) {
	ref := newReference()
	rd.log.LogAttrs(r.Context(), slog.LevelError, "request failed",
		slog.String("reference", ref), slog.String("route", r.Pattern), slog.Any("error", err))
	return ref
}

// errorPage finds the words. Not found has the same for everything, so that what
// is not yours to know cannot be told from what does not exist.
func (rd *Renderer) errorPage(r *http.Request, err error, status int, ref string) Page[ErrorPage] {
	code, desk := rd.Lang(r), onDesk(r)
	f, ok := fault.As(err)
	say := func(part string) string { return rd.words.Text(code, textOf(status, part), nil) }
	e := ErrorPage{What: say("what"), Kept: say("kept"), Next: say("next"), Reference: ref, Desk: desk}
	switch {
	case ok && f.Kind != fault.NotFound && f.Key != "":
		e.What = rd.words.Text(code, f.Key, f.Args)
	case cutOff(err):
		e.What = rd.words.Text(code, "error.timeout", nil)
	}
	return Page[ErrorPage]{Lang: code, Title: say("title"), Path: rd.samePage(r, status), Desk: desk, Data: e}
}

// samePage is where the page of an error is found in another language; nowhere for a
// form that was sent, which would have to be sent again. What does not exist, or is
// not yours to know, is nowhere either: there the languages lead to the start, so
// that the page says nothing of what was asked for.
func (rd *Renderer) samePage(r *http.Request, status int) string {
	at, ok := strings.CutPrefix(r.URL.RequestURI(), "/"+rd.Lang(r)+"/")
	switch {
	case r.Method != http.MethodGet:
		return ""
	case status == http.StatusNotFound && onDesk(r):
		return "/desk"
	case status == http.StatusNotFound:
		return "/"
	case onDesk(r):
		return r.URL.RequestURI()
	case ok:
		return "/" + at
	default:
		return ""
	}
}

// writeErrorPage renders the page; a failure to do so leaves plain words, because
// there is no other page to fall back on.
func (rd *Renderer) writeErrorPage(w http.ResponseWriter, r *http.Request, status int, p Page[ErrorPage]) {
	w.Header().Del("Content-Disposition")
	if err := rd.Render(w, r, status, "error", p); err != nil {
		rd.log.LogAttrs(r.Context(), slog.LevelError, "error page failed", slog.Any("error", err))
		http.Error(w, p.Title+"\n\n"+p.Data.What+"\n\n"+p.Data.Reference, status)
	}
}

// NotFound answers every request with the page for what does not exist.
func (rd *Renderer) NotFound() http.Handler {
	return rd.Handle(func(http.ResponseWriter, *http.Request) error { return fault.ErrNotFound })
}

// textOf is where the catalogue has one part (title, what, kept, next) of the page
// of a status. The keys are written out, so that a text nobody uses is noticed.
func textOf(status int, part string) string {
	switch status {
	case http.StatusUnprocessableEntity:
		return "error.invalid." + part
	case http.StatusNotFound:
		return "error.not-found." + part
	case http.StatusConflict:
		return "error.conflict." + part
	case http.StatusTooManyRequests:
		return "error.limit." + part
	case http.StatusServiceUnavailable:
		return "error.unavailable." + part
	case http.StatusForbidden:
		return "error.denied." + part
	case http.StatusRequestEntityTooLarge:
		return "error.too-large." + part
	default:
		return "error.failed." + part
	}
}

// cutOff reports whether a request ended before it was complete.
func cutOff(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded)
}

// newReference draws a number that a person can read over the telephone.
func newReference() string {
	s := strings.ToUpper(ident.New())
	return s[1:5] + "-" + s[5:9]
}

// onDesk reports whether a request is for the desk.
func onDesk(r *http.Request) bool {
	return r.URL.Path == "/desk" || strings.HasPrefix(r.URL.Path, "/desk/")
}
