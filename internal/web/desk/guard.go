package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/web/pieces"
	"klankbord/internal/web/ui"
)

// The cookies of the desk.
const (
	cookieSession = "kb-desk"
	cookiePending = "kb-second" // between password and second factor
	cookieKept    = "kb-kept"   // what was typed when the session had ended
	cookieKnown   = "kb-known"  // that members signed in with this browser
	cookieTold    = "kb-told"   // what a member began to register
	cookieAsk     = "kb-ask"    // what a passkey was asked
	cookieAct     = "kb-act"    // for what everything was shown anew
	cookieAway    = "kb-away"   // at the identity provider
)

// The bounds of a form of the desk.
const (
	formBytes  = 1 << 20
	formFields = 800
)

type actorKey struct{}

func actorIn(r *http.Request) (access.Actor, bool) {
	a, ok := r.Context().Value(actorKey{}).(access.Actor)
	return a, ok
}

// actor is the member that the guard let through.
func actor(r *http.Request) access.Actor {
	a, _ := actorIn(r)
	return a
}

// anyone guards pages that need no session.
func (d *desk) anyone(next http.Handler) http.Handler { return ui.LimitBody(formBytes, next) }

// member lets signed-in members through, with their language. Everyone else is led
// to the sign-in; a form that was posted is kept for after it.
func (d *desk) member(next http.Handler) http.Handler {
	return ui.LimitBody(formBytes, d.session(next))
}

// uploading is member for forms with files.
func (d *desk) uploading(next http.Handler) http.Handler {
	limits := d.Casework.Limits
	return ui.LimitBody(formBytes+limits.FileBytes*int64(min(limits.Files, 5)), d.session(next))
}

// sending is member for the pieces of a file, which a script sends: it is told in words that
// nobody is signed in any more.
func (d *desk) sending(large bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		most := int64(formBytes)
		if large {
			most = max(d.Casework.Limits.FileBytes, d.Intake.Limits.FileBytes)
		}
		return ui.LimitBody(most, d.admit(next, func(w http.ResponseWriter, r *http.Request) error {
			pieces.Refuse(w, http.StatusUnauthorized, d.text(r, "desk.file-signed-out"))
			return nil
		}))
	}
}

func (d *desk) session(next http.Handler) http.Handler { return d.admit(next, d.toSignIn) }

// admit lets members through; everyone else is answered by out.
func (d *desk) admit(next http.Handler, out func(http.ResponseWriter, *http.Request) error) http.Handler {
	return d.Renderer.Handle(func(w http.ResponseWriter, r *http.Request) error {
		tok, err := d.token(r, cookieSession)
		if err != nil {
			return out(w, r)
		}
		a, err := d.SignIn.Session(r.Context(), tok)
		if errors.Is(err, signin.ErrSession) {
			return out(w, r)
		}
		if err != nil {
			return err
		}
		ctx := ui.WithLang(r.Context(), a.Language)
		chosen := d.Renderer.Lang(r.WithContext(ctx))
		if typed, ok := ui.Carried(r); ok {
			if done, err := d.speak(w, r, a, chosen, typed); done || err != nil {
				return err
			}
		}
		a.Language = chosen
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, actorKey{}, a)))
		return nil
	})
}

// speak keeps the language that a member chose at the top of a page, for this page
// and all that follow. A page on which nothing was typed is shown at its own
// address; done says that it was answered so.
func (d *desk) speak(w http.ResponseWriter, r *http.Request, a access.Actor, chosen string, typed form) (done bool, err error) {
	if chosen != a.Language {
		if err := d.SignIn.SetLanguage(r.Context(), a, chosen); err != nil {
			return false, err
		}
	}
	if len(typed) > 0 {
		return false, nil
	}
	query := r.URL.Query()
	query.Del("lang")
	at := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
	ui.Redirect(w, r, at.String())
	return true, nil
}

// sameLang takes the language in the address along, where nobody is signed in yet.
func sameLang(r *http.Request, path string) string {
	l := r.URL.Query().Get("lang")
	if l == "" {
		return path
	}
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	return path + sign + "lang=" + url.QueryEscape(l)
}

func (d *desk) token(r *http.Request, cookie string) (seal.Token, error) {
	value, ok := d.Cookies.Value(r, cookie)
	if !ok {
		return seal.Token{}, http.ErrNoCookie
	}
	return seal.ParseToken(value)
}

// browser is where a request comes from, as the limits of signing in see it.
func (d *desk) browser(r *http.Request) signin.Browser {
	known, _ := d.Cookies.Value(r, cookieKnown)
	return signin.Browser{Network: d.Renderer.Connection(r), Known: known}
}

// toSignIn leads to the sign-in and back. WCAG 2.2 SC 2.2.5: what was typed stays.
func (d *desk) toSignIn(w http.ResponseWriter, r *http.Request) error {
	back, ended := r.URL.RequestURI(), ""
	if _, had := d.Cookies.Value(r, cookieSession); had {
		ended = "ended=1&"
	}
	typed, carried := ui.Carried(r)
	if r.Method == http.MethodPost {
		back = "/desk" // where a form is sent is no page
	}
	if r.Method == http.MethodPost || carried && len(typed) > 0 {
		kept, err := d.keepForm(w, r)
		if err != nil {
			return err
		}
		if kept {
			back = "/desk/kept"
		}
	}
	ui.Redirect(w, r, "/desk/signin?"+ended+"next="+url.QueryEscape(back))
	return nil
}

// nextPath is where to go after signing in: on the desk, and nowhere else.
func nextPath(s string) string {
	if ui.LocalPath(s) && (s == "/desk" || strings.HasPrefix(s, "/desk/") || strings.HasPrefix(s, "/desk?")) &&
		!strings.HasPrefix(s, "/desk/sign") {
		return s
	}
	return "/desk"
}

// form is what a form without files sent.
type form map[string][]string

// One is the first value of a name, for templates.
func (f form) One(name string) string { return f.one(name) }

func (f form) one(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func readForm(r *http.Request) (form, error) {
	values, err := ui.ReadForm(r, ui.Limits{Fields: formFields, TextBytes: formBytes}, nil)
	return values, err
}
