package seal

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
)

func TestGrantGivesExactlyItsShare(t *testing.T) {
	for _, share := range []Share{everything, {Dialogue, Identity}, {Dialogue}} {
		ck, member := NewCaseKeys("desk", "case-a", 1), NewMemberSecret().Keys()
		box := grant(t, ck, recipient(t, RecipientMember, "m1", member.Public()), share, nil)
		got, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", box)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.VerifyPublic(ck.PublicKeys()); err != nil {
			t.Fatal(err)
		}
		for c := Identity; c <= Investigation; c++ {
			key, ok := got.Compartment(c)
			if ok != slices.Contains(share, c) {
				t.Fatalf("share %v: %v open = %v", share, c, ok)
			}
			if !ok {
				continue
			}
			giver, _ := ck.Compartment(c)
			if plain, err := key.Open(note(), giver.Seal(note(), []byte("text"))); err != nil || string(plain) != "text" {
				t.Fatalf("%v: %v", c, err)
			}
		}
	}
}

func TestShareMustBeOpenAndNamedOnce(t *testing.T) {
	member := fixedKeys(1)
	to := recipient(t, RecipientMember, "m1", member.Public())
	half := NewCaseKeys("desk", "case-a", 1)
	half.s().open[Investigation] = nil
	for name, share := range map[string]Share{
		"nothing": {}, "twice": {Dialogue, Dialogue}, "none": {None}, "unknown": {4}, "not held": {Investigation},
	} {
		if _, err := half.Grant(to, share, nil); !errors.Is(err, ErrShare) {
			t.Errorf("%s: %v, want ErrShare", name, err)
		}
	}
}

