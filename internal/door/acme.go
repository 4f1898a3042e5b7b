package door

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// Authority gives certificates by ACME (RFC 8555), by TLS-ALPN-01 (RFC 8737) on the
// pages' own address or by HTTP-01 where there is one for plain HTTP.
type Authority struct {
	Directory string // https://…
	Email     string // that it may write to; empty: none
	CAFile    string // what to trust for it, in the place of the system's
	Folder    string // what it gave, and the keys; made for its owner alone
	Names     []string
}

const authorityTime = time.Minute

// Manager asks for certificates when they are first needed, and again before they end.
// It asks for our own names only.
func (a Authority) Manager() (*autocert.Manager, error) {
	client := &http.Client{Timeout: authorityTime, CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirected }}
	if a.CAFile != "" {
		pem, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read acme-ca-file: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, errNoRoots
		}
		client.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		}
	}
	if err := os.MkdirAll(a.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of certificates: %w", err)
	}
	return &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(a.Folder), Email: a.Email,
		HostPolicy: func(_ context.Context, name string) error {
			if !slices.Contains(a.Names, NameOf(name)) {
				return errNotOurs
			}
			return nil
		},
		Client: &acme.Client{DirectoryURL: a.Directory, HTTPClient: client, UserAgent: "klankbord"},
	}, nil
}

var (
	errNotOurs    = errors.New("not a name of these pages")
	errNoRoots    = errors.New("acme-ca-file: holds no certificate (PEM)")
	errRedirected = errors.New("the authority answers with another address; set acme to that one")
)
