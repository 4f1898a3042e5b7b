package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/rawmail"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// The limits of a mail that comes in. Providers let 25 to 50 MB pass.
const (
	readBytes  = 32 << 20  // as much of a mail is read into memory
	mailBytes  = 256 << 20 // a larger one is left where it is, and told
	storyBytes = 60_000    // of its text stand in the case; the whole lies beside it
	seenFor    = 10 * 365 * 24 * time.Hour
)

// Mailbox is where a mail came in, and so to whom it goes.
type Mailbox struct {
	ID     string // server, account and folder; stable, because mails are known by it
	Name   string // as members know it
	Route  casefile.Route
	Team   casefile.Team // empty: that of the route
	Server string        // whose checks of the sender are believed; empty: nobody's
	Lang   lang.Lang     // where a mail does not show in which of ours it is written
	Also   []string      // ids of other mailboxes for the same team, by which a mail may be known
}

// Arrived is a mail as it comes from the server.
type Arrived struct {
	At   time.Time // when the server received it; zero: unknown
	Body io.Reader
	// Bounced is told of a mail of ours that could not be delivered, by its Message-ID; may
	// be nil.
	Bounced func(ctx context.Context, messageID string) error
	// Replied takes in the reply of a complainant as a message in its case; ErrReplyMoved
	// where that has changed. nil: a reply becomes a case of its own.
	Replied func(ctx context.Context, r Reply) error
}

// Taken is what became of a mail.
type Taken struct {
	Case     casefile.ID
	Number   casefile.Number
	Unsorted bool // it waits for a member
	Again    bool // it was there already; nothing was made
	Reply    bool // it is a message in a case that was there
}

// String keeps the number out of whatever prints it.
func (Taken) String() string { return "[sealed]" }

// LogValue keeps the number out of logs.
func (Taken) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// ErrMailTooLarge tells that a mail is larger than what is taken in.
var ErrMailTooLarge = errors.New("mail is larger than what is taken in")

// errSeen tells that a mail was taken in before; errUnread that it could not be read.
var (
	errSeen   = errors.New("mail was taken in before")
	errUnread = errors.New("mail could not be read")
)

// TakeMail makes a case of a mail: a complaint where a person wrote it, and otherwise
// one that waits for a member. It returns once everything is durable, and knows the same
// mail when it comes again: the same bytes, or the same as far as the sender wrote it.
// Nothing of it touches the disk in clear. Where it fails nothing was made, and the mail
// can be given to it again.
func (i *Intake) TakeMail(ctx context.Context, box Mailbox, a Arrived) (Taken, error) {
	m, err := i.receiveMail(ctx, box, a)
	if errors.Is(err, errSeen) {
		return Taken{Again: true}, nil
	}
	if err != nil {
		return Taken{}, err
	}
	for range 5 {
		switch reply, err := i.follow(ctx, m, a); {
		case errors.Is(err, errSeen):
			return Taken{Again: true}, nil
		case errors.Is(err, ErrReplyMoved):
			continue
		case err != nil:
			return Taken{}, fmt.Errorf("take mail in: %w", err)
		case reply:
			return Taken{Case: m.id, Number: m.number, Reply: true}, nil
		}
		if err := i.prepareMail(ctx, m); err != nil {
			return Taken{}, err
		}
		switch err := i.commitMail(ctx, m); {
		case errors.Is(err, errSeen):
			return Taken{Again: true}, nil
		case errors.Is(err, errTaken), errors.Is(err, store.ErrStale): // the number is taken; somebody came or left
			continue
		case err != nil:
			return Taken{}, fmt.Errorf("take mail in: %w", err)
		}
		i.wake()
		return Taken{Case: m.id, Number: m.number, Unsorted: m.unsorted()}, nil
	}
	return Taken{}, fmt.Errorf("take mail in: %w", errTaken)
}

