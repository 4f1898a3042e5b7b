// Package openpgp reads the OpenPGP public key of a member (RFC 9580) and encrypts
// mail to it. It must never keep or accept a private key, nor use a key that is
// expired, revoked or made with what has been broken; it decides nothing about who
// somebody is: a name in a key is what its owner wrote there. It fails with one of the
// errors below, which say what is the matter with a key and quote nothing of it.
package openpgp

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// MaxBytes is the largest key that is read, armoured or not.
const MaxBytes = 64 << 10

// What can be the matter with a key.
var (
	ErrNone    = errors.New("no openpgp public key, or one that is damaged")
	ErrLarge   = errors.New("openpgp key above the limit")
	ErrPrivate = errors.New("openpgp private key")
	ErrSeveral = errors.New("more than one openpgp key")
	ErrExpired = errors.New("openpgp key expired, or not valid yet")
	ErrRevoked = errors.New("openpgp key revoked")
	ErrWeak    = errors.New("openpgp key of an algorithm or length that is not safe")
	ErrCannot  = errors.New("openpgp key that cannot encrypt")
)

// rsaMost bounds the work that a key can ask for, in bits.
const rsaMost = 16384

// Key is one public key, as it was read. Parse and Load make one.
type Key struct{ raw []byte }

// Facts is what is shown of a key.
type Facts struct {
	Fingerprint string    // hexadecimal, in capitals
	Name        string    // what its owner wrote: a name and an address, usually
	Algorithm   string    // of the part that encrypts
	Until       time.Time // when nothing can be encrypted to it any more; zero: never
}

// Parse reads what somebody sent: one public key, armoured or not, that can be
// encrypted to now. A private key is told before anything else.
func Parse(sent []byte, now time.Time) (*Key, error) {
	if len(sent) > MaxBytes {
		return nil, ErrLarge
	}
	raw, err := bare(sent)
	if err != nil {
		return nil, err
	}
	k, err := Load(raw)
	if err != nil {
		return nil, err
	}
	if err := k.Usable(now); err != nil {
		return nil, err
	}
	if _, err := k.Encrypt([]byte("trial"), now); err != nil {
		return nil, ErrCannot
	}
	return k, nil
}

// bare takes a key out of its armour, if it has one.
func bare(sent []byte) ([]byte, error) {
	if len(sent) > 0 && sent[0]&0x80 != 0 { // RFC 9580 4.2: the first bit of a packet
		return sent, nil
	}
	const begin = "-----BEGIN PGP "
	if bytes.Contains(sent, []byte(begin+"PRIVATE KEY BLOCK")) {
		return nil, ErrPrivate
	}
	if bytes.Count(sent, []byte(begin+"PUBLIC KEY BLOCK")) > 1 {
		return nil, ErrSeveral
	}
	block, err := armor.Decode(bytes.NewReader(sent))
	if err != nil || block.Type != pgp.PublicKeyType {
		return nil, ErrNone
	}
	raw, err := io.ReadAll(block.Body)
	if err != nil {
		return nil, ErrNone
	}
	return raw, nil
}

// The kinds of packets of which a public key is made. RFC 9580 5 and 10.1.
const (
	tagSignature  = 2
	tagSecret     = 5
	tagPublic     = 6
	tagSecretSub  = 7
	tagMarker     = 10
	tagTrust      = 12
	tagName       = 13
	tagPublicSub  = 14
	tagAttributes = 17
	tagPadding    = 21
)

// Load reads a key as Bytes gave it. Whether it can be used is for Usable to say.
func Load(raw []byte) (*Key, error) {
	if len(raw) > MaxBytes {
		return nil, ErrLarge
	}
	keys, packets := 0, packet.NewOpaqueReader(bytes.NewReader(raw))
	for n := 0; ; n++ {
		p, err := packets.Next()
		if errors.Is(err, io.EOF) && n > 0 {
			break
		}
		if err != nil {
			return nil, ErrNone
		}
		switch p.Tag {
		case tagSecret, tagSecretSub:
			return nil, ErrPrivate
		case tagPublic:
			keys++
		case tagSignature, tagMarker, tagTrust, tagName, tagPublicSub, tagAttributes, tagPadding:
		default:
			return nil, ErrNone
		}
	}
	if keys > 1 {
		return nil, ErrSeveral
	}
	k := &Key{slices.Clone(raw)}
	_, err := k.entity()
	return k, err
}

