package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"klankbord/internal/apptest"
)

// Not only pages: also what the muxes answer themselves, to methods and addresses that
// nobody asked for (ASVS 3.4.1 to 3.4.6, 4.1.4, 13.4.4).
func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	public, desk, both, err := apptest.New(t).Handlers()
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/", "/nl/", "/nl", "/desk", "/desk/", "/desk/signin", "/desk/nowhere", "/nowhere", "/nl//complaint", "/desk/../nl/",
		"/healthz", "/readyz", "/assets/", "/assets/none.css", "/.git/config", "/demo/mail", "/metrics", "/debug/pprof/"}
	for face, h := range map[string]http.Handler{"public": public, "desk": desk, "both": both} {
		for _, path := range paths {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "MADEUP"} {
				r := httptest.NewRequestWithContext(t.Context(), method, "https://desk.example"+path, nil)
				r.Header.Set("X-Canary", "canary")
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				at := face + " " + method + " " + path
				for name, want := range map[string]string{
					"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
					"Strict-Transport-Security": "max-age=63072000; includeSubDomains", "Cross-Origin-Opener-Policy": "same-origin",
				} {
					if !strings.Contains(w.Header().Get(name), want) {
						t.Errorf("%s answers %d with %s %q", at, w.Code, name, w.Header().Get(name))
					}
				}
				if w.Body.Len() > 0 && w.Header().Get("Content-Type") == "" {
					t.Errorf("%s does not say what its body is", at)
				}
				if strings.Contains(w.Body.String(), "canary") {
					t.Errorf("%s sends the request back", at)
				}
				if w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Server") != "" || w.Header().Get("X-Powered-By") != "" {
					t.Errorf("%s: %v", at, w.Header())
				}
				if unsafe := method != "GET" && method != "HEAD" && method != "POST"; unsafe && w.Code < 300 {
					t.Errorf("%s is answered with %d", at, w.Code)
				}
			}
		}
	}
	for _, path := range []string{"/assets/", "/.git/config", "/demo/mail", "/metrics", "/debug/pprof/"} {
		w := httptest.NewRecorder()
		both.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	public.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/desk/signin", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("the public face answers for the desk with %d", w.Code)
	}
}
