package seal

import (
	"bytes"
	"slices"
	"testing"
)

// ways are the three kinds of envelope of one member, and how each is opened.
func ways(t *testing.T, pepper *Key, ms *MemberSecret, code Code, prf []byte) map[string]Envelope {
	t.Helper()
	p, err1 := Cost{}.SealPassword(pepper, "i", "m", "five words make a sentence", ms)
	r, err2 := SealRecovery(pepper, "i", "m", code, ms)
	k, err3 := SealPasskey(pepper, "i", "m", "credential", prf, ms)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return map[string]Envelope{"password": p, "recovery": r, "passkey": k}
}

func opensBy(e Envelope, pepper *Key, code Code, prf []byte) (*MemberSecret, error) {
	switch e.Kind {
	case EnvelopePassword:
		return Cost{}.OpenPassword(e, pepper, "i", "m", "five words make a sentence")
	case EnvelopeRecovery:
		return e.OpenRecovery(pepper, "i", "m", code)
	default:
		return e.OpenPasskey(pepper, "i", "m", prf)
	}
}

func TestARenewedPepperOpensWhatWasSealedBefore(t *testing.T) {
	first, ms, code, prf := NewKey(), NewMemberSecret(), NewCode(), bytes.Repeat([]byte{7}, 32)
	second, err := RenewPepper(first)
	if err != nil {
		t.Fatal(err)
	}
	third, err := RenewPepper(second)
	if err != nil {
		t.Fatal(err)
	}
	layer := func(e Envelope, under *Key) Envelope {
		t.Helper()
		layered, done := e.Layer(under, "i", "m")
		if !done {
			t.Fatal("no layer")
		}
		if again, done := layered.Layer(under, "i", "m"); done || !bytes.Equal(again.Box, layered.Box) {
			t.Error("a second layer of the same pepper")
		}
		return layered
	}
	for name, e := range ways(t, first, ms, code, prf) {
		once := layer(e, second)
		twice := layer(once, third)
		fresh := ways(t, second, ms, code, prf)[name]
		for what, c := range map[string]struct {
			e      Envelope
			pepper *Key
			opens  bool
		}{
			"before":                                {e, first, true},
			"not moved yet":                         {e, second, true},
			"moved":                                 {once, second, true},
			"moved twice":                           {twice, third, true},
			"made under the second, moved once":     {layer(fresh, third), third, true},
			"an old backup under the newest":        {once, third, true},
			"of the first, past the second":         {layer(e, third), third, true},
			"what a thief has: moved, first pepper": {once, first, false},
			"moved twice, second pepper":            {twice, second, false},
			"another pepper":                        {once, NewKey(), false},
		} {
			got, err := opensBy(c.e, c.pepper, code, prf)
			if (err == nil) != c.opens || err == nil && !bytes.Equal(got.encode(), ms.encode()) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		// Of another member, place or kind it is no layer.
		other := once
		other.Credential += "x"
		if _, err := opensBy(other, second, code, prf); err == nil {
			t.Errorf("%s: opens for another credential", name)
		}
		if _, err := (Cost{}).OpenPassword(Envelope{Kind: e.Kind, Params: e.Params, Salt: e.Salt, Box: once.Box}, second, "i", "other", "five words make a sentence"); err == nil {
			t.Errorf("%s: opens for another member", name)
		}
	}
}

func TestWhatAPepperSealsOpensUnderTheNextOne(t *testing.T) {
	first := NewKey()
	second, err := RenewPepper(first)
	if err != nil {
		t.Fatal(err)
	}
	tok, keys := NewToken(), NewMemberSecret().Keys()
	if _, err := tok.OpenKeys(second, note(), tok.SealKeys(first, note(), keys)); err != nil {
		t.Error("a session ends with the pepper")
	}
	if _, err := tok.OpenKeys(first, note(), tok.SealKeys(second, note(), keys)); err == nil {
		t.Error("the old pepper opens what the new one sealed")
	}
	want := []string{second.Blind("use", "a"), first.Blind("use", "a")}
	if got := second.Blinds("use", "a"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPepperFileHoldsThoseBefore(t *testing.T) {
	pepper := NewKey()
	for n := 1; ; n++ {
		file := MarshalPepper(pepper)
		if got := bytes.Count(file, []byte("\n")); got != n {
			t.Fatalf("%d lines for %d peppers", got, n)
		}
		back, err := LoadPepper(file)
		if err != nil || !SamePepper(back, pepper) {
			t.Fatalf("%d peppers: %v", n, err)
		}
		for _, bad := range [][]byte{append(slices.Clone(file), "x"...), append([]byte("\n"), file...), append(slices.Clone(file), NewInstanceKey().Marshal()...), nil} {
			if _, err := LoadPepper(bad); err == nil {
				t.Errorf("%d peppers: read %q", n, bad)
			}
		}
		code, ik := NewCode(), NewInstanceKey()
		copied, err := SealKeyCopy(code, ik, pepper)
		if err != nil {
			t.Fatal(err)
		}
		if _, p, err := OpenKeyCopy(code, copied); err != nil || !SamePepper(p, pepper) {
			t.Errorf("%d peppers: the copy holds another: %v", n, err)
		}
		next, err := RenewPepper(pepper)
		if n == mostPeppers {
			if err == nil {
				t.Error("renewed without end")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if SamePepper(next, pepper) {
			t.Error("the same pepper again")
		}
		pepper = next
	}
}
