package seal

import (
	"testing"

	"klankbord/internal/fuzztest"
)

// What lies inside a box is read only after the box opened. It is held to the same:
// no panic, little memory, one encoding of each thing.
func FuzzInnerEncodings(f *testing.F) {
	ms := NewMemberSecret()
	ms.RequireSecondFactor()
	payload, err := fixedCase().s().payload(everything, fixedKey(1))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{
		fixedKeys(1).encode(), ms.encode(), payload, {0x80, 0, 0}, []byte(Cost{}.written().String()), {version, suiteHPKE, 0, 0, 0, 1, 9, 9},
		MarshalPepper(fixedKey(1)),
	} {
		for _, b := range fuzztest.Mutated(seed, 60) {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fuzztest.Bounded(t, "inner encodings", b, func(b []byte) {
			if k, err := decodeKeys(b); err == nil && string(k.encode()) != string(b) {
				t.Errorf("two encodings of the same keys: %x", b)
			}
			if m, err := decodeMemberSecret(b); err == nil && string(m.encode()) != string(b) {
				t.Errorf("two encodings of the same member: %x", b)
			}
			if k, err := caseKeysOf("i", "c", 0, b); err == nil && string(k.s().keyringPayload()) != string(b) {
				t.Errorf("two encodings of the same case keys: %x", b)
			}
			if p, err := (Cost{}).parse(string(b)); err == nil && p.String() != string(b) {
				t.Errorf("two encodings of the same cost: %q", b)
			}
			_, _ = unpad(b)
			_, _, _ = splitAppended(b)
			if secret, err := parseKeyFile(pepperKeyFile, b); err == nil && len(keyFile(pepperKeyFile, secret)) > len(b)+1 {
				t.Errorf("a key file that is too short: %q", b)
			}
		})
	})
}