// Bytes is the key for Load.
func (k *Key) Bytes() []byte { return slices.Clone(k.raw) }

// entity parses the key anew: what a signature was found to be at one time is kept by
// the library, and must not answer for another.
func (k *Key) entity() (*pgp.Entity, error) {
	list, err := pgp.ReadKeyRing(bytes.NewReader(k.raw))
	switch unsupported := pgperrors.UnsupportedError(""); {
	case errors.As(err, &unsupported):
		return nil, ErrWeak // older or newer than anything that is in use
	case err != nil || len(list) != 1:
		return nil, ErrNone
	case list[0].PrimaryKey.Version != 4 && list[0].PrimaryKey.Version != 6:
		return nil, ErrWeak
	}
	return list[0], nil
}

// rules is what may be used. SHA-1 counts as broken for signatures within a key too.
func rules(now time.Time) *packet.Config {
	return &packet.Config{
		Time: func() time.Time { return now }, DefaultCipher: packet.CipherAES256, MinRSABits: 2048,
		RejectHashAlgorithms: map[crypto.Hash]bool{crypto.MD5: true, crypto.RIPEMD160: true, crypto.SHA1: true},
	}
}

// lenient is rules with what is broken, to tell a key that is too old from one that is damaged.
func lenient(now time.Time) *packet.Config {
	c := rules(now)
	c.MinRSABits = 1
	c.RejectHashAlgorithms, c.RejectPublicKeyAlgorithms, c.RejectCurves = map[crypto.Hash]bool{}, map[packet.PublicKeyAlgorithm]bool{}, map[packet.Curve]bool{}
	return c
}

// Usable reports whether mail can be encrypted to the key at a time; why not, if it
// cannot.
func (k *Key) Usable(now time.Time) error {
	_, err := k.encryptor(now)
	return err
}

func (k *Key) encryptor(now time.Time) (pgp.Key, error) {
	e, err := k.entity()
	if err != nil {
		return pgp.Key{}, err
	}
	sub, err := e.EncryptionKeyWithError(now, rules(now))
	if err != nil {
		return sub, k.why(now, err)
	}
	if n, ok := sub.PublicKey.PublicKey.(*rsa.PublicKey); ok && n.N.BitLen() > rsaMost {
		return sub, ErrWeak
	}
	return sub, nil
}

// why words what the library says of a key that it does not encrypt to.
func (k *Key) why(now time.Time, said error) error {
	e, err := k.entity()
	if err != nil {
		return err
	}
	if e.Revoked(now) {
		return ErrRevoked
	}
	var none pgperrors.ErrEncryptionKeySelection
	var at *pgperrors.ErrEncryptionKeySelection
	if errors.As(said, &at) {
		none = *at
	} else if !errors.As(said, &none) {
		return ErrCannot
	}
	cause := none.PrimaryKeyErr
	if cause == nil {
		cause = none.EncSelectionErr
	}
	weak := pgperrors.WeakAlgorithmError("")
	switch {
	case errors.Is(cause, pgperrors.ErrKeyRevoked):
		return ErrRevoked
	case errors.Is(cause, pgperrors.ErrKeyExpired):
		return ErrExpired
	case errors.As(cause, &weak):
		return ErrWeak
	}
	return k.otherwise(now)
}

// otherwise looks what would make a key usable: other rules, or another time.
func (k *Key) otherwise(now time.Time) error {
	try := func(at time.Time, c *packet.Config) bool {
		e, err := k.entity()
		if err != nil {
			return false
		}
		_, ok := e.EncryptionKey(at, c)
		return ok
	}
	e, err := k.entity()
	switch {
	case err != nil:
		return err
	case try(now, lenient(now)):
		return ErrWeak
	case try(time.Time{}, rules(now)):
		return ErrExpired
	}
	if _, err := e.VerifyPrimaryKey(now, lenient(now)); err != nil {
		return ErrNone
	}
	return ErrCannot
}

