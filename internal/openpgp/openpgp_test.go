package openpgp_test

import (
	"bytes"
	"crypto"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"klankbord/internal/openpgp"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// made is a key of somebody, of whom the test has the private half.
func made(t testing.TB, c packet.Config) *pgp.Entity {
	t.Helper()
	if c.Time == nil {
		c.Time = at(now.AddDate(-1, 0, 0))
	}
	e, err := pgp.NewEntity("Nele Vos", "", "nele@desk.example", &c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func binary(t testing.TB, list ...*pgp.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, e := range list {
		if err := e.Serialize(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func armoured(t testing.TB, kind string, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func private(t testing.TB, e *pgp.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := e.SerializePrivateWithoutSigning(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// opened is what the owner of a key reads.
func opened(t *testing.T, e *pgp.Entity, sealed []byte) string {
	t.Helper()
	block, err := armor.Decode(bytes.NewReader(sealed))
	if err != nil || block.Type != "PGP MESSAGE" {
		t.Fatalf("no armoured message: %v", err)
	}
	m, err := pgp.ReadMessage(block.Body, pgp.EntityList{e}, nil, &packet.Config{Time: at(now)})
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(m.UnverifiedBody)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheOwnerOfAKeyReadsWhatWasEncryptedToIt(t *testing.T) {
	const text = "Subject: KB-7Q4M-9X\r\n\r\nEr is iets nieuws.\r\n"
	for name, k := range map[string]struct {
		config    packet.Config
		algorithm string
	}{
		"RSA":           {packet.Config{RSABits: 2048}, "RSA 2048"},
		"Curve25519":    {packet.Config{Algorithm: packet.PubKeyAlgoEdDSA}, "ECDH curve25519"},
		"P-256":         {packet.Config{Algorithm: packet.PubKeyAlgoECDSA, Curve: packet.CurveNistP256}, "ECDH P256"},
		"X25519":        {packet.Config{Algorithm: packet.PubKeyAlgoEd25519}, "X25519"},
		"X25519, in v6": {packet.Config{Algorithm: packet.PubKeyAlgoEd25519, V6Keys: true, AEADConfig: &packet.AEADConfig{}}, "X25519"},
	} {
		t.Run(name, func(t *testing.T) {
			e := made(t, k.config)
			raw := binary(t, e)
			for form, sent := range map[string][]byte{"binary": raw, "armoured": armoured(t, pgp.PublicKeyType, raw), "pasted": []byte("My key:\n\n" + string(armoured(t, pgp.PublicKeyType, raw)) + "\n")} {
				key, err := openpgp.Parse(sent, now)
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				if key, err = openpgp.Load(key.Bytes()); err != nil {
					t.Fatal(err)
				}
				sealed, err := key.Encrypt([]byte(text), now)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(sealed, []byte("KB-7Q4M-9X")) || opened(t, e, sealed) != text {
					t.Errorf("%s: the owner reads something else", form)
				}
				f, err := key.Facts(now)
				if err != nil || f.Name != "Nele Vos <nele@desk.example>" || !strings.EqualFold(f.Algorithm, k.algorithm) || !f.Until.IsZero() || len(f.Fingerprint) < 40 {
					t.Errorf("facts %+v, %v", f, err)
				}
			}
		})
	}
}

func TestAKeyThatMailShouldNotBeEncryptedToIsRefused(t *testing.T) {
	good, other := made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519}), made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519})
	raw := binary(t, good)
	revoked := made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519})
	if err := revoked.Revoke(packet.KeyRetired, "", &packet.Config{Time: at(now.AddDate(0, -1, 0))}); err != nil {
		t.Fatal(err)
	}
	subRevoked := made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519})
	if err := subRevoked.Subkeys[0].Revoke(packet.KeyCompromised, "", &packet.Config{Time: at(now.AddDate(0, -1, 0))}); err != nil {
		t.Fatal(err)
	}
	signs := made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519})
	signs.Subkeys = nil
	swapped := made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519})
	swapped.Subkeys = other.Subkeys
	named := bytes.Replace(raw, []byte("Nele Vos"), []byte("Nele Vis"), 1)
	for name, k := range map[string]struct {
		sent []byte
		want error
	}{
		"nothing":                       {nil, openpgp.ErrNone},
		"words":                         {[]byte("here is my key"), openpgp.ErrNone},
		"garbage":                       {bytes.Repeat([]byte{0xc6, 0xff}, 300), openpgp.ErrNone},
		"half a key":                    {raw[:len(raw)/2], openpgp.ErrNone},
		"half an armour":                {armoured(t, pgp.PublicKeyType, raw)[:120], openpgp.ErrNone},
		"a message":                     {armoured(t, "PGP MESSAGE", raw), openpgp.ErrNone},
		"too large":                     {bytes.Repeat([]byte{0xc6}, openpgp.MaxBytes+1), openpgp.ErrLarge},
		"a private key":                 {private(t, good), openpgp.ErrPrivate},
		"a private key in armour":       {armoured(t, pgp.PrivateKeyType, private(t, good)), openpgp.ErrPrivate},
		"a private key called public":   {armoured(t, pgp.PublicKeyType, private(t, good)), openpgp.ErrPrivate},
		"a private key after its other": {append(armoured(t, pgp.PublicKeyType, raw), "\n"+string(armoured(t, pgp.PrivateKeyType, private(t, good)))...), openpgp.ErrPrivate},
		"two keys":                      {binary(t, good, other), openpgp.ErrSeveral},
		"two keys in armour":            {append(armoured(t, pgp.PublicKeyType, raw), "\n"+string(armoured(t, pgp.PublicKeyType, binary(t, other)))...), openpgp.ErrSeveral},
		"an expired key":                {binary(t, made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519, KeyLifetimeSecs: 3600})), openpgp.ErrExpired},
		"a key of tomorrow":             {binary(t, made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519, Time: at(now.AddDate(0, 0, 1))})), openpgp.ErrExpired},
		"a revoked key":                 {binary(t, revoked), openpgp.ErrRevoked},
		"a revoked part":                {binary(t, subRevoked), openpgp.ErrRevoked},
		"a key that only signs":         {binary(t, signs), openpgp.ErrCannot},
		"a short key":                   {binary(t, made(t, packet.Config{RSABits: 1024, MinRSABits: 1024})), openpgp.ErrWeak},
		"a curve that is not used":      {binary(t, made(t, packet.Config{Algorithm: packet.PubKeyAlgoECDSA, Curve: packet.CurveSecP256k1})), openpgp.ErrWeak},
		"a name that was altered":       {named, openpgp.ErrNone},
		"a part of another key":         {binary(t, swapped), openpgp.ErrCannot},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := openpgp.Parse(k.sent, now); !errors.Is(err, k.want) {
				t.Errorf("%v, want %v", err, k.want)
			}
		})
	}
}

