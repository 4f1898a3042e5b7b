package desk

import (
	"net/http"
	"strconv"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/signin"
)

// passkeyAsk gives a page's script the question for a passkey, and the browser the
// cookie that must come back with the answer.
func (d *desk) passkeyAsk(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	a, err := d.ask(r, f.one("for"))
	if err != nil {
		return err
	}
	d.Cookies.Set(w, cookieAsk, a.Cookie, 0)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Options)))
	_, _ = w.Write(a.Options) // a browser that went away is no error of ours
	return nil
}

func (d *desk) ask(r *http.Request, purpose string) (signin.Asked, error) {
	switch purpose {
	case "enter":
		return d.SignIn.AskEnter()
	case "second":
		tok, err := d.token(r, cookiePending)
		if err != nil {
			return signin.Asked{}, signin.ErrSession
		}
		return d.SignIn.AskSecond(r.Context(), tok)
	case "proof":
		a, err := d.signedIn(r)
		if err != nil {
			return signin.Asked{}, err
		}
		return d.SignIn.AskProof(r.Context(), a)
	case "add":
		a, err := d.signedIn(r)
		if err != nil {
			return signin.Asked{}, err
		}
		tok, err := d.token(r, cookieAct)
		if err != nil {
			return signin.Asked{}, signin.ErrAct
		}
		return d.SignIn.AskAdd(r.Context(), a, tok)
	default:
		return signin.Asked{}, fault.ErrNotFound
	}
}

// signedIn is the member whose browser it is, where a page for everyone needs to know.
func (d *desk) signedIn(r *http.Request) (access.Actor, error) {
	tok, err := d.token(r, cookieSession)
	if err != nil {
		return access.Actor{}, signin.ErrSession
	}
	return d.SignIn.Session(r.Context(), tok)
}
