package desk

import (
	"fmt"
	"io"
	"net/http"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/openpgp"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// openpgpPage asks for the public key to which mails to the member are encrypted.
type openpgpPage struct{ Key string }

// openpgpView is how it stands with that key, on the profile page.
type openpgpView struct {
	signin.OpenPGPView
	Print string // the fingerprint in groups
	Warns bool
	Text  string
}

func (d *desk) openpgpView(r *http.Request, v signin.OpenPGPView) openpgpView {
	out := openpgpView{OpenPGPView: v, Print: spaced(v.Fingerprint)}
	switch v.State {
	case signin.OpenPGPNone:
		out.Text = d.text(r, "desk.openpgp.none")
	case signin.OpenPGPGood:
		out.Text = d.text(r, "desk.openpgp.good")
	case signin.OpenPGPEnding:
		out.Text, out.Warns = d.text(r, "desk.openpgp.ending", "date", d.date(r, v.Until)), true
	case signin.OpenPGPEnded:
		out.Text, out.Warns = d.text(r, "desk.openpgp.ended"), true
	default:
		out.Text, out.Warns = d.text(r, "desk.openpgp.altered"), true
	}
	return out
}

// openpgpNew is the second page of setting a key: the first asked for everything anew.
func (d *desk) openpgpNew(w http.ResponseWriter, r *http.Request) error {
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	if err := d.SignIn.Acting(r.Context(), actor(r), signin.ForOpenPGP, tok); err != nil {
		return err
	}
	return d.showOpenPGPNew(w, r, http.StatusOK, openpgpPage{}, nil)
}

func (d *desk) showOpenPGPNew(w http.ResponseWriter, r *http.Request, status int, data openpgpPage, errs []ui.FormError) error {
	p := page(d, r, d.text(r, "desk.openpgp.form"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/openpgp", p)
}

// openpgpSet takes the key, from the file where there is one. What is refused is not shown
// again: it may be a private key.
func (d *desk) openpgpSet(w http.ResponseWriter, r *http.Request) error {
	f, file, err := readKey(r)
	if err != nil {
		return err
	}
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	sent, field := []byte(f.one("key")), "key"
	if len(file) > 0 {
		sent, field = file, "file"
	}
	err = d.SignIn.SetOpenPGP(r.Context(), actor(r), tok, sent)
	if why, ok := fault.As(err); ok && why.Kind == fault.Invalid {
		return d.showOpenPGPNew(w, r, http.StatusUnprocessableEntity, openpgpPage{}, []ui.FormError{{Field: field, Text: d.say(r, why)}})
	}
	if err != nil {
		return err
	}
	d.Cookies.Clear(w, cookieAct)
	ui.Redirect(w, r, profileAfter("openpgp"))
	return nil
}

// readKey reads a form with one small file; of what is larger than any key no more than
// tells that.
func readKey(r *http.Request) (f form, file []byte, err error) {
	values, err := ui.ReadForm(r, ui.Limits{Fields: formFields, TextBytes: formBytes, FileBytes: formBytes}, func(u ui.Upload) error {
		b, err := io.ReadAll(io.LimitReader(u.Body, openpgp.MaxBytes+1))
		if err != nil {
			return fmt.Errorf("read key: %w", err)
		}
		if len(b) > 0 {
			file = b
		}
		return nil
	})
	return values, file, err
}

func removeOpenPGP() change {
	return change{"openpgp-removed", func(d *desk, _ http.ResponseWriter, r *http.Request, a signin.Anew, _ form) (string, error) {
		return profileAfter("openpgp-removed"), d.SignIn.RemoveOpenPGP(r.Context(), actor(r), a)
	}}
}

// standingOpenPGP tells that mails to the member are not encrypted any more, or soon.
func (d *desk) standingOpenPGP(r *http.Request, a access.Actor) ([]standing, error) {
	v, err := d.SignIn.OpenPGP(r.Context(), a)
	if err != nil {
		return nil, err
	}
	s := standing{Link: d.text(r, "desk.openpgp.notice-link"), Href: "/desk/profile#p-openpgp", Warns: true}
	switch v.State {
	case signin.OpenPGPNone, signin.OpenPGPGood:
		return nil, nil
	case signin.OpenPGPEnding:
		s.Text, s.Warns = d.text(r, "desk.openpgp.notice-ending", "date", d.date(r, v.Until)), false
	case signin.OpenPGPEnded:
		s.Text = d.text(r, "desk.openpgp.notice-ended")
	default:
		s.Text = d.text(r, "desk.openpgp.notice-altered")
	}
	return []standing{s}, nil
}