// Facts tells what is shown of the key. Until is the last end of its use that lies before
// now where it cannot be used any more.
func (k *Key) Facts(now time.Time) (Facts, error) {
	e, err := k.entity()
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Fingerprint: strings.ToUpper(hex.EncodeToString(e.PrimaryKey.Fingerprint)), Until: k.until(e, now)}
	if _, id := e.PrimaryIdentity(time.Time{}, rules(now)); id != nil {
		f.Name = plain(id.Name)
	}
	if e, err = k.entity(); err != nil {
		return f, err
	}
	if sub, ok := e.EncryptionKey(time.Time{}, rules(now)); ok {
		f.Algorithm = algorithm(sub.PublicKey)
	}
	return f, nil
}

// until looks at every moment at which some part of the key ends, for the first one after
// now with which its use ends.
func (k *Key) until(e *pgp.Entity, now time.Time) (until time.Time) {
	var ends []time.Time
	end := func(from time.Time, seconds *uint32) {
		if seconds != nil && *seconds > 0 {
			ends = append(ends, from.Add(time.Duration(*seconds)*time.Second))
		}
	}
	of := func(key *packet.PublicKey, list []*packet.VerifiableSignature) {
		for _, s := range list {
			end(key.CreationTime, s.Packet.KeyLifetimeSecs)
			end(s.Packet.CreationTime, s.Packet.SigLifetimeSecs)
		}
	}
	of(e.PrimaryKey, e.DirectSignatures)
	for _, id := range e.Identities {
		of(e.PrimaryKey, id.SelfCertifications)
	}
	for _, s := range e.Subkeys {
		of(s.PublicKey, s.Bindings)
	}
	slices.SortFunc(ends, time.Time.Compare)
	for _, t := range slices.Compact(ends) {
		if k.Usable(t) == nil && k.Usable(t.Add(time.Second)) != nil {
			until = t
			if t.After(now) {
				return until
			}
		}
	}
	if k.Usable(now) == nil {
		return time.Time{}
	}
	return until
}

// plain is a text of somebody else as it can be shown: one line, without what turns the
// direction of reading, and not without end.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	const most = 200
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strings.TrimSpace(s)
}

// algorithm names the way a key encrypts as its owner's program does.
func algorithm(k *packet.PublicKey) string {
	switch k.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSAEncryptOnly:
		if n, ok := k.PublicKey.(*rsa.PublicKey); ok {
			return fmt.Sprintf("RSA %d", n.N.BitLen())
		}
		return "RSA"
	case packet.PubKeyAlgoX25519:
		return "X25519"
	case packet.PubKeyAlgoX448:
		return "X448"
	case packet.PubKeyAlgoMlkem768X25519:
		return "ML-KEM-768 + X25519"
	case packet.PubKeyAlgoMlkem1024X448:
		return "ML-KEM-1024 + X448"
	case packet.PubKeyAlgoECDH:
		curve, err := k.Curve()
		if err != nil {
			return "ECDH"
		}
		return "ECDH " + string(curve)
	default:
		return "OpenPGP"
	}
}

// Encrypt gives a text encrypted to the key, armoured. It fails with why the key cannot be
// used now.
func (k *Key) Encrypt(text []byte, now time.Time) ([]byte, error) {
	if err := k.Usable(now); err != nil {
		return nil, err
	}
	e, err := k.entity()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	armoured, err := armor.Encode(&out, "PGP MESSAGE", nil)
	if err != nil {
		return nil, fmt.Errorf("armour mail: %w", err)
	}
	w, err := pgp.EncryptWithParams(armoured, []*pgp.Entity{e}, nil, &pgp.EncryptParams{Config: rules(now)})
	if err != nil {
		return nil, fmt.Errorf("encrypt mail: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return nil, fmt.Errorf("encrypt mail: %w", err)
	}
	if err := errors.Join(w.Close(), armoured.Close()); err != nil {
		return nil, fmt.Errorf("encrypt mail: %w", err)
	}
	return append(out.Bytes(), '\n'), nil
}
