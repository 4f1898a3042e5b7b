package desk

import (
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// recoverShow asks for the personal recovery code in the place of the password, and
// for a new password.
func (d *desk) recoverShow(w http.ResponseWriter, r *http.Request) error {
	return d.showRecover(w, r, http.StatusOK, signinPage{}, nil)
}

func (d *desk) showRecover(w http.ResponseWriter, r *http.Request, status int, data signinPage, errs []ui.FormError) error {
	data.Least = signin.MinPassword
	p := page(d, r, d.text(r, "desk.recover.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/recover", p)
}

func (d *desk) recoverEnter(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := signinPage{Email: f.one("email")}
	pending, err := d.SignIn.Recover(r.Context(), d.browser(r), data.Email, f.one("recovery"), f.one("new"))
	if errs := d.refusal(r, err, recoverField(err), "error.recovery-refused"); errs != nil {
		return d.showRecover(w, r, http.StatusUnprocessableEntity, data, errs)
	}
	if err != nil {
		return err
	}
	d.Cookies.Set(w, cookiePending, pending.Cookie(), 0)
	ui.Redirect(w, r, sameLang(r, "/desk/signin/second"))
	return nil
}

// recoverField is the field that a fault is about.
func recoverField(err error) string {
	f, ok := fault.As(err)
	switch {
	case !ok || f.Kind == fault.Limit:
		return ""
	case f.Key == "error.recovery-typed":
		return "recovery"
	case f.Is(signin.ErrRefused):
		return "email"
	default:
		return "new"
	}
}
