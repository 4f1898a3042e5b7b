package apptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// Passkey is an authenticator of software with one passkey, and the browser around
// it: what it answers has the form that browsers send (Web Authentication Level 3,
// 6.1 and 6.5.4). Its fields may be bent to see what is refused.
type Passkey struct {
	ID         []byte
	Origin     string // of the page that asks
	Host       string // that the passkey is made for
	Computes   bool   // has the pseudo-random function
	Late       bool   // and gives its result only once it is asked again
	Unverified bool   // touches only, without finger or PIN
	Counts     bool   // tells how often it has signed
	Signed     uint32
	Handle     []byte // of the member it was made for

	t      testing.TB
	key    *ecdsa.PrivateKey
	secret [32]byte
}

// NewPasskey makes an authenticator for the desk of the tests.
func NewPasskey(t testing.TB) *Passkey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Passkey{ID: make([]byte, 32), Origin: "https://desk.example", Host: "desk.example", Computes: true, t: t, key: key}
	_, _ = rand.Read(p.ID)        // never fails
	_, _ = rand.Read(p.secret[:]) // never fails
	return p
}

// Copy is an authenticator with the same passkey, as a thief has who could read it out.
func (p *Passkey) Copy() *Passkey {
	c := *p
	return &c
}

// asked is what the site asks; both kinds of question.
type asked struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
		Extensions struct {
			PRF struct {
				Eval struct {
					First string `json:"first"`
				} `json:"eval"`
			} `json:"prf"`
		} `json:"extensions"`
	} `json:"publicKey"`
}

func (p *Passkey) read(options []byte) (a asked) {
	p.t.Helper()
	if err := json.Unmarshal(options, &a); err != nil {
		p.t.Fatal(err)
	}
	return a
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (p *Passkey) bytes(s string) []byte {
	p.t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

func (p *Passkey) client(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": p.Origin, "crossOrigin": false})
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// authData is 6.1: hash of the host, flags, count, and for a new passkey the key.
func (p *Passkey) authData(more []byte) []byte {
	host := sha256.Sum256([]byte(p.Host))
	flags := byte(0x01)
	if !p.Unverified {
		flags |= 0x04
	}
	if more != nil {
		flags |= 0x40
	}
	if p.Counts {
		p.Signed++
	}
	b := append(host[:], flags)
	return append(binary.BigEndian.AppendUint32(b, p.Signed), more...)
}

// Create makes the passkey and returns what the browser sends of it.
func (p *Passkey) Create(options []byte) string {
	a := p.read(options)
	p.Handle = p.bytes(a.PublicKey.User.ID)
	credential := append(make([]byte, 16), 0, byte(len(p.ID)))
	credential = append(append(credential, p.ID...), p.cose()...)
	// {"fmt": "none", "attStmt": {}, "authData": …}
	object := append([]byte{0xa3}, cborText("fmt")...)
	object = append(append(object, cborText("none")...), cborText("attStmt")...)
	object = append(append(object, 0xa0), cborText("authData")...)
	object = append(object, cborBytes(p.authData(credential))...)
	results := map[string]any{"credProps": map[string]any{"rk": true}}
	if p.Computes && !p.Late {
		results["prf"] = map[string]any{"enabled": true, "results": map[string]any{"first": b64(p.compute(a))}}
	} else {
		results["prf"] = map[string]any{"enabled": p.Computes}
	}
	return p.sent(results, map[string]any{
		"clientDataJSON": b64(p.client("webauthn.create", a.PublicKey.Challenge)), "attestationObject": b64(object), "transports": []string{"internal"},
	})
}

// Answer signs what the site asks and returns what the browser sends.
func (p *Passkey) Answer(options []byte) string {
	a := p.read(options)
	client, data := p.client("webauthn.get", a.PublicKey.Challenge), p.authData(nil)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, digest[:])
	if err != nil {
		p.t.Fatal(err)
	}
	results := map[string]any{}
	if p.Computes {
		results["prf"] = map[string]any{"results": map[string]any{"first": b64(p.compute(a))}}
	}
	return p.sent(results, map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(p.Handle),
	})
}

func (p *Passkey) sent(results, response map[string]any) string {
	b, err := json.Marshal(map[string]any{
		"id": b64(p.ID), "rawId": b64(p.ID), "type": "public-key", "response": response, "clientExtensionResults": results,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}

// compute is the function of 10.1.4: HMAC over a hash of what the site asks.
func (p *Passkey) compute(a asked) []byte {
	salt := sha256.Sum256(append([]byte("WebAuthn PRF\x00"), p.bytes(a.PublicKey.Extensions.PRF.Eval.First)...))
	return hmac256(p.secret[:], salt[:])
}

// cose is the public key (RFC 9053 7.1.1): {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
func (p *Passkey) cose() []byte {
	public, err := p.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		p.t.Fatal(err)
	}
	b := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21}
	b = append(append(b, cborBytes(public[1:33])...), 0x22)
	return append(b, cborBytes(public[33:])...)
}

func cborText(s string) []byte { return append([]byte{0x60 | byte(len(s))}, s...) }

func cborBytes(b []byte) []byte {
	head := []byte{0x59, byte(len(b) >> 8), byte(len(b))}
	if len(b) < 256 {
		head = []byte{0x58, byte(len(b))}
	}
	return append(head, b...)
}

func hmac256(key, text []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return mac.Sum(nil)
}
