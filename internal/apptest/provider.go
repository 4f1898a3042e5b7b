package apptest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/config"
)

// Provider is an identity provider (OpenID Connect Core 1.0) that signs real tokens,
// on a server of its own. Bend makes its tokens wrong.
type Provider struct {
	URL    string
	Bend   func(header, claims map[string]any) // before a token is signed; may be nil
	Alg    string                              // RS256 or ES256
	Forged bool                                // sign with a key that nobody published
	ACR    string
	AMR    []string
	Clock  clock.Clock

	t      testing.TB
	server *httptest.Server
	rsa    *rsa.PrivateKey
	ec     *ecdsa.PrivateKey

	mu    sync.Mutex
	codes map[string]grant // guarded by mu
}

// grant is what a code stands for.
type grant struct{ subject, nonce, challenge, back string }

const (
	providerClient = "klankbord-desk"
	providerSecret = "a secret between the two"
)

// NewProvider starts a provider that ends with the test.
func NewProvider(t testing.TB, c clock.Clock) *Provider {
	t.Helper()
	p := &Provider{Alg: "RS256", t: t, Clock: c, codes: map[string]grant{}}
	var err error
	if p.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if p.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewTLSServer(mux)
	t.Cleanup(p.server.Close)
	p.URL = p.server.URL
	return p
}

// Stop takes the provider out of reach.
func (p *Provider) Stop() { p.server.Close() }

// Configure makes the settings of an instance point to the provider.
func (p *Provider) Configure(c *config.Config) {
	p.t.Helper()
	folder := p.t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			p.t.Fatal(err)
		}
		return path
	}
	c.SSOIssuer, c.SSOName, c.SSOClient, c.SSOMaxAge = p.URL, "Example Account", providerClient, 12*time.Hour
	c.SSOSecretFile = write("secret", []byte(providerSecret+"\n"))
	c.SSOCAFile = write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.server.Certificate().Raw}))
}

func (p *Provider) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.answer(w, http.StatusOK, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"}, "authorization_response_iss_parameter_supported": true,
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := p.ec.PublicKey.Bytes()
	if err != nil {
		p.t.Error(err)
	}
	p.answer(w, http.StatusOK, map[string]any{"keys": []map[string]any{
		{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "RS256", "n": b64(p.rsa.N.Bytes()), "e": "AQAB"},
		{"kty": "EC", "use": "sig", "alg": "ES256", "kid": "ES256", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])},
	}})
}

// Authorize is what a browser finds at the address where it is sent, after subject
// has signed in there: the address at which it comes back to the desk.
func (p *Provider) Authorize(address, subject string) *url.URL {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{"client_id": providerClient, "response_type": "code", "code_challenge_method": "S256", "scope": "openid"} {
		if q.Get(name) != want {
			p.t.Errorf("the desk asks with %s=%q", name, q.Get(name))
		}
	}
	if len(q.Get("state")) < 16 || len(q.Get("nonce")) < 16 || len(q.Get("code_challenge")) != 43 {
		p.t.Errorf("the desk asks without state, nonce or challenge: %s", u.RawQuery)
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = grant{subject, q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
	p.mu.Unlock()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		p.t.Fatal(err)
	}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}.Encode()
	return back
}

// token exchanges a code once, for the client that asked and proves that it did.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		return
	}
	id, secret, _ := r.BasicAuth()
	p.mu.Lock()
	g, ok := p.codes[r.PostForm.Get("code")]
	delete(p.codes, r.PostForm.Get("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || id != providerClient || secret != url.QueryEscape(providerSecret) || b64(sum[:]) != g.challenge || r.PostForm.Get("redirect_uri") != g.back {
		p.answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	p.answer(w, http.StatusOK, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": p.sign(g)})
}

// sign writes the token of a grant (RFC 7519).
func (p *Provider) sign(g grant) string {
	now := p.Clock.Now()
	header := map[string]any{"alg": p.Alg, "kid": p.Alg, "typ": "JWT"}
	claims := map[string]any{
		"iss": p.URL, "sub": g.subject, "aud": providerClient, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"auth_time": now.Unix(), "acr": p.ACR, "amr": p.AMR,
	}
	if p.Bend != nil {
		p.Bend(header, claims)
	}
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			p.t.Error(err)
		}
		return b64(b)
	}
	text := part(header) + "." + part(claims)
	return text + "." + b64(p.signature(header["alg"], []byte(text)))
}

func (p *Provider) signature(alg any, text []byte) []byte {
	sum := sha256.Sum256(text)
	rsaKey, ecKey := p.rsa, p.ec
	var err error
	if p.Forged {
		if rsaKey, err = rsa.GenerateKey(rand.Reader, 2048); err == nil {
			ecKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		}
	}
	if err != nil {
		p.t.Error(err)
		return nil
	}
	switch alg {
	case "RS256":
		b, err := rsa.SignPKCS1v15(rand.Reader, rsaKey, crypto.SHA256, sum[:])
		if err != nil {
			p.t.Error(err)
		}
		return b
	case "ES256":
		r, s, err := ecdsa.Sign(rand.Reader, ecKey, sum[:])
		if err != nil {
			p.t.Error(err)
			return nil
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case "HS256": // the old trick: the public key, or the client's secret, as the shared one
		return hmac256([]byte(providerSecret), text)
	default: // none
		return nil
	}
}
