package promises_test

import (
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
)

// mailed has mail come in: a complaint, one that waits, one that was thrown away, one that
// was put into a case, and one that the server could not give.
func (h *eventful) mailed() {
	box := intake.Mailbox{ID: "box", Name: "box", Route: casefile.Integrity, Lang: lang.NL}
	take := func(id, fields string) casefile.Number {
		raw := "From: Jan <" + id + "@example.org>\r\nSubject: " + word(id) + "\r\n" + fields +
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nIk wil een klacht indienen.\r\n--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n" + id + "\r\n--b--"
		got, err := h.Intake.TakeMail(ctx, box, intake.Arrived{Body: strings.NewReader(raw)})
		h.must(err)
		return got.Number
	}
	m := h.team.Manager
	personal := take("mail-a", "")
	h.Case(m, personal)
	h.Case(m, take("mail-b", "Precedence: bulk\r\n"))
	h.must(h.Casework.Discard(ctx, m, take("mail-c", "Precedence: bulk\r\n")))
	h.must(h.Casework.Release(ctx, m, take("mail-d", "X-Spam-Flag: YES\r\n")))
	attached := take("mail-e", "Auto-Submitted: auto-replied\r\n")
	h.must(h.Casework.OpenIdentity(ctx, m, attached, "to put it where it belongs"))
	h.must(h.Casework.Attach(ctx, m, attached, personal))
	room := &custody.Mailroom{Store: h.Store}
	h.must(room.Keep(ctx, custody.MailSource{ID: box.ID, Validity: 7, UID: 3, Looked: h.Clock.Now(), Trouble: "unreachable"}))
	h.must(room.Tried(ctx, box.ID, custody.StuckMail{UID: 2, Tries: 3, Again: h.Clock.Now(), Trouble: "broken"}))
}
