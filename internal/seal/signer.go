package seal

import "crypto/ed25519"

// Signer signs in a member's name. It exists only while an envelope is open.
type Signer struct {
	hidden
	key veiled[ed25519.PrivateKey]
}

// SigningPublic is the key with which a member's signatures are checked.
type SigningPublic []byte

// Sign signs msg for a context; the signature holds nowhere else.
func (s *Signer) Sign(c Context, msg []byte) []byte {
	return ed25519.Sign(*s.key(), signingInput(c, msg))
}

// Public returns the key with which signatures are checked.
func (s *Signer) Public() SigningPublic {
	return SigningPublic(s.key().Public().(ed25519.PublicKey)) //nolint:errcheck // what Ed25519 returns by contract
}

// VerifySignature reports whether sig is the signature over msg in this context.
func VerifySignature(pub SigningPublic, c Context, msg, sig []byte) bool {
	return len(pub) == ed25519.PublicKeySize && ed25519.Verify(ed25519.PublicKey(pub), signingInput(c, msg), sig)
}

func signingInput(c Context, msg []byte) []byte {
	return frame("klankbord/sign/1", string(c.Encode()), string(msg))
}
