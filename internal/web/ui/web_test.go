package ui_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// site is a small face with the errors that a page can meet.
func site(t testing.TB, log io.Writer, secure bool) http.Handler {
	t.Helper()
	rd := renderer(t, slog.New(slog.NewTextHandler(log, nil)), secure)
	mux := http.NewServeMux()
	fails := func(pattern string, err error) {
		mux.Handle(pattern, rd.Handle(func(http.ResponseWriter, *http.Request) error { return err }))
	}
	fails("GET /{lang}/invalid", fault.New(fault.Invalid, "error.date-wrong"))
	fails("GET /{lang}/hidden/{case}", fault.New(fault.NotFound, "error.date-wrong").With("name", "canary"))
	fails("GET /{lang}/conflict", fault.New(fault.Conflict, "error.changed-meanwhile"))
	fails("GET /{lang}/limit", fault.New(fault.Limit, "error.too-many-attempts").With("time", "10:00"))
	fails("GET /{lang}/unavailable", fmt.Errorf("commit: %w", fault.New(fault.Unavailable, "error.signin-busy")))
	fails("GET /{lang}/denied", fault.New(fault.Denied, ""))
	fails("GET /{lang}/failed", errors.New("canary of the database"))
	fails("GET /{lang}/cut", fmt.Errorf("read form: %w", io.ErrUnexpectedEOF))
	fails("GET /desk/cases", fault.New(fault.Denied, ""))
	mux.HandleFunc("GET /{lang}/panic", func(http.ResponseWriter, *http.Request) { panic("canary in a panic") })
	mux.HandleFunc("GET /{lang}/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.Handle("GET /{lang}/landing", rd.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return rd.Render(w, r, 200, "style/landing", ui.Page[style]{Title: "Start", Path: "/landing", Compress: true, Index: true, Data: sample()})
	}))
	mux.Handle("GET /{lang}/mailbox", rd.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return rd.Render(w, r, 200, "style/mailbox", ui.Page[style]{Title: "Messages", Data: sample()})
	}))
	mux.Handle("POST /{lang}/send", ui.LimitBody(100, rd.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if _, err := ui.ReadForm(r, roomy(), nil); err != nil {
			return err
		}
		ui.Redirect(w, r, "/en/next")
		return nil
	})))
	mux.Handle("/", rd.NotFound())
	return rd.Wrap(clock.NewFixed(time.Unix(0, 0)), mux)
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", path, nil))
	return w
}

func TestTheLogHoldsNoPathValueAddressOrAgent(t *testing.T) {
	var log bytes.Buffer
	h := site(t, &log, false)
	r := httptest.NewRequest("GET", "/en/hidden/canary-case?q=canary-word", nil)
	r.RemoteAddr = "203.0.113.77:1"
	r.Header.Set("User-Agent", "canary-agent")
	h.ServeHTTP(httptest.NewRecorder(), r)
	odd := httptest.NewRequest("CANARY", "/", nil)
	h.ServeHTTP(httptest.NewRecorder(), odd)
	if s := log.String(); strings.Contains(s, "canary") || strings.Contains(s, "CANARY") || strings.Contains(s, "203.0.113") {
		t.Errorf("log says %s", s)
	} else if !strings.Contains(s, `route="GET /{lang}/hidden/{case}" status=404 ms=0`) {
		t.Errorf("log lacks the request: %s", s)
	}
}

func TestAnAbortedAnswerStaysAborted(t *testing.T) {
	defer func() {
		if p, ok := recover().(error); !ok || !errors.Is(p, http.ErrAbortHandler) {
			t.Errorf("recovered %v", p)
		}
	}()
	get(site(t, io.Discard, false), "/en/abort")
	t.Error("the panic was swallowed")
}

func TestSecurityHeaders(t *testing.T) {
	for name, secure := range map[string]bool{"http": false, "https": true} {
		t.Run(name, func(t *testing.T) {
			h := site(t, io.Discard, secure)
			page, landing := get(h, "/en/mailbox").Header(), get(h, "/en/landing").Header()
			for k, want := range map[string]string{
				"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
				"Cache-Control":                "no-store",
				"Referrer-Policy":              "no-referrer",
				"X-Content-Type-Options":       "nosniff",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
				"X-Robots-Tag":                 "noindex, nofollow",
				"Content-Type":                 "text/html; charset=utf-8",
				"Content-Language":             "en",
				"Server":                       "",
			} {
				if got := page.Get(k); got != want {
					t.Errorf("%s: %q, want %q", k, got, want)
				}
			}
			if landing.Get("X-Robots-Tag") != "" {
				t.Error("the landing page may be found")
			}
			if got := page.Get("Strict-Transport-Security") != ""; got != secure {
				t.Errorf("HSTS sent: %v", got)
			}
		})
	}
}

