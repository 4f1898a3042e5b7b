package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/rawmail"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Bringing is how cases are brought that lay elsewhere before. It is used for one run, by
// one goroutine.
type Bringing struct {
	From casefile.BroughtFrom
	Do   bool                // write cases; otherwise say what would become of each
	Own  []string            // addresses of the organisation: what they sent is no complaint
	Also []casefile.MailSort // sorts that are brought as well; a person's mail always is
	Name string              // of a register, where there are several

	would map[string]bool // what a run that writes nothing would have written by now
}

// BringFate is what became of one mail or row.
type BringFate string

// The fates.
const (
	BringTaken   BringFate = "taken"
	BringWould   BringFate = "would be taken"
	BringSkipped BringFate = "skipped"
	BringFailed  BringFate = "failed" // it can be tried again
)

// BringReason is why something was not taken.
type BringReason string

// The reasons; of a sort of mail it is the name of the sort.
const (
	BringBefore  BringReason = "taken before"
	BringGone    BringReason = "deleted or draft"
	BringOwn     BringReason = "sent by the organisation"
	BringReply   BringReason = "answers a mail of the desk"
	BringLarge   BringReason = "too large"
	BringWrong   BringReason = "cannot be read"
	BringTrouble BringReason = "could not be written"
	BringClosed  BringReason = "its case is closed"
	BringErased  BringReason = "its case was erased"
	BringFirst   BringReason = "the mail before it failed"
)

// Brought is what became of one mail or row, without a word of it.
type Brought struct {
	Fate   BringFate
	Reason BringReason
	As     BringAs // of a mail
	Number casefile.Number
	ID     string // hash of the Message-ID; empty: it has none
	Err    error  // why it failed
}

// String keeps the number out of whatever prints it.
func (Brought) String() string { return "[sealed]" }

// LogValue keeps the number out of logs.
func (Brought) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// CanBring refuses what could not take a single mail: a route without a team, or a team
// without a member. It fails with ErrClosed.
func (i *Intake) CanBring(ctx context.Context, route casefile.Route, team casefile.Team) error {
	if team == "" {
		var ok bool
		if team, ok = i.Profile.TeamFor(route); !ok {
			return errNoTeam
		}
	}
	dir, err := i.Custody.Directory(ctx)
	if err == nil && !access.Receives(dir, team) {
		return ErrClosed
	}
	return err
}

// BringMail brings a mail that an organisation kept before, once, also where it came in by
// itself meanwhile: the first of a correspondence becomes a case, and the others stand in it
// with their own date. Nobody is written to, and members are not reminded of what passed
// before. What fails is told, and nothing of it was made; an error is of the whole run.
func (i *Intake) BringMail(ctx context.Context, box Mailbox, a Arrived, in *Correspondence, b *Bringing) (Brought, error) {
	a.Bounced, a.Replied = nil, nil
	if in.failed && in.id == "" && !in.would {
		return Brought{Fate: BringFailed, Reason: BringFirst}, nil
	}
	m, whole, err := i.readMail(ctx, box, a)
	if errors.Is(err, errSeen) {
		return Brought{Fate: BringSkipped, Reason: BringBefore}, i.rejoin(ctx, m, in)
	}
	if err != nil {
		return i.notBegun(ctx, in, err)
	}
	out := Brought{ID: idHash(m.message.ID)}
	if out.Reason = i.unwanted(m.message, b); out.Reason != "" {
		out.Fate = BringSkipped
		return out, nil
	}
	m.came, m.own = broughtAt(m.message, a), b.sentByUs(m.message)
	m.brought = &casefile.Brought{From: b.From, Channel: casefile.ChannelEmail}
	got, err := i.bring(ctx, m, whole, in, b)
	got.ID = out.ID
	return got, err
}

// bring brings a mail into the case of its correspondence, or makes that case.
func (i *Intake) bring(ctx context.Context, m *mailing, whole io.Reader, in *Correspondence, b *Bringing) (Brought, error) {
	if err := i.trace(ctx, m, in); err != nil {
		return Brought{}, err
	}
	var j joining
	if in.id != "" {
		var reason BringReason
		var err error
		if j, reason, err = i.joining(ctx, in.id); err != nil || reason != "" {
			return Brought{Fate: BringSkipped, Reason: reason}, err
		}
	}
	switch {
	case in.id == "" && !in.would && m.own: // it answers nobody who complained
		return Brought{Fate: BringSkipped, Reason: BringOwn}, nil
	case !b.Do:
		return i.wouldBring(ctx, m, whole, in, j, b)
	case in.id == "":
		return i.bringMail(ctx, m, whole, in, b)
	default:
		return i.joinMail(ctx, m, whole, in)
	}
}

