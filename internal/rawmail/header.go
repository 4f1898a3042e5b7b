package rawmail

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// header is the fields of a mail or a part, in their order.
type header []field

type field struct {
	name  string // in lower case
	value []byte // folded, as it stands
}

// first is the value of the first field with a name, unfolded and cut to what is
// decoded further.
func (h header) first(name string) string {
	for _, f := range h {
		if f.name == name {
			return unfold(f.value)
		}
	}
	return ""
}

func (h header) has(name string) bool {
	for _, f := range h {
		if f.name == name {
			return true
		}
	}
	return false
}

// unfold removes line ends and what is no text, and reads bytes above 127 as UTF-8, or
// as Windows-1252 where they are none: many programs write them unmarked.
func unfold(b []byte) string {
	s := utf8ish(b[:min(len(b), maxWord)])
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r':
			return -1
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		default:
			return r
		}
	}, s))
}

func utf8ish(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return windows1252(b)
}

// header reads the fields at the beginning of b and returns what follows them.
func (r *reader) header(b []byte) (h header, body []byte) {
	if bytes.HasPrefix(b, []byte("From ")) { // the separator of a mailbox file
		_, b = cutLine(b)
	}
	start := len(b)
	for len(b) > 0 {
		l, rest := cutLine(b)
		if len(bytes.TrimSpace(l)) == 0 {
			return h, rest
		}
		n, v, ok := splitField(l)
		if ok {
			end := rest
			for len(end) > 0 && (end[0] == ' ' || end[0] == '\t') {
				next, after := cutLine(end)
				if len(bytes.TrimSpace(next)) == 0 {
					break
				}
				end = after
			}
			whole := b[:len(b)-len(end)]
			value := whole[len(l)-len(v):]
			r.fields++
			if r.fields <= maxFields && start-len(end) <= maxHeader {
				h = append(h, field{name: n, value: value})
			} else {
				r.flaw(FlawHeader)
			}
			b = end
			continue
		}
		r.flaw(FlawHeader)
		if !fieldAhead(rest) { // the empty line is missing: this is the text
			return h, b
		}
		b = rest
	}
	return h, nil
}

// fieldAhead reports whether a field or the end of the header comes next.
func fieldAhead(b []byte) bool {
	l, _ := cutLine(b)
	if len(bytes.TrimSpace(l)) == 0 {
		return len(b) > 0
	}
	_, _, ok := splitField(l)
	return ok
}

// splitField parts a line at its colon. RFC 5322 2.2: a name is printable ASCII.
func splitField(l []byte) (name string, value []byte, ok bool) {
	i := bytes.IndexByte(l, ':')
	if i < 1 || i > 200 {
		return "", nil, false
	}
	n := bytes.TrimRight(l[:i], " \t")
	for _, c := range n {
		if c <= ' ' || c > '~' {
			return "", nil, false
		}
	}
	return strings.ToLower(string(n)), l[i+1:], len(n) > 0
}

// cutLine parts b after its first line, whose end is left out.
func cutLine(b []byte) (l, rest []byte) {
	l, rest, ended := bytes.Cut(b, []byte("\n"))
	if ended {
		l = bytes.TrimSuffix(l, []byte("\r"))
	}
	return l, rest
}

// word decodes the encoded words of a value. RFC 2047.
func word(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	d := mime.WordDecoder{CharsetReader: anyCharset}
	out, err := d.DecodeHeader(s)
	if err != nil {
		return s
	}
	return unfold([]byte(out))
}

// line makes one line of a text.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

func date(s string) time.Time {
	if len(s) > 200 {
		return time.Time{}
	}
	t, err := mail.ParseDate(s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

// ids are the message ids of a value. RFC 5322 3.6.4.
func ids(s string) []string {
	var list []string
	for len(list) < maxRefs {
		_, after, ok := strings.Cut(s, "<")
		if !ok {
			break
		}
		id, rest, ok := strings.Cut(after, ">")
		if !ok {
			break
		}
		if s = rest; len(id) <= 998 && !strings.ContainsAny(id, " <") && id != "" {
			list = append(list, "<"+id+">")
		}
	}
	return list
}

// returnPath is where the delivering server says that bounces go. RFC 5321 4.4.
func returnPath(h header) string {
	if !h.has("return-path") {
		return ""
	}
	v := h.first("return-path")
	if strings.ReplaceAll(v, " ", "") == "<>" {
		return "<>"
	}
	if list := addresses(v); len(list) > 0 {
		return list[0].Email
	}
	return ""
}

// media reads the value of a Content-Type or Content-Disposition, also where it is
// written wrongly.
func media(s string) (kind string, params map[string]string) {
	if kind, params, err := mime.ParseMediaType(s); err == nil {
		return kind, decoded(params)
	}
	parts := strings.Split(s, ";")
	params = map[string]string{}
	for _, p := range parts[1:min(len(parts), 50)] {
		k, v, ok := strings.Cut(p, "=")
		k = strings.ToLower(strings.TrimSpace(k))
		if _, again := params[k]; ok && !again {
			params[k] = word(strings.Trim(strings.TrimSpace(v), `"`))
		}
	}
	return strings.ToLower(strings.TrimSpace(parts[0])), params
}

// decoded reads encoded words in values, which RFC 2047 5 forbids and many write.
func decoded(params map[string]string) map[string]string {
	for k, v := range params {
		params[k] = word(v)
	}
	return params
}
