package rawmail

import (
	"crypto/sha256"
	"encoding/binary"
)

// Essence is what of a mail stays the same when a server delivers it once more: the
// fields that its sender wrote and everything below the header, without the marks that
// servers add on the way. It is empty where the sender's program gave the mail neither
// an id nor a date: then only the same bytes are the same mail. The id alone proves
// nothing, because anybody can write one.
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
	put(id)
	put(date)
	for _, name := range []string{"from", "sender", "reply-to", "to", "cc", "subject", "in-reply-to", "references", "content-type", "content-transfer-encoding", "resent-date", "resent-message-id"} {
		put(m.header.raw(name))
	}
	_, body := (&reader{m: &Message{}}).header(raw)
	put(body)
	return h.Sum(nil)
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
