// Package pieces speaks the protocol in which the files of a form come in pieces, for every
// form that takes files: that of the complainant, that of the mailbox, and those of members.
// It must know nothing of who may send a file or what becomes of one, write nothing of it
// anywhere, and answer with words only what the person can mend. It fails by answering with
// a status that the script upload.js understands, and by returning what is no fault of
// whoever sends.
package pieces

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// Files in pieces follow the tus protocol, version 1.0.0 (tus.io/protocols/resumable-upload),
// with its extensions creation, expiration and termination. The script uses it; without
// script files come with the form, as ever. What goes wrong is answered in words, as plain
// text in the language of whoever sends.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,expiration,termination"
)

// Handed is the field of a form with the ids of files that came in pieces.
const Handed = "upload"

// Files are the files of one form that come in pieces, of whoever asks.
type Files interface {
	// Begin makes room for a file.
	Begin(w http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error)
	// Find tells how far a file has come; fault.ErrNotFound.
	Find(r *http.Request, id string) (*custody.Arriving, error)
	// Append takes the body of r behind what is there; custody.ErrOffset, fault.ErrNotFound.
	Append(r *http.Request, id string, offset int64) (*custody.Arriving, error)
	// Drop forgets a file that was given up; fault.ErrNotFound.
	Drop(r *http.Request, id string) error
}

// Taker takes the files of one form in pieces. Each of its methods but Route is a handler.
type Taker struct {
	Files    Files
	Renderer *ui.Renderer
	Most     func() int64 // bytes of a file
}

// Route is what one address answers. Large is set where a piece of a file comes.
type Route struct {
	Method, Below string // Below follows the address of the form's files
	Large         bool
	Handle        func(http.ResponseWriter, *http.Request) error
}

// Routes are the addresses of the files of a form.
func (t Taker) Routes() []Route {
	return []Route{
		{"OPTIONS", "", false, t.tell},
		{"POST", "", false, t.speaks(t.create)},
		{"HEAD", "/{id}", false, t.speaks(t.stands)},
		{"PATCH", "/{id}", true, t.speaks(t.take)},
		{"DELETE", "/{id}", false, t.speaks(t.end)},
	}
}

// tell says what the server can.
func (t Taker) tell(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Tus-Resumable", tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Max-Size", strconv.FormatInt(t.Most(), 10))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// speaks is the guard of all other requests: whoever speaks another version is told.
func (t Taker) speaks(do func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		h := w.Header()
		h.Set("Tus-Resumable", tusVersion)
		h.Set("Cache-Control", "no-store")
		if r.Header.Get("Tus-Resumable") != tusVersion {
			h.Set("Tus-Version", tusVersion)
			w.WriteHeader(http.StatusPreconditionFailed)
			return nil
		}
		if err := do(w, r); err != nil {
			return t.refuse(w, r, err)
		}
		return nil
	}
}

// refuse answers in words what the person can mend, and without any what the script
// settles.
func (t Taker) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	why, known := fault.As(err)
	switch {
	case errors.Is(err, custody.ErrOffset):
		Refuse(w, http.StatusConflict, "")
	case errors.Is(err, fault.ErrNotFound):
		Refuse(w, http.StatusNotFound, "")
	case fault.Unkept(err):
		t.Renderer.Failed(r, err)
		Refuse(w, http.StatusInsufficientStorage, t.Renderer.Text(r, "form.file-no-room", "name", custody.SafeName(nameOf(r))))
	case known && (why.Kind == fault.Invalid || why.Kind == fault.Limit):
		var pairs []any
		for name, value := range why.Args {
			pairs = append(pairs, name, value)
		}
		Refuse(w, http.StatusUnprocessableEntity, t.Renderer.Text(r, why.Key, pairs...))
	default:
		return err
	}
	return nil
}

// Refuse answers the script with words for the person, or with none.
func Refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // who went away needs no answer
}

// create makes room for a file.
func (t Taker) create(w http.ResponseWriter, r *http.Request) error {
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		w.WriteHeader(http.StatusBadRequest)
		return nil //nolint:nilerr // it is answered
	}
	a, err := t.Files.Begin(w, r, nameOf(r), size)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Location", r.URL.Path+"/"+a.ID)
	h.Set("Upload-Expires", a.Expires.UTC().Format(http.TimeFormat))
	w.WriteHeader(http.StatusCreated)
	return nil
}

// nameOf is the name that the metadata of an upload gives; empty where there is none.
func nameOf(r *http.Request) string {
	for pair := range strings.SplitSeq(r.Header.Get("Upload-Metadata"), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if name, err := base64.StdEncoding.DecodeString(value); err == nil && key == "filename" {
			return string(name)
		}
	}
	return ""
}

// stands tells how far a file has come.
func (t Taker) stands(w http.ResponseWriter, r *http.Request) error {
	a, err := t.Files.Find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	offset(w, a)
	w.Header().Set("Upload-Length", strconv.FormatInt(a.Size, 10))
	w.WriteHeader(http.StatusOK)
	return nil
}

// take takes the bytes that follow.
func (t Taker) take(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Content-Type") != "application/offset+octet-stream" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return nil
	}
	from, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || from < 0 {
		w.WriteHeader(http.StatusBadRequest)
		return nil //nolint:nilerr // it is answered
	}
	a, err := t.Files.Append(r, r.PathValue("id"), from)
	if err != nil {
		return err
	}
	offset(w, a)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func offset(w http.ResponseWriter, a *custody.Arriving) {
	w.Header().Set("Upload-Offset", strconv.FormatInt(a.Received, 10))
	w.Header().Set("Upload-Expires", a.Expires.UTC().Format(http.TimeFormat))
}

// end forgets a file that did not come whole.
func (t Taker) end(w http.ResponseWriter, r *http.Request) error {
	if err := t.Files.Drop(r, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
