package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Inside returns the mail as it is to be encrypted: with its own headers, so that the
// subject is read by the person alone. Outer is the mail that will carry it, which says
// what strangers see of each header (RFC 9788 2.2); the parameter that was there before
// that (protected-headers) stands beside it for the programs that know no other.
func (m Mail) Inside(outer Mail) ([]byte, error) {
	raw, err := m.encodePlain()
	if err != nil {
		return nil, err
	}
	shown, err := outer.encodePlain()
	if err != nil {
		return nil, err
	}
	fields, body, err := parted(raw)
	if err != nil {
		return nil, err
	}
	outside, _, err := parted(shown)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, f := range fields {
		if named(f, "Content-Type") {
			f = strings.TrimRight(f, "\r\n") + ";\r\n hp=\"cipher\"; protected-headers=\"v1\"\r\n"
		}
		b.WriteString(f)
	}
	for _, f := range outside {
		if !structural(f) {
			b.WriteString("HP-Outer: " + f)
		}
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes(), nil
}

// Covered returns the mail that carries an encrypted one: its subject is all that is left
// to read.
func (m Mail) Covered(subject string) Mail {
	m.Subject, m.Text, m.Attachment = subject, "", nil
	return m
}

// encodeEncrypted writes multipart/encrypted. RFC 3156 4.
func (m Mail) encodeEncrypted() ([]byte, error) {
	armoured := string(m.Encrypted)
	m.Encrypted, m.Text, m.Attachment = nil, "", nil
	raw, err := m.encodePlain()
	if err != nil {
		return nil, err
	}
	fields, _, err := parted(raw)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256([]byte("encrypted " + m.MessageID))
	line := hex.EncodeToString(h[:20])
	var b bytes.Buffer
	for _, f := range fields {
		if !structural(f) {
			b.WriteString(f)
		}
	}
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n boundary=\"%s\"\r\n\r\n", line)
	fmt.Fprintf(&b, "--%s\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n", line)
	fmt.Fprintf(&b, "--%s\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\nContent-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n", line)
	b.WriteString(crlf(strings.TrimRight(armoured, "\n")))
	fmt.Fprintf(&b, "\r\n\r\n--%s--\r\n", line)
	return b.Bytes(), nil
}

// parted parts the fields of a header, each with its folded lines, from the body.
func parted(raw []byte) (fields []string, body []byte, err error) {
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		return nil, nil, fmt.Errorf("part mail: %w", ErrHeader)
	}
	for line := range strings.SplitAfterSeq(string(head)+"\r\n", "\r\n") {
		switch {
		case line == "":
		case strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"):
			if len(fields) == 0 {
				return nil, nil, fmt.Errorf("part mail: %w", ErrHeader)
			}
			fields[len(fields)-1] += line
		default:
			fields = append(fields, line)
		}
	}
	return fields, body, nil
}

func named(field, name string) bool {
	got, _, _ := strings.Cut(field, ":")
	return strings.EqualFold(got, name)
}

// structural reports whether a field says how the body is built. RFC 9788 1.1.1.
func structural(field string) bool {
	name, _, _ := strings.Cut(field, ":")
	return strings.EqualFold(name, "MIME-Version") || strings.HasPrefix(strings.ToLower(name), "content-") && !strings.EqualFold(name, "Content-Language")
}
