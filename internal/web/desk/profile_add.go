package desk

import (
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// passkeyNewPage gives a new passkey its name and lets the browser make it.
type passkeyNewPage struct{ Name, Host string }

func (d *desk) passkeyNew(w http.ResponseWriter, r *http.Request) error {
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	if err := d.SignIn.Acting(r.Context(), actor(r), signin.ForPasskey, tok); err != nil {
		return err
	}
	return d.showPasskeyNew(w, r, http.StatusOK, passkeyNewPage{}, nil)
}

func (d *desk) showPasskeyNew(w http.ResponseWriter, r *http.Request, status int, data passkeyNewPage, errs []ui.FormError) error {
	data.Host = d.SignIn.PasskeyHost()
	p := page(d, r, d.text(r, "desk.passkey.title"), data)
	p.Errors, p.Script = errs, script
	return d.Renderer.Render(w, r, status, "desk/passkey", p)
}

func (d *desk) passkeyAdd(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	asked, _ := d.Cookies.Value(r, cookieAsk)
	alone, err := d.SignIn.AddPasskey(r.Context(), actor(r), tok, signin.NewPasskey{
		Name: f.one("name"), Cookie: asked, Created: f.one("created"), Evaluated: f.one("evaluated"),
	})
	if why, ok := fault.As(err); ok && (why.Kind == fault.Invalid || why.Kind == fault.Conflict) {
		field, text := "name", d.say(r, why)
		if why.Is(signin.ErrRefused) || why.Kind == fault.Conflict {
			field = ""
		}
		if why.Is(signin.ErrRefused) {
			text = d.text(r, "error.passkey-refused")
		}
		return d.showPasskeyNew(w, r, http.StatusUnprocessableEntity, passkeyNewPage{Name: f.one("name")}, []ui.FormError{{Field: field, Text: text}})
	}
	if err != nil {
		return err
	}
	d.Cookies.Clear(w, cookieAct)
	d.Cookies.Clear(w, cookieAsk)
	what := "passkey"
	if alone {
		what = "passkey-alone"
	}
	ui.Redirect(w, r, profileAfter(what))
	return nil
}

// appNew shows the picture for a new authenticator app.
func (d *desk) appNew(w http.ResponseWriter, r *http.Request) error {
	return d.showAppNew(w, r, http.StatusOK, nil)
}

func (d *desk) showAppNew(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	start, err := d.SignIn.NewApp(r.Context(), actor(r), tok)
	if err != nil {
		return err
	}
	drawn, err := draw(start.TOTPURL)
	if err != nil {
		return err
	}
	p := page(d, r, d.text(r, "desk.factor.new"), enrolPage{
		Action: r.URL.Path, Cancel: "/desk/profile", Start: &start, QR: drawn, Secret: spaced(start.TOTPSecret),
	})
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/factor", p)
}

func (d *desk) appConfirm(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	err = d.SignIn.ConfirmApp(r.Context(), actor(r), tok, f.one("code"))
	if errs := d.refusal(r, err, "code", "error.second-factor-wrong"); errs != nil {
		return d.showAppNew(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	d.Cookies.Clear(w, cookieAct)
	ui.Redirect(w, r, profileAfter("app"))
	return nil
}

// accountLeave tells that the next link leads to the provider, to link an account.
func (d *desk) accountLeave(w http.ResponseWriter, r *http.Request) error {
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	address, cookie, err := d.SignIn.AskAccount(r.Context(), actor(r), tok)
	if err != nil {
		return err
	}
	return d.showAway(w, r, providerPage{Address: address, Linking: true, Back: "/desk/profile"}, cookie)
}
