package desk

import (
	"errors"
	"net/http"
	"net/url"

	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// anewPage asks for everything anew before how a member signs in is changed.
type anewPage struct {
	Action  string
	Lead    string
	Least   int  // characters of a new password; zero: none is asked for
	App     bool // a one-time password can be asked for
	Host    string
	Passkey bool // one can stand in for password or digits
	Alone   bool // one can stand in for all
	Button  string
}

// change is one thing that a member changes about how they sign in.
type change struct {
	key string // of its words: desk.anew.<key>-title and so on
	// do carries it out and says where to go on.
	do func(d *desk, w http.ResponseWriter, r *http.Request, a signin.Anew, f form) (next string, err error)
}

// changeOf returns show and submit of a change, for the table of routes.
func (d *desk) changeOf(c change) (show, submit func(http.ResponseWriter, *http.Request) error) {
	show = func(w http.ResponseWriter, r *http.Request) error { return d.showAnew(w, r, http.StatusOK, c, nil) }
	return show, func(w http.ResponseWriter, r *http.Request) error { return d.submitAnew(w, r, c) }
}

func (d *desk) showAnew(w http.ResponseWriter, r *http.Request, status int, c change, errs []ui.FormError) error {
	ways, err := d.SignIn.Ways(r.Context(), actor(r))
	if err != nil {
		return err
	}
	lead, err := d.about(r, c, ways)
	if err != nil {
		return err
	}
	data := anewPage{
		Action: r.URL.Path, Lead: lead, Button: d.text(r, "desk.anew."+c.key+"-do"), App: ways.App,
		Host: d.SignIn.PasskeyHost(), Passkey: len(ways.Passkeys) > 0, Alone: ways.Alone(),
	}
	if c.key == "password" {
		data.Least = signin.MinPassword
	}
	p := page(d, r, d.text(r, "desk.anew."+c.key+"-title", "name", d.SignIn.ProviderName()), data)
	p.Errors = errs
	if data.Passkey {
		p.Script = script
	}
	return d.Renderer.Render(w, r, status, "desk/anew", p)
}

// about words what a change does; a passkey is called by its name.
func (d *desk) about(r *http.Request, c change, ways signin.Ways) (string, error) {
	id := r.PathValue("credential")
	for _, p := range ways.Passkeys {
		if p.Credential == id {
			return d.text(r, "desk.anew."+c.key+"-lead", "name", p.Name), nil
		}
	}
	if id != "" {
		return "", fault.ErrNotFound
	}
	return d.text(r, "desk.anew."+c.key+"-lead", "name", d.SignIn.ProviderName()), nil
}

func (d *desk) submitAnew(w http.ResponseWriter, r *http.Request, c change) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	a := signin.Anew{Password: f.one("password"), Code: f.one("code")}
	if f.one("passkey") != "" {
		a.Passkey = d.proof(r, f)
	}
	next, err := c.do(d, w, r, a, f)
	if errors.Is(err, signin.ErrRefused) {
		return d.showAnew(w, r, http.StatusUnprocessableEntity, c, []ui.FormError{{Field: "password", Text: d.text(r, "error.anew-wrong")}})
	}
	field := "new" // what else can be wrong is the new password
	if why, ok := fault.As(err); ok && why.Kind == fault.Limit {
		field = ""
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showAnew(w, r, status, c, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, next)
	return nil
}

func profileAfter(what string) string { return "/desk/profile?" + url.Values{"done": {what}}.Encode() }

// opens is a change that goes on with another page, within an act.
func opens(key string, p signin.Purpose, next string) change {
	return change{key, func(d *desk, w http.ResponseWriter, r *http.Request, a signin.Anew, _ form) (string, error) {
		tok, err := d.SignIn.OpenAct(r.Context(), actor(r), p, a)
		if err == nil {
			d.Cookies.Set(w, cookieAct, tok.Cookie(), 0)
		}
		return next, err
	}}
}

func changePassword() change {
	return change{"password", func(d *desk, _ http.ResponseWriter, r *http.Request, a signin.Anew, f form) (string, error) {
		return profileAfter("password"), d.SignIn.ChangePassword(r.Context(), actor(r), a, f.one("new"))
	}}
}

func renewRecovery() change {
	return change{"recovery", func(d *desk, w http.ResponseWriter, r *http.Request, a signin.Anew, _ form) (string, error) {
		code, err := d.SignIn.RenewRecovery(r.Context(), actor(r), a)
		if err != nil {
			return "", err
		}
		return "/desk/recovery", d.keep(w, r, keptRecovery, map[string][]string{"code": {code}})
	}}
}

func removeApp() change {
	return change{"app-removed", func(d *desk, _ http.ResponseWriter, r *http.Request, a signin.Anew, _ form) (string, error) {
		return profileAfter("app-removed"), d.SignIn.RemoveApp(r.Context(), actor(r), a)
	}}
}

func removePasskey() change {
	return change{"passkey-removed", func(d *desk, _ http.ResponseWriter, r *http.Request, a signin.Anew, _ form) (string, error) {
		return profileAfter("passkey-removed"), d.SignIn.RemovePasskey(r.Context(), actor(r), a, r.PathValue("credential"))
	}}
}

func removeAccount() change {
	return change{"account-removed", func(d *desk, _ http.ResponseWriter, r *http.Request, a signin.Anew, _ form) (string, error) {
		return profileAfter("account-removed"), d.SignIn.UnlinkAccount(r.Context(), actor(r), a)
	}}
}
