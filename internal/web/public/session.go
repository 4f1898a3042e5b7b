package public

import (
	"errors"
	"net/http"

	"klankbord/internal/intake"
	"klankbord/internal/seal"
)

// draftCookie names the cookie under whose secret the draft and the receipt are
// sealed. It ends with the browser: on a device that others use, closing it is
// enough.
const draftCookie = "klankbord"

// token is the secret of this browser, if it has one.
func (f *face) token(r *http.Request) (seal.Token, bool) {
	value, ok := f.cookies.Value(r, draftCookie)
	if !ok {
		return seal.Token{}, false
	}
	tok, err := seal.ParseToken(value)
	return tok, err == nil
}

// tokenOrNew is the secret of this browser, drawn and set when it has none. Only a
// POST may call it, and only once: the next call would draw another.
func (f *face) tokenOrNew(w http.ResponseWriter, r *http.Request) seal.Token {
	if tok, ok := f.token(r); ok {
		return tok
	}
	tok := seal.NewToken()
	f.cookies.Set(w, draftCookie, tok.Cookie(), 0)
	return tok
}

// draft is the unfinished complaint of this browser, else intake.ErrNoDraft.
func (f *face) draft(r *http.Request) (*intake.Draft, error) {
	tok, ok := f.token(r)
	if !ok {
		return nil, intake.ErrNoDraft
	}
	return f.Intake.Draft(r.Context(), tok)
}

// hasReceipt reports whether this browser has sent a complaint whose code it has
// not confirmed yet.
func (f *face) hasReceipt(r *http.Request) (bool, error) {
	tok, ok := f.token(r)
	if !ok {
		return false, nil
	}
	_, err := f.Intake.Receipt(r.Context(), tok)
	if errors.Is(err, intake.ErrNoReceipt) {
		return false, nil
	}
	return err == nil, err
}
