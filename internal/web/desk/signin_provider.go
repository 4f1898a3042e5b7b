package desk

import (
	"errors"
	"net/http"
	"net/url"

	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// providerPage is a page on the way to the identity provider or back.
type providerPage struct {
	Provider          string
	Address           string // where it leads
	Action            string // where the answer is sent
	Code, State, From string
	Linking           bool
	Host              string
	Back              string
}

// providerLeave tells that the next link leaves the desk (ASVS 3.7.3). A link leads
// there and not a form, because the policy of the pages keeps forms on this site.
func (d *desk) providerLeave(w http.ResponseWriter, r *http.Request) error {
	address, cookie, err := d.SignIn.AskProvider(r.Context())
	if err != nil {
		return err
	}
	return d.showAway(w, r, providerPage{Address: address, Back: "/desk/signin"}, cookie)
}

func (d *desk) showAway(w http.ResponseWriter, r *http.Request, data providerPage, cookie string) error {
	d.Cookies.Set(w, cookieAway, cookie, 0)
	data.Provider = d.SignIn.ProviderName()
	title := d.text(r, "desk.provider.leave-title", "name", data.Provider)
	return d.Renderer.Render(w, r, http.StatusOK, "desk/provider-leave", page(d, r, title, data))
}

// providerBack shows the page on which the answer of the provider is used. Nothing
// happens before its form is sent: to look at an address changes nothing.
func (d *desk) providerBack(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if q.Get("error") != "" || q.Get("code") == "" {
		return d.providerFailed(w, r, signin.ErrProvider)
	}
	return d.showBack(w, r, http.StatusOK, providerPage{Code: q.Get("code"), State: q.Get("state"), From: q.Get("iss")}, nil)
}

func (d *desk) showBack(w http.ResponseWriter, r *http.Request, status int, data providerPage, errs []ui.FormError) error {
	cookie, _ := d.Cookies.Value(r, cookieAway)
	linking, err := d.SignIn.Expected(cookie, data.State)
	if err != nil {
		return d.providerFailed(w, r, err)
	}
	data.Provider, data.Host, data.Linking = d.SignIn.ProviderName(), d.SignIn.PasskeyHost(), linking
	data.Action, data.Back = "/desk/signin/provider/back", "/desk/signin"
	title := d.text(r, "desk.provider.back-title")
	if linking {
		data.Action, data.Back = "/desk/profile/account/link", "/desk/profile"
		title = d.text(r, "desk.provider.link-title")
	}
	p := page(d, r, title, data)
	p.Errors = errs
	if !linking {
		p.Script = script
	}
	return d.Renderer.Render(w, r, status, "desk/provider-back", p)
}

// providerFailed leads to the sign-in, which tells what went wrong.
func (d *desk) providerFailed(w http.ResponseWriter, r *http.Request, err error) error {
	d.Cookies.Clear(w, cookieAway)
	for what, f := range providerFaults() {
		if errors.Is(err, f) {
			ui.Redirect(w, r, sameLang(r, "/desk/signin?provider="+what))
			return nil
		}
	}
	return err
}

// providerFaults are what the sign-in can tell about the provider, by its address.
func providerFaults() map[string]*fault.Fault {
	return map[string]*fault.Fault{"answer": signin.ErrProvider, "unlinked": signin.ErrUnlinked}
}

// answered gives the use case what the form brought back from the provider, once,
// and keeps in the cookie who it is from then on.
func (d *desk) answered(w http.ResponseWriter, r *http.Request, f form) (cookie string, err error) {
	before, _ := d.Cookies.Value(r, cookieAway)
	cookie, err = d.SignIn.Answered(r.Context(), before, signin.Answer{Code: f.one("at"), State: f.one("state"), Issuer: f.one("from")})
	if err == nil {
		d.Cookies.Set(w, cookieAway, cookie, 0)
	}
	return cookie, err
}

// providerEnter opens the key of whoever the provider has named, by password or
// passkey.
func (d *desk) providerEnter(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	cookie, err := d.answered(w, r, f)
	if err != nil {
		return d.providerFailed(w, r, err)
	}
	if answer := f.one("passkey"); answer != "" {
		asked, _ := d.Cookies.Value(r, cookieAsk)
		e, err := d.SignIn.EnterByProviderPasskey(r.Context(), cookie, asked, answer)
		return d.provided(w, r, f, e, err, "error.passkey-refused")
	}
	e, pending, err := d.SignIn.EnterByProvider(r.Context(), cookie, f.one("password"))
	if err == nil && pending != nil {
		d.Cookies.Clear(w, cookieAway)
		d.Cookies.Set(w, cookiePending, pending.Cookie(), 0)
		ui.Redirect(w, r, sameLang(r, "/desk/signin/second"))
		return nil
	}
	return d.provided(w, r, f, e, err, "error.password-wrong")
}

func (d *desk) provided(w http.ResponseWriter, r *http.Request, f form, e signin.Entered, err error, key string) error {
	if errors.Is(err, signin.ErrUnlinked) || errors.Is(err, signin.ErrProvider) {
		return d.providerFailed(w, r, err)
	}
	if errs := d.refusal(r, err, "password", key); errs != nil {
		data := providerPage{Code: f.one("at"), State: f.one("state"), From: f.one("from")}
		return d.showBack(w, r, http.StatusUnprocessableEntity, data, errs)
	}
	if err != nil {
		return err
	}
	return d.enter(w, r, e, "/desk")
}

// linkAccount makes the account that the provider has named the member's.
func (d *desk) linkAccount(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	tok, err := d.token(r, cookieAct)
	if err != nil {
		return signin.ErrAct
	}
	cookie, err := d.answered(w, r, f)
	if err == nil {
		err = d.SignIn.LinkAccount(r.Context(), actor(r), tok, cookie)
	}
	d.Cookies.Clear(w, cookieAway)
	d.Cookies.Clear(w, cookieAct)
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/profile?"+url.Values{"done": {"account"}}.Encode())
	return nil
}
