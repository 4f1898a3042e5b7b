package signin

import (
	"strings"
	"testing"

	"klankbord/internal/fault"
)

// Those of the list of common passwords that zxcvbn ships (47,023 entries) that have
// 15 characters or more.
const longCommon = `mailcreated5240 polniypizdec0211 123456789987654321 1qaz2wsx3edc4rfv hd764nw5d7e1vb1 qazwsxedcrfvtgb 23176djivanfros
123456789qwerty 12345678900987654321 qwerty123456789 polniypizdec110211 12345678987654321 q1w2e3r4t5y6u7i8 zqjphsyf6ctifgu
lhbjkjubz2957704 1qazxsw23edcvfr4 nemvxyheqdd5oqxyxyzi 1234qwerasdfzxcv q1w2e3r4t5y6u7i8o9p0 passwordstandard 1234567890qwerty
1234567890987654321 bpgjldsgjldthnf 1qa2ws3ed4rf5tg qwertyuiop12345 1234567887654321 111222333444555 122333444455555
zxcvbnm123456789 qwertasdfgzxcvb nick1234-rem936 aksjdlasdakj89879 lytdybrbdfvgbhf 420842084208555 polniypizdec1102
ne_e_pod_chehyl hd764nw5d7e1vbv passwordassword bhrh0h2oof6xbqjeh`

func TestCommonPasswordsAreRefused(t *testing.T) {
	about := []string{"Nele Janssens", "nele@desk.example", "WWF-Belgium"}
	list := append(strings.Fields(longCommon),
		"passwordpassword", "Wachtwoord2026!", "P@ssw0rdP@ssw0rd", "motdepasse12345", "Passwort-Passwort", "aaaaaaaaaaaaaaaa", "abcabcabcabcabc",
		"Welkom01Welkom01", "azertyuiopqsdfghjklm", "qwertzuiopasdfgh", "correct horse battery staple", "correcthorsebatterystaple",
		"zomer2025zomer2026", "Ete2026Hiver2026", "ichliebedich2026", "janvierfevriermars", "NeleJanssens2026", "wwf-belgium-2026", "Klankbord!Klankbord!",
		"Nele.Janssens@desk.example", "desk.example.2026", "iloveyouiloveyou", "drowssapdrowssap", "2026202620262026", "19841984-19841984")
	for _, p := range list {
		err := checkPassword(p, about...)
		if f, ok := fault.As(err); !ok || f.Key != "error.password-common" {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestPasswordsThatPeopleMakeUpAreTaken(t *testing.T) {
	for _, p := range []string{
		"een lang genoeg wachtwoord", "five words make a sentence", "beek-vijver-otter-42", "chene-hetre-loutre-17", "merel-duin-helmgras-08",
		"renard-clairiere-51", "biber-ufer-weide-36", "korenbloem-akker-88", "mijn tante fietst graag naar Oostende", "Le canard boit trois cafés",
		"Der Postbote mag keinen Kümmel", "kX9#vTq2mWz7Lr4p", "日本語のパスワードは長いほうがいい", "schildpad walnoot kelder trompet",
	} {
		if err := checkPassword(p, "Nele Janssens", "nele@desk.example"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestPasswordsHaveALength(t *testing.T) {
	for p, key := range map[string]string{
		"te kort": "error.password-short", strings.Repeat("é", MinPassword-1): "error.password-short", "": "error.password-short",
		strings.Repeat("een lang genoeg wachtwoord ", 10): "error.password-long", "een lang genoeg\nwachtwoord": "error.password-long",
	} {
		if f, ok := fault.As(checkPassword(p)); !ok || f.Key != key {
			t.Errorf("%q: %v, want %s", p, f, key)
		}
	}
	if err := checkPassword("vijftien tekens"); err != nil {
		t.Errorf("fifteen characters: %v", err)
	}
}
