package rawmail

import (
	"bytes"
	"context"
	"slices"
	"strings"
)

// reader walks through the parts of one mail. It belongs to one goroutine.
type reader struct {
	ctx      context.Context
	m        *Message
	parts    int
	fields   int
	texts    []string
	length   int // of texts, in bytes
	fromHTML bool
}

func (r *reader) flaw(f Flaw) {
	if !slices.Contains(r.m.Flaws, f) {
		r.m.Flaws = append(r.m.Flaws, f)
	}
}

// late reports whether the time is over.
func (r *reader) late() bool {
	if r.ctx.Err() == nil {
		return false
	}
	r.flaw(FlawTooSlow)
	return true
}

// part reads one part and the parts within it.
func (r *reader) part(h header, body []byte, depth int, digest bool) {
	if r.parts++; r.parts > maxParts {
		r.flaw(FlawTooMany)
		return
	}
	if r.late() {
		return
	}
	kind, params := r.kind(h, digest)
	switch {
	case depth >= maxDepth && strings.HasPrefix(kind, "multipart/"):
		r.flaw(FlawTooDeep)
	case strings.HasPrefix(kind, "multipart/"):
		r.multipart(kind, params, body, depth)
	default:
		r.leaf(h, kind, params, body)
	}
}

// kind is what a part says it is: RFC 2045 5.2 has plain text for one that does not.
func (r *reader) kind(h header, digest bool) (string, map[string]string) {
	v := h.first("content-type")
	if v == "" && digest { // RFC 2046 5.1.5
		return "message/rfc822", nil
	}
	if v == "" {
		return "text/plain", nil
	}
	kind, params := media(v)
	if !strings.Contains(kind, "/") {
		r.flaw(FlawHeader)
		if strings.HasPrefix(kind, "multipart") || params["boundary"] != "" {
			return "multipart/mixed", params
		}
		return "text/plain", params
	}
	return kind, params
}

func (r *reader) multipart(kind string, params map[string]string, body []byte, depth int) {
	boundary := params["boundary"]
	if boundary == "" || len(boundary) > 200 {
		r.flaw(FlawStructure)
		if boundary = guessBoundary(body); boundary == "" {
			r.plain(body, "", nil)
			return
		}
	}
	if kind == "multipart/encrypted" {
		r.flaw(FlawEncrypted)
	}
	children, whole := split(body, boundary, maxParts-r.parts+1)
	if !whole {
		r.flaw(FlawStructure)
	}
	if len(children) == 0 { // nothing but what stands before the first part
		r.plain(body, "", nil)
		return
	}
	if kind == "multipart/alternative" {
		r.alternative(children, depth)
		return
	}
	for _, c := range children {
		h, b := r.header(c)
		r.part(h, b, depth+1, kind == "multipart/digest")
	}
}

// alternative reads the same text in several forms and keeps one of them: the plain one,
// unless that is a mere excuse for HTML. The others stay in the raw mail.
func (r *reader) alternative(children [][]byte, depth int) {
	outer, fromHTML, length := r.texts, r.fromHTML, r.length
	var best []string
	bestHTML := false
	for _, c := range children {
		r.texts, r.fromHTML, r.length = nil, false, length
		h, b := r.header(c)
		r.part(h, b, depth+1, false)
		if len(best) == 0 || excuse(best, r.texts) {
			best, bestHTML = r.texts, r.fromHTML
		}
	}
	r.texts, r.fromHTML, r.length = outer, fromHTML || bestHTML, length
	for _, t := range best {
		r.add(t)
	}
}

// excuse reports whether a text is as good as nothing beside another form of it.
func excuse(a, b []string) bool {
	words := func(list []string) (n int) {
		for _, t := range list {
			n += len(strings.Fields(t[:min(len(t), 100_000)]))
		}
		return n
	}
	n, m := words(a), words(b)
	return n == 0 && m > 0 || n < 30 && m > 5*n
}

// guessBoundary takes the first line that looks like one for the boundary.
func guessBoundary(body []byte) string {
	for n := 0; len(body) > 0 && n < 100; n++ {
		var l []byte
		l, body = cutLine(body)
		l = bytes.TrimSpace(l)
		if len(l) > 4 && len(l) < 100 && bytes.HasPrefix(l, []byte("--")) && !bytes.ContainsAny(l, " \t") &&
			bytes.Contains(body, append([]byte("\n"), l...)) {
			return string(l[2:])
		}
	}
	return ""
}

// split gives the parts between the lines of a boundary; whole reports whether the last
// of these lines is there. RFC 2046 5.1.1.
func split(body []byte, boundary string, limit int) (list [][]byte, whole bool) {
	mark := []byte("--" + boundary)
	start := -1
	for at := 0; at >= 0 && at < len(body); {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			break
		}
		i += at
		l, rest := cutLine(body[i:])
		next := len(body) - len(rest)
		tail := bytes.TrimRight(l[len(mark):], " \t")
		last := bytes.Equal(tail, []byte("--"))
		if i > 0 && body[i-1] != '\n' || len(tail) > 0 && !last {
			at = i + len(mark)
			continue
		}
		if start >= 0 {
			list = append(list, trimEnd(body[start:i]))
		}
		if last {
			return list, true
		}
		if len(list) >= limit { // the walk stops here as well
			return append(list, nil), true
		}
		start, at = next, next
	}
	if start >= 0 && start < len(body) {
		list = append(list, body[start:])
	}
	return list, false
}

// trimEnd leaves the line end out that belongs to the boundary.
func trimEnd(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
}
