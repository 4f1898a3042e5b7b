package promises_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/apptest"
)

// visitor is a browser before the real pages. It follows no redirect by itself.
type visitor struct {
	t       testing.TB
	handler http.Handler
	cookies map[string]string
}

func newVisitor(t testing.TB, handler http.Handler) *visitor {
	return &visitor{t, handler, map[string]string{}}
}

// answer is what came back.
type answer struct {
	status int
	to     string // where a redirect leads
	body   string
}

func (v *visitor) get(path string) answer { return v.ask(http.MethodGet, path, nil) }

func (v *visitor) post(path string, form url.Values) answer {
	return v.ask(http.MethodPost, path, form)
}

func (v *visitor) ask(method, path string, form url.Values) answer {
	v.t.Helper()
	r := httptest.NewRequest(method, "https://desk.example"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Tus-Resumable", "1.0.0") // for files in pieces; nothing else looks
	r.Header.Set("Upload-Length", "4")
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		v.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	return answer{w.Code, w.Header().Get("Location"), w.Body.String()}
}

// copied is another browser with the same cookies, so that what one request does to
// them does not matter to the next.
func (v *visitor) copied() *visitor {
	c := newVisitor(v.t, v.handler)
	for name, value := range v.cookies {
		c.cookies[name] = value //nolint:modernize // said in a loop
	}
	return c
}

// signIn enters the desk with password and one-time password.
func (v *visitor) signIn(i *apptest.Instance, e apptest.Enrolled) *visitor {
	v.t.Helper()
	v.post("/desk/signin", url.Values{"email": {e.Email}, "password": {apptest.Password}})
	if a := v.post("/desk/signin/second", url.Values{"code": {i.Digits(e)}}); a.to != "/desk" {
		v.t.Fatalf("%s does not get in: %d, to %q", e.Email, a.status, a.to)
	}
	return v
}

// enter opens the mailbox of a code.
func (v *visitor) enter(code string) *visitor {
	v.t.Helper()
	if a := v.post("/nl/mailbox", url.Values{"code": {code}}); a.to != "/nl/mailbox/case" {
		v.t.Fatalf("the code does not open the mailbox: %d, to %q", a.status, a.to)
	}
	return v
}
