package ui

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Look is the colour that a profile may set, as #rrggbb: for buttons and links,
// on the light and on the dark ground. Empty means Klankbord's forest green.
type Look struct {
	Accent, AccentDark string
	Logo               []byte // a PNG; empty: the sign of Klankbord
}

// LogoName is the asset that holds the logo, where there is one.
const LogoName = "logo.png"

// The colours of tokens.css that the accent meets: the ground on which it has
// least contrast (--tint) and the one its wash is mixed with (--card).
const (
	lightGround = "#f1eee5"
	lightCard   = "#ffffff"
	darkGround  = "#1d231f"
	darkCard    = "#1a1f1b"
	nearBlack   = "#0b1a12"
)

// minText is the contrast that text needs, WCAG 2.2 1.4.3.
const minText = 4.5

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Check reports why the look cannot be used. The error is for the person who
// configures; Proposal offers a colour instead.
func (l Look) Check() error {
	for _, c := range []struct{ accent, ground, name string }{
		{l.Accent, lightGround, "accent"}, {l.AccentDark, darkGround, "accent-dark"},
	} {
		if c.accent == "" {
			continue
		}
		if !hexColour.MatchString(c.accent) {
			return fmt.Errorf("%s %q is not written as #rrggbb", c.name, c.accent)
		}
		if r := Contrast(c.accent, c.ground); r < minText {
			return fmt.Errorf("%s %s has a contrast of %.1f on %s, and needs %.1f; try %s",
				c.name, c.accent, r, c.ground, minText, Proposal(c.accent, c.ground))
		}
	}
	return nil
}

// Readable reports whether an accent can be read on the light ground; if not, what its
// contrast is and which colour near it could be. other is empty where accent is no colour.
func Readable(accent string) (ok bool, ratio float64, other string) {
	if !hexColour.MatchString(accent) {
		return false, 0, ""
	}
	if ratio = Contrast(accent, lightGround); ratio >= minText {
		return true, ratio, ""
	}
	return false, ratio, Proposal(accent, lightGround)
}

// Figures are the contrasts of an accent on the light ground and, in the shade that is
// taken there, on the dark one.
func Figures(accent string) (light, dark float64) {
	return Contrast(accent, lightGround), Contrast(Proposal(accent, darkGround), darkGround)
}

// css is the part of the style sheet that sets the accent and what follows from it.
func (l Look) css() (string, error) {
	if err := l.Check(); err != nil {
		return "", err
	}
	light, dark := l.Accent, l.AccentDark
	if dark == "" && light != "" {
		dark = Proposal(light, darkGround)
	}
	s := ""
	if light != "" {
		s += accentTokens(light, mix(lightCard, light, 0.06))
	}
	if dark != "" {
		s += "@media(prefers-color-scheme:dark){" + accentTokens(dark, mix(darkCard, dark, 0.03)) + "}"
	}
	return s, nil
}

func accentTokens(accent, wash string) string {
	return ":root{--accent:" + accent + ";--on-accent:" + onColour(accent) + ";--wash:" + wash + "}"
}

// mix is colour a with a share of b.
func mix(a, b string, share float64) string {
	r, g, bl := rgb(a)
	x, y, z := rgb(b)
	part := func(v, w float64) int { return int(math.Round(v + (w-v)*share)) }
	return fmt.Sprintf("#%02x%02x%02x", part(r, x), part(g, y), part(bl, z))
}

// onColour is the text colour that reads better on c.
func onColour(c string) string {
	if Contrast(c, lightCard) >= Contrast(c, nearBlack) {
		return lightCard
	}
	return nearBlack
}

// Proposal is the colour nearest to c, darker or lighter, that can be read on
// ground.
func Proposal(c, ground string) string {
	end := "#000000"
	if luminance(ground) < 0.18 {
		end = "#ffffff"
	}
	for share := 0.0; share < 1; share += 0.02 {
		if p := mix(c, end, share); Contrast(p, ground) >= minText {
			return p
		}
	}
	return end
}

// Contrast is the ratio between two colours written #rrggbb, from 1 to 21
// (WCAG 2.2, "contrast ratio").
func Contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is the "relative luminance" of WCAG 2.2.
func luminance(c string) float64 {
	r, g, b := rgb(c)
	lin := func(v float64) float64 {
		if v /= 255; v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

// rgb reads #rrggbb; what is not written so reads as black.
func rgb(c string) (r, g, b float64) {
	if !hexColour.MatchString(c) {
		return 0, 0, 0
	}
	n, _ := strconv.ParseUint(c[1:], 16, 32) // the pattern leaves only hex digits
	return float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)
}
