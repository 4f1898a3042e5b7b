package seal

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Token is the secret of a browser's session. Only the cookie holds it; the
// database knows its look-up id and what is sealed under it.
type Token struct {
	hidden
	b veiled[[32]byte]
}

const tokenLabel = "klankbord/token/1"

// NewToken draws a token.
func NewToken() Token {
	b := random32()
	return Token{b: veil(&b)}
}

// ParseToken reads the value of a cookie. It fails with ErrOpen on anything that
// Cookie would not write.
func ParseToken(cookie string) (Token, error) {
	if len(cookie) != 43 {
		return Token{}, ErrOpen
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil || len(raw) != 32 {
		return Token{}, ErrOpen
	}
	b := [32]byte(raw)
	return Token{b: veil(&b)}, nil
}

// Cookie returns the value for the cookie: the secret itself, 43 symbols. Danger:
// it goes into the Set-Cookie header and nowhere else.
func (t Token) Cookie() string { return base64.RawURLEncoding.EncodeToString(t.b()[:]) }

func (t Token) derive(label string) [32]byte {
	prk := extract(t.b()[:], tokenLabel)
	return expand32(&prk, tokenLabel+label)
}

// ID returns the look-up hash, 64 hexadecimal digits, from which the token cannot
// be found.
func (t Token) ID() string {
	id := t.derive("/id")
	sum := sha256.Sum256(id[:])
	return hex.EncodeToString(sum[:])
}

// LookupID returns the hash, 64 hexadecimal digits, under which a link is found that
// carries the token for one purpose. Under another purpose, or as a cookie, the same
// token finds nothing.
func (t Token) LookupID(purpose string) string {
	prk := extract(t.b()[:], tokenLabel)
	id := expand32(&prk, tokenLabel+"/link", purpose)
	sum := sha256.Sum256(id[:])
	return hex.EncodeToString(sum[:])
}

// Code returns the code that a link carries within itself for one purpose: the person
// never sees it, and it finds no mailbox.
func (t Token) Code(purpose string) Code {
	prk := extract(t.b()[:], tokenLabel)
	whole := expand32(&prk, tokenLabel+"/code", purpose)
	b := [16]byte(whole[:16])
	return Code{b: veil(&b)}
}

// Key returns the key of things that the cookie alone opens.
func (t Token) Key() *Key { return keyOf(t.derive("/key")) }

// KeyWith returns the key of things that need both the cookie and the pepper.
func (t Token) KeyWith(pepper *Key) *Key {
	part := t.derive("/with-pepper")
	return pepper.sub(tokenLabel+"/peppered", string(part[:]))
}

// SealKeys seals a member's reading keys for the session: neither the database
// nor the pepper nor an old backup opens them without the cookie.
func (t Token) SealKeys(pepper *Key, c Context, k *Keys) Box {
	return t.KeyWith(pepper).sub(tokenLabel+"/keys").Seal(c, k.encode())
}

// OpenKeys returns the keys that SealKeys sealed. It fails with ErrOpen.
func (t Token) OpenKeys(pepper *Key, c Context, b Box) (*Keys, error) {
	if t.b == nil || pepper == nil {
		return nil, ErrOpen
	}
	plain, err := t.KeyWith(pepper).sub(tokenLabel+"/keys").Open(c, b)
	if err != nil {
		return nil, err
	}
	return decodeKeys(plain)
}

// SealSecret seals a member's whole secret for one act of a few minutes: what comes
// after the member has shown a password or a passkey, on the next page.
func (t Token) SealSecret(pepper *Key, c Context, ms *MemberSecret) Box {
	return t.KeyWith(pepper).sub(tokenLabel+"/secret").Seal(c, ms.encode())
}

// OpenSecret returns the secret that SealSecret sealed. It fails with ErrOpen.
func (t Token) OpenSecret(pepper *Key, c Context, b Box) (*MemberSecret, error) {
	if t.b == nil || pepper == nil {
		return nil, ErrOpen
	}
	plain, err := t.KeyWith(pepper).sub(tokenLabel+"/secret").Open(c, b)
	if err != nil {
		return nil, err
	}
	return decodeMemberSecret(plain)
}
