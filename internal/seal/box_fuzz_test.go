package seal

import (
	"sync"
	"testing"
)

func FuzzEveryBoxReader(f *testing.F) {
	member := fixedKeys(1)
	key, _ := fixedCase().Compartment(Investigation)
	honest := boxes(f)
	for _, e := range honest {
		f.Add(e.box)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, e := range honest {
			// Seeds come from another process of the fuzzer and are honest too.
			if err := e.open(b); err != nil {
				wantShut(t, name, err)
			}
		}
		_, err := key.OpenDerived(note(), b, b)
		wantShut(t, "derived", err)
		_, err = OpenCode(fixedKey(1), note(), b)
		wantShut(t, "code", err)
		_, err = UnwrapKey(fixedKey(1), note(), b)
		wantShut(t, "key", err)
		_, err = NewToken().OpenKeys(fixedKey(1), note(), b)
		wantShut(t, "session", err)
		_, err = member.OpenKeyring("desk", "case-b", 1, "m1", b)
		wantShut(t, "keyring", err)
		_, err = Envelope{Kind: EnvelopeRecovery, Params: recoveryParams, Salt: make([]byte, saltSize), Box: b}.
			OpenRecovery(fixedKey(1), "desk", "m1", fixedCode(1))
		wantShut(t, "envelope", err)
		_, err = Envelope{Kind: EnvelopePasskey, Params: passkeyParams, Salt: make([]byte, saltSize), Box: b}.
			OpenPasskey(fixedKey(1), "desk", "m1", make([]byte, 32))
		wantShut(t, "passkey envelope", err)
		_, err = NewToken().OpenSecret(fixedKey(1), note(), b)
		wantShut(t, "act", err)
	})
}

func TestKeysMayBeSharedBetweenRequests(t *testing.T) {
	member, gate := fixedKeys(1), fixedKey(7)
	ck, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1",
		grant(t, fixedCase(), recipient(t, RecipientMember, "m1", member.Public()), everything, gate))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			mine := ck.Clone()
			if err := mine.LiftGate(gate); err != nil {
				t.Error(err)
				return
			}
			_ = mine.PublicKeys()
			key, _ := mine.Compartment(Identity)
			if _, err := key.Open(note(), key.Seal(note(), nil)); err != nil {
				t.Error(err)
			}
			_ = member.SealKeyring("m1", ck)
		})
	}
	all.Wait()
	if !ck.IdentityGated() {
		t.Error("a clone lifted the shared keys")
	}
}
