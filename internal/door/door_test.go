package door_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"klankbord/internal/door"
)

func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
}

func ask(h http.Handler, method, host, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTheNameDecides(t *testing.T) {
	h := door.ByName(map[string]http.Handler{"complaints.example.org": named("public"), "desk.example.org": named("desk")}, named("health"))
	for _, c := range []struct{ host, path, want string }{
		{"complaints.example.org", "/desk", "public"}, {"DESK.example.org.", "/", "desk"}, {"desk.example.org:8443", "/nl/", "desk"},
		{"10.0.0.1:8080", "/healthz", "health"}, {"10.0.0.1:8080", "/readyz", "health"}, {"10.0.0.1:8080", "/nl/", ""},
		{"", "/", ""}, {"desk.example.org.evil.example", "/desk", ""}, {"complaints.example.org@desk.example.org", "/desk", ""},
		{"[::1]:8080", "/healthz", "health"}, {"desk.example.org, complaints.example.org", "/desk", ""},
	} {
		w := ask(h, "GET", c.host, c.path)
		if c.want == "" && w.Code != http.StatusMisdirectedRequest || w.Body.String() != c.want {
			t.Errorf("%q %s: %d %q", c.host, c.path, w.Code, w.Body)
		}
	}
	except := door.Except("desk.example.org", named("public"))
	for host, want := range map[string]int{"desk.example.org": 421, "DESK.example.org.:443": 421, "complaints.example.org": 200, "127.0.0.1:8080": 200} {
		if w := ask(except, "GET", host, "/"); w.Code != want {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
}

func TestPlainHTTPLeadsToTLS(t *testing.T) {
	h := door.ToTLS(map[string]string{"complaints.example.org": "https://complaints.example.org", "desk.example.org": "https://desk.example.org:8443"})
	for _, c := range []struct {
		method, host, target string
		code                 int
		location             string
	}{
		{"GET", "complaints.example.org", "/nl/complaint?a=b&c=%2F", 301, "https://complaints.example.org/nl/complaint?a=b&c=%2F"},
		{"HEAD", "Complaints.example.org:80", "/", 301, "https://complaints.example.org/"},
		{"GET", "desk.example.org", "/desk", 301, "https://desk.example.org:8443/desk"},
		{"GET", "complaints.example.org", "//evil.example/x", 301, "https://complaints.example.org//evil.example/x"},
		{"GET", "complaints.example.org", "/%0d%0aSet-Cookie:x", 301, "https://complaints.example.org/%0d%0aSet-Cookie:x"},
		{"GET", "evil.example", "/", 421, ""},
		{"GET", "complaints.example.org.evil.example", "/", 421, ""},
		{"GET", "", "/", 421, ""},
		{"OPTIONS", "complaints.example.org", "*", 421, ""},
		{"POST", "complaints.example.org", "/nl/complaint/check", 405, ""},
		{"PUT", "complaints.example.org", "/", 405, ""},
	} {
		w := ask(h, c.method, c.host, c.target)
		if w.Code != c.code || w.Header().Get("Location") != c.location || w.Body.Len() != 0 {
			t.Errorf("%s %s%s: %d %q %q", c.method, c.host, c.target, w.Code, w.Header().Get("Location"), w.Body)
		}
		if w.Header().Get("Strict-Transport-Security") != "" {
			t.Error("HSTS in the clear")
		}
	}
	// A whole address in the request line, as to a proxy, is one to its host.
	if w := ask(h, "GET", "", "http://evil.example/"); w.Code != 421 {
		t.Errorf("%d", w.Code)
	}
}

func certificates(t *testing.T, a *authority, log io.Writer, names ...string) (*door.Certificates, string, string) {
	t.Helper()
	dir := t.TempDir()
	var pairs []door.Pair
	for n, name := range names {
		cert, key := a.pair(dir, name, int64(n+1), time.Now().Add(time.Hour))
		pairs = append(pairs, door.Pair{Certificate: cert, Key: key})
	}
	c, err := door.ReadCertificates(pairs, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return c, dir, serve(t, pages, door.Config(c.Pick))
}

func TestOnlyGoodTLSIsSpoken(t *testing.T) {
	a := newAuthority(t)
	_, _, address := certificates(t, a, io.Discard, "complaints.example.org")
	for name, c := range map[string]struct {
		change func(*tls.Config)
		ok     bool
	}{
		"1.3": {func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, true},
		"1.2": {func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, true},
		"1.1": {func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, false},
		"1.2 without authenticated ciphers": {func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA}
		}, false},
	} {
		_, err := handshake(t, a, address, "complaints.example.org", c.change)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	state, err := handshake(t, a, address, "complaints.example.org")
	if err != nil || state.CurveID != tls.X25519MLKEM768 {
		t.Errorf("group %v, %v: not the hybrid one", state.CurveID, err)
	}
}

func TestCertificateIsReadAgainWithoutARestart(t *testing.T) {
	a, log := newAuthority(t), &bytes.Buffer{}
	c, dir, address := certificates(t, a, log, "complaints.example.org", "desk.example.org")
	serial := func(name string) int64 {
		state, err := handshake(t, a, address, name)
		if err != nil {
			t.Fatal(err)
		}
		return state.PeerCertificates[0].SerialNumber.Int64()
	}
	if serial("complaints.example.org") != 1 || serial("desk.example.org") != 2 {
		t.Fatal("the wrong certificate for a name")
	}
	end := time.Now().Add(48 * time.Hour)
	cert, key := a.pair(dir, "desk.example.org", 7, end)
	c.Look()
	if serial("complaints.example.org") != 1 || serial("desk.example.org") != 7 {
		t.Error("the new one is not used")
	}
	// Half of a pair, an empty file and one that is gone leave what there is, and are told once.
	for name, spoil := range map[string]func() error{
		"half": func() error {
			_, _ = a.pair(dir, "other.example.org", 8, end)
			return os.Rename(dir+"/other.example.org.key", key)
		},
		"empty": func() error { return os.WriteFile(cert, nil, 0o600) },
		"gone":  func() error { return os.Remove(cert) },
	} {
		a.pair(dir, "desk.example.org", 9, end)
		c.Look()
		log.Reset()
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		c.Look()
		c.Look()
		if serial("desk.example.org") != 9 {
			t.Errorf("%s: the one that was there is lost", name)
		}
		if n := strings.Count(log.String(), "certificate not read again"); n != 1 {
			t.Errorf("%s: told %d times", name, n)
		}
	}
	a.pair(dir, "desk.example.org", 10, end)
	c.Look()
	if serial("desk.example.org") != 10 {
		t.Error("after a failure nothing is read")
	}
	if got, err := door.CertificateEnd(cert); err != nil || got.Unix() != end.Unix() {
		t.Errorf("it ends %v, %v", got, err)
	}
	if _, err := door.CertificateEnd(key); err == nil {
		t.Error("a key is no certificate")
	}
}

func TestWhoConnectedIsNotLogged(t *testing.T) {
	a, log := newAuthority(t), &bytes.Buffer{}
	c, _, _ := certificates(t, a, io.Discard, "complaints.example.org")
	l := listen(t)
	server := &http.Server{
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("canary") }), TLSConfig: door.Config(c.Pick),
		ErrorLog: slog.NewLogLogger(door.Quiet(slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))), slog.LevelError),
	}
	done := make(chan error, 1)
	go func() { done <- server.ServeTLS(l, "", "") }()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_, _ = io.ReadAll(conn)
	_ = conn.Close()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.roots(), ServerName: "complaints.example.org"}}}
	if r, err := client.Get("https://" + l.Addr().String()); err == nil {
		_ = r.Body.Close()
	}
	_ = server.Close()
	<-done
	text := log.String()
	for _, want := range []string{"handshake failed", "handler panicked"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not logged: %s", want, text)
		}
	}
	if strings.Contains(text, "127.0.0.1") || strings.Contains(text, "canary") {
		t.Errorf("logged: %s", text)
	}
}
