package rawmail

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// Essence is what of a mail stays the same when a server delivers it once more: the
// fields that its sender wrote and everything below the header, without the marks that
// servers add on the way. It is empty where the sender's program gave the mail neither
// an id nor a date: then only the same bytes are the same mail. The id alone proves
// nothing, because anybody can write one. What mailbox files change does not count either:
// how lines end, a ">" before "From ", and empty lines at the end.
func (m *Message) Essence(raw []byte) []byte {
	id, date := m.header.raw("message-id"), m.header.raw("date")
	if len(id) == 0 || len(date) == 0 {
		return nil
	}
	h := sha256.New()
	put := func(b []byte) {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		_, _ = h.Write(b)
	}
	field := func(b []byte) { put(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))) }
	field(id)
	field(date)
	for _, name := range []string{"from", "sender", "reply-to", "to", "cc", "subject", "in-reply-to", "references", "content-type", "content-transfer-encoding", "resent-date", "resent-message-id"} {
		field(m.header.raw(name))
	}
	_, body := (&reader{m: &Message{}}).header(raw)
	putBody(h, body)
	return h.Sum(nil)
}

// putBody adds what stands below a header, line by line. Nothing follows it.
func putBody(h hash.Hash, body []byte) {
	body = bytes.TrimRight(body, "\r\n")
	for len(body) > 0 {
		var l []byte
		l, body = cutLine(body)
		if plain := bytes.TrimLeft(l, ">"); len(plain) < len(l) && bytes.HasPrefix(plain, []byte("From ")) {
			l = plain
		}
		_, _ = h.Write(l)
		_, _ = h.Write([]byte{'\n'})
	}
}

// raw is the value of the first field with a name as it stands.
func (h header) raw(name string) []byte {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return nil
}
