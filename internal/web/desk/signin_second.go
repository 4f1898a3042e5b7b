package desk

import (
	"errors"
	"net/http"
	"net/url"

	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// startOver leads back to the password: the sign-in took too long, or there was none.
func (d *desk) startOver(w http.ResponseWriter, r *http.Request, next string) error {
	d.Cookies.Clear(w, cookiePending)
	ui.Redirect(w, r, sameLang(r, "/desk/signin?next="+url.QueryEscape(next)))
	return nil
}

func (d *desk) secondShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSecond(w, r, http.StatusOK, nextPath(r.URL.Query().Get("next")), nil)
}

func (d *desk) showSecond(w http.ResponseWriter, r *http.Request, status int, next string, errs []ui.FormError) error {
	pending, err := d.token(r, cookiePending)
	if err != nil {
		return d.startOver(w, r, next)
	}
	second, err := d.SignIn.Second(r.Context(), pending)
	if errors.Is(err, signin.ErrSession) {
		return d.startOver(w, r, next)
	}
	if err != nil {
		return err
	}
	title := d.text(r, "desk.second.title")
	if !second.App {
		title = d.text(r, "desk.second.title-passkey")
	}
	p := page(d, r, title, signinPage{Next: next, Second: second, Host: d.SignIn.PasskeyHost()})
	p.Errors = errs
	if second.Passkey {
		p.Script = script
	}
	return d.Renderer.Render(w, r, status, "desk/second", p)
}

func (d *desk) secondEnter(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	next := nextPath(f.one("next"))
	pending, err := d.token(r, cookiePending)
	if err != nil {
		return d.startOver(w, r, next)
	}
	e, err := d.second(r, f, pending)
	if why, ok := fault.As(err); ok && why.Kind == fault.Limit {
		d.Cookies.Clear(w, cookiePending) // the sign-in is over: it begins with the password
		return d.showSignIn(w, r, http.StatusUnprocessableEntity, signinPage{Next: next}, d.refusal(r, err, "", ""))
	}
	if errors.Is(err, signin.ErrSession) {
		return d.startOver(w, r, next)
	}
	field, key := "code", "error.second-factor-wrong"
	if f.one("passkey") != "" {
		field, key = "", "error.passkey-refused"
	}
	if errs := d.refusal(r, err, field, key); errs != nil {
		return d.showSecond(w, r, http.StatusUnprocessableEntity, next, errs)
	}
	if err != nil {
		return err
	}
	return d.enter(w, r, e, next)
}

func (d *desk) second(r *http.Request, f form, pending seal.Token) (signin.Entered, error) {
	if answer := f.one("passkey"); answer != "" {
		asked, _ := d.Cookies.Value(r, cookieAsk)
		return d.SignIn.Passkey(r.Context(), pending, asked, answer)
	}
	return d.SignIn.TOTP(r.Context(), pending, f.one("code"))
}
