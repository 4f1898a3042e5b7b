package seal

import (
	"bytes"
	"errors"
	"testing"
)

func TestEnvelopesOpenTheSameSecret(t *testing.T) {
	pepper, code, ms := NewKey(), NewCode(), NewMemberSecret()
	ms.SetTOTP("JBSWY3DPEHPK3PXP")
	byPassword, err := SealPassword(pepper, "desk", "m1", "correct horse", ms)
	if err != nil {
		t.Fatal(err)
	}
	byCode, err := SealRecovery(pepper, "desk", "m1", code, ms)
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (*MemberSecret, error){
		"password": func() (*MemberSecret, error) { return byPassword.OpenPassword(pepper, "desk", "m1", "correct horse") },
		"recovery": func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m1", code) },
	} {
		got, err := open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		totp, ok := got.TOTP()
		if *got.s() != *ms.s() || !ok || totp != "JBSWY3DPEHPK3PXP" || !got.SecondFactorRequired() {
			t.Errorf("%s: another secret came out", name)
		}
	}
	for name, open := range map[string]func() (*MemberSecret, error){
		"other password": func() (*MemberSecret, error) { return byPassword.OpenPassword(pepper, "desk", "m1", "correct Horse") },
		"other pepper":   func() (*MemberSecret, error) { return byPassword.OpenPassword(NewKey(), "desk", "m1", "correct horse") },
		"no pepper":      func() (*MemberSecret, error) { return byPassword.OpenPassword(nil, "desk", "m1", "correct horse") },
		"other member":   func() (*MemberSecret, error) { return byPassword.OpenPassword(pepper, "desk", "m2", "correct horse") },
		"other instance": func() (*MemberSecret, error) { return byPassword.OpenPassword(pepper, "x", "m1", "correct horse") },
		"other kind":     func() (*MemberSecret, error) { return byPassword.OpenRecovery(pepper, "desk", "m1", code) },
		"other code":     func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m1", NewCode()) },
		"no code":        func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m1", Code{}) },
		"code, member":   func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m2", code) },
		"code, pepper":   func() (*MemberSecret, error) { return byCode.OpenRecovery(NewKey(), "desk", "m1", code) },
	} {
		_, err := open()
		wantShut(t, name, err)
	}
	if _, err := SealRecovery(pepper, "desk", "m1", Code{}, ms); !errors.Is(err, ErrCodeTypo) {
		t.Errorf("sealed under no code: %v", err)
	}
}

func TestTooManyPasswordsAtOnceAreTurnedAway(t *testing.T) {
	for range argonSlots {
		argonTurn <- struct{}{}
	}
	_, err := writtenParams().stretch("p", make([]byte, saltSize))
	for range argonSlots {
		<-argonTurn
	}
	if !errors.Is(err, ErrBusy) {
		t.Errorf("third password at once: %v, want ErrBusy", err)
	}
	if _, err := writtenParams().stretch("p", make([]byte, saltSize)); err != nil {
		t.Errorf("after the others: %v", err)
	}
}

func TestMemberSecretHasOneEncoding(t *testing.T) {
	ms := NewMemberSecret()
	ms.RequireSecondFactor()
	back, err := decodeMemberSecret(ms.encode())
	if err != nil || *back.s() != *ms.s() {
		t.Fatal(err)
	}
	if _, ok := back.TOTP(); ok || !back.SecondFactorRequired() {
		t.Error("second factor lost")
	}
	ms.SetTOTP("x")
	ms.SetTOTP("")
	if _, ok := ms.TOTP(); ok || ms.SecondFactorRequired() {
		t.Error("second factor not removed")
	}
	if !bytes.Equal(ms.Keys().encode(), back.Keys().encode()) {
		t.Error("keys depend on more than the seed")
	}
}

func FuzzDecodeMemberSecret(f *testing.F) {
	ms := NewMemberSecret()
	f.Add(ms.encode())
	ms.SetTOTP("JBSWY3DPEHPK3PXP")
	f.Add(ms.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := decodeMemberSecret(b); err == nil && !bytes.Equal(got.encode(), b) {
			t.Fatalf("two encodings of one secret: %x", b)
		}
		if got, err := decodeKeys(b); err == nil && !bytes.Equal(got.encode(), b) {
			t.Fatalf("two encodings of one set of keys: %x", b)
		}
	})
}
