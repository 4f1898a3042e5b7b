package seal

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

func TestKeyCopyGivesBothKeyFilesBack(t *testing.T) {
	code, instance, pepper := NewCode(), NewInstanceKey(), NewKey()
	file, err := SealKeyCopy(code, instance, pepper)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(file), armor.Header) {
		t.Errorf("the file begins with %.20q", file)
	}
	k, p, err := OpenKeyCopy(code, file)
	if err != nil || !bytes.Equal(k.Marshal(), instance.Marshal()) || !bytes.Equal(MarshalPepper(p), MarshalPepper(pepper)) {
		t.Fatalf("other keys came back: %v", err)
	}
	if _, _, err := OpenKeyCopy(NewCode(), file); !errors.Is(err, ErrOpen) {
		t.Errorf("another code: %v, want ErrOpen", err)
	}
}

// A plain age program opens the copy with the identity that the holder derives.
func TestKeyCopyOpensWithPlainAge(t *testing.T) {
	code, instance, pepper := NewCode(), NewInstanceKey(), NewKey()
	file, err := SealKeyCopy(code, instance, pepper)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := age.ParseIdentities(strings.NewReader("# from klankbord recover identity\n" + code.AgeIdentity() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(file)), ids...)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if want := string(instance.Marshal()) + string(MarshalPepper(pepper)); err != nil || string(plain) != want {
		t.Errorf("the file does not hold one key file a line: %v", err)
	}
}

func TestChangedKeyCopyStaysShut(t *testing.T) {
	code := NewCode()
	file, err := SealKeyCopy(code, NewInstanceKey(), NewKey())
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(file); i += 7 {
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if _, _, err := OpenKeyCopy(code, bad); !errors.Is(err, ErrOpen) {
			t.Fatalf("byte %d changed: %v, want ErrOpen", i, err)
		}
		if _, _, err := OpenKeyCopy(code, file[:i]); !errors.Is(err, ErrOpen) {
			t.Fatalf("cut at %d: %v, want ErrOpen", i, err)
		}
	}
}

// age reads what bech32 writes, for any seed, and writes the same.
func TestIdentityIsTheOneThatAgeWrites(t *testing.T) {
	for fill := range byte(50) {
		text := fixedCode(fill).AgeIdentity()
		id, err := age.ParseHybridIdentity(text)
		if err != nil || id.String() != text {
			t.Fatalf("identity of code %d: %v", fill, err)
		}
	}
}

// BIP 173, "Test vectors".
func TestBech32(t *testing.T) {
	for want, data := range map[string][]byte{
		"a12uel5l": nil,
		"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw": {0, 68, 50, 20, 199, 66, 84, 182, 53, 207, 132, 101, 58, 86, 215, 198, 117, 190, 119, 223},
	} {
		name, _, _ := strings.Cut(want, "1")
		if got := bech32(name, data); got != want {
			t.Errorf("bech32 = %q, want %q", got, want)
		}
	}
}