// mailing is a mail on its way into a case.
type mailing struct {
	submission

	box     Mailbox
	message *rawmail.Message
	marks   []string
	raw     seal.Manifest
	sealed  []seal.Manifest // attachments, and the whole text where it is long
	whole   bool
	flaws   []string
	lang    lang.Lang
	text    string
	came    time.Time
	facts   casefile.MailFacts
	answer  bool // an automatic confirmation goes out
	thread  custody.Thread
	own     bool     // the organisation sent it, before it had the desk
	heard   []string // of the mails of a correspondence after this one, in which a member may be named
	sought  []string // the same, to be found again
}

// large reports whether a mail is longer than what is read of it.
func (m *mailing) large() bool { return m.message.Flawed(rawmail.FlawTruncated) }

// unsorted reports whether nobody knows yet whether it is a complaint.
func (m *mailing) unsorted() bool {
	return m.brought == nil && (m.facts.Sort != casefile.MailPersonal || m.facts.Thread != "")
}

// receiveMail reads a mail and seals it and its files. errSeen: it was there before.
func (i *Intake) receiveMail(ctx context.Context, box Mailbox, a Arrived) (*mailing, error) {
	m, whole, err := i.readMail(ctx, box, a)
	if err != nil {
		return nil, err
	}
	return m, i.sealMail(ctx, m, whole)
}

// readMail reads a mail as far as its case needs; whole is all of it. errSeen: it was there
// before.
func (i *Intake) readMail(ctx context.Context, box Mailbox, a Arrived) (m *mailing, whole io.Reader, err error) {
	head, err := io.ReadAll(io.LimitReader(a.Body, readBytes+1))
	if err != nil {
		return nil, nil, fmt.Errorf("receive mail: %w: %w", errUnread, err)
	}
	m = &mailing{box: box, came: a.At}
	large := len(head) > readBytes
	m.message = rawmail.Read(ctx, head, rawmail.Options{Server: box.Server, Truncated: large})
	if b := m.message.Automatic; b.Failed && b.Original != "" && a.Bounced != nil {
		if err := a.Bounced(ctx, b.Original); err != nil {
			return nil, nil, err
		}
	}
	if large {
		return m, io.MultiReader(bytes.NewReader(head), a.Body), nil
	}
	sum := sha256.Sum256(head)
	m.marks = i.marks(box, m.message, head, sum[:])
	if seen, err := i.seen(ctx, m.marks); err != nil || seen {
		return m, nil, errors.Join(err, onlyIf(seen, errSeen))
	}
	return m, bytes.NewReader(head), nil
}

// sealMail seals a mail and its files.
func (i *Intake) sealMail(ctx context.Context, m *mailing, whole io.Reader) (err error) {
	sum := sha256.New()
	if m.raw, err = custody.SealRecord(ctx, i.Blobs, i.Scanner, "message.eml", mailBytes, io.TeeReader(whole, sum)); err != nil {
		if f, ok := fault.As(err); ok && f.Kind == fault.Invalid {
			return fmt.Errorf("%w: %w", ErrMailTooLarge, err)
		}
		return err
	}
	if m.large() {
		m.marks = i.mark(m.box, "bytes", sum.Sum(nil))
	}
	return i.sealAttachments(ctx, m)
}

