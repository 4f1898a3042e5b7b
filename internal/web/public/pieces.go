package public

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
)

// Files in pieces follow the tus protocol, version 1.0.0 (tus.io/protocols/resumable-upload),
// with its extensions creation, expiration and termination. The script upload.js uses
// it; without script files come with the form, as ever. What goes wrong is answered in
// words, as plain text in the visitor's language.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,expiration,termination"
	uploadScript  = "upload.js"
	handed        = "upload" // field of a form: the ids of files that came in pieces
)

// pieces takes the files of one form in pieces.
type pieces struct {
	*face
	path  string // of the addresses, without language
	token func(r *http.Request) (seal.Token, error)
	begin func(w http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error)
	files arrivals
}

// arrivals are the files that come in pieces, of whoever has a token.
type arrivals interface {
	ArrivingFile(ctx context.Context, tok seal.Token, id string) (*custody.Arriving, error)
	AppendFile(ctx context.Context, tok seal.Token, id string, offset int64, r io.Reader) (*custody.Arriving, error)
	DropFile(ctx context.Context, tok seal.Token, id string) error
}

func (f *face) uploadRoutes() []Route {
	list := f.draftPieces().routes()
	if f.Dialogue != nil {
		list = append(list, f.mailboxPieces().routes()...)
	}
	return list
}

func (p *pieces) routes() []Route {
	return []Route{
		{"OPTIONS", p.path, small, p.tell},
		{"POST", p.path, small, p.speaks(p.create)},
		{"HEAD", p.path + "/{id}", small, p.speaks(p.stands)},
		{"PATCH", p.path + "/{id}", p.pieceSize, p.speaks(p.take)},
		{"DELETE", p.path + "/{id}", small, p.speaks(p.end)},
	}
}

// draftPieces takes files of the complaint that this browser is writing.
func (f *face) draftPieces() *pieces {
	return &pieces{
		face: f, path: "/upload/complaint", files: f.Intake,
		token: func(r *http.Request) (seal.Token, error) {
			tok, ok := f.token(r)
			if !ok {
				return tok, fault.ErrNotFound
			}
			return tok, nil
		},
		begin: func(w http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error) {
			return f.Intake.BeginFile(r.Context(), f.tokenOrNew(w, r), f.Renderer.Lang(r), name, size)
		},
	}
}

// mailboxPieces takes files of the message that somebody with a code is writing.
func (f *face) mailboxPieces() *pieces {
	p := &pieces{face: f, path: "/upload/mailbox", files: f.Dialogue}
	p.token = func(r *http.Request) (seal.Token, error) {
		tok, ok := (&mailbox{face: f}).pass(r)
		if !ok {
			return tok, dialogue.ErrNoSession
		}
		return tok, nil
	}
	p.begin = func(_ http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error) {
		tok, err := p.token(r)
		if err != nil {
			return nil, err
		}
		return f.Dialogue.BeginFile(r.Context(), tok, name, size)
	}
	return p
}

// pieceSize bounds what one request may bring.
func (p *pieces) pieceSize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, p.Intake.Limits.FileBytes)
		next.ServeHTTP(w, r)
	})
}

// tell says what the server can.
func (p *pieces) tell(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Tus-Resumable", tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Max-Size", strconv.FormatInt(p.Intake.Limits.FileBytes, 10))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// speaks is the guard of all other requests: whoever speaks another version is told.
func (p *pieces) speaks(do func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
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
			return p.refuse(w, r, err)
		}
		return nil
	}
}

// refuse answers in words what the visitor can mend, and without any what the script
// settles.
func (p *pieces) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	var status int
	var text string
	why, known := fault.As(err)
	switch {
	case errors.Is(err, custody.ErrOffset):
		status = http.StatusConflict
	case errors.Is(err, fault.ErrNotFound), errors.Is(err, dialogue.ErrNoSession):
		status = http.StatusNotFound
	case fault.Unkept(err):
		p.Renderer.Failed(r, err)
		status, text = http.StatusInsufficientStorage, p.words(r, "form.file-no-room", "name", custody.SafeName(nameOf(r)))
	case known && (why.Kind == fault.Invalid || why.Kind == fault.Limit):
		status, text = http.StatusUnprocessableEntity, p.Words.Text(p.Renderer.Lang(r), why.Key, why.Args)
	default:
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // who went away needs no answer
	return nil
}

// create makes room for a file.
func (p *pieces) create(w http.ResponseWriter, r *http.Request) error {
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		w.WriteHeader(http.StatusBadRequest)
		return nil //nolint:nilerr // it is answered
	}
	name := nameOf(r)
	if again, ok := p.uploads.allow(p.Clock.Now(), p.Client(r)); !ok {
		return fault.New(fault.Limit, "form.file-later").With("name", name).With("time", p.clockTime(r, again))
	}
	a, err := p.begin(w, r, name, size)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Location", "/"+p.Renderer.Lang(r)+p.path+"/"+a.ID)
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
func (p *pieces) stands(w http.ResponseWriter, r *http.Request) error {
	tok, err := p.token(r)
	if err != nil {
		return err
	}
	a, err := p.files.ArrivingFile(r.Context(), tok, r.PathValue("id"))
	if err != nil {
		return err
	}
	p.offset(w, a)
	w.Header().Set("Upload-Length", strconv.FormatInt(a.Size, 10))
	w.WriteHeader(http.StatusOK)
	return nil
}

// take takes the bytes that follow.
func (p *pieces) take(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Content-Type") != "application/offset+octet-stream" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return nil
	}
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		w.WriteHeader(http.StatusBadRequest)
		return nil //nolint:nilerr // it is answered
	}
	tok, err := p.token(r)
	if err != nil {
		return err
	}
	a, err := p.files.AppendFile(r.Context(), tok, r.PathValue("id"), offset, r.Body)
	if err != nil {
		return err
	}
	p.offset(w, a)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (p *pieces) offset(w http.ResponseWriter, a *custody.Arriving) {
	w.Header().Set("Upload-Offset", strconv.FormatInt(a.Received, 10))
	w.Header().Set("Upload-Expires", a.Expires.UTC().Format(http.TimeFormat))
}

// end forgets a file that did not come whole.
func (p *pieces) end(w http.ResponseWriter, r *http.Request) error {
	tok, err := p.token(r)
	if err != nil {
		return err
	}
	if err := p.files.DropFile(r.Context(), tok, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
