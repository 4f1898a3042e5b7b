package ui_test

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"klankbord/internal/web/ui"
)

// tokens reads the colours of tokens.css for the light and the dark scheme.
func tokens(t *testing.T) (light, dark map[string]string) {
	t.Helper()
	raw, err := os.ReadFile("assets/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	head, tail, ok := strings.Cut(string(raw), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("tokens.css has no dark scheme")
	}
	read := func(s string) map[string]string {
		m := map[string]string{}
		for _, f := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(s, -1) {
			m[f[1]] = f[2]
		}
		return m
	}
	light, dark = read(head), read(tail)
	for k, v := range light {
		if dark[k] == "" {
			dark[k] = v
		}
	}
	return light, dark
}

// TestEveryPairOfColoursThatMeetsCanBeRead measures WCAG 2.2 1.4.3 (text, 4.5)
// and 1.4.11 (controls and focus, 3).
func TestEveryPairOfColoursThatMeetsCanBeRead(t *testing.T) {
	text := map[string][]string{
		"ink":       {"ground", "card", "tint", "wash", "info-wash", "ok-wash", "warn-wash", "err-wash"},
		"soft":      {"ground", "card", "tint", "wash", "warn-wash"},
		"accent":    {"ground", "card", "tint", "wash", "warn-wash", "ok-wash", "info-wash", "err-wash"},
		"on-accent": {"accent"}, "ground": {"ink", "err"}, "focus-ink": {"focus"},
		"err": {"ground", "card", "err-wash"}, "warn": {"card", "warn-wash"}, "ok": {"card", "ok-wash"}, "info": {"card", "info-wash"},
	}
	controls := map[string][]string{
		"edge": {"ground", "card", "tint", "warn-wash"}, "accent": {"ground", "card"}, "err": {"ground", "card"},
		"ink": {"focus", "ground"}, "focus": {"ink"},
	}
	light, dark := tokens(t)
	for name, scheme := range map[string]map[string]string{"light": light, "dark": dark} {
		check := func(pairs map[string][]string, least float64, but string) {
			for fore, backs := range pairs {
				for _, back := range backs {
					if fore == but || back == but {
						continue
					}
					if scheme[fore] == "" || scheme[back] == "" {
						t.Fatalf("no token %s or %s", fore, back)
					}
					if c := ui.Contrast(scheme[fore], scheme[back]); c < least {
						t.Errorf("%s: %s on %s has %.2f, needs %.1f", name, fore, back, c, least)
					}
				}
			}
		}
		check(text, 4.5, "")
		// In the dark the ring of a control is pale inside amber; the amber meets
		// the dark ground, and that is the contrast that shows the focus.
		if name == "dark" {
			check(controls, 3, "focus")
			check(map[string][]string{"focus": {"ground", "card"}}, 3, "")
		} else {
			check(controls, 3, "")
		}
	}
}

func TestContrastIsThatOfTheStandard(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#767676", "#ffffff", 4.54}} {
		if got := ui.Contrast(c.a, c.b); got < c.want-0.01 || got > c.want+0.01 {
			t.Errorf("Contrast(%s, %s) = %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestAnAccentThatCannotBeReadIsRefusedWithAProposal(t *testing.T) {
	err := ui.Look{Accent: "#ffcc00"}.Check()
	if err == nil || !strings.Contains(err.Error(), "try #") {
		t.Fatalf("yellow on paper: %v", err)
	}
	for _, c := range []string{"#ffcc00", "#ffffff", "#000000", "#e2001a", "#7f7f7f"} {
		for _, ground := range []string{"#faf8f3", "#131714"} {
			if p := ui.Proposal(c, ground); ui.Contrast(p, ground) < 4.5 {
				t.Errorf("Proposal(%s, %s) = %s, which cannot be read", c, ground, p)
			}
		}
	}
	for _, bad := range []string{"red", "#12345", "#1234567", "#00000g", "#000000;}"} {
		if (ui.Look{Accent: bad}).Check() == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// TestAnAcceptedAccentCanBeReadEverywhere takes the palest accents that pass and
// reads back the tokens that follow from them.
func TestAnAcceptedAccentCanBeReadEverywhere(t *testing.T) {
	light, dark := tokens(t)
	for _, c := range []string{"#ff0000", "#e2001a", "#0000ff", "#00aa00", "#888888", "#ff8800", "#000000"} {
		look := ui.Look{Accent: ui.Proposal(c, light["tint"]), AccentDark: ui.Proposal(c, dark["tint"])}
		a, err := ui.NewAssets(look)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest("GET", a.URL("app.css"), nil))
		set := regexp.MustCompile(`--accent:(#\w+);--on-accent:(#\w+);--wash:(#\w+)`).FindAllStringSubmatch(w.Body.String(), -1)
		if len(set) != 2 {
			t.Fatalf("tokens %v", set)
		}
		for i, scheme := range []map[string]string{light, dark} {
			accent, on, wash := set[i][1], set[i][2], set[i][3]
			for _, pair := range [][2]string{{accent, scheme["ground"]}, {accent, scheme["card"]}, {accent, scheme["tint"]}, {accent, wash}, {on, accent}, {scheme["ink"], wash}, {scheme["soft"], wash}} {
				if r := ui.Contrast(pair[0], pair[1]); r < 4.5 {
					t.Errorf("%s: %s on %s has %.2f", c, pair[0], pair[1], r)
				}
			}
		}
	}
}

func TestAnAccentChangesTheStyleSheetAndItsAddress(t *testing.T) {
	red, err := ui.NewAssets(ui.Look{Accent: "#a00020"})
	if err != nil {
		t.Fatal(err)
	}
	if red.URL("app.css") == assets(t).URL("app.css") {
		t.Error("two looks share an address")
	}
	if red.URL("desk.css") != assets(t).URL("desk.css") {
		t.Error("the desk's own sheet does not depend on the look")
	}
}
