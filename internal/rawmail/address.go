package rawmail

import (
	"strings"
)

// addresses reads a list of addresses, leniently: what has no address is left out.
func addresses(s string) []Address {
	var list []Address
	for _, p := range splitAddresses(s) {
		if a, ok := address(p); ok {
			list = append(list, a)
		}
	}
	return list
}

// splitAddresses parts a list at its commas and semicolons, but for those within
// quotes, angle brackets and comments, and leaves the names of groups out.
func splitAddresses(s string) []string {
	var list []string
	quoted, angle, round, start := false, false, 0, 0
	for i := 0; i < len(s) && len(list) < maxAddresses; i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == '(':
			round++
		case c == ')':
			round = max(round-1, 0)
		case angle || round > 0:
		case c == ',' || c == ';':
			list, start = append(list, s[start:i]), i+1
		case c == ':': // RFC 5322 3.4: group
			start = i + 1
		}
	}
	if start < len(s) && len(list) < maxAddresses {
		list = append(list, s[start:])
	}
	return list
}

// address reads one address with the name beside it.
func address(s string) (Address, bool) {
	name, email := "", s
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		name, email = s[:i], s[i+1:]
		if j := strings.IndexByte(email, '>'); j >= 0 {
			email = email[:j]
		}
		email = uncommented(email)
	} else if before, after, ok := strings.Cut(s, "("); ok { // jan@example.org (Jan)
		email, name = before, strings.TrimSuffix(strings.TrimSpace(after), ")")
	}
	email = strings.TrimSpace(email)
	if at := strings.LastIndexByte(email, '@'); at >= 0 {
		email = email[:at+1] + strings.ToLower(email[at+1:])
	}
	if !plausible(email) {
		return Address{}, false
	}
	name = strings.ReplaceAll(strings.Trim(strings.TrimSpace(name), `"'`), `\`, "")
	name = line(strings.Trim(word(name), `"' `))
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	if strings.EqualFold(name, email) {
		name = ""
	}
	return Address{Name: name, Email: email}, true
}

// uncommented leaves out what stands in round brackets, as old programs put it into an address.
// RFC 5322 3.2.2.
func uncommented(s string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && depth > 0:
			i++
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// plausible reports whether something can be an address: RFC 5321 4.5.3.1 for lengths.
func plausible(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || domain == "" || len(domain) > 255 {
		return false
	}
	return !strings.ContainsAny(s, " \t<>(),;:\\\"[]") && !strings.Contains(domain, "@")
}
