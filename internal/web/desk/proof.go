package desk

import (
	"net/http"

	"klankbord/internal/web/ui"
)

// proofField asks for the password once more, or for a passkey that opens keys,
// before an act. The form
// holds the templates "proof" and, after its button, "proof-passkey"; the page runs
// script; the handler takes what was shown with proof.
type proofField struct {
	Hint  string
	Host  string
	Alone bool // the member has a passkey that can stand in for the password
	Error string
}

// script is what the page runs: nothing where no passkey can be used.
func (p proofField) script() string {
	if p.Alone && p.Host != "" {
		return script
	}
	return ""
}

// askProof makes the field for the signed-in member.
func (d *desk) askProof(r *http.Request, hint string, errs []ui.FormError) (proofField, error) {
	ways, err := d.SignIn.Ways(r.Context(), actor(r))
	return proofField{Hint: hint, Host: d.SignIn.PasskeyHost(), Alone: ways.Alone(), Error: ui.ErrorFor(errs, "password")}, err
}
