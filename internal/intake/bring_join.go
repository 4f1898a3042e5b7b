package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/profile"
	"klankbord/internal/rawmail"
	"klankbord/internal/store"
)

// BringAs is what a kept mail becomes.
type BringAs string

// What it can become.
const (
	AsComplaint BringAs = "complaint"
	AsMessage   BringAs = "message of the complainant"
	AsAnswer    BringAs = "message of the organisation"
	AsOther     BringAs = "mail of somebody else" // or within the organisation, or of a false sender
)

// What a mail leads later ones of its correspondence by. A mail of the organisation can have
// gone to many, so that it leads only whom it went to.
const (
	leadMark = "mark/"
	leadFrom = "from/"
	leadOurs = "ours/"
)

// leads are what leads to the case of a mail from now on.
func (m *mailing) leads(as BringAs) custody.Leads {
	l := custody.Leads{Box: m.box.ID}
	if as == AsComplaint {
		l.IDs = append(l.IDs, m.markLead()...)
	}
	switch {
	case m.message.ID == "":
	case m.own:
		l.IDs = append(l.IDs, leadOurs+m.message.ID)
	default:
		l.IDs = append(l.IDs, leadFrom+m.message.ID)
	}
	return l
}

// markLead is the mail itself, known again in whatever form a mailbox has it.
func (m *mailing) markLead() []string {
	if n := len(m.marks) - 1 - len(m.box.Also); n >= 0 {
		return []string{leadMark + m.marks[n]}
	}
	return nil
}

// rejoin finds the case of a correspondence of which a mail was brought before.
func (i *Intake) rejoin(ctx context.Context, m *mailing, in *Correspondence) error {
	if in.id != "" || in.would {
		return nil
	}
	id, err := i.Custody.FindLead(ctx, custody.Leads{Box: m.box.ID, IDs: m.markLead()})
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	in.id = id
	return err
}

// trace finds the case of what a mail answers, where that was brought by an earlier run.
func (i *Intake) trace(ctx context.Context, m *mailing, in *Correspondence) error {
	if in.id != "" || in.would {
		return nil
	}
	from, ours := custody.Leads{Box: m.box.ID}, custody.Leads{Box: m.box.ID}
	for _, ref := range answered(m.message) {
		from.IDs, ours.IDs = append(from.IDs, leadFrom+ref), append(ours.IDs, leadOurs+ref)
	}
	id, err := i.Custody.FindLead(ctx, from)
	if !errors.Is(err, store.ErrNone) {
		in.id = id
		return err
	}
	if id, err = i.Custody.FindLead(ctx, ours); errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	j, reason, err := i.joining(ctx, id)
	if reason == "" && err == nil && slices.ContainsFunc(m.party(), j.is) {
		in.id = id
	}
	return err
}

// party is who a mail is from, or of one of the organisation to whom.
func (m *mailing) party() []string {
	switch {
	case m.own:
		return receivers(m.message)
	case len(m.message.From) == 1:
		return emails(m.message.From)
	default:
		return nil
	}
}

// joining is a case into which kept mails come.
type joining struct {
	file store.Case
	keys []store.CaseKey
	is   func(email string) bool // the complainant's address
}

// joining reads a case; a reason where nothing can be added to it any more.
func (i *Intake) joining(ctx context.Context, id casefile.ID) (j joining, reason BringReason, err error) {
	var n store.Notice
	err = i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if j.file, err = tx.Case(id); err != nil {
			return err
		}
		if j.keys, err = tx.CaseKeys(id); err != nil {
			return err
		}
		if n, err = tx.Notice(id); errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	known := len(n.Mark) > 0 && i.Custody.NoticeHolds(n)
	j.is = func(email string) bool { return known && bytes.Equal(i.Custody.AddressMark(id, email), n.Mark) }
	switch {
	case errors.Is(err, store.ErrNone):
		return j, BringErased, nil
	case err != nil:
		return j, "", fmt.Errorf("read the case of a correspondence: %w", err)
	case !j.file.State.Open():
		return j, BringClosed, nil
	default:
		return j, "", nil
	}
}

