package sso

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	patience  = 10 * time.Second
	mostBytes = 1 << 20
)

// limited is the way to the provider: over TLS, within ten seconds and a megabyte,
// and to no other address than the one that was asked (ASVS 15.3.2).
type limited struct{ to *http.Transport }

func newLimited(caFile string) (*limited, error) {
	t := &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: patience, ResponseHeaderTimeout: patience,
		MaxIdleConns: 2, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
	}
	if caFile != "" {
		pem, err := os.ReadFile(caFile) //nolint:gosec // named by the operator
		if err != nil {
			return nil, fmt.Errorf("read certificates of the identity provider: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("read certificates of the system: %w", err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, errSettings
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return &limited{to: t}, nil
}

func (l *limited) client() *http.Client {
	return &http.Client{
		Transport: l, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip sends a request and cuts an answer that is too long.
func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.to.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("ask identity provider: %w", err)
	}
	answer.Body = &cut{Reader: io.LimitReader(answer.Body, mostBytes), Closer: answer.Body}
	return answer, nil
}

// cut is a body that ends early.
type cut struct {
	io.Reader
	io.Closer
}

func join(list []string) string { return strings.Join(list, " ") }
