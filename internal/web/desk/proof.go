package desk

import (
	"net/http"

	"klankbord/internal/web/ui"
)

// proofField asks for the password once more, or for a passkey that opens keys,
// before an act. Template "proof"; the page names script in Script, and its handler
// takes what was shown with proof.
type proofField struct {
	Hint  string
	Host  string
	Alone bool // the member has a passkey that can stand in for the password
	Error string
}

// askProof makes the field for the signed-in member.
func (d *desk) askProof(r *http.Request, hint string, errs []ui.FormError) (proofField, error) {
	ways, err := d.SignIn.Ways(r.Context(), actor(r))
	return proofField{Hint: hint, Host: d.SignIn.PasskeyHost(), Alone: ways.Alone(), Error: ui.ErrorFor(errs, "password")}, err
}

// proved words what was wrong with a proof, for the field of its name; other errors
// stay as they are.
func (d *desk) proved(r *http.Request, err error) []ui.FormError {
	return d.refusal(r, err, "password", "error.password-wrong")
}
