package seal

import (
	"bytes"
	"errors"
	"testing"
)

func TestARenewedInstanceKeyKnowsThoseBeforeItAndSharesNothingWithThem(t *testing.T) {
	first := NewInstanceKey()
	second, err := RenewInstanceKey(first)
	if err != nil {
		t.Fatal(err)
	}
	read, err := LoadInstanceKey(second.Marshal())
	if err != nil || !read.Same(second) || read.Before() == nil || !read.Before().Same(first) || read.Before().Before() != nil {
		t.Fatalf("%v", err)
	}
	if !bytes.HasSuffix(second.Marshal(), first.Marshal()) || first.Same(second) || first.Same(nil) {
		t.Error("the file does not hold the key before, or two keys are one")
	}
	c := Context{Instance: "i", Kind: "x"}
	if second.Stamper().Verify(c, 0, nil, "a", first.Stamper().Stamp(c, 0, nil, "a")) {
		t.Error("a stamp of the key before holds")
	}
	box := first.Subkey("mail").Seal(c, []byte("news"))
	if _, err := second.Subkey("mail").Open(c, box); !errors.Is(err, ErrOpen) {
		t.Error("the new key opens what lies under the one before")
	}
	moved, err := first.Subkey("mail").Reseal(second.Subkey("mail"), c, box)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := second.Subkey("mail").Open(c, moved); err != nil || string(plain) != "news" {
		t.Errorf("%q %v", plain, err)
	}
	if _, err := second.Subkey("mail").Reseal(first.Subkey("mail"), c, box); !errors.Is(err, ErrOpen) {
		t.Errorf("another key reseals: %v", err)
	}
	if VerifySignature(second.Signer().Public(), c, nil, first.Signer().Sign(c, nil)) {
		t.Error("a signature of the key before holds")
	}
	for range mostInstanceKeys - 2 {
		if second, err = RenewInstanceKey(second); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := RenewInstanceKey(second); !errors.Is(err, ErrKeyFile) {
		t.Errorf("too many: %v", err)
	}
	file := second.Marshal()
	for name, bad := range map[string][]byte{
		"too many": append(bytes.Clone(file), first.Marshal()...), "a pepper in it": append(bytes.Clone(first.Marshal()), MarshalPepper(NewKey())...),
		"a line less": append(bytes.Clone(first.Marshal()), '\n', '\n', 'x'), "nothing": nil,
	} {
		if _, err := LoadInstanceKey(bad); !errors.Is(err, ErrKeyFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheCopyOfTheKeyFilesHoldsEveryKey(t *testing.T) {
	code, first, pepper := NewCode(), NewInstanceKey(), NewKey()
	second, err := RenewInstanceKey(first)
	if err != nil {
		t.Fatal(err)
	}
	if pepper, err = RenewPepper(pepper); err != nil {
		t.Fatal(err)
	}
	file, err := SealKeyCopy(code, second, pepper)
	if err != nil {
		t.Fatal(err)
	}
	key, p, err := OpenKeyCopy(code, file)
	if err != nil || !bytes.Equal(key.Marshal(), second.Marshal()) || !SamePepper(p, pepper) {
		t.Errorf("%v", err)
	}
}
