// Package door is how browsers come in: which name leads to which pages, with which
// certificate, and from plain HTTP to TLS. The name of the public pages answers nothing
// of the desk, nor the other way. It must never log or answer with an address of who
// comes, and never send a browser to a name that is not ours. It fails at start-up when a
// certificate cannot be read; later it keeps the one that it has.
package door

import (
	"crypto/tls"
	"net"
	"net/http"
	"strings"
)

// ByName leads to the pages of the name that was asked for. Another name gets health
// alone, which those ask who know the machine by its address, and otherwise no answer
// but 421 (RFC 9110 15.5.20).
func ByName(faces map[string]http.Handler, health http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if face, ok := faces[NameOf(r.Host)]; ok {
			face.ServeHTTP(w, r)
			return
		}
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			health.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusMisdirectedRequest)
	})
}

// Except refuses what was asked of the other pages' name, for pages that have an
// address of their own. Behind a proxy the name may be any other.
func Except(other string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if NameOf(r.Host) == other {
			w.WriteHeader(http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// NameOf is a host as it is compared: small letters, no port, no dot at the end.
func NameOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// ToTLS sends people on from plain HTTP to the same page over TLS; addresses are those of
// our pages by their names. Only what is read is sent on: a form would have crossed the
// network in the clear, and would again. HSTS is not told here (RFC 6797 7.2).
func ToTLS(addresses map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		address, ours := addresses[NameOf(r.Host)]
		switch {
		case !ours || !strings.HasPrefix(r.URL.Path, "/"):
			w.WriteHeader(http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
		default:
			h.Set("Location", address+r.URL.RequestURI())
			w.WriteHeader(http.StatusMovedPermanently)
		}
	})
}

// Config is how TLS is spoken: 1.3, or 1.2 with forward secrecy and authenticated
// ciphers alone; ASVS 12.1.2. The groups are those of crypto/tls, the hybrid
// post-quantum X25519MLKEM768 first.
func Config(pick func(*tls.ClientHelloInfo) (*tls.Certificate, error), more ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: pick, NextProtos: append([]string{"h2", "http/1.1"}, more...),
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}
}
