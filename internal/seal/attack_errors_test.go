package seal

import (
	"strings"
	"testing"
)

func TestAT9CodeMistypedIsKnownWithoutLookUp(t *testing.T) {
	accepted, tries := 0, 200_000
	for i := range tries {
		full := NewCode()
		text := []byte(full.Text())
		at := (i * 7) % len(text)
		if text[at] == '-' {
			continue
		}
		old := text[at]
		text[at] = crockford[i%32]
		if text[at] == old {
			continue
		}
		if _, err := ParseCode(string(text)); err == nil {
			accepted++
		}
	}
	if accepted > tries/4096*2 {
		t.Errorf("%d of %d mistyped codes accepted, want about 1 in 4096", accepted, tries)
	}
}

func TestAT16EveryFailureHasOneError(t *testing.T) {
	key, member := fixedKey(1), fixedKeys(1)
	junk := Box(strings.Repeat("junk", 500))
	good := key.Seal(note(), []byte("text"))
	for name, try := range map[string]func() error{
		"nil key":        func() error { _, err := (*Key)(nil).Open(note(), good); return err },
		"nil box":        func() error { _, err := key.Open(note(), nil); return err },
		"junk":           func() error { _, err := key.Open(note(), junk); return err },
		"wrong key":      func() error { _, err := fixedKey(2).Open(note(), good); return err },
		"wrong context":  func() error { _, err := key.Open(Context{}, good); return err },
		"grant":          func() error { _, err := member.OpenGrant("", "", 0, "", "", junk); return err },
		"keyring":        func() error { _, err := member.OpenKeyring("", "", 0, "", junk); return err },
		"code":           func() error { _, err := OpenCode(key, note(), good); return err },
		"code, no key":   func() error { _, err := OpenCode(nil, note(), good); return err },
		"key":            func() error { _, err := UnwrapKey(key, note(), good); return err },
		"token":          func() error { _, err := ParseToken("x"); return err },
		"manifest":       func() error { _, err := DecodeManifest(junk); return err },
		"context":        func() error { _, err := ParseContext(junk); return err },
		"session":        func() error { _, err := NewToken().OpenKeys(key, note(), good); return err },
		"envelope kind":  func() error { _, err := Cost{}.OpenPassword(Envelope{Box: good}, key, "", "", ""); return err },
		"recovery kind":  func() error { _, err := Envelope{Box: good}.OpenRecovery(key, "", "", NewCode()); return err },
		"passkey kind":   func() error { _, err := Envelope{Box: good}.OpenPasskey(key, "", "", make([]byte, 32)); return err },
		"member secret":  func() error { _, err := decodeMemberSecret(junk); return err },
		"reading keys":   func() error { _, err := decodeKeys(junk); return err },
		"case keys":      func() error { _, err := caseKeysOf("", "", 0, junk); return err },
		"broken padding": func() error { _, err := unpad(make([]byte, 64)); return err },
	} {
		wantShut(t, name, try())
	}
}
