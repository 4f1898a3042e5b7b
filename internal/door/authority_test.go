package door_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority is one that gives certificates by ACME, RFC 8555, as far as a well-behaved
// client goes: it believes signatures, but tries every challenge for real.
type authority struct {
	t        *testing.T
	server   *httptest.Server
	key      *ecdsa.PrivateKey
	cert     *x509.Certificate
	plain    func() string // address at which it asks for HTTP-01; nil: not offered
	pages    func() string // address at which it asks for TLS-ALPN-01; nil: not offered
	lifetime time.Duration

	mu         sync.Mutex
	thumbprint string
	contact    []string
	agreed     bool
	orders     []*order
}

type order struct {
	name, token, status, used string
	chain                     []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, lifetime: 90 * 24 * time.Hour}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.server = httptest.NewTLSServer(http.HandlerFunc(a.answer))
	t.Cleanup(a.server.Close)
	return a
}

// caFile is what makes a client trust the authority's own pages.
func (a *authority) caFile() string {
	at := filepath.Join(a.t.TempDir(), "ca.pem")
	if err := os.WriteFile(at, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.server.Certificate().Raw}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return at
}

func (a *authority) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// issued are the names for which it gave certificates, with the challenge.
func (a *authority) issued() (list []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range a.orders {
		if o.chain != nil {
			list = append(list, o.name+" by "+o.used)
		}
	}
	return list
}

func (a *authority) answer(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	url := a.server.URL
	w.Header().Set("Replay-Nonce", fmt.Sprintf("nonce-%d", time.Now().UnixNano()))
	var o *order
	var n int
	kind, number, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if _, err := fmt.Sscan(number, &n); err == nil && n < len(a.orders) {
		o = a.orders[n]
	}
	payload := a.read(r)
	switch kind {
	case "directory":
		a.say(w, 200, map[string]any{"newNonce": url + "/nonce", "newAccount": url + "/account", "newOrder": url + "/new",
			"meta": map[string]any{"termsOfService": url + "/terms"}})
	case "nonce":
	case "account":
		var in struct {
			TermsOfServiceAgreed bool     `json:"termsOfServiceAgreed"`
			Contact              []string `json:"contact"`
		}
		_ = json.Unmarshal(payload, &in)
		a.agreed, a.contact = in.TermsOfServiceAgreed, in.Contact
		w.Header().Set("Location", url+"/account/1")
		a.say(w, 201, map[string]any{"status": "valid"})
	case "new":
		var in struct {
			Identifiers []struct {
				Value string `json:"value"`
			} `json:"identifiers"`
		}
		_ = json.Unmarshal(payload, &in)
		o, n = &order{name: in.Identifiers[0].Value, token: fmt.Sprintf("token-%d", len(a.orders)), status: "pending"}, len(a.orders)
		a.orders = append(a.orders, o)
		w.Header().Set("Location", fmt.Sprintf("%s/order/%d", url, n))
		a.say(w, 201, a.order(o, n))
	case "order":
		w.Header().Set("Location", fmt.Sprintf("%s/order/%d", url, n))
		a.say(w, 200, a.order(o, n))
	case "authorization":
		a.say(w, 200, a.authorization(o, n))
	case "http-01", "tls-alpn-01":
		if a.try(r.Context(), o, kind) {
			o.status, o.used = "ready", kind
		} else {
			o.status = "invalid"
		}
		a.say(w, 200, map[string]any{"type": kind, "url": r.URL.String(), "token": o.token, "status": map[bool]string{true: "valid", false: "invalid"}[o.status == "ready"]})
	case "finalize":
		var in struct {
			CSR string `json:"csr"`
		}
		_ = json.Unmarshal(payload, &in)
		a.issue(o, in.CSR)
		w.Header().Set("Location", fmt.Sprintf("%s/order/%d", url, n))
		a.say(w, 200, a.order(o, n))
	case "certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(o.chain)
	default:
		http.NotFound(w, r)
	}
}

