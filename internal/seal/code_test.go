package seal

import (
	"errors"
	"strings"
	"testing"
)

func TestCodeIsForgiving(t *testing.T) {
	c := Code{b: veil(&[16]byte{0x00, 0x44, 0x32, 0x14, 0xC7})} // text with 0 and 1 in it
	text := c.Text()
	if len(text) != 34 || strings.Count(text, "-") != 6 {
		t.Fatalf("text has %d symbols", len(text))
	}
	if !strings.Contains(text, "0") || !strings.Contains(text, "1") {
		t.Fatal("the fixture needs a 0 and a 1")
	}
	bare := strings.ReplaceAll(text, "-", "")
	for name, in := range map[string]string{
		"as shown": text, "lower case": strings.ToLower(text), "no dashes": bare,
		"spaces": " " + strings.ReplaceAll(text, "-", "  ") + "\n", "letter O": strings.ReplaceAll(text, "0", "O"),
		"small o": strings.ReplaceAll(text, "0", "o"), "letter I": strings.ReplaceAll(text, "1", "I"),
		"small L": strings.ReplaceAll(text, "1", "l"), "long dashes": strings.ReplaceAll(text, "-", " – "),
		"no-break spaces": strings.ReplaceAll(text, "-", "\u00a0"),
	} {
		if got, err := ParseCode(in); err != nil || *got.b() != *c.b() {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, in := range map[string]string{
		"empty": "", "short": bare[:27], "long": bare + "0", "letter U": "U" + bare[1:],
		"accent": "é" + bare[1:], "kelvin sign": "\u212a" + bare[1:], "not text": "\xff" + bare[1:],
		"two swapped": swapFirstDifferent(bare), "doubled": bare + bare,
	} {
		if _, err := ParseCode(in); !errors.Is(err, ErrCodeTypo) {
			t.Errorf("%s: %v, want ErrCodeTypo", name, err)
		}
	}
}

func swapFirstDifferent(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] != s[i-1] {
			return s[:i-1] + string(s[i]) + string(s[i-1]) + s[i+1:]
		}
	}
	return s
}

func FuzzParseCode(f *testing.F) {
	f.Add(NewCode().Text())
	f.Add("0000-0000-0000-0000-0000-0000-0000")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(c.Text()); err != nil || *again.b() != *c.b() {
			t.Fatalf("parse(format(parse(%q))): %v", s, err)
		}
	})
}

func FuzzCodeTextIsInverse(f *testing.F) {
	f.Add(make([]byte, 16))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) != 16 {
			return
		}
		b := [16]byte(raw)
		if c, err := ParseCode(Code{b: veil(&b)}.Text()); err != nil || *c.b() != b {
			t.Fatalf("%x: %v", raw, err)
		}
	})
}

func TestCodeYieldsDistinctKeysPerInstanceAndPurpose(t *testing.T) {
	c := fixedCode(1)
	seen := map[string]bool{}
	add := func(id string) {
		if seen[id] {
			t.Error("two uses of a code share an id or key")
		}
		seen[id] = true
	}
	for _, instance := range []string{"desk", "other"} {
		for _, purpose := range []string{"mailbox", "draft"} {
			add(c.LookupID(instance, purpose))
			k := c.Key(instance, purpose)
			add(string(k.s().secret[:]))
		}
		k := c.Keys(instance)
		add(string(k.s().kem.seed[:]))
		add(string(k.s().keyring.s().secret[:]))
		add(string(k.s().personal.s().secret[:]))
	}
	r := c.Recipient("desk")
	if r.Kind() != RecipientCode || r.ID() != c.LookupID("desk", "mailbox") ||
		r.Fingerprint() != c.Keys("desk").Public().Fingerprint() || len(r.Fingerprint()) != 64 {
		t.Error("recipient of a code does not match its keys")
	}
	got, err := c.Keys("desk").OpenGrant("desk", "case-a", 1, r.Kind(), r.ID(), grant(t, fixedCase(), r, Share{Dialogue, Identity}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := got.Compartment(Investigation); ok {
		t.Error("the code opens the investigation")
	}
	sealed := SealCode(fixedKey(1), note(), c)
	if back, err := OpenCode(fixedKey(1), note(), sealed); err != nil || *back.b() != *c.b() {
		t.Errorf("sealed code: %v", err)
	}
}

func TestTokenReadsOnlyItsOwnCookie(t *testing.T) {
	token := NewToken()
	cookie := token.Cookie()
	back, err := ParseToken(cookie)
	if err != nil || back.ID() != token.ID() || len(token.ID()) != 64 {
		t.Fatalf("cookie: %v", err)
	}
	if strings.Contains(token.ID(), cookie) || *token.Key().s() == *token.KeyWith(fixedKey(1)).s() {
		t.Error("id or key gives the secret away")
	}
	box := token.Key().Seal(note(), []byte("x"))
	if _, err := back.Key().Open(note(), box); err != nil {
		t.Error(err)
	}
	for name, in := range map[string]string{
		"empty": "", "short": cookie[:42], "long": cookie + "A", "padded": cookie + "=",
		"newline": cookie[:42] + "\n", "standard alphabet": "+" + cookie[1:], "spare bits": cookie[:42] + "B",
	} {
		_, err := ParseToken(in)
		wantShut(t, name, err)
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(NewToken().Cookie())
	f.Fuzz(func(t *testing.T, s string) {
		if token, err := ParseToken(s); err == nil && token.Cookie() != s {
			t.Fatalf("two cookies of one token: %q", s)
		}
	})
}
