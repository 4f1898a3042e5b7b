package rawmail

import (
	"strings"
	"time"
)

// Delivered is when the last server on the way says that it took the mail, which is the
// organisation's own; zero where it does not say. What servers before it say, and the date
// of the sender, anybody can write. RFC 5321 4.4.
func (m *Message) Delivered() time.Time {
	v := m.header.first("received")
	n := strings.LastIndex(v, ";")
	if n < 0 {
		return time.Time{}
	}
	return date(strings.TrimSpace(v[n+1:]))
}
