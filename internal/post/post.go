// Package post writes and sends the mails that wait, and nothing else: it alone
// opens waiting mail and notice addresses. A mail holds a case number, dates and
// where to read on, never content, names, topics, routes or codes; no failure puts
// an address into a log or the database. A mail that the next server does not take
// is tried again with growing pauses, and is dead, and visible, in the end.
package post

import (
	"context"
	"errors"
	"hash/fnv"
	"strconv"
	"time"

	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
)

// Opener opens what the use cases sealed for us.
type Opener interface {
	Open(c seal.Context, b seal.Box) ([]byte, error)
}

// Transport takes a finished mail to the next server, or to the demo's own box.
type Transport interface {
	Send(ctx context.Context, m letter.Mail) error
}

// Outcomes are told what became of a mail. MailAccepted notes that the next server
// took a mail about a case and carries out what follows, in one transaction.
type Outcomes interface {
	MailAccepted(ctx context.Context, m custody.Mail) error
	MailDead(ctx context.Context, m custody.Mail) error
}

// Sender says in whose name mails go out.
type Sender struct {
	Name      func(l lang.Lang) string // of the organisation
	Address   string
	Domain    string // right side of every Message-ID
	ReplyTo   string // address whose mailbox takes in what is written behind a "+"; may be empty
	PublicURL string // of the complaint pages, "https://…", without a slash at the end
	DeskURL   string // of the desk
}

// Office is the background work that sends mail. It is safe for concurrent use.
type Office struct {
	Outbox    *custody.Outbox
	Instance  string
	Mails     Keeper
	Notices   Opener
	Words     *lang.Catalogue
	Transport Transport
	Outcomes  Outcomes
	Sender    Sender
}

// Permanent is an answer of the next server that trying again will not change.
type Permanent struct{ Class string }

// Error names the class of the answer, never an address.
func (p *Permanent) Error() string { return "mail refused: " + p.Class }

// attempts is how often a mail is tried: over about two days.
const attempts = 18

// Pause is how long a mail waits after the n-th attempt, counted from 1: at most six hours. It
// differs by up to a quarter from mail to mail, so that those that waited for one server do not
// all come back to it in the same second.
func Pause(id string, n int) time.Duration {
	p := min(30*time.Second<<min(n-1, 20), 6*time.Hour)
	h := fnv.New32a()
	_, _ = h.Write([]byte(id + strconv.Itoa(n)))
	return p - p/4*time.Duration(h.Sum32()%1000)/1000
}

// Send sends one mail. It returns the time of the next attempt, or the zero time
// when the mail is dead, or custody.ErrEnded when it was sent and its job is gone.
func (o *Office) Send(ctx context.Context, id string, attempt int) (again time.Time, err error) {
	w, err := o.Outbox.Take(ctx, id)
	if errors.Is(err, custody.ErrSettled) {
		return again, nil
	}
	if err != nil {
		return again, err
	}
	m, order, err := o.write(w)
	if errors.Is(err, errNobody) {
		return again, ended(o.Outbox.Sent(ctx, id)) // the person declined mail since
	}
	if err == nil {
		m, err = o.enclose(ctx, w, order, m)
	}
	if err == nil {
		err = o.Transport.Send(ctx, m)
	}
	if err != nil {
		return o.failed(ctx, w, attempt, err)
	}
	// A crash before this is durable sends the mail once more, under the same
	// Message-ID, and never leaves a case unacknowledged.
	if w.Case != "" {
		return again, ended(o.Outcomes.MailAccepted(ctx, w.Mail))
	}
	return again, ended(o.Outbox.Sent(ctx, id))
}

// ended says that the job went with what was written, or why nothing was.
func ended(err error) error {
	if err != nil {
		return err
	}
	return custody.ErrEnded
}

// errNobody tells that there is no address to write to any more.
var errNobody = errors.New("nobody to write to")

// write opens the order and puts it into words. It fails with errNobody or a *Permanent.
func (o *Office) write(row custody.Waiting) (m letter.Mail, order letter.Order, err error) {
	plain, err := o.Mails.Open(custody.MailContext(o.Instance, row.Mail), row.Box)
	if err != nil {
		return m, order, &Permanent{"unreadable"}
	}
	order, err = letter.Unpack[letter.Order](plain)
	if err != nil {
		return m, order, &Permanent{"unreadable"}
	}
	to, language := order.To, order.Lang
	if to == "" {
		if to, language, err = o.reach(row, language); err != nil {
			return m, order, err
		}
	}
	l, ok := lang.Parse(language)
	if !ok {
		l = lang.EN
	}
	messageID, err := letter.MessageID(row.ID, o.Sender.Domain)
	if err != nil {
		return m, order, &Permanent{"unwritable"}
	}
	if order.At.IsZero() { // since when what it tells of is there
		order.At = row.Created
	}
	args := o.args(l, order)
	m = letter.Mail{
		FromName: o.Sender.Name(l), FromAddress: o.Sender.Address, To: to, Lang: string(l), MessageID: messageID, Date: row.Created,
		Subject: o.Words.Text(l, textOf(order, "subject"), args), Text: o.Words.Text(l, textOf(order, "text"), args),
		Attachment: order.Attachment,
	}
	if order.To == "" { // to the address to which the sign belongs
		o.thread(&m, row.Thread)
	}
	return m, order, nil
}

