package custody

import (
	"strings"
	"time"

	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// answerEvery is how long an address gets no other mail that nobody asked for: what
// answers by itself must not answer what answers by itself. RFC 3834 2.
const answerEvery = 24 * time.Hour

// MailMarks are keyed hashes of an e-mail that came into a mailbox, by any of which it is
// known when it comes again. Whoever reads the database cannot try mails.
func (c *Custody) MailMarks(mailbox, what string, content []byte) []string {
	return c.marks(seal.Context{Instance: c.instance, Kind: "mail-in/" + what, Object: mailbox}, content)
}

// RowMarks are keyed hashes of the number that a register gave a case, by any of which it is
// known when that register is brought once more.
func (c *Custody) RowMarks(register, reference string) (list []string) {
	for _, mark := range c.MailMarks(register, "row", []byte(reference)) {
		list = append(list, "row-in/"+mark)
	}
	return list
}

// AnswerTurn names the turn of an address to be answered automatically.
func (c *Custody) AnswerTurn(email string) string {
	return "mail-answer/" + c.MailMarks("", "address", []byte(strings.ToLower(strings.TrimSpace(email))))[0]
}

// UseAnswerTurn uses the turn of an address; store.ErrStale: it had one in the last day.
func UseAnswerTurn(tx *store.Tx, turn string) error {
	return tx.TakeTurn(store.Allowance{ID: turn, Burst: 1, Every: answerEvery})
}

// MailReceipt is the mail that confirms a complaint that came by mail, and the link in
// it that shows that its address reaches the person, with the keys that their code gets.
func (c *Custody) MailReceipt(key Sealer, h KeyHolder, row store.Case, n store.Notice, answerBy time.Time) (*store.Mail, store.Link, error) {
	return c.uncodedReceipt(letter.MailReceipt, key, h, row, n, answerBy)
}

// ToldReceipt is the same for a complaint that a member registered, for somebody who called,
// wrote a letter or came by.
func (c *Custody) ToldReceipt(key Sealer, h KeyHolder, row store.Case, n store.Notice, answerBy time.Time) (*store.Mail, store.Link, error) {
	return c.uncodedReceipt(letter.ToldReceipt, key, h, row, n, answerBy)
}

func (c *Custody) uncodedReceipt(t letter.Template, key Sealer, h KeyHolder, row store.Case, n store.Notice, answerBy time.Time) (*store.Mail, store.Link, error) {
	confirm, link := c.NewLink(row.ID, LinkConfirm, n.Mark)
	if err := c.Enclose(&link, confirm, h); err != nil {
		return nil, link, err
	}
	mail, err := c.SealMail(key, store.Mail{Case: row.ID, Kind: string(letter.Acknowledgement)}, letter.Order{
		Template: t, Lang: row.Language, Number: string(row.Number), Received: row.Received, AnswerBy: answerBy,
		Confirm: confirm.Cookie(), Until: link.Expires,
	})
	return &mail, link, err
}
