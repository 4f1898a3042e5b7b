package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

// printed is every way in which a value may end up as text.
func printed(t *testing.T, v any) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%08b", "%T%v"} {
		if verb == "%T%v" {
			out[verb] = fmt.Sprint(v)
			continue
		}
		out[verb] = fmt.Sprintf(verb, v)
	}
	if s, ok := v.(fmt.Stringer); ok {
		out["String"] = s.String()
	}
	if s, ok := v.(fmt.GoStringer); ok {
		out["GoString"] = s.GoString()
	}
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out["json"] = strings.Trim(string(j), `"`)
	if m, ok := v.(interface{ MarshalText() ([]byte, error) }); ok {
		b, err := m.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		out["text"] = string(b)
	}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("x", "v", v)
		_, after, _ := strings.Cut(b.String(), "v")
		after = after[strings.LastIndex(after, "v")+1:]
		out[name] = strings.Trim(after, "\":=}\n")
	}
	return out
}

func TestSecretsNeverPrint(t *testing.T) {
	s := newShelf()
	m := sealFile(t, s, testPart, []byte("canary"))
	ms := NewMemberSecret()
	ck := fixedCase()
	compartment, _ := ck.Compartment(Identity)
	instance := NewInstanceKey()
	for name, v := range map[string]any{
		"Secret": NewSecret(), "Key": NewKey(), "Key value": *NewKey(), "CompartmentKey": compartment,
		"CaseKeys": ck, "Keys": ms.Keys(), "MemberSecret": ms, "MemberSecret value": *ms, "Signer": ms.Signer(),
		"Token": NewToken(), "Code": NewCode(), "InstanceKey": instance, "Stamper": instance.Stamper(),
		"Manifest": m, "Part": m.Parts[0], "zero Code": Code{}, "zero Token": Token{}, "CodeShare": NewCode().Split()[0], "zero CodeShare": CodeShare{}, "zero Secret": Secret{},
	} {
		for how, got := range printed(t, v) {
			if got != secretText {
				t.Errorf("%s by %s: %q", name, how, got)
			}
		}
	}
	for how, got := range printed(t, NewKey().Seal(note(), nil)) {
		if got != sealedText {
			t.Errorf("Box by %s: %q", how, got)
		}
	}
}

// A secret in an unexported field of somebody else's struct: fmt does not ask its
// methods there.
func TestSecretsDoNotPrintFromInsideOtherStructs(t *testing.T) {
	b32, b16 := fixed32(200), [16]byte(bytes.Repeat([]byte{0xC5}, 16))
	ms := &MemberSecret{s: veil(&memberState{seed: b32})}
	outer := struct {
		secret   Secret
		key      Key
		keyPtr   *Key
		token    Token
		code     Code
		ms       MemberSecret
		keys     Keys
		signer   Signer
		ck       CaseKeys
		ck1      CompartmentKey
		instance InstanceKey
		stamper  Stamper
		part     Part
	}{
		Secret{b: veil(&b32)}, *keyOf(b32), keyOf(b32), Token{b: veil(&b32)}, Code{b: veil(&b16)}, *ms, *keysOf(b32, b32, b32),
		*ms.Signer(), *fixedCase(), *compartmentOf(b32), *instanceOf(b32), Stamper{s: veil(&stamperState{key: b32})},
		Part{secret: veil(&partSecret{key: b16, sum: b32})},
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s", "%d"} {
		text := fmt.Sprintf(verb, outer)
		for _, leak := range []string{
			"canary", hex.EncodeToString(b32[:4]), hex.EncodeToString(b16[:4]), strings.Trim(fmt.Sprint(b32[:4]), "[]"),
			strings.Trim(fmt.Sprint(b16[:4]), "[]"), "0xc8, 0xc9", "0xc5, 0xc5", string(b16[:]),
		} {
			if strings.Contains(text, leak) {
				t.Errorf("%s shows %q", verb, leak)
			}
		}
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	code := NewCode()
	text := code.Text()
	_, err := ParseCode(text[:len(text)-1])
	if slices.ContainsFunc(strings.Split(text, "-"), func(group string) bool { return strings.Contains(err.Error(), group) }) {
		t.Error("an error repeats the code")
	}
	token := NewToken()
	_, err = ParseToken(token.Cookie() + "x")
	if strings.Contains(err.Error(), token.Cookie()) || strings.Contains(err.Error(), base64.RawURLEncoding.EncodeToString(token.b()[:4])) {
		t.Error("an error repeats the cookie")
	}
}

func TestSecretKeyIsStable(t *testing.T) {
	s := NewSecret()
	if _, err := s.Key().Open(note(), s.Key().Seal(note(), []byte("x"))); err != nil {
		t.Error(err)
	}
	if (Secret{}).Key() != nil {
		t.Error("the zero secret has a key")
	}
}