// textOf is where the catalogue has one part (subject, text) of a mail.
func textOf(order letter.Order, part string) string {
	switch order.Template {
	case letter.Acknowledgement:
		return "mail.acknowledgement." + part
	case letter.QuestionReceipt:
		return "mail.acknowledgement-question." + part
	case letter.MailReceipt:
		return "mail.mail-receipt." + part
	case letter.ToldReceipt:
		return "mail.told-receipt." + part
	case letter.FirstCode:
		return "mail.first-code." + part
	case letter.Invitation:
		return "mail.invitation." + part
	case letter.ToMember:
		return "mail.member-notice." + part
	case letter.CredentialNotice:
		if part == "subject" {
			return "mail.credential-notice.subject"
		}
		return "mail.credential-notice." + string(order.Credential)
	case letter.ConfirmAddress:
		return "mail.confirm-address." + part
	case letter.CheckIn:
		return "mail.check-in." + part
	case letter.CodeLink:
		return "mail.code-link." + part
	case letter.CodeReplaced:
		return "mail.code-replaced." + part
	case letter.AddressChanged:
		return "mail.address-changed." + part
	case letter.AskMember:
		return "mail.member-asked." + part
	case letter.DeadlineNear:
		return "mail.deadline-near." + part
	case letter.DeadlinePassed:
		return "mail.deadline-passed." + part
	case letter.AskSignature:
		return "mail.signature-asked." + part
	case letter.FirstToWitness:
		return "mail.witness-first." + part
	case letter.ToWitness:
		return "mail.witness." + part
	case letter.RecoveryUsed:
		return "mail.recovery-used." + part
	case letter.TakenAlong:
		return "mail.taken-along." + part
	case letter.Reset:
		return "mail.reset." + part
	case letter.SetupTest:
		return "mail.setup-test." + part
	case letter.News:
		return "mail.news." + part
	default:
		return "mail.news." + part // says only that there is news
	}
}

func (o *Office) reach(row custody.Waiting, language string) (to, l string, err error) {
	if len(row.Address) == 0 {
		return "", "", errNobody
	}
	plain, err := o.Notices.Open(custody.NoticeContext(o.Instance, row.Case), row.Address)
	if err != nil {
		return "", "", &Permanent{"unreadable"}
	}
	a, err := letter.Unpack[letter.NoticeAddress](plain)
	if err != nil {
		return "", "", &Permanent{"unreadable"}
	}
	if a.Lang != "" {
		language = a.Lang
	}
	return a.Email, language, nil
}

func (o *Office) args(l lang.Lang, order letter.Order) map[string]string {
	args := map[string]string{"organisation": o.Sender.Name(l), "number": order.Number, "digits": order.Number, "address": o.address(l, order)}
	for name, t := range map[string]time.Time{"received": order.Received, "answer_by": order.AnswerBy, "until": order.Until, "date": order.At} {
		if !t.IsZero() {
			args[name] = lang.Date(l, t)
		}
	}
	if order.Attachment != nil {
		args["lines"], args["before"] = strconv.FormatInt(order.Lines, 10), strconv.FormatInt(order.Before, 10)
		args["file"], args["key"] = order.Attachment.Name, order.Key
	}
	if order.Confirm != "" {
		args["until"] = lang.DateTime(l, order.Until)
		page := "/confirm/"
		if order.Template == letter.CodeLink || order.Template == letter.FirstCode {
			page = "/code/"
		}
		args["confirm"] = o.Sender.PublicURL + "/" + string(l) + page + order.Confirm
	}
	return args
}

// address is where the mail leads: the page of an invitation, the desk, or the
// mailbox.
func (o *Office) address(l lang.Lang, order letter.Order) string {
	switch {
	case order.Link != "":
		return o.Sender.DeskURL + order.Link
	case order.Template == letter.ToMember, order.Template == letter.AskMember, order.Template == letter.DeadlineNear, order.Template == letter.DeadlinePassed:
		return o.Sender.DeskURL + "/desk/"
	case order.Template == letter.AddressChanged, order.Template == letter.CodeReplaced, order.Template == letter.MailReceipt, order.Template == letter.ToldReceipt:
		return o.Sender.PublicURL + "/" + string(l) + "/other-ways"
	default:
		return o.Sender.PublicURL + "/" + string(l) + "/mailbox"
	}
}

func (o *Office) failed(ctx context.Context, row custody.Waiting, attempt int, cause error) (again time.Time, err error) {
	class, dead := "unreachable", attempt >= attempts
	var p *Permanent
	if errors.As(cause, &p) {
		class, dead = p.Class, true
	}
	if !dead {
		return o.Outbox.Now().Add(Pause(row.ID, attempt)), o.Outbox.Failed(ctx, row.ID, class)
	}
	if err := o.Outbox.Bury(ctx, row.Mail, class); err != nil || row.Case == "" {
		return again, err
	}
	return again, o.Outcomes.MailDead(ctx, row.Mail)
}
