package desk

import (
	"net/http"

	"klankbord/internal/signin"
)

// Before an act that touches keys a form asks for the password once more, in a field
// "password", and offers a passkey in its place with the template "proof-passkey".
// The page runs proofScript; the handler takes what was shown with proof.

// proof is what a form shows before an act: the password, or the answer of a passkey.
func (d *desk) proof(r *http.Request, f form) string {
	if answer := f.one("passkey"); answer != "" {
		asked, _ := d.Cookies.Value(r, cookieAsk)
		return signin.PasskeyProof(answer, asked)
	}
	return f.one("password")
}

// proofScript is what such a page runs: nothing for a member without a passkey that
// can be shown.
func proofScript(r *http.Request) string {
	if actor(r).Passkey {
		return script
	}
	return ""
}
