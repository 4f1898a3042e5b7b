package desk

import (
	"net/http"
	"net/url"

	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// script is what pages run on which a passkey can be used.
const script = "passkey.js"

type signinPage struct {
	Email    string
	Next     string
	Ended    bool // the session had ended
	Least    int  // characters of a password
	Host     string
	Provider string
	Empty    bool // nobody is on the desk yet
	Second   signin.SecondView
}

func (d *desk) signinShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	data := signinPage{Next: nextPath(q.Get("next")), Ended: q.Get("ended") != ""}
	var errs []ui.FormError
	if f, ok := providerFaults()[q.Get("provider")]; ok {
		errs = []ui.FormError{{Text: d.say(r, f)}}
	}
	return d.showSignIn(w, r, http.StatusOK, data, errs)
}

func (d *desk) showSignIn(w http.ResponseWriter, r *http.Request, status int, data signinPage, errs []ui.FormError) error {
	data.Empty = !d.Setup.Begun(r.Context())
	data.Host, data.Provider = d.SignIn.PasskeyHost(), d.SignIn.ProviderName()
	p := page(d, r, d.text(r, "desk.signin.title"), data)
	p.Errors, p.Script = errs, script
	return d.Renderer.Render(w, r, status, "desk/signin", p)
}

// signinEnter takes the first form: a password, or the answer of a passkey that
// opens everything at once.
func (d *desk) signinEnter(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := signinPage{Email: f.one("email"), Next: nextPath(f.one("next"))}
	if answer := f.one("passkey"); answer != "" {
		asked, _ := d.Cookies.Value(r, cookieAsk)
		e, err := d.SignIn.EnterByPasskey(r.Context(), d.browser(r), asked, answer)
		if errs := d.refusal(r, err, "", "error.passkey-refused"); errs != nil {
			return d.showSignIn(w, r, http.StatusUnprocessableEntity, data, errs)
		}
		if err != nil {
			return err
		}
		return d.enter(w, r, e, data.Next)
	}
	pending, err := d.SignIn.Password(r.Context(), d.browser(r), data.Email, f.one("password"))
	if errs := d.refusal(r, err, "email", "error.signin-refused"); errs != nil {
		return d.showSignIn(w, r, http.StatusUnprocessableEntity, data, errs)
	}
	if err != nil {
		return err
	}
	d.Cookies.Set(w, cookiePending, pending.Cookie(), 0)
	ui.Redirect(w, r, sameLang(r, "/desk/signin/second?next="+url.QueryEscape(data.Next)))
	return nil
}

// refusal words what was refused or came too early; nil for anything else. A plain
// refusal gets the words of key, which never tell what was wrong.
func (d *desk) refusal(r *http.Request, err error, field, key string) []ui.FormError {
	why, ok := fault.As(err)
	if !ok || why.Kind != fault.Invalid && why.Kind != fault.Limit {
		return nil
	}
	text := d.say(r, why)
	if why.Is(signin.ErrRefused) {
		text = d.text(r, key)
	}
	return []ui.FormError{{Field: field, Text: text}}
}

// enter begins a session in this browser, which is known from then on. The one that
// the browser had ends (ASVS 7.2.4).
func (d *desk) enter(w http.ResponseWriter, r *http.Request, e signin.Entered, next string) error {
	if before, err := d.token(r, cookieSession); err == nil {
		if err := d.ends(r, before); err != nil {
			return err
		}
	}
	from := d.browser(r)
	known, err := d.SignIn.Remember(r.Context(), e.Session, from.Known)
	if err != nil {
		return err
	}
	d.Cookies.Set(w, cookieKnown, known, signin.KnownFor)
	for _, name := range []string{cookiePending, cookieAsk, cookieAway} {
		if _, has := d.Cookies.Value(r, name); has {
			d.Cookies.Clear(w, name)
		}
	}
	d.Cookies.Set(w, cookieSession, e.Session.Cookie(), 0)
	if e.Recovery != "" {
		next = "/desk/recovery"
		if err := d.keep(w, r, keptRecovery, map[string][]string{"code": {e.Recovery}}); err != nil {
			return err
		}
	}
	ui.Redirect(w, r, next)
	return nil
}

// ends ends a session, and forgets what was read for searching in it.
func (d *desk) ends(r *http.Request, tok seal.Token) error {
	d.Casework.ForgetSearches(tok.ID())
	return d.SignIn.SignOut(r.Context(), tok)
}

// signout ends the session and makes the browser forget what it holds of the desk,
// but for being known.
func (d *desk) signout(w http.ResponseWriter, r *http.Request) error {
	if tok, err := d.token(r, cookieSession); err == nil {
		if err := d.ends(r, tok); err != nil {
			return err
		}
	}
	for _, name := range []string{cookieSession, cookiePending, cookieKept, cookieAsk, cookieAct, cookieAway} {
		d.Cookies.Clear(w, name)
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	ui.Redirect(w, r, "/desk/signin")
	return nil
}
