package public

import (
	"context"
	"errors"
	"io"
	"net/http"

	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/web/pieces"
	"klankbord/internal/web/ui"
)

// arriving are the files in pieces of one form of this face, whose browser has a token.
type arriving struct {
	*face
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
	list := f.piecesRoutes("/upload/complaint", f.draftFiles())
	if f.Dialogue != nil {
		list = append(list, f.piecesRoutes("/upload/mailbox", f.mailboxFiles())...)
	}
	return list
}

func (f *face) piecesRoutes(path string, files pieces.Files) (list []Route) {
	most := func() int64 { return f.Intake.Limits.FileBytes }
	large := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { ui.LimitBody(most(), next).ServeHTTP(w, r) })
	}
	for _, x := range (pieces.Taker{Files: files, Renderer: f.Renderer, Most: most}).Routes() {
		guard := small
		if x.Large {
			guard = large
		}
		list = append(list, Route{x.Method, path + x.Below, guard, x.Handle})
	}
	return list
}

// draftFiles are those of the complaint that this browser is writing.
func (f *face) draftFiles() *arriving {
	return &arriving{
		face: f, files: f.Intake,
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

// mailboxFiles are those of the message that somebody with a code is writing.
func (f *face) mailboxFiles() *arriving {
	a := &arriving{face: f, files: f.Dialogue}
	a.token = func(r *http.Request) (seal.Token, error) {
		tok, ok := (&mailbox{face: f}).pass(r)
		if !ok {
			return tok, dialogue.ErrNoSession
		}
		return tok, nil
	}
	a.begin = func(_ http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error) {
		tok, err := a.token(r)
		if err != nil {
			return nil, err
		}
		return f.Dialogue.BeginFile(r.Context(), tok, name, size)
	}
	return a
}

// Begin makes room for a file, as often as one network may.
func (a *arriving) Begin(w http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error) {
	if again, ok := a.Networks.uploads.allow(a.Clock.Now(), a.Client(r)); !ok {
		return nil, fault.New(fault.Limit, "form.file-later").With("name", name).With("time", a.clockTime(r, again))
	}
	x, err := a.begin(w, r, name, size)
	return x, ended(err)
}

// Find tells how far a file has come.
func (a *arriving) Find(r *http.Request, id string) (*custody.Arriving, error) {
	tok, err := a.token(r)
	if err != nil {
		return nil, ended(err)
	}
	x, err := a.files.ArrivingFile(r.Context(), tok, id)
	return x, ended(err)
}

// Append takes the bytes that follow.
func (a *arriving) Append(r *http.Request, id string, offset int64) (*custody.Arriving, error) {
	tok, err := a.token(r)
	if err != nil {
		return nil, ended(err)
	}
	x, err := a.files.AppendFile(r.Context(), tok, id, offset, r.Body)
	return x, ended(err)
}

// Drop forgets a file that did not come whole.
func (a *arriving) Drop(r *http.Request, id string) error {
	tok, err := a.token(r)
	if err != nil {
		return ended(err)
	}
	return ended(a.files.DropFile(r.Context(), tok, id))
}

// ended says of a session that is over that there is no file: the form then asks for the
// code again.
func ended(err error) error {
	if errors.Is(err, dialogue.ErrNoSession) {
		return fault.ErrNotFound
	}
	return err
}
