package desk

import (
	"net/http"
	"net/url"

	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

type signinPage struct {
	Email string
	Next  string
	Ended bool // the session had ended; what was typed is kept
}

func (d *desk) signinShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	data := signinPage{Next: nextPath(q.Get("next")), Ended: q.Get("ended") != ""}
	return d.showSignIn(w, r, http.StatusOK, data, nil)
}

func (d *desk) showSignIn(w http.ResponseWriter, r *http.Request, status int, data signinPage, errs []ui.FormError) error {
	p := page(d, r, d.text(r, "desk.signin.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/signin", p)
}

func (d *desk) signinPassword(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := signinPage{Email: f.one("email"), Next: nextPath(f.one("next"))}
	pending, err := d.SignIn.Password(r.Context(), data.Email, f.one("password"))
	if why, ok := fault.As(err); ok && why.Kind == fault.Invalid {
		return d.showSignIn(w, r, http.StatusUnprocessableEntity, data, []ui.FormError{{Field: "email", Text: d.say(r, why)}})
	}
	if err != nil {
		return err
	}
	d.Cookies.Set(w, cookiePending, pending.Cookie(), 0)
	ui.Redirect(w, r, sameLang(r, "/desk/signin/second?next="+url.QueryEscape(data.Next)))
	return nil
}

func (d *desk) secondShow(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.token(r, cookiePending); err != nil {
		ui.Redirect(w, r, "/desk/signin")
		return nil //nolint:nilerr // no password yet: that comes first
	}
	return d.showSecond(w, r, http.StatusOK, nextPath(r.URL.Query().Get("next")), nil)
}

func (d *desk) showSecond(w http.ResponseWriter, r *http.Request, status int, next string, errs []ui.FormError) error {
	p := page(d, r, d.text(r, "desk.second.title"), signinPage{Next: next})
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/second", p)
}

func (d *desk) signinSecond(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	next := nextPath(f.one("next"))
	pending, err := d.token(r, cookiePending)
	if err != nil {
		ui.Redirect(w, r, sameLang(r, "/desk/signin?next="+url.QueryEscape(next)))
		return nil //nolint:nilerr // no password yet: that comes first
	}
	session, err := d.SignIn.TOTP(r.Context(), pending, f.one("code"))
	if why, ok := fault.As(err); ok {
		switch why.Kind {
		case fault.Invalid:
			wrong := []ui.FormError{{Field: "code", Text: d.text(r, "error.second-factor-wrong")}}
			return d.showSecond(w, r, http.StatusUnprocessableEntity, next, wrong)
		case fault.Denied: // took too long
			d.Cookies.Clear(w, cookiePending)
			ui.Redirect(w, r, sameLang(r, "/desk/signin?ended=1&next="+url.QueryEscape(next)))
			return nil
		default: // a failure of our own
		}
	}
	if err != nil {
		return err
	}
	d.Cookies.Clear(w, cookiePending)
	d.Cookies.Set(w, cookieSession, session.Cookie(), 0)
	ui.Redirect(w, r, next)
	return nil
}

// signout ends the session and makes the browser forget what it holds of the desk.
func (d *desk) signout(w http.ResponseWriter, r *http.Request) error {
	if tok, err := d.token(r, cookieSession); err == nil {
		if err := d.SignIn.SignOut(r.Context(), tok); err != nil {
			return err
		}
	}
	for _, name := range []string{cookieSession, cookiePending, cookieKept} {
		d.Cookies.Clear(w, name)
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	ui.Redirect(w, r, "/desk/signin")
	return nil
}
