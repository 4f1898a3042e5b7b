package seal

import (
	"bytes"
	"errors"
	"testing"
)

func TestEnvelopesOpenTheSameSecret(t *testing.T) {
	pepper, code, ms, prf := NewKey(), NewCode(), NewMemberSecret(), bytes.Repeat([]byte{9}, 32)
	ms.RequireSecondFactor()
	byPassword, err := Cost{}.SealPassword(pepper, "desk", "m1", "correct horse", ms)
	if err != nil {
		t.Fatal(err)
	}
	byCode, err := SealRecovery(pepper, "desk", "m1", code, ms)
	if err != nil {
		t.Fatal(err)
	}
	byPasskey, err := SealPasskey(pepper, "desk", "m1", "c1", prf, ms)
	if err != nil {
		t.Fatal(err)
	}
	otherPasskey := byPasskey
	otherPasskey.Credential = "c2"
	for name, open := range map[string]func() (*MemberSecret, error){
		"password": func() (*MemberSecret, error) {
			return Cost{}.OpenPassword(byPassword, pepper, "desk", "m1", "correct horse")
		},
		"recovery": func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m1", code) },
		"passkey":  func() (*MemberSecret, error) { return byPasskey.OpenPasskey(pepper, "desk", "m1", prf) },
	} {
		got, err := open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if *got.s() != *ms.s() || !got.SecondFactorRequired() {
			t.Errorf("%s: another secret came out", name)
		}
	}
	for name, open := range map[string]func() (*MemberSecret, error){
		"other password": func() (*MemberSecret, error) {
			return Cost{}.OpenPassword(byPassword, pepper, "desk", "m1", "correct Horse")
		},
		"other pepper": func() (*MemberSecret, error) {
			return Cost{}.OpenPassword(byPassword, NewKey(), "desk", "m1", "correct horse")
		},
		"no pepper": func() (*MemberSecret, error) {
			return Cost{}.OpenPassword(byPassword, nil, "desk", "m1", "correct horse")
		},
		"other member": func() (*MemberSecret, error) {
			return Cost{}.OpenPassword(byPassword, pepper, "desk", "m2", "correct horse")
		},
		"other instance": func() (*MemberSecret, error) {
			return Cost{}.OpenPassword(byPassword, pepper, "x", "m1", "correct horse")
		},
		"other kind":   func() (*MemberSecret, error) { return byPassword.OpenRecovery(pepper, "desk", "m1", code) },
		"other code":   func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m1", NewCode()) },
		"no code":      func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m1", Code{}) },
		"code, member": func() (*MemberSecret, error) { return byCode.OpenRecovery(pepper, "desk", "m2", code) },
		"code, pepper": func() (*MemberSecret, error) { return byCode.OpenRecovery(NewKey(), "desk", "m1", code) },
		"other result": func() (*MemberSecret, error) {
			return byPasskey.OpenPasskey(pepper, "desk", "m1", bytes.Repeat([]byte{8}, 32))
		},
		"short result":   func() (*MemberSecret, error) { return byPasskey.OpenPasskey(pepper, "desk", "m1", prf[:31]) },
		"no result":      func() (*MemberSecret, error) { return byPasskey.OpenPasskey(pepper, "desk", "m1", nil) },
		"other passkey":  func() (*MemberSecret, error) { return otherPasskey.OpenPasskey(pepper, "desk", "m1", prf) },
		"result, member": func() (*MemberSecret, error) { return byPasskey.OpenPasskey(pepper, "desk", "m2", prf) },
		"result, pepper": func() (*MemberSecret, error) { return byPasskey.OpenPasskey(NewKey(), "desk", "m1", prf) },
		"result, kind":   func() (*MemberSecret, error) { return byPassword.OpenPasskey(pepper, "desk", "m1", prf) },
	} {
		_, err := open()
		wantShut(t, name, err)
	}
	if _, err := SealRecovery(pepper, "desk", "m1", Code{}, ms); !errors.Is(err, ErrCodeTypo) {
		t.Errorf("sealed under no code: %v", err)
	}
	if _, err := SealPasskey(pepper, "desk", "m1", "c1", prf[:16], ms); err == nil {
		t.Error("sealed under half a result")
	}
}

func TestAnActHoldsTheSecretUnderTheCookieOnly(t *testing.T) {
	pepper, tok, ms := NewKey(), NewToken(), NewMemberSecret()
	box := tok.SealSecret(pepper, note(), ms)
	got, err := tok.OpenSecret(pepper, note(), box)
	if err != nil || *got.s() != *ms.s() {
		t.Fatalf("another secret came out: %v", err)
	}
	other := note()
	other.Kind = "other"
	for name, open := range map[string]func() (*MemberSecret, error){
		"other cookie": func() (*MemberSecret, error) { return NewToken().OpenSecret(pepper, note(), box) },
		"other pepper": func() (*MemberSecret, error) { return tok.OpenSecret(NewKey(), note(), box) },
		"no pepper":    func() (*MemberSecret, error) { return tok.OpenSecret(nil, note(), box) },
		"no cookie":    func() (*MemberSecret, error) { return Token{}.OpenSecret(pepper, note(), box) },
		"other act":    func() (*MemberSecret, error) { return tok.OpenSecret(pepper, other, box) },
	} {
		_, err := open()
		wantShut(t, name, err)
	}
}

func TestBlindStandsForOneThingUnderOneKey(t *testing.T) {
	k := NewKey()
	id := k.Blind("network", "192.0.2.0/24")
	if len(id) != 64 || id != k.Blind("network", "192.0.2.0/24") {
		t.Errorf("Blind = %q", id)
	}
	for name, other := range map[string]string{
		"other key": NewKey().Blind("network", "192.0.2.0/24"), "other use": k.Blind("account", "192.0.2.0/24"),
		"other part": k.Blind("network", "192.0.3.0/24"), "parts joined": k.Blind("net", "work", "192.0.2.0/24"),
	} {
		if other == id {
			t.Errorf("%s gives the same", name)
		}
	}
}

func TestTooManyPasswordsAtOnceAreTurnedAway(t *testing.T) {
	for range argonSlots {
		argonTurn <- struct{}{}
	}
	_, err := Cost{}.written().stretch("p", make([]byte, saltSize))
	for range argonSlots {
		<-argonTurn
	}
	if !errors.Is(err, ErrBusy) {
		t.Errorf("third password at once: %v, want ErrBusy", err)
	}
	if _, err := (Cost{}).written().stretch("p", make([]byte, saltSize)); err != nil {
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
	if !back.SecondFactorRequired() {
		t.Error("second factor lost")
	}
	if !bytes.Equal(ms.Keys().encode(), back.Keys().encode()) {
		t.Error("keys depend on more than the seed")
	}
}

func FuzzDecodeMemberSecret(f *testing.F) {
	ms := NewMemberSecret()
	f.Add(ms.encode())
	ms.RequireSecondFactor()
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
