package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
	"klankbord/internal/seal"
)

func twoNames(c *config.Config, _ *app.Options) {
	c.BaseURL, c.DeskURL = "https://complaints.example.org", "https://desk.example.org"
}

var routeRow = regexp.MustCompile("(?m)^\\| `([A-Z]+) ([^`]*)` \\|")

// routesOf are the routes that doc/access.md lists, which a test of it holds complete,
// with something in the place of each value.
func routesOf(t *testing.T) (public, desk [][2]string) {
	t.Helper()
	text, err := os.ReadFile("../../doc/access.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range routeRow.FindAllStringSubmatch(string(text), -1) {
		path := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(strings.ReplaceAll(m[2], "{$}", ""), "x")
		if strings.HasPrefix(path, "/desk") {
			desk = append(desk, [2]string{m[1], path})
		} else {
			public = append(public, [2]string{m[1], "/nl" + path})
		}
	}
	if len(public) < 60 || len(desk) < 150 {
		t.Fatalf("only %d and %d routes", len(public), len(desk))
	}
	return public, desk
}

// The public name must tell nothing of the desk, not even that it is there, nor the
// desk's of the public pages, on one address and on two (ASVS 3.5.4).
func TestEachNameAnswersItsOwnPagesOnly(t *testing.T) {
	i := apptest.New(t, twoNames)
	pub, dsk, both, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	public, desk := routesOf(t)
	ask := func(h http.Handler, host string, route [2]string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), route[0], "https://"+host+route[1], nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for face, h := range map[string]http.Handler{"its own address": pub, "one address": both} {
		none := ask(h, "complaints.example.org", [2]string{"GET", "/nowhere"})
		for _, route := range desk {
			w := ask(h, "complaints.example.org", route)
			if w.Code != http.StatusNotFound || route[0] == "GET" && w.Body.String() != none.Body.String() && strings.Contains(w.Body.String(), "desk/") {
				t.Errorf("%s: the public name answers %v with %d", face, route, w.Code)
			}
		}
		if w := ask(h, "complaints.example.org", [2]string{"GET", "/nl/"}); w.Code != http.StatusOK {
			t.Errorf("%s: %d", face, w.Code)
		}
	}
	for face, h := range map[string]http.Handler{"its own address": dsk, "one address": both} {
		for _, route := range public {
			if w := ask(h, "desk.example.org", route); w.Code != http.StatusNotFound {
				t.Errorf("%s: the desk's name answers %v with %d", face, route, w.Code)
			}
		}
		if w := ask(h, "desk.example.org", [2]string{"GET", "/desk/signin"}); w.Code != http.StatusOK {
			t.Errorf("%s: %d", face, w.Code)
		}
		if w := ask(h, "desk.example.org", [2]string{"GET", "/"}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk" {
			t.Errorf("%s: %d %s", face, w.Code, w.Header())
		}
	}
	for name, c := range map[string]struct {
		h    http.Handler
		host string
	}{"the desk's address by the public name": {dsk, "complaints.example.org"}, "the public address by the desk's name": {pub, "desk.example.org"}, "a name of nobody": {both, "elsewhere.example.org"}} {
		for _, path := range []string{"/desk/signin", "/nl/", "/"} {
			if w := ask(c.h, c.host, [2]string{"GET", path}); w.Code != http.StatusMisdirectedRequest || w.Body.Len() != 0 || w.Header().Get("Content-Security-Policy") == "" {
				t.Errorf("%s: %s is answered with %d", name, path, w.Code)
			}
		}
	}
	// What only claims another name changes nothing.
	r := httptest.NewRequestWithContext(t.Context(), "GET", "https://complaints.example.org/desk/signin", nil)
	for _, h := range []string{"X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"} {
		r.Header.Set(h, "host=desk.example.org")
	}
	r.Header.Set("X-Forwarded-Host", "desk.example.org")
	w := httptest.NewRecorder()
	both.ServeHTTP(w, r)
	if w.Code != http.StatusNotFound {
		t.Errorf("a header leads to the desk: %d", w.Code)
	}
}

// ownCertificate writes a certificate for both names into two files.
func ownCertificate(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"complaints.example.org", "desk.example.org"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, roots = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem"), x509.NewCertPool()
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	roots.AppendCertsFromPEM(certPEM)
	for at, content := range map[string][]byte{cert: certPEM, key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})} {
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key, roots
}

