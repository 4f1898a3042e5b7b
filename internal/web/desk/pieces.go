package desk

import (
	"errors"
	"net/http"

	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
	"klankbord/internal/web/pieces"
)

// The addresses to which a script sends the files of a form in pieces.
const (
	toldUpload = "/desk/register/upload"
	caseUpload = "/desk/case/{number}/upload"
)

// recordingHanded is the field of the form with the ids of recordings that came in pieces.
const recordingHanded = "recording"

// piecesRoutes is where files come in pieces.
func (d *desk) piecesRoutes() (list []route) {
	for path, files := range map[string]pieces.Files{toldUpload: toldFiles{d}, caseUpload: caseFiles{d}} {
		for _, x := range (pieces.Taker{Files: files, Renderer: d.Renderer, Most: func() int64 { return d.Casework.Limits.FileBytes }}).Routes() {
			if x.Method == http.MethodOptions {
				continue // whoever asks what the server can is told nothing about a case
			}
			list = append(list, route{x.Method + " " + path + x.Below, d.sending(x.Large), x.Handle})
		}
	}
	return list
}

// toldFiles are those of what a member registers in this browser.
type toldFiles struct{ *desk }

// Begin makes room for a file, and begins the registering where nothing was typed yet.
func (t toldFiles) Begin(w http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error) {
	_, tok, err := t.toldDraft(r)
	if errors.Is(err, intake.ErrNoDraft) {
		tok, err = seal.NewToken(), nil
		t.Cookies.Set(w, cookieTold, tok.Cookie(), 0)
	}
	if err != nil {
		return nil, err
	}
	return t.Intake.BeginToldFile(r.Context(), actor(r), tok, name, size)
}

// Find tells how far a file has come.
func (t toldFiles) Find(r *http.Request, id string) (*custody.Arriving, error) {
	tok, ok := t.toldToken(r)
	if !ok {
		return nil, fault.ErrNotFound
	}
	return t.Intake.ArrivingToldFile(r.Context(), actor(r), tok, id)
}

// Append takes the bytes that follow.
func (t toldFiles) Append(r *http.Request, id string, offset int64) (*custody.Arriving, error) {
	tok, ok := t.toldToken(r)
	if !ok {
		return nil, fault.ErrNotFound
	}
	return t.Intake.AppendToldFile(r.Context(), actor(r), tok, id, offset, r.Body)
}

// Drop forgets a file that did not come whole.
func (t toldFiles) Drop(r *http.Request, id string) error {
	tok, ok := t.toldToken(r)
	if !ok {
		return fault.ErrNotFound
	}
	return t.Intake.ForgetToldFile(r.Context(), actor(r), tok, id)
}

// caseFiles are those that a member adds to a case.
type caseFiles struct{ *desk }

// Begin makes room for a file.
func (c caseFiles) Begin(_ http.ResponseWriter, r *http.Request, name string, size int64) (*custody.Arriving, error) {
	return c.Casework.BeginFile(r.Context(), actor(r), number(r), name, size)
}

// Find tells how far a file has come.
func (c caseFiles) Find(r *http.Request, id string) (*custody.Arriving, error) {
	return c.Casework.ArrivingFile(r.Context(), actor(r), number(r), id)
}

// Append takes the bytes that follow.
func (c caseFiles) Append(r *http.Request, id string, offset int64) (*custody.Arriving, error) {
	return c.Casework.AppendFile(r.Context(), actor(r), number(r), id, offset, r.Body)
}

// Drop forgets a file that no text has.
func (c caseFiles) Drop(r *http.Request, id string) error {
	return c.Casework.DropFile(r.Context(), actor(r), number(r), id)
}
