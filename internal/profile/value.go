package profile

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// possible reports whether what was filled in can be right at all. It is lenient:
// a wrong refusal costs a complaint, a wrong acceptance a message that bounces.
func possible(f Field, key string, a Answers) bool {
	one := a.One(key)
	switch f.Kind {
	case Choice:
		v := a.all(key)
		return len(v) == 1 && f.offers(v[0])
	case Choices:
		return !slices.ContainsFunc(a.all(key), func(v string) bool { return !f.offers(v) })
	case Checkbox:
		return one == "yes"
	case Email:
		_, ok := ParseEmail(one)
		return ok
	case Phone:
		return phonePossible(one)
	case Name:
		return strings.ContainsFunc(one, unicode.IsLetter) && !strings.Contains(one, "@")
	case Date:
		_, ok := a.Date(key)
		return ok
	case Amount:
		return amountPossible(one)
	default:
		return true
	}
}

func (f Field) offers(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.ID == value })
}

// address is lenient on purpose: something, an at sign, and a host with a point.
var address = regexp.MustCompile(`^[^\s@<>,;:"]+@[^\s@<>,;:"]+\.[^\s@<>,;:".]{2,}$`)

// ParseEmail returns the bare address out of the three forms that people paste:
// "an@example.org", "An Peeters <an@example.org>" and "mailto:an@example.org".
func ParseEmail(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		s = s[i+1 : len(s)-1]
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s, _, _ = strings.Cut(s[7:], "?")
	}
	s = strings.TrimSpace(s)
	// RFC 5321 4.5.3.1.3: no address that can be mailed is longer.
	if len(s) > 254 || strings.Contains(s, "..") || !address.MatchString(s) {
		return "", false
	}
	return s, true
}

// phonePossible accepts national and international numbers however they are
// grouped, with words such as "ext." behind them.
func phonePossible(s string) bool {
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits >= 6 && digits <= 20
}

// amountPossible accepts any writing with a digit in it: "about 1.500,00 euro".
func amountPossible(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }
