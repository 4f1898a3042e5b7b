package rawmail

import (
	"slices"
	"strings"
)

// Checks is what the organisation's own mail server found of the sender: pass, fail and
// so on (RFC 8601 2.7), empty where it did not say.
type Checks struct {
	SPF, DKIM, DMARC string
}

// Said reports whether the server said anything.
func (c Checks) Said() bool { return c != Checks{} }

// checks reads Authentication-Results of the trusted server. Whoever sends a mail can
// write such a field in its name, but only below what the server itself puts on top: so
// the fields up to the first Received after the topmost of them count, and no others.
// RFC 8601 5.
func checks(h header, server string) Checks {
	var c Checks
	found := false
	for _, f := range h {
		switch {
		case server == "":
			return c
		case f.name == "received" && found:
			return c
		case f.name != "authentication-results":
			continue
		}
		id, results, _ := strings.Cut(uncomment(unfold(f.value)), ";")
		// The id may be followed by a version.
		if fields := strings.Fields(id); len(fields) == 0 || !strings.EqualFold(fields[0], server) {
			continue
		}
		found = true
		c.take(results)
	}
	return c
}

func (c *Checks) take(results string) {
	for i, part := range strings.Split(results, ";") {
		fields := strings.Fields(part)
		if i > 50 || len(fields) == 0 {
			continue
		}
		method, value, ok := strings.Cut(strings.ToLower(fields[0]), "=")
		method, _, _ = strings.Cut(method, "/")
		if !ok || !slices.Contains([]string{"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"}, value) {
			continue
		}
		switch method {
		case "spf":
			c.SPF = value
		case "dkim":
			if c.DKIM != "pass" { // one good signature of several is enough
				c.DKIM = value
			}
		case "dmarc":
			c.DMARC = value
		}
	}
}

// uncomment leaves out what stands between round brackets. RFC 5322 3.2.2.
func uncomment(s string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}