func (i *Intake) bringMail(ctx context.Context, m *mailing, whole io.Reader, in *Correspondence, b *Bringing) (Brought, error) {
	err := i.sealMail(ctx, m, whole)
	if err != nil {
		return i.notBegun(ctx, in, err)
	}
	i.overhear(ctx, m, in, b)
	i.describe(m)
	m.brought.Received = m.at.UTC()
	err = again(func() error {
		if err := i.prepareMail(ctx, m); err != nil {
			return err
		}
		return i.commitMail(ctx, m)
	})
	if errors.Is(err, errSeen) {
		return Brought{Fate: BringSkipped, Reason: BringBefore}, i.rejoin(ctx, m, in)
	}
	if err != nil {
		return i.notBegun(ctx, in, err)
	}
	in.id = m.id
	i.wake()
	return Brought{Fate: BringTaken, As: AsComplaint, Number: m.number}, nil
}

// again tries what collided with somebody else's change a few times.
func again(write func() error) (err error) {
	for range 5 {
		if err = write(); !errors.Is(err, errTaken) && !errors.Is(err, store.ErrStale) || errors.Is(err, errSeen) {
			return err
		}
	}
	return err
}

// notBegun is notBrought of a mail that may be the first of its correspondence.
func (i *Intake) notBegun(ctx context.Context, in *Correspondence, err error) (Brought, error) {
	got, err := i.notBrought(ctx, err)
	in.failed = in.failed || got.Fate == BringFailed
	return got, err
}

// notBrought says why one was not taken; a run that was ended ends.
func (i *Intake) notBrought(ctx context.Context, err error) (Brought, error) {
	switch f, known := fault.As(err); {
	case errors.Is(err, errSeen):
		return Brought{Fate: BringSkipped, Reason: BringBefore}, nil
	case errors.Is(err, ErrMailTooLarge):
		return Brought{Fate: BringSkipped, Reason: BringLarge}, nil
	case ctx.Err() != nil, errors.Is(err, ErrClosed), errors.Is(err, errNoTeam), known && f.Kind != fault.Invalid:
		return Brought{}, fmt.Errorf("bring: %w", err)
	case errors.Is(err, errUnread):
		return Brought{Fate: BringFailed, Reason: BringWrong, Err: err}, nil
	default:
		return Brought{Fate: BringFailed, Reason: BringTrouble, Err: err}, nil
	}
}

// sentByUs reports whether the organisation sent a mail.
func (b *Bringing) sentByUs(m *rawmail.Message) bool {
	sender, _ := m.Sender()
	return slices.ContainsFunc(b.Own, func(own string) bool { return strings.EqualFold(own, sender.Email) })
}

// unwanted is why a mail is left where it is; empty: it is not.
func (i *Intake) unwanted(m *rawmail.Message, b *Bringing) BringReason {
	if q := i.answering(m); len(q.Signs)+len(q.Mails) > 0 {
		return BringReply
	}
	if b.sentByUs(m) {
		return ""
	}
	if sort := sortOf(m.Automatic); sort != casefile.MailPersonal && !slices.Contains(b.Also, sort) {
		return BringReason(sort)
	}
	return ""
}

// wouldBring says what would become of a mail.
func (i *Intake) wouldBring(ctx context.Context, m *mailing, whole io.Reader, in *Correspondence, j joining, b *Bringing) (Brought, error) {
	if m.large() {
		sum := sha256.New()
		n, err := io.Copy(sum, io.LimitReader(whole, mailBytes+1))
		if err != nil {
			return i.notBrought(ctx, fmt.Errorf("%w: %w", errUnread, err))
		}
		if n > mailBytes {
			return Brought{Fate: BringSkipped, Reason: BringLarge}, nil
		}
		m.marks = i.mark(m.box, "bytes", sum.Sum(nil))
		if seen, err := i.seen(ctx, m.marks); err != nil || seen {
			return Brought{Fate: BringSkipped, Reason: BringBefore}, errors.Join(err, i.rejoin(ctx, m, in))
		}
	}
	out := b.wouldWrite(m.marks)
	if out.Fate != BringWould {
		return out, nil
	}
	switch {
	case j.is != nil:
		out.As, _ = m.as(j.is)
	case in.would:
		out.As, _ = m.as(func(email string) bool { return in.person != "" && strings.EqualFold(email, in.person) })
	default:
		sender, _ := m.message.Sender()
		in.would, in.person, out.As = true, sender.Email, AsComplaint
	}
	return out, nil
}

func (b *Bringing) wouldWrite(marks []string) Brought {
	if slices.ContainsFunc(marks, func(mark string) bool { return b.would[mark] }) {
		return Brought{Fate: BringSkipped, Reason: BringBefore}
	}
	if b.would == nil {
		b.would = map[string]bool{}
	}
	for _, mark := range marks {
		b.would[mark] = true
	}
	return Brought{Fate: BringWould}
}

// broughtItems is the entry that says where a case lay before; none where it is new.
func (s *submission) broughtItems() ([]custody.Item, error) {
	if s.brought == nil {
		return nil, nil
	}
	s.brought.LeftOut = len(s.exclusion.Members) > 0
	plain, err := casefile.EncodePayload(*s.brought)
	return []custody.Item{system("", casefile.EntryBrought, seal.Investigation, plain)}, err
}

// idHash lets whoever has the mailbox find a mail of the report, and nobody else learn from
// it.
func idHash(id string) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}