// The program itself speaks TLS: both names on one address, HSTS, and from plain HTTP to
// the same page.
func TestPagesAreServedOverTLS(t *testing.T) {
	cert, key, roots := ownCertificate(t)
	i := apptest.New(t, twoNames, func(c *config.Config, _ *app.Options) {
		c.TLSCert, c.TLSKey, c.HTTPListen = []string{cert}, []string{key}, "127.0.0.1:0"
	})
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan []string, 1), make(chan error, 1)
	go func() { done <- i.Serve(ctx, func(addresses []string) { ready <- addresses }) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	var addresses []string
	select {
	case addresses = <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	plain, pages := "", ""
	for _, a := range addresses {
		if at, ok := strings.CutPrefix(a, "https://"); ok {
			pages = at
		} else {
			plain = strings.TrimPrefix(a, "http://")
		}
	}
	get := func(url string) *http.Response {
		t.Helper()
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(address)
			return (&net.Dialer{}).DialContext(ctx, network, map[string]string{"80": plain, "443": pages}[port])
		}
		client := &http.Client{
			Transport:     &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		r, err := client.Get(url)
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		return r
	}
	for url, want := range map[string]string{
		"https://complaints.example.org/nl/": "200 HTTP/2.0", "https://desk.example.org/desk/signin": "200 HTTP/2.0",
		"https://complaints.example.org/desk/signin": "404 HTTP/2.0", "https://desk.example.org/nl/": "404 HTTP/2.0",
	} {
		r := get(url)
		if got := fmt.Sprint(r.StatusCode, " ", r.Proto); got != want || r.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: %s %s", url, got, r.Header)
		}
	}
	for from, to := range map[string]string{
		"http://complaints.example.org/nl/complaint": "https://complaints.example.org/nl/complaint", "http://desk.example.org/desk": "https://desk.example.org/desk",
	} {
		if r := get(from); r.StatusCode != http.StatusMovedPermanently || r.Header.Get("Location") != to {
			t.Errorf("%s: %d %s", from, r.StatusCode, r.Header.Get("Location"))
		}
	}
	if r := get("http://elsewhere.example.org/"); r.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a name of nobody: %d", r.StatusCode)
	}
	if strings.Contains(i.Log.String(), "127.0.0.1:") {
		t.Errorf("an address is logged: %s", i.Log.String())
	}
}

// Whoever forges the header that proxies write is counted as who they are, and no
// network is shut out in the name of another (ASVS 4.1.3).
func TestAForgedAddressChangesNothing(t *testing.T) {
	i := apptest.New(t, func(c *config.Config, _ *app.Options) { c.TrustedProxies = []string{"10.1.0.0/16"} })
	pub, _, _, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	guess := func(from, forwarded string) int {
		code := seal.NewCode().Text()
		r := httptest.NewRequestWithContext(t.Context(), "POST", "https://desk.example/nl/mailbox", strings.NewReader("code="+code))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		for _, h := range []string{"X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "Forwarded"} {
			r.Header.Set(h, "for=203.0.113.9")
		}
		w := httptest.NewRecorder()
		pub.ServeHTTP(w, r)
		return w.Code
	}
	refused := func(from string, forwarded func(n int) string) bool {
		for n := range 600 {
			if guess(from, forwarded(n)) == http.StatusTooManyRequests {
				return true
			}
		}
		return false
	}
	other := func(n int) string { return fmt.Sprintf("203.0.%d.7", n%250) }
	if !refused("192.0.2.1:40000", other) {
		t.Error("somebody who is no proxy guesses on under forged addresses")
	}
	if got := guess("198.51.100.1:40000", ""); got == http.StatusTooManyRequests {
		t.Error("a network whose address nobody used is shut out")
	}
	if !refused("10.1.2.3:40000", func(n int) string { return other(n) + ", 198.18.0.7" }) {
		t.Error("through the proxy somebody guesses on under forged addresses")
	}
	if got := guess("10.1.2.3:40000", "198.18.1.7"); got == http.StatusTooManyRequests {
		t.Error("through the proxy a victim is shut out")
	}
}

// Whatever is asked for, the log tells route patterns alone: no address, agent, path
// value, query, header or word of a form.
func TestNoRouteLogsWhoAskedOrWhat(t *testing.T) {
	i := apptest.New(t)
	_, _, both, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	public, desk := routesOf(t)
	for _, route := range append(public, desk...) {
		path := strings.ReplaceAll(route[1]+"/", "/x/", "/kanarie/") + "?q=kanarie"
		for _, path := range []string{path, strings.Replace(path, "/?", "?", 1)} {
			r := httptest.NewRequestWithContext(t.Context(), route[0], "https://desk.example"+path, strings.NewReader("story=kanarie&email=kanarie@mail.example&code=kanarie"))
			r.RemoteAddr = "203.0.113.77:4711"
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for _, name := range []string{"User-Agent", "Referer", "X-Forwarded-For", "Cookie", "Accept-Language", "X-Request-Id"} {
				r.Header.Set(name, "kanarie")
			}
			both.ServeHTTP(httptest.NewRecorder(), r)
		}
	}
	text := regexp.MustCompile(`"time":"[^"]*",`).ReplaceAllString(i.Log.String(), "") // any digits may stand in a time
	if n := strings.Count(text, `"msg":"request"`); n < len(public)+len(desk) {
		t.Errorf("only %d requests are logged", n)
	}
	for _, word := range []string{"kanarie", "203.0.113.77", "4711"} {
		if at := strings.Index(text, word); at >= 0 {
			t.Errorf("%q is logged: %s", word, text[max(0, at-300):min(len(text), at+100)])
		}
	}
}