// What was signed with SHA-1 within a key may have been signed for something else.
func TestAKeyBoundWithSHA1IsTooOld(t *testing.T) {
	sent, err := os.ReadFile("testdata/sha1.asc") // made with --cert-digest-algo SHA1
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openpgp.Parse(sent, now); !errors.Is(err, openpgp.ErrWeak) {
		t.Errorf("%v, want %v", err, openpgp.ErrWeak)
	}
}

func TestTheDayIsToldOnWhichAKeyEnds(t *testing.T) {
	const year = 400 * 24 * 3600
	e := made(t, packet.Config{Algorithm: packet.PubKeyAlgoEd25519, KeyLifetimeSecs: year})
	key, err := openpgp.Parse(binary(t, e), now)
	if err != nil {
		t.Fatal(err)
	}
	end := now.AddDate(-1, 0, 0).Add(year * time.Second)
	for _, when := range []time.Time{now, end.AddDate(0, 1, 0)} {
		if f, err := key.Facts(when); err != nil || !f.Until.Equal(end) {
			t.Errorf("seen at %s it ends at %s, want %s: %v", when, f.Until, end, err)
		}
	}
	if err := key.Usable(end.Add(time.Minute)); !errors.Is(err, openpgp.ErrExpired) {
		t.Errorf("after its end: %v", err)
	}
	if _, err := key.Encrypt([]byte("x"), end.Add(time.Minute)); !errors.Is(err, openpgp.ErrExpired) {
		t.Errorf("encrypted after its end: %v", err)
	}
}

func TestANameInAKeyIsShownOnOneLine(t *testing.T) {
	c := &packet.Config{Algorithm: packet.PubKeyAlgoEd25519, Time: at(now.AddDate(-1, 0, 0))}
	e, err := pgp.NewEntity("", "", "", c)
	if err != nil {
		t.Fatal(err)
	}
	id := "a\u202eb\x07\n<b>" + strings.Repeat("x", 400)
	if err := e.AddUserId(id, "", "", c); err == nil {
		t.Fatal("the library takes what it should not")
	}
	var raw bytes.Buffer
	if err := e.PrimaryKey.Serialize(&raw); err != nil {
		t.Fatal(err)
	}
	name := &packet.UserId{Id: id}
	if err := name.Serialize(&raw); err != nil {
		t.Fatal(err)
	}
	yes := true
	sig := &packet.Signature{
		Version: 4, SigType: packet.SigTypePositiveCert, PubKeyAlgo: e.PrimaryKey.PubKeyAlgo, Hash: crypto.SHA256, CreationTime: c.Now(),
		IssuerKeyId: &e.PrimaryKey.KeyId, IssuerFingerprint: e.PrimaryKey.Fingerprint, IsPrimaryId: &yes, FlagsValid: true, FlagCertify: true,
	}
	if err := sig.SignUserId(id, e.PrimaryKey, e.PrivateKey, c); err != nil {
		t.Fatal(err)
	}
	if err := sig.Serialize(&raw); err != nil {
		t.Fatal(err)
	}
	for _, s := range e.Subkeys {
		if err := s.Serialize(&raw, false); err != nil {
			t.Fatal(err)
		}
	}
	key, err := openpgp.Parse(raw.Bytes(), now)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := key.Facts(now); err != nil || !strings.HasPrefix(f.Name, "ab<b>xxx") || len([]rune(f.Name)) > 201 {
		t.Errorf("%q, %v", f.Name, err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, c := range []packet.Config{{Algorithm: packet.PubKeyAlgoEd25519}, {Algorithm: packet.PubKeyAlgoECDSA, Curve: packet.CurveNistP256}, {Algorithm: packet.PubKeyAlgoEd25519, V6Keys: true}} {
		raw := binary(f, made(f, c))
		f.Add(raw)
		f.Add(armoured(f, pgp.PublicKeyType, raw))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		key, err := openpgp.Parse(sent, now)
		if err != nil {
			return
		}
		if _, err := key.Encrypt([]byte("x"), now); err != nil {
			t.Fatalf("accepted, and nothing can be encrypted to it: %v", err)
		}
		again, err := openpgp.Load(key.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		one, err1 := key.Facts(now)
		two, err2 := again.Facts(now)
		if err1 != nil || err2 != nil || one != two {
			t.Fatalf("%+v, %v is read again as %+v, %v", one, err1, two, err2)
		}
	})
}
