// Package ident draws random identifiers and case numbers. It never derives one
// from a counter or a clock, so that no identifier tells how many cases exist or
// when one was made. It fails only where the operating system has no entropy, in
// which case crypto/rand ends the process.
package ident

import (
	"crypto/rand"
	"strings"
)

const (
	lower = "0123456789abcdefghjkmnpqrstvwxyz"
	upper = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// New returns 128 random bits as 26 lower-case Crockford symbols.
func New() string {
	var raw [26]byte
	_, _ = rand.Read(raw[:]) // never returns an error since Go 1.24
	for i, b := range raw {
		raw[i] = lower[b&31]
	}
	raw[0] = lower[strings.IndexByte(lower, raw[0])&7] // 25 × 5 + 3 = 128 bits
	return string(raw[:])
}

// Valid reports whether s has the form of an identifier made by New.
func Valid(s string) bool {
	return len(s) == 26 && strings.Trim(s, lower) == ""
}

// CaseNumber draws a number such as KB-7Q4M-9X: 30 random bits, never
// sequential. The caller makes it unique by redrawing on collision.
func CaseNumber() string {
	var raw [6]byte
	_, _ = rand.Read(raw[:])
	var b strings.Builder
	b.WriteString("KB-")
	for i, r := range raw {
		if i == 4 {
			b.WriteByte('-')
		}
		b.WriteByte(upper[r&31])
	}
	return b.String()
}

// ParseCaseNumber forgives case, spaces, missing dashes and the look-alikes O, I
// and L, and returns the written form. It reports false for anything else.
func ParseCaseNumber(s string) (string, bool) {
	fold := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1")
	s = strings.ToUpper(strings.TrimSpace(s))
	s, ok := strings.CutPrefix(s, "KB")
	s = fold.Replace(s)
	if !ok || len(s) != 6 || strings.Trim(s, upper) != "" {
		return "", false
	}
	return "KB-" + s[:4] + "-" + s[4:], true
}
