package seal

import (
	"bytes"
	"errors"
	"testing"
)

// Fixtures: fixed secrets, so that a failure repeats.

func fixed32(fill byte) (b [32]byte) {
	for i := range b {
		b[i] = fill + byte(i)
	}
	return b
}

func fixedKey(fill byte) *Key { return keyOf(fixed32(fill)) }

func fixedKeys(fill byte) *Keys { return keysOf(fixed32(fill), fixed32(fill+1), fixed32(fill+2)) }

func fixedCode(fill byte) Code {
	full := fixed32(fill)
	b := [16]byte(full[:16])
	return Code{b: veil(&b)}
}

func fixedCase() *CaseKeys {
	k := NewCaseKeys("desk", "case-a", 1)
	for c := Identity; c <= Investigation; c++ {
		k.s().open[c] = compartmentOf(fixed32(byte(c) * 40))
	}
	return k
}

func note() Context {
	return Context{Instance: "desk", Case: "case-a", Compartment: Investigation, Kind: "note", Object: "o1", Revision: 3}
}

func recipient(t testing.TB, kind RecipientKind, id string, pub PublicKey) Recipient {
	t.Helper()
	r, err := NewRecipient(kind, id, pub)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func grant(t testing.TB, k *CaseKeys, to Recipient, share Share, gate *Key) Box {
	t.Helper()
	b, err := k.Grant(to, share, gate)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantShut fails unless err is exactly ErrOpen, text included: an error that says
// more would be an oracle.
func wantShut(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrOpen) || err.Error() != ErrOpen.Error() {
		t.Errorf("%s: %v, want exactly %v", what, err, ErrOpen)
	}
}

var everything = Share{Identity, Dialogue, Investigation}

func TestSealedThingOpensOnlyWhereItWasSealed(t *testing.T) {
	k := NewKey()
	for _, n := range []int{0, 1, 62, 63, 64, 65, 127, 128, 1000, 1024, 65_535, 70_000} {
		plain := bytes.Repeat([]byte{0x80, 0}, n)[:n]
		box := k.Seal(note(), plain)
		got, err := k.Open(note(), box)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes: got %d, %v", n, len(got), err)
		}
		if bytes.Equal(box, k.Seal(note(), plain)) {
			t.Fatal("two sealings of the same text are the same")
		}
	}
}

func TestBoxLengthTellsLittle(t *testing.T) {
	k := NewKey()
	short, long := k.Seal(note(), []byte("HR")), k.Seal(note(), []byte("harassment by a superior"))
	if len(short) != len(long) {
		t.Errorf("a topic's length shows: %d and %d", len(short), len(long))
	}
	sizes := map[int]bool{}
	for n := range 4096 {
		p := padme(n)
		if p < n || p > max(padFloor, n+n/8+1) || padme(p) != p {
			t.Fatalf("padme(%d) = %d", n, p)
		}
		sizes[p] = true
	}
	if len(sizes) > 96 { // 8 or 16 per doubling
		t.Errorf("%d visible lengths below 4096, want few", len(sizes))
	}
}

func TestNoObjectKeyRepeats(t *testing.T) {
	k := NewKey()
	seen := map[string]bool{}
	for range 2000 {
		b := k.Seal(note(), nil)
		commitment := string(b[34:sealHeader])
		if seen[commitment] {
			t.Fatal("an object key was used twice under the zero nonce")
		}
		seen[commitment] = true
	}
}

func TestKeyWrapsUnderAnother(t *testing.T) {
	draft, session := NewKey(), NewKey()
	box := draft.Wrap(session, note())
	got, err := UnwrapKey(session, note(), box)
	if err != nil || *got.s() != *draft.s() {
		t.Fatalf("unwrap: %v", err)
	}
	_, err = UnwrapKey(NewKey(), note(), box)
	wantShut(t, "other session", err)
	_, err = session.Open(note(), box)
	wantShut(t, "wrapped key read as text", err)
	_, err = UnwrapKey(session, note(), session.Seal(note(), make([]byte, 32)))
	wantShut(t, "text taken for a key", err)
	_, err = UnwrapKey(nil, note(), box)
	wantShut(t, "no key", err)
}

func TestDatabaseKeepsTheBytesOfABox(t *testing.T) {
	box := NewKey().Seal(note(), []byte("x"))
	v, err := box.Value()
	if err != nil {
		t.Fatal(err)
	}
	var back Box
	if err := back.Scan(v); err != nil || !bytes.Equal(back, box) {
		t.Fatalf("scan: %v", err)
	}
	if v, _ := Box(nil).Value(); v != nil {
		t.Error("a nil box is not NULL")
	}
	if err := back.Scan(nil); err != nil || back != nil {
		t.Error("NULL is not a nil box")
	}
	if err := back.Scan("[sealed]"); err == nil {
		t.Error("a text passed for a box")
	}
}