func onlyIf(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

func (i *Intake) mark(box Mailbox, what string, content []byte) (list []string) {
	for _, id := range append([]string{box.ID}, box.Also...) {
		for _, mark := range i.Custody.MailMarks(id, what, content) {
			list = append(list, "mail-in/"+mark)
		}
	}
	return list
}

// marks are what a mail is known by when it comes again. Two mails of one person with
// the same words are two: their programs gave them another id and date.
func (i *Intake) marks(box Mailbox, m *rawmail.Message, raw, sum []byte) []string {
	list := i.mark(box, "bytes", sum)
	if e := m.Essence(raw); e != nil {
		list = append(list, i.mark(box, "essence", e)...)
	}
	return list
}

func (i *Intake) seen(ctx context.Context, marks []string) (seen bool, err error) {
	err = i.Store.Read(ctx, func(tx *store.Tx) error {
		for _, id := range marks {
			yes, err := tx.Spent(id)
			if err != nil {
				return err
			}
			seen = seen || yes
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("look for mail: %w", err)
	}
	return seen, nil
}

// sealAttachments seals what is attached, each by itself, and the text where it is too
// long to stand in the case. One that cannot be taken is told, and is in the raw mail.
func (i *Intake) sealAttachments(ctx context.Context, m *mailing) error {
	for _, f := range m.message.Flaws {
		m.flaws = append(m.flaws, string(f))
	}
	take := func(name string, r io.Reader) error {
		manifest, err := custody.SealFile(ctx, i.Blobs, i.Scanner, name, i.Limits.FileBytes, r)
		if f, ok := fault.As(err); ok && f.Kind == fault.Invalid {
			m.flaws = append(m.flaws, string(rawmail.FlawFile))
			return nil
		}
		if err == nil {
			m.sealed = append(m.sealed, manifest)
		}
		return err
	}
	m.text = withoutLinks(m.message.Text)
	if len(m.text) > storyBytes {
		if err := take("message.txt", strings.NewReader(m.text)); err != nil {
			return err
		}
		m.whole, m.text = true, strings.ToValidUTF8(m.text[:storyBytes], "")
	}
	for _, f := range m.message.Files {
		if err := take(f.Name, f.Open()); err != nil {
			return err
		}
	}
	return nil
}

// commitMail writes everything in one transaction.
func (i *Intake) commitMail(ctx context.Context, m *mailing) error {
	mails, err := i.mailsFor(m)
	if err != nil {
		return err
	}
	row := i.rowOf(m)
	turn := i.Custody.AnswerTurn(m.identity.Email)
	return i.write(ctx, func(tx *store.Tx) error {
		if err := spend(tx, m.marks); err != nil {
			return err
		}
		row := row
		answer := m.answer
		if answer { // RFC 3834 2: not again and again to the same address
			err := custody.UseAnswerTurn(tx, turn)
			if err != nil && !errors.Is(err, store.ErrStale) {
				return err
			}
			answer = err == nil
		}
		row.Unreached = !answer && !m.unsorted()
		if err := tx.InsertCase(row); err != nil {
			if sqldb.IsUnique(err) {
				return errors.Join(errTaken, err)
			}
			return err
		}
		return i.insertMail(tx, m, mails, answer)
	})
}

func (i *Intake) rowOf(m *mailing) store.Case {
	row := store.Case{
		ID: m.id, Number: m.number, Route: m.routing.Route, Team: m.routing.Team, State: casefile.StateReceived,
		Language: string(m.lang), Channel: casefile.ChannelEmail, Received: m.at, Head: m.found.Head,
	}
	if m.unsorted() {
		row.State = casefile.StateUnsorted
	}
	if next, ok := deadline.Next(m.clocks); ok {
		row.NextDue = next.Due
	}
	return row
}

func (i *Intake) insertMail(tx *store.Tx, m *mailing, mails outgoing, answer bool) error {
	if err := m.found.Insert(tx); err != nil {
		return err
	}
	if err := custody.HoldBlobs(tx, m.raw, "case", string(m.id), string(m.facts.Raw)); err != nil {
		return err
	}
	for n, f := range m.sealed {
		if err := custody.HoldBlobs(tx, f, "case", string(m.id), m.files[n]); err != nil {
			return err
		}
	}
	if err := putClocks(tx, &m.submission); err != nil {
		return err
	}
	if m.brought != nil {
		if err := i.Custody.KeepLeads(tx, m.id, m.leads(AsComplaint)); err != nil {
			return err
		}
	}
	switch {
	case mails.mail == nil:
	case answer:
		if err := mails.insert(tx, tx.Now()); err != nil {
			return err
		}
	default: // known where to write, and not written to now
		if err := tx.PutNotice(mails.notice); err != nil {
			return err
		}
	}
	for _, leaf := range m.leaves {
		if err := tx.InsertLeaf(leaf); err != nil {
			return err
		}
	}
	return nil
}
