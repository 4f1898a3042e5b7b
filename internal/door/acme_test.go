package door_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"klankbord/internal/door"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func serve(t *testing.T, h http.Handler, c *tls.Config) string {
	t.Helper()
	l := listen(t)
	server := &http.Server{Handler: h, TLSConfig: c}
	done := make(chan error, 1)
	go func() {
		if c == nil {
			done <- server.Serve(l)
			return
		}
		done <- server.ServeTLS(l, "", "")
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return l.Addr().String()
}

// handshake tells which certificate is given for a name.
func handshake(t *testing.T, a *authority, address, name string, change ...func(*tls.Config)) (tls.ConnectionState, error) {
	t.Helper()
	c := &tls.Config{ServerName: name, RootCAs: a.roots(), NextProtos: []string{"h2"}}
	for _, f := range change {
		f(c)
	}
	conn, err := (&tls.Dialer{Config: c}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState(), nil
}

var pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

func managed(t *testing.T, a *authority, folder string) *autocert.Manager {
	t.Helper()
	m, err := door.Authority{
		Directory: a.server.URL + "/directory", Email: "it@example.org", CAFile: a.caFile(), Folder: folder,
		Names: []string{"complaints.example.org", "desk.example.org"},
	}.Manager()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCertificatesAreGivenByAnAuthority(t *testing.T) {
	for _, challenge := range []string{"http-01", "tls-alpn-01"} {
		t.Run(challenge, func(t *testing.T) {
			a, folder := newAuthority(t), filepath.Join(t.TempDir(), "acme")
			m := managed(t, a, folder)
			address := serve(t, pages, door.Config(m.GetCertificate, acme.ALPNProto))
			if challenge == "http-01" {
				plain := serve(t, m.HTTPHandler(door.ToTLS(map[string]string{"complaints.example.org": "https://complaints.example.org"})), nil)
				a.plain = func() string { return plain }
			} else {
				a.pages = func() string { return address }
			}
			for _, name := range []string{"complaints.example.org", "desk.example.org", "complaints.example.org"} {
				state, err := handshake(t, a, address, name)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "h2" {
					t.Errorf("%s: %x %q", name, state.Version, state.NegotiatedProtocol)
				}
			}
			// Another name is never asked for: whoever connects could use up what an authority allows.
			if _, err := handshake(t, a, address, "elsewhere.example.org"); err == nil {
				t.Error("a certificate for somebody else's name")
			}
			if got, want := a.issued(), []string{"complaints.example.org by " + challenge, "desk.example.org by " + challenge}; !slices.Equal(got, want) {
				t.Errorf("given: %v, want %v", got, want)
			}
			if !a.agreed || !slices.Equal(a.contact, []string{"mailto:it@example.org"}) {
				t.Errorf("agreed %v, contact %v", a.agreed, a.contact)
			}
			keptForItsOwner(t, folder)
			// A restart asks for nothing: it has them.
			again := serve(t, pages, door.Config(managed(t, a, folder).GetCertificate, acme.ALPNProto))
			if _, err := handshake(t, a, again, "desk.example.org"); err != nil {
				t.Error(err)
			}
			if n := len(a.issued()); n != 2 {
				t.Errorf("after a restart %d were given", n)
			}
		})
	}
}

func keptForItsOwner(t *testing.T, folder string) {
	t.Helper()
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) < 3 {
		t.Fatalf("%v %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestAnAuthorityThatIsNotTrustedIsNotUsed(t *testing.T) {
	a := newAuthority(t)
	_, err := door.Authority{Directory: a.server.URL + "/directory", CAFile: filepath.Join(t.TempDir(), "none"), Folder: t.TempDir()}.Manager()
	if err == nil {
		t.Error("a CA file that is not there")
	}
	m, err := door.Authority{Directory: a.server.URL + "/directory", Folder: t.TempDir(), Names: []string{"complaints.example.org"}}.Manager()
	if err != nil {
		t.Fatal(err)
	}
	address := serve(t, pages, door.Config(m.GetCertificate, acme.ALPNProto))
	if _, err := handshake(t, a, address, "complaints.example.org"); err == nil {
		t.Error("a certificate of an authority that nobody trusts")
	}
	if a.agreed || len(a.orders) > 0 {
		t.Error("it was asked all the same")
	}
}

// A challenge that fails leaves the pages without a certificate, and tells nobody more.
func TestAChallengeThatFailsGivesNothing(t *testing.T) {
	a := newAuthority(t)
	elsewhere := serve(t, pages, nil)
	a.plain = func() string { return elsewhere }
	m := managed(t, a, t.TempDir())
	_ = m.HTTPHandler(nil)
	address := serve(t, pages, door.Config(m.GetCertificate, acme.ALPNProto))
	if _, err := handshake(t, a, address, "complaints.example.org"); err == nil || strings.Contains(err.Error(), elsewhere) {
		t.Errorf("%v", err)
	}
	if len(a.issued()) != 0 {
		t.Error("given without proof")
	}
}