func TestOnlyARealRecipientGetsAGrant(t *testing.T) {
	ck := fixedCase()
	if _, err := ck.Grant(Recipient{}, everything, nil); !errors.Is(err, ErrRecipient) {
		t.Errorf("zero recipient: %v", err)
	}
	d, _ := ck.Compartment(Dialogue)
	if _, err := ck.Grant(recipient(t, RecipientCompartment, "d", d.Public()), everything, nil); !errors.Is(err, ErrRecipient) {
		t.Errorf("compartment: %v", err)
	}
	member := fixedKeys(1).Public()
	for name, make := range map[string]func() (Recipient, error){
		"kind":  func() (Recipient, error) { return NewRecipient("friend", "m1", member) },
		"id":    func() (Recipient, error) { return NewRecipient(RecipientMember, "", member) },
		"short": func() (Recipient, error) { return NewRecipient(RecipientMember, "m1", member[:1215]) },
		"long":  func() (Recipient, error) { return NewRecipient(RecipientMember, "m1", append(slices.Clone(member), 0)) },
		"none":  func() (Recipient, error) { return NewRecipient(RecipientMember, "m1", nil) },
		// FIPS 203 7.2: coefficients must be below q.
		"not canonical": func() (Recipient, error) {
			return NewRecipient(RecipientMember, "m1", append(bytes.Repeat([]byte{0xFF}, 1184), member[1184:]...))
		},
	} {
		if r, err := make(); !errors.Is(err, ErrRecipient) || r.pub != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIdentityStaysUnderTheGateUntilItIsLifted(t *testing.T) {
	ck, gate, member, colleague := NewCaseKeys("desk", "case-a", 1), NewKey(), fixedKeys(1), fixedKeys(9)
	box := grant(t, ck, recipient(t, RecipientMember, "m1", member.Public()), everything, gate)
	held, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", box)
	if err != nil {
		t.Fatal(err)
	}
	if _, open := held.Compartment(Identity); open || !held.IdentityGated() {
		t.Fatal("identity is open without the gate")
	}
	wantShut(t, "other gate", held.LiftGate(NewKey()))
	wantShut(t, "no gate", held.LiftGate(nil))

	to := recipient(t, RecipientMember, "m2", colleague.Public())
	if _, err := held.Grant(to, everything, nil); !errors.Is(err, ErrShare) {
		t.Errorf("gated identity given open: %v", err)
	}
	passed, err := colleague.OpenGrant("desk", "case-a", 1, RecipientMember, "m2", grant(t, held, to, everything, gate))
	if err != nil || !passed.IdentityGated() {
		t.Fatalf("passed on: %v, gated %v", err, passed.IdentityGated())
	}

	lifted := held.Clone()
	if err := lifted.LiftGate(gate); err != nil {
		t.Fatal(err)
	}
	if err := lifted.VerifyPublic(ck.PublicKeys()); err != nil || lifted.IdentityGated() {
		t.Fatalf("lifted: %v", err)
	}
	if !held.IdentityGated() {
		t.Error("lifting a clone lifted the original")
	}
	row, err := member.OpenKeyring("desk", "case-a", 1, "m1", member.SealKeyring("m1", lifted))
	if err != nil || !row.IdentityGated() {
		t.Fatalf("keyring row after lifting: %v, gated %v", err, row.IdentityGated())
	}
	if err := row.LiftGate(gate); err != nil {
		t.Fatal(err)
	}
	who, _ := lifted.Compartment(Identity)
	c := note()
	c.Compartment = Identity
	_, err = member.Scan("m1").Open(1, member.SealKeyring("m1", lifted), c, who.Seal(c, []byte("name")))
	wantShut(t, "identity by a row under the gate", err)
}

func TestGrantWithOtherKeysThanTheStampedOnesIsRefused(t *testing.T) {
	real, other, gate, member := fixedCase(), NewCaseKeys("desk", "case-a", 1), NewKey(), fixedKeys(1)
	to := recipient(t, RecipientMember, "m1", member.Public())
	got, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", grant(t, other, to, everything, nil))
	if err != nil {
		t.Fatal(err)
	}
	wantShut(t, "other case keys", got.VerifyPublic(real.PublicKeys()))
	missing := maps.Clone(other.PublicKeys())
	delete(missing, Dialogue)
	wantShut(t, "key without a stamp", got.VerifyPublic(missing))

	other.s().open[Dialogue], other.s().open[Investigation] = real.s().open[Dialogue], real.s().open[Investigation]
	got, err = member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", grant(t, other, to, everything, gate))
	if err != nil {
		t.Fatal(err)
	}
	if err := got.VerifyPublic(real.PublicKeys()); err != nil {
		t.Fatal(err)
	}
	wantShut(t, "other identity under the gate", got.LiftGate(gate))
}

func TestAppendedEntryOpensAndThenByItsDerivedRow(t *testing.T) {
	ck := fixedCase()
	key, _ := ck.Compartment(Investigation)
	box, err := Append(recipient(t, RecipientCompartment, "whatever", key.Public()), note(), []byte("mail"))
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(box)
	plain, derived, err := key.OpenAppended(note(), box)
	if err != nil || string(plain) != "mail" {
		t.Fatalf("%q, %v", plain, err)
	}
	if plain, err = key.OpenDerived(note(), box, derived); err != nil || string(plain) != "mail" {
		t.Fatalf("derived: %q, %v", plain, err)
	}
	if !bytes.Equal(before, box) {
		t.Error("opening changed the object's bytes")
	}
	if _, err := Append(recipient(t, RecipientMember, "m1", fixedKeys(1).Public()), note(), nil); !errors.Is(err, ErrRecipient) {
		t.Errorf("append to a member: %v", err)
	}
	if _, err := key.Open(note(), derived); err == nil {
		t.Error("a derived row passed for an object")
	}
}

func FuzzCaseKeysPayload(f *testing.F) {
	ck, gated := fixedCase(), fixedCase()
	f.Add(ck.s().keyringPayload())
	gated.s().gated = fixedKey(3).Seal(gated.s().gateContext(), make([]byte, 32))
	f.Add(gated.s().keyringPayload())
	f.Add([]byte{1, 2, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := caseKeysOf("desk", "case-a", 1, b)
		if err == nil && !bytes.Equal(k.s().keyringPayload(), b) {
			t.Fatalf("two encodings of one payload: %x", b)
		}
	})
}