// as says what a mail is in a case whose complainant is known by their address.
func (m *mailing) as(is func(string) bool) (BringAs, casefile.ThreadMark) {
	matches := slices.ContainsFunc(m.party(), is)
	switch {
	case m.own && m.message.Checks.DMARC == "fail": // who pretends to be the organisation
		return AsOther, casefile.ThreadOther
	case m.own && matches:
		return AsAnswer, ""
	case m.own:
		return AsOther, casefile.ThreadInside
	case m.message.Automatic.Any():
		return AsOther, casefile.ThreadAutomatic
	case !matches:
		return AsOther, casefile.ThreadOther
	case m.message.Checks.DMARC == "fail":
		return AsOther, casefile.ThreadFalse
	default:
		return AsMessage, ""
	}
}

// joinMail adds a mail to the case of its correspondence, with its own date.
func (i *Intake) joinMail(ctx context.Context, m *mailing, whole io.Reader, in *Correspondence) (Brought, error) {
	if err := i.sealMail(ctx, m, whole); err != nil {
		return i.notBrought(ctx, err)
	}
	i.describe(m)
	var out Brought
	err := again(func() error {
		j, reason, err := i.joining(ctx, in.id)
		if out = (Brought{Fate: BringSkipped, Reason: reason}); reason != "" || err != nil {
			return err
		}
		out.As, m.facts.Thread = m.as(j.is)
		m.facts.At, m.facts.Of = m.at.UTC(), ""
		if m.facts.Thread != "" {
			m.facts.Of = j.file.Number
		}
		out.Fate, out.Reason, out.Number = BringTaken, "", j.file.Number
		return i.writeJoined(ctx, m, j, out.As)
	})
	if err != nil {
		return i.notBrought(ctx, err)
	}
	i.wake()
	return out, nil
}

func (i *Intake) writeJoined(ctx context.Context, m *mailing, j joining, as BringAs) error {
	items, held, err := m.joinedItems(as)
	if err != nil {
		return err
	}
	added, err := i.Custody.Append(j.file, j.keys, items...)
	if err != nil {
		return err
	}
	var leaves []store.Leaf
	for _, x := range items {
		leaves = append(leaves, custody.Leaf(i.Store.Now(), custody.Event{
			Kind: audit.EntryAdded, Actor: custody.ByOperator(), Case: j.file.ID, Object: x.ID,
			Detail: map[string]string{"kind": string(x.Kind), "brought": string(m.brought.From)},
		}))
	}
	return i.write(ctx, func(tx *store.Tx) error {
		if err := spend(tx, m.marks); err != nil {
			return err
		}
		if err := added.Insert(tx); err != nil {
			return err
		}
		for _, entry := range slices.Sorted(maps.Keys(held)) {
			if err := custody.HoldBlobs(tx, held[entry], "case", string(j.file.ID), entry); err != nil {
				return err
			}
		}
		for _, leaf := range leaves {
			if err := tx.InsertLeaf(leaf); err != nil {
				return err
			}
		}
		return i.Custody.KeepLeads(tx, j.file.ID, m.leads(as))
	})
}

// overhear reads the mails after the first: in what people outside wrote members may be named,
// and all of it is searched for.
func (i *Intake) overhear(ctx context.Context, m *mailing, in *Correspondence, b *Bringing) {
	left := storyBytes
	for _, open := range in.Others {
		f, err := open()
		if err != nil {
			continue // it was moved meanwhile, and is told when its turn comes
		}
		raw, err := io.ReadAll(io.LimitReader(f, readBytes))
		if err := errors.Join(err, f.Close()); err != nil {
			continue
		}
		mail := rawmail.Read(ctx, raw, rawmail.Options{Server: m.box.Server})
		if i.unwanted(mail, b) != "" {
			continue
		}
		own, _ := rawmail.Fold(strings.ToValidUTF8(mail.Text[:min(len(mail.Text), storyBytes)], ""))
		words := mail.Subject + "\n" + own
		if !b.sentByUs(mail) {
			m.heard = append(m.heard, words)
			for _, f := range mail.Files {
				m.heard = append(m.heard, f.Name)
			}
		}
		if n := min(left, len(words)); n > 0 {
			left -= n
			m.sought = append(m.sought, strings.ToValidUTF8(words[:n], ""))
		}
	}
}

// named are the words of a correspondence in which a member may be named.
func (m *mailing) named(own string) *Draft {
	d := &Draft{Answers: profile.Answers{profile.FieldSummary: {m.message.Subject}, profile.FieldStory: append([]string{own}, m.heard...)}}
	for _, f := range m.sealed {
		d.Files = append(d.Files, File{Name: f.Name})
	}
	return d
}
