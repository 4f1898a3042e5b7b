package post

import (
	"strings"

	"klankbord/internal/letter"
)

// thread writes into a mail the sign by which a reply finds its case: as the first mail
// of the thread, which mail programs repeat in the References of every reply (RFC 5322
// 3.6.4), and behind the "+" of the address for replies where there is one (RFC 5233).
func (o *Office) thread(m *letter.Mail, sign string) {
	if sign == "" {
		return
	}
	if id, err := letter.MessageID(sign, o.Sender.Domain); err == nil {
		m.InReplyTo = id
	}
	if local, domain, ok := strings.Cut(o.Sender.ReplyTo, "@"); ok {
		m.ReplyTo = local + "+" + sign + "@" + domain
	}
}
