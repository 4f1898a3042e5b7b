package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The bounds of the outbox page.
const (
	outboxLasts = 7 * 24 * time.Hour // for as long a mail that was sent is listed
	outboxMost  = 300
	viewOutbox  = View("outbox")
)

// Reason is why a mail was sent, as far as it says itself.
type Reason string

// The reasons.
const (
	ReasonMessage  Reason = "message"  // something new
	ReasonNear     Reason = "near"     // a deadline
	ReasonPassed   Reason = "passed"   // a deadline
	ReasonAction   Reason = "action"   // something is asked
	ReasonReceipt  Reason = "receipt"  // confirms that a complaint arrived
	ReasonAccess   Reason = "access"   // an address, a code, a way to sign in, an invitation
	ReasonWitness  Reason = "witness"  // a checkpoint of the log
	ReasonRecovery Reason = "recovery" // the recovery key was used
)

// Fate is what became of a mail.
type Fate string

// The fates.
const (
	FateWaiting  Fate = "waiting"
	FateDead     Fate = "dead"     // no server took it
	FateReturned Fate = "returned" // it came back
	FateSent     Fate = "sent"
)

// Outgoing is a mail as the outbox shows it: nothing of what it says, and no address.
type Outgoing struct {
	ID     string
	Number casefile.Number // empty: not about a case
	Reason Reason
	To     string // the member; empty: somebody else
	Person bool   // to the complainant
	Fate   Fate
	Again  bool // it can be sent again
	At     time.Time
	Next   time.Time // when it is tried again
	Trial  bool      // it was tried and not taken yet
	Server string    // what the last server answered, as a class
}

// Outbox lists the mails about the cases that a member may read, and those to the member
// themselves; to those who set up the desk also those about no case. Looking is logged
// like looking at the list of cases.
func (c *Casework) Outbox(ctx context.Context, actor access.Actor) ([]Outgoing, error) {
	var rows []store.OutboxRow
	var names map[staff.ID]string
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if names, err = memberNames(tx); err != nil {
			return err
		}
		rows, err = tx.Outbox(outboxOf(actor, c.Store.Now().Add(-outboxLasts), outboxMost))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	var list []Outgoing
	for _, r := range rows {
		list = append(list, outgoing(r, names))
	}
	return list, c.noteInbox(ctx, actor, viewOutbox, nil)
}

func outboxOf(actor access.Actor, since time.Time, limit int) store.Outbox {
	return store.Outbox{Member: actor.Member, Alone: actor.Configurator(), Since: since, Limit: limit}
}

func outgoing(r store.OutboxRow, names map[staff.ID]string) Outgoing {
	m := Outgoing{ID: r.ID, Number: r.Number, Reason: mailReason(letter.Template(r.Kind)), To: names[r.Member], At: r.Created, Next: r.Next, Server: r.Error}
	m.Person = r.Case != "" && r.Member == ""
	switch {
	case r.State == "dead":
		m.Fate, m.Again, m.At = FateDead, true, r.Failed
	case !r.Failed.IsZero():
		m.Fate, m.At = FateReturned, r.Failed
	case r.State == "sent":
		m.Fate, m.At = FateSent, r.Sent
	default:
		m.Fate, m.Trial = FateWaiting, r.Error != ""
	}
	return m
}

func mailReason(t letter.Template) Reason {
	switch t {
	case letter.News, letter.ToMember:
		return ReasonMessage
	case letter.DeadlineNear:
		return ReasonNear
	case letter.DeadlinePassed:
		return ReasonPassed
	case letter.AskMember, letter.AskSignature, letter.CheckIn:
		return ReasonAction
	case letter.Acknowledgement, letter.QuestionReceipt, letter.MailReceipt:
		return ReasonReceipt
	case letter.FirstToWitness, letter.ToWitness:
		return ReasonWitness
	case letter.RecoveryUsed, letter.TakenAlong:
		return ReasonRecovery
	case letter.FirstCode, letter.Invitation, letter.ConfirmAddress, letter.AddressChanged, letter.CodeLink, letter.CodeReplaced, letter.Reset,
		letter.CredentialNotice, letter.SetupTest:
		return ReasonAccess
	default:
		return ReasonMessage
	}
}

// DeadMails counts the mails in the member's outbox that were given up.
func (c *Casework) DeadMails(ctx context.Context, actor access.Actor) (n int, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.CountDead(outboxOf(actor, time.Time{}, CountMost))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count dead mails: %w", err)
	}
	return n, nil
}

// ResendMails sends mails again that were given up. One that is not the member's to see is
// answered like one that does not exist, and then none is sent; one that waits already or
// was sent meanwhile is no fault.
func (c *Casework) ResendMails(ctx context.Context, actor access.Actor, ids []string) error {
	if len(ids) == 0 || len(ids) > outboxMost {
		return fault.New(fault.Invalid, "error.choose-one")
	}
	about := make([]casefile.Number, len(ids))
	for i, id := range ids {
		var err error
		if about[i], err = c.mailAbout(ctx, actor, id); err != nil {
			return err
		}
	}
	for i, id := range ids {
		var err error
		if about[i] != "" {
			err = c.RetryMail(ctx, actor, about[i], id)
		} else {
			err = c.resend(ctx, actor, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mailAbout is the case that a mail is about, empty where it is about none: errNothing
// unless the member may see the mail.
func (c *Casework) mailAbout(ctx context.Context, actor access.Actor, id string) (number casefile.Number, err error) {
	var m store.Mail
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if m, err = tx.Mail(id); err != nil || m.Case == "" {
			return err
		}
		file, err := tx.Case(m.Case)
		number = file.Number
		return err
	})
	switch {
	case errors.Is(err, store.ErrNone):
		return "", errNothing
	case err != nil:
		return "", fmt.Errorf("read mail: %w", err)
	case m.Case == "" && m.Member != actor.Member && !actor.Configurator():
		return "", errNothing
	case m.Case == "":
		return "", nil
	}
	_, err = c.open(ctx, actor, number)
	return number, err
}

func (c *Casework) resend(ctx context.Context, actor access.Actor, id string) error {
	now := c.Store.Now()
	err := c.write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.RetryMail(id), tx.InsertLeaf(custody.Leaf(now, custody.Event{
			Kind: audit.SettingChanged, Actor: custody.ByMember(actor.Member), Object: id, Detail: map[string]string{"what": "mail sent again"},
		})))
	})
	if errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrNone) {
		return nil // it waits already, or has gone
	}
	if err != nil {
		return fmt.Errorf("resend mail: %w", err)
	}
	c.wake()
	return nil
}
