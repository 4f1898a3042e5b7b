package intake

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/rawmail"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// ReplyTo says by what of ours a reply is recognised.
type ReplyTo struct {
	Domain  string // right side of every Message-ID of ours
	Address string // whose mailbox takes in what is written behind a "+"; empty: none
}

// Reply is an e-mail of a complainant that answers ours, sealed and ready to become a
// message in its case.
type Reply struct {
	Case        casefile.ID
	Address     []byte // mark of the address that it comes from
	Message     casefile.Message
	Raw         casefile.RawMail
	RawManifest seal.Manifest
	Files       []seal.Manifest // of what was attached
	Facts       casefile.MailFacts
	// Once notes that the mail was taken in, in the transaction that does so.
	Once func(*store.Tx) error
}

// ErrReplyMoved tells that a case is no longer as it was when a reply to it was read.
var ErrReplyMoved = errors.New("the case of a reply has changed")

// mailSign is what a sign of ours looks like within an address or an id.
var (
	mailID     = regexp.MustCompile(`^[0-9a-z]{26}$`)
	secretLink = regexp.MustCompile(`/(code|confirm)/[A-Za-z0-9_-]{43}`)
)

// withoutLinks takes the secrets of our own links out of what a reply quotes, so that
// nobody who reads the case presses a button in the place of its complainant.
func withoutLinks(text string) string { return secretLink.ReplaceAllString(text, "/$1/…") }

// answering reads what of ours a mail says it answers. Where it was sent to counts first,
// then the mail that it answers, then those before it, the newest first.
func (i *Intake) answering(m *rawmail.Message) custody.Answering {
	q := custody.Answering{Auto: m.Automatic.Any(), False: m.Checks.DMARC == "fail"}
	if len(m.From) == 1 {
		q.From = m.From[0].Email
	}
	for _, a := range append(emails(m.To), emails(m.Cc)...) {
		i.signIn(&q, a)
	}
	for _, field := range []string{"delivered-to", "x-original-to", "envelope-to"} {
		i.signIn(&q, strings.Trim(m.Field(field), "<> "))
	}
	ids := append([]string{}, m.InReplyTo...)
	for n := len(m.References) - 1; n >= 0; n-- {
		ids = append(ids, m.References[n])
	}
	for _, id := range ids {
		local, domain, _ := strings.Cut(strings.Trim(id, "<>"), "@")
		switch {
		case !strings.EqualFold(domain, i.ReplyTo.Domain):
		case custody.ThreadShape.MatchString(local):
			q.Signs = append(q.Signs, local)
		case mailID.MatchString(local):
			q.Mails = append(q.Mails, local)
		}
	}
	return q
}

// signIn finds the sign in an address such as complaints+t-0123…@example.org.
func (i *Intake) signIn(q *custody.Answering, address string) {
	local, domain, ok := strings.Cut(i.ReplyTo.Address, "@")
	name, sign, plus := strings.Cut(address, "+")
	sign, at, whole := strings.Cut(sign, "@")
	if !ok || !plus || !whole || !strings.EqualFold(name, local) || !strings.EqualFold(at, domain) {
		return
	}
	if sign = strings.ToLower(sign); custody.ThreadShape.MatchString(sign) {
		q.Signs = append(q.Signs, sign)
	}
}

// follow finds out which case a mail answers, and brings it there where it is a reply of
// the complainant. It reports whether it did.
func (i *Intake) follow(ctx context.Context, m *mailing, a Arrived) (bool, error) {
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return false, err
	}
	m.thread = custody.Thread{}
	if a.Replied != nil && !m.message.Automatic.Bounce {
		if m.thread, err = i.Custody.FindThread(ctx, dir, i.answering(m.message)); err != nil {
			return false, err
		}
	}
	i.describe(m)
	if m.thread.Mark != casefile.ThreadReply {
		return false, nil
	}
	m.id, m.number = m.thread.Case, m.thread.Number
	return true, a.Replied(ctx, i.reply(m))
}

func (i *Intake) reply(m *mailing) Reply {
	own, quoted := rawmail.Fold(m.text)
	if own == "" && len(m.sealed) == 0 { // nothing else to read
		own, quoted = quoted, ""
	}
	return Reply{
		Case: m.thread.Case, Address: m.thread.Address, Raw: m.rawMail(), RawManifest: m.raw, Files: m.sealed, Facts: m.facts,
		Message: casefile.Message{Lang: m.lang, Text: own, Quoted: quoted, Mail: true},
		Once:    func(tx *store.Tx) error { return spend(tx, m.marks) },
	}
}

// spend notes that a mail was taken in; errSeen where it was before.
func spend(tx *store.Tx, marks []string) error {
	for _, id := range marks {
		if err := tx.Spend(id, tx.Now().Add(seenFor)); err != nil {
			if errors.Is(err, store.ErrStale) {
				return errSeen
			}
			return err
		}
	}
	return nil
}

// rawMail is the mail as it came, for whoever opens who sent it.
func (m *mailing) rawMail() casefile.RawMail {
	sender, _ := m.message.Sender()
	raw := casefile.RawMail{
		Manifest: m.raw.Encode(), From: sender.Email, Name: sender.Name, To: emails(m.message.To), Cc: emails(m.message.Cc),
		Sent: m.message.Date, ID: m.message.ID, Re: m.message.References,
	}
	if to := emails(m.message.ReplyTo); len(to) > 0 && !strings.EqualFold(to[0], sender.Email) {
		raw.ReplyTo = to[0]
	}
	return raw
}

// toReaders seals a reply that waits for those who read the case that it answers. False
// where it answers none, or nobody reads that any more.
func (m *mailing) toReaders() bool {
	if len(m.thread.Selection.Members) == 0 {
		return false
	}
	m.exclusion, m.selection = access.Exclusion{}, m.thread.Selection
	return true
}