// read gives the payload of a request, and notes the thumbprint of the account's key.
func (a *authority) read(r *http.Request) []byte {
	var in struct {
		Protected string `json:"protected"`
		Payload   string `json:"payload"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return nil
	}
	protected, _ := base64.RawURLEncoding.DecodeString(in.Protected)
	var head struct {
		JWK *struct {
			Crv string `json:"crv"`
			X   string `json:"x"`
			Y   string `json:"y"`
		} `json:"jwk"`
	}
	_ = json.Unmarshal(protected, &head)
	if k := head.JWK; k != nil { // RFC 7638 3
		sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":%q,"kty":"EC","x":%q,"y":%q}`, k.Crv, k.X, k.Y))
		a.thumbprint = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	payload, _ := base64.RawURLEncoding.DecodeString(in.Payload)
	return payload
}

func (a *authority) say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body, err := json.Marshal(v)
	if err != nil {
		a.t.Error(err)
	}
	_, _ = w.Write(body)
}

func (a *authority) order(o *order, n int) map[string]any {
	v := map[string]any{
		"status": o.status, "identifiers": []any{map[string]any{"type": "dns", "value": o.name}},
		"authorizations": []string{fmt.Sprintf("%s/authorization/%d", a.server.URL, n)}, "finalize": fmt.Sprintf("%s/finalize/%d", a.server.URL, n),
	}
	if o.chain != nil {
		v["status"], v["certificate"] = "valid", fmt.Sprintf("%s/certificate/%d", a.server.URL, n)
	}
	return v
}

func (a *authority) authorization(o *order, n int) map[string]any {
	status := map[string]string{"pending": "pending", "invalid": "invalid"}[o.status]
	if status == "" {
		status = "valid"
	}
	var challenges []any
	for kind, offered := range map[string]bool{"http-01": a.plain != nil, "tls-alpn-01": a.pages != nil} {
		if offered {
			challenges = append(challenges, map[string]any{"type": kind, "url": fmt.Sprintf("%s/%s/%d", a.server.URL, kind, n), "token": o.token, "status": status})
		}
	}
	return map[string]any{"status": status, "identifier": map[string]any{"type": "dns", "value": o.name}, "challenges": challenges}
}

// try asks the pages whether they are who asks.
func (a *authority) try(ctx context.Context, o *order, kind string) bool {
	proof := o.token + "." + a.thumbprint
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if kind == "http-01" {
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.plain()+"/.well-known/acme-challenge/"+o.token, nil)
		r.Host = o.name
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return false
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		return answer.StatusCode == 200 && string(body) == proof
	}
	// RFC 8737 3.
	dialer := tls.Dialer{NetDialer: &net.Dialer{}, Config: &tls.Config{ServerName: o.name, NextProtos: []string{"acme-tls/1"}, InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(ctx, "tcp", a.pages())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	state := conn.(*tls.Conn).ConnectionState() //nolint:forcetypeassert // of tls.Dialer
	sum := sha256.Sum256([]byte(proof))
	want, _ := asn1.Marshal(sum[:])
	for _, e := range state.PeerCertificates[0].Extensions {
		if e.Id.String() == "1.3.6.1.5.5.7.1.31" && e.Critical && bytes.Equal(e.Value, want) {
			return state.NegotiatedProtocol == "acme-tls/1"
		}
	}
	return false
}

func (a *authority) issue(o *order, csr string) {
	raw, _ := base64.RawURLEncoding.DecodeString(csr)
	request, err := x509.ParseCertificateRequest(raw)
	if err != nil || o.status != "ready" || len(request.DNSNames) != 1 || request.DNSNames[0] != o.name {
		o.status = "invalid"
		return
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: request.DNSNames,
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(a.lifetime),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, request.PublicKey, a.key)
	if err != nil {
		o.status = "invalid"
		return
	}
	for _, b := range [][]byte{der, a.cert.Raw} {
		o.chain = append(o.chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b})...)
	}
	o.status = "valid"
}