func TestOnlyPagesWithoutSecretsAreCompressed(t *testing.T) {
	h := site(t, io.Discard, false)
	for path, want := range map[string]string{"/en/landing": "gzip", "/en/mailbox": ""} {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "gzip, deflate, br")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("%s: encoding %q, want %q", path, got, want)
		}
		if want == "gzip" {
			if z, err := gzip.NewReader(w.Body); err != nil {
				t.Error(err)
			} else if b, err := io.ReadAll(z); err != nil || !bytes.Contains(b, []byte("</html>")) {
				t.Errorf("%s, %v", b, err)
			}
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := site(t, io.Discard, false)
	for name, c := range map[string]struct {
		headers map[string]string
		status  int
	}{
		"own form":                         {map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303},
		"own form, old browser":            {map[string]string{"Origin": "http://example.com"}, 303},
		"own form, old browser, no origin": {map[string]string{"Origin": "null"}, 303},
		"no browser":                       {nil, 303},
		"other site":                       {map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403},
		"sibling host":                     {map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://a.example.com"}, 403},
		"other site, old browser":          {map[string]string{"Origin": "http://evil.example"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			r := encoded("a=1")
			r.URL.Path = "/en/send"
			for k, v := range c.headers {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d", w.Code, c.status)
			}
		})
	}
}

func TestABodyAboveItsLimitIsTooLarge(t *testing.T) {
	r := encoded("a=" + strings.Repeat("x", 200))
	r.URL.Path = "/nl/send"
	w := httptest.NewRecorder()
	site(t, io.Discard, false).ServeHTTP(w, r)
	if w.Code != 413 || !strings.Contains(w.Body.String(), "te groot") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestRedirectsStayOnTheSite(t *testing.T) {
	for path, want := range map[string]string{
		"/en/next?a=1#main": "/en/next?a=1#main", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/",
		"/ok\r\nSet-Cookie: a=b": "/", "": "/", "next": "/", "/a//b": "/a//b", "/%zz": "/",
	} {
		w := httptest.NewRecorder()
		ui.Redirect(w, httptest.NewRequest("POST", "/", nil), path)
		if got := w.Header().Get("Location"); got != want || w.Code != 303 {
			t.Errorf("Redirect(%q) leads to %q with %d", path, got, w.Code)
		}
	}
}

func TestCookies(t *testing.T) {
	for name, c := range map[string]struct {
		cookies ui.Cookies
		want    string
	}{
		"tls":      {ui.Cookies{Secure: true}, "__Host-kb=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"},
		"loopback": {ui.Cookies{}, "kb=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			c.cookies.Set(w, "kb", "v", time.Minute)
			if got := w.Header().Get("Set-Cookie"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			r := httptest.NewRequest("GET", "/", nil)
			full, _, _ := strings.Cut(c.want, ";")
			r.Header.Set("Cookie", full)
			if v, ok := c.cookies.Value(r, "kb"); !ok || v != "v" {
				t.Errorf("Value = %q, %v", v, ok)
			}
			r.Header.Set("Cookie", full+"; "+full+"2")
			if v, ok := c.cookies.Value(r, "kb"); ok {
				t.Errorf("a doubled cookie was read as %q", v)
			}
		})
	}
}

func TestLanguageOfARequest(t *testing.T) {
	rd := renderer(t, slog.New(slog.DiscardHandler), false)
	for name, c := range map[string]struct{ path, header, fixed, want string }{
		"path":                       {"/fr/privacy", "de", "", "fr"},
		"question":                   {"/desk/signin?lang=de", "fr", "nl", "de"},
		"question, unknown":          {"/desk/signin?lang=xx", "fr", "", "fr"},
		"chosen by the member":       {"/desk/cases", "fr", "de", "de"},
		"browser":                    {"/", "es, de-AT;q=0.8", "", "de"},
		"none":                       {"/", "", "", "nl"},
		"a path that only begins so": {"/france", "", "", "nl"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", c.path, nil)
			r.Header.Set("Accept-Language", c.header)
			r = r.WithContext(ui.WithLang(r.Context(), c.fixed))
			if got := rd.Lang(r); got != c.want {
				t.Errorf("language %q, want %q", got, c.want)
			}
		})
	}
}

func TestFilesAreOnlyEverDownloaded(t *testing.T) {
	w := httptest.NewRecorder()
	ui.FileHeaders(w, "é\"\r\nX: y.html")
	h := w.Header()
	if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || strings.ContainsAny(h.Get("Content-Disposition"), "\r\n") ||
		h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox;") {
		t.Errorf("headers %v", h)
	}
}

func TestEveryPageOfThisPackageParses(t *testing.T) {
	if err := renderer(t, slog.New(slog.DiscardHandler), false).Check(); err != nil {
		t.Error(err)
	}
}
