package demo_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
)

// browser asks the whole instance, as one that keeps cookies would.
type browser struct {
	t       *testing.T
	handler http.Handler
	cookies []*http.Cookie
}

func (b *browser) ask(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept-Language", "nl")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func (b *browser) get(path string, status int, words ...string) string {
	b.t.Helper()
	w := b.ask(http.MethodGet, path, nil)
	if w.Code == http.StatusTemporaryRedirect { // to the same address with or without its last slash
		w = b.ask(http.MethodGet, w.Header().Get("Location"), nil)
	}
	if w.Code != status {
		b.t.Errorf("GET %s: status %d, want %d", path, w.Code, status)
	}
	body := w.Body.String()
	for _, word := range words {
		if !strings.Contains(body, word) {
			b.t.Errorf("GET %s does not say %q", path, word)
		}
	}
	if strings.Contains(body, "⟦") {
		b.t.Errorf("GET %s has an open text", path)
	}
	return body
}

func pagesAnswer(t *testing.T, f *founded) {
	f.clock.Add(2 * time.Minute) // every one-time password used so far is over
	_, _, both, err := f.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, handler: both}
	words := []string{f.guide.Samples[0].Code}
	for _, s := range f.guide.SignIns {
		code, err := s.Code(f.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, s.Email, s.Password, s.TOTP, code)
	}
	b.get("/demo", http.StatusOK, words...)
	if w := b.ask(http.MethodGet, "/", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/demo" {
		b.t.Errorf("the first page answers %d to %q", w.Code, w.Header().Get("Location"))
	}
	for _, l := range []string{"nl", "fr", "en", "de"} {
		b.get("/"+l+"/demo", http.StatusOK, `lang="`+l+`"`)
	}
	mails := b.get("/en/demo/mail", http.StatusOK)
	_, rest, _ := strings.Cut(mails, `href="/en/demo/mail/`)
	id, _, _ := strings.Cut(rest, `"`)
	b.get("/en/demo/mail/"+id, http.StatusOK, f.box.Mails()[0].FromAddress)
	b.get("/demo/mail/nosuchmail", http.StatusNotFound)
	b.signIn(f)
	b.notInAReal(f)
}

// signIn clicks as often as one-time passwords last: that of the present moment, of
// the one before and of the one after.
func (b *browser) signIn(f *founded) {
	for range 3 {
		w := b.ask(http.MethodPost, "/nl/demo/signin", url.Values{"member": {"sofie"}})
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk" {
			b.t.Fatalf("sign-in answers %d to %q", w.Code, w.Header().Get("Location"))
		}
		b.cookies = w.Result().Cookies()
		b.get("/desk", http.StatusOK, "Sofie Peeters")
	}
	if w := b.ask(http.MethodPost, "/nl/demo/signin", url.Values{"member": {"sofie"}}); w.Code != http.StatusTooManyRequests {
		b.t.Errorf("a fourth click answers %d", w.Code)
	}
	f.clock.Add(time.Minute)
	if w := b.ask(http.MethodPost, "/nl/demo/signin", url.Values{"member": {"sofie"}}); w.Code != http.StatusSeeOther {
		b.t.Errorf("a minute later a click answers %d", w.Code)
	}
	if w := b.ask(http.MethodPost, "/nl/demo/signin", url.Values{"member": {"nobody"}}); w.Code != http.StatusNotFound {
		b.t.Errorf("nobody signs in with %d", w.Code)
	}
}

// notInAReal opens the same instance without the demo: its pages do not exist.
func (b *browser) notInAReal(f *founded) {
	a, err := app.Open(b.t.Context(), f.config, app.Options{Clock: f.clock, Transport: f.box, Log: discard()})
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			b.t.Error(err)
		}
	}()
	_, _, both, err := a.Handlers()
	if err != nil {
		b.t.Fatal(err)
	}
	plain := &browser{t: b.t, handler: both}
	for _, path := range []string{"/demo", "/nl/demo", "/demo/mail", "/nl/demo/mail"} {
		plain.get(path, http.StatusNotFound)
	}
}
