package seal

import (
	"bytes"
	"errors"
	"testing"
)

func TestSignatureHoldsForItsContextOnly(t *testing.T) {
	signer, msg := NewMemberSecret().Signer(), []byte("vouch")
	sig := signer.Sign(note(), msg)
	if !VerifySignature(signer.Public(), note(), msg, sig) {
		t.Fatal("own signature refused")
	}
	for name, c := range elsewhere(note()) {
		if VerifySignature(signer.Public(), c, msg, sig) {
			t.Errorf("%s: accepted", name)
		}
	}
	if VerifySignature(signer.Public(), note(), []byte("Vouch"), sig) ||
		VerifySignature(NewMemberSecret().Signer().Public(), note(), msg, sig) ||
		VerifySignature(nil, note(), msg, sig) || VerifySignature(signer.Public(), note(), msg, nil) ||
		VerifySignature(signer.Public(), note(), msg, sig[:63]) {
		t.Error("a false signature was accepted")
	}
}

func TestStampHoldsForItsPlaceOnly(t *testing.T) {
	s := NewInstanceKey().Stamper()
	stamp := s.Stamp(note(), 1, []byte("payload"), "m1")
	if len(stamp) != 33 || !s.Verify(note(), 1, []byte("payload"), "m1", stamp) {
		t.Fatal("own stamp refused")
	}
	for name, c := range elsewhere(note()) {
		if s.Verify(c, 1, []byte("payload"), "m1", stamp) {
			t.Errorf("%s: accepted", name)
		}
	}
	if s.Verify(note(), 2, []byte("payload"), "m1", stamp) || s.Verify(note(), 1, []byte("other"), "m1", stamp) ||
		s.Verify(note(), 1, []byte("payload"), "m2", stamp) || s.Verify(note(), 1, []byte("payload"), "m1", nil) ||
		NewInstanceKey().Stamper().Verify(note(), 1, []byte("payload"), "m1", stamp) {
		t.Error("a false stamp was accepted")
	}
	for i := range stamp {
		changed := bytes.Clone(stamp)
		changed[i] ^= 1
		if s.Verify(note(), 1, []byte("payload"), "m1", changed) {
			t.Errorf("stamp with byte %d changed was accepted", i)
		}
	}
}

func TestKeyFilesReadBackAndNothingElse(t *testing.T) {
	k, pepper := NewInstanceKey(), NewKey()
	file := k.Marshal()
	if bytes.Count(file, []byte("\n")) != 1 || !bytes.HasPrefix(file, []byte("klankbord-instance-key-1 ")) {
		t.Error("not one line with its version")
	}
	back, err := LoadInstanceKey(file)
	if err != nil || *back.s() != *k.s() {
		t.Fatal(err)
	}
	if p, err := LoadPepper(MarshalPepper(pepper)); err != nil || *p.s() != *pepper.s() {
		t.Fatal(err)
	}
	for i := range len(file) - 1 {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		if _, err := LoadInstanceKey(changed); !errors.Is(err, ErrKeyFile) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	for name, in := range map[string][]byte{
		"empty": nil, "pepper": MarshalPepper(pepper), "twice": append(bytes.Clone(file), file...),
		"other version": bytes.Replace(file, []byte("key-1"), []byte("key-2"), 1), "short": file[:40],
	} {
		if _, err := LoadInstanceKey(in); !errors.Is(err, ErrKeyFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if *k.Subkey("notices").s() == *k.Subkey("gates").s() || !k.CheckpointKey().Equal(back.CheckpointKey()) {
		t.Error("subkeys are not distinct, or the checkpoint key is not stable")
	}
}

func FuzzLoadInstanceKey(f *testing.F) {
	f.Add(NewInstanceKey().Marshal())
	f.Add([]byte("klankbord-instance-key-1 \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := LoadInstanceKey(b)
		if err == nil && !bytes.Equal(bytes.TrimRight(b, "\r\n"), bytes.TrimRight(k.Marshal(), "\n")) {
			t.Fatalf("two files of one key: %q", b)
		}
	})
}
