package rawmail

import (
	"bytes"
	"io"
	"strings"
)

// leaf reads a part that holds no others: a text or a file.
func (r *reader) leaf(h header, kind string, params map[string]string, body []byte) {
	coding := strings.ToLower(h.first("content-transfer-encoding"))
	disposition, more := media(h.first("content-disposition"))
	name := more["filename"]
	if name == "" {
		name = params["name"]
	}
	r.notes(kind, name)
	if !known(coding) {
		r.flaw(FlawEncoding)
	}
	text := kind == "text/plain" || kind == "text/html" || kind == "text/enriched" || kind == "text"
	if text && disposition != "attachment" && (name == "" || disposition == "inline") {
		r.words(kind, params, coding, body)
		return
	}
	if kind == "message/delivery-status" {
		r.delivery(decodeAll(coding, body, func() {}))
		return
	}
	if r.m.Automatic.Bounce && (kind == "message/rfc822" || kind == "text/rfc822-headers" || kind == "message/rfc822-headers") {
		r.returned(decodeAll(coding, body, func() {}))
	}
	r.file(File{Name: name, Type: kind, Inline: disposition == "inline" || h.has("content-id") && disposition == "", body: body, coding: coding})
}

// notes tells what kind of part there is that cannot be read here.
func (r *reader) notes(kind, name string) {
	switch {
	case kind == "application/pkcs7-mime", kind == "application/x-pkcs7-mime", kind == "application/pgp-encrypted":
		r.flaw(FlawEncrypted)
	case kind == "message/external-body":
		r.flaw(FlawOutside)
	case kind == "message/partial":
		r.flaw(FlawPartial)
	case kind == "application/ms-tnef", strings.EqualFold(name, "winmail.dat"):
		r.flaw(FlawPacked)
	}
}

func (r *reader) file(f File) {
	if f.Empty() {
		return // nothing to keep, and a sealed file is never empty
	}
	if len(r.m.Files) >= maxFiles {
		r.flaw(FlawTooMany)
		return
	}
	if f.Name == "" {
		f.Name = unnamed(f.Type)
	}
	// Bytes that are not what the encoding says are noticed when they are read first.
	flawed := false
	_, _ = io.Copy(io.Discard, decoder(f.coding, f.body, func() { flawed = true }))
	if flawed {
		r.flaw(FlawEncoding)
	}
	r.m.Files = append(r.m.Files, f)
}

// unnamed gives a name to a part that has none, for the program that opens it.
func unnamed(kind string) string {
	switch {
	case kind == "message/rfc822":
		return "message.eml"
	case kind == "text/calendar":
		return "invitation.ics"
	case strings.HasPrefix(kind, "text/"):
		return "text.txt"
	case kind == "image/jpeg":
		return "image.jpg"
	case kind == "image/png":
		return "image.png"
	case kind == "image/gif":
		return "image.gif"
	case kind == "application/pdf":
		return "document.pdf"
	default:
		return "file"
	}
}

// words takes a part's text in.
func (r *reader) words(kind string, params map[string]string, coding string, body []byte) {
	if r.length >= maxText {
		r.flaw(FlawTooLong)
		return
	}
	// Of the encoded text no more is decoded than can be kept; HTML has more marks than words.
	limit := min(len(body), 4*maxText)
	if limit < len(body) {
		r.flaw(FlawTooLong)
	}
	b := decodeAll(coding, body[:limit], func() { r.flaw(FlawEncoding) })
	if kind == "text/html" {
		s, ok := fromCharset(htmlCharset(params["charset"], b), b)
		if !ok {
			r.flaw(FlawCharset)
		}
		r.fromHTML = true
		r.add(r.tidy(htmlText(r, s)))
		return
	}
	r.plain(b, params["charset"], params)
}

// plain takes plain text in, with what is packed into it the old way.
func (r *reader) plain(b []byte, charset string, params map[string]string) {
	b = r.uuencoded(b)
	s, ok := fromCharset(charset, b)
	if !ok {
		r.flaw(FlawCharset)
	}
	s = r.tidy(s)
	if strings.EqualFold(params["format"], "flowed") {
		s = flowed(s, strings.EqualFold(params["delsp"], "yes"))
	}
	r.add(s)
}

func (r *reader) add(s string) {
	if s = strings.Trim(s, "\n"); strings.TrimSpace(s) == "" {
		return
	}
	if room := maxText - r.length; len(s) > room {
		r.flaw(FlawTooLong)
		s = strings.ToValidUTF8(s[:max(room, 0)], "")
	}
	r.length += len(s)
	r.texts = append(r.texts, s)
}

func (r *reader) text() string { return strings.TrimSpace(strings.Join(r.texts, "\n\n")) }

// tidy makes line ends alike and leaves out characters that are no text.
func (r *reader) tidy(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return c
		case c < ' ' || c >= 0x7f && c < 0xa0:
			r.flaw(FlawControl)
			return -1
		case c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069: // turn the direction around
			r.flaw(FlawControl)
			return -1
		default:
			return c
		}
	}, s)
}

// flowed joins lines that a program broke. RFC 3676 4.
func flowed(s string, deleteSpace bool) string {
	var b strings.Builder
	open, depth := false, 0
	for l := range strings.Lines(s) {
		l = strings.TrimSuffix(l, "\n")
		n := len(l) - len(strings.TrimLeft(l, ">"))
		l = strings.TrimPrefix(l[n:], " ")
		if open && n == depth && l != "-- " {
			// goes on in the line before
		} else {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			if n > 0 {
				b.WriteString(strings.Repeat(">", min(n, 50)) + " ")
			}
		}
		open, depth = strings.HasSuffix(l, " ") && l != "-- ", n
		if open && deleteSpace {
			l = l[:len(l)-1]
		}
		b.WriteString(l)
	}
	return b.String()
}

// uuencoded takes files out of a text that stand in it between "begin" and "end".
func (r *reader) uuencoded(b []byte) []byte {
	if !bytes.Contains(b, []byte("begin ")) {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		l, rest := cutLine(b)
		name, ok := uuBegin(l)
		end := -1
		if ok {
			end = uuEnd(rest)
		}
		if end < 0 {
			out = append(out, b[:len(b)-len(rest)]...)
			b = rest
			continue
		}
		r.file(File{Name: name, Type: "application/octet-stream", body: b[:len(b)-len(rest)+end], coding: "x-uuencode"})
		_, b = cutLine(rest[end:])
	}
	return out
}

// uuBegin reads the line before a file: begin, permissions, name.
func uuBegin(l []byte) (name string, ok bool) {
	f := strings.SplitN(utf8ish(l), " ", 3)
	if len(f) != 3 || f[0] != "begin" || len(f[1]) < 3 || len(f[1]) > 4 || strings.Trim(f[1], "01234567") != "" {
		return "", false
	}
	return strings.TrimSpace(f[2]), f[2] != ""
}

// uuEnd is where the line "end" stands; less than zero when lines come before that are
// no such file.
func uuEnd(b []byte) int {
	at := 0
	for len(b) > at {
		l, _ := cutLine(b[at:])
		l = bytes.TrimRight(l, " \t\r")
		if bytes.Equal(l, []byte("end")) {
			return at
		}
		if !uuLine(l) {
			return -1
		}
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	return -1
}

// uuLine reports whether a line can be one of a file: it says how long it is.
func uuLine(l []byte) bool {
	if len(l) == 0 {
		return true
	}
	for _, c := range l {
		if c < ' ' || c > '`' {
			return false
		}
	}
	n := int(l[0]-' ') & 63
	return len(l) <= 90 && len(l) >= 1+(n*4+2)/3-3
}
