package ui_test

import (
	"net/http/httptest"
	"testing"

	"klankbord/internal/web/ui"
)

func assets(t testing.TB) *ui.Assets {
	t.Helper()
	a, err := ui.NewAssets(ui.Look{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAssetsAreKeptForEverAndStayInTheirBudget(t *testing.T) {
	a := assets(t)
	for name, budget := range map[string]int{"app.css": 5 << 10, "desk.css": 5 << 10, "favicon.svg": 2 << 10} {
		t.Run(name, func(t *testing.T) {
			for _, encoding := range []string{"br", "gzip"} {
				r := httptest.NewRequest("GET", a.URL(name), nil)
				r.Header.Set("Accept-Encoding", "gzip;q=0, "+encoding)
				if encoding == "gzip" {
					r.Header.Set("Accept-Encoding", "gzip, br;q=0")
				}
				w := httptest.NewRecorder()
				a.ServeHTTP(w, r)
				if got := w.Header().Get("Content-Encoding"); got != encoding {
					t.Errorf("encoding %q, want %q", got, encoding)
				}
				if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
					t.Errorf("Cache-Control %q", got)
				}
				if n := w.Body.Len(); n > budget && encoding == "br" {
					t.Errorf("%d bytes, budget %d", n, budget)
				} else {
					t.Logf("%s %s: %d bytes", name, encoding, n)
				}
			}
		})
	}
}

func TestAnAddressOfAnotherVersionIsNotServed(t *testing.T) {
	w := httptest.NewRecorder()
	assets(t).ServeHTTP(w, httptest.NewRequest("GET", "/assets/app.000000000000.css", nil))
	if w.Code != 404 {
		t.Errorf("status %d", w.Code)
	}
}
