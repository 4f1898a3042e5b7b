package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Standing is how it stands with a message to the complainant that can be, or was,
// taken back.
type Standing struct {
	Goes   time.Time // from when they are shown it; zero: it was shown at once
	Waits  bool      // it has not gone yet
	Undo   bool      // this member can undo it: it waits, and it is theirs
	Recall bool      // this member can withdraw it: it went, and was not read
	Taken  time.Time // when it was taken back; zero: it stands
	Undone bool      // before it went
	By     string    // who took it back
}

// standingOf says how it stands with a message.
func (c *Casework) standingOf(actor access.Actor, o *custody.Opened, a around, e custody.Entry) (s Standing) {
	m, ok := e.MessageOut()
	if !ok || e.AuthorKind != custody.AuthorMember {
		return s
	}
	s.Goes = m.Goes
	if back, taken := o.Recalled()[e.ID]; taken {
		s.Taken, s.Undone, s.By = back.At, back.Undone, a.names[back.By]
		return s
	}
	s.Waits = m.Waits(c.Store.Now())
	s.Undo = s.Waits && e.AuthorID == string(actor.Member)
	s.Recall = !m.Sent.IsZero() && !s.Waits && !readByComplainant(o, a.leaves, e.Seq)
	return s
}

// readByComplainant reports whether the complainant has read up to an item: by their
// mark, or by a line of the log, which nobody can take back.
func readByComplainant(o *custody.Opened, leaves []store.Leaf, seq int64) bool {
	if readUpTo(o, "").Seq >= seq {
		return true
	}
	return slices.ContainsFunc(leaves, func(l store.Leaf) bool { return custody.ReadTo(l) >= seq })
}

// UndoMessage takes back a message of one's own before it goes: it becomes a draft again, and
// the complainant never sees that there was one. Undoing twice is no error. Faults:
// error.undo-late. fault.ErrNotFound: no such message of this member.
func (c *Casework) UndoMessage(ctx context.Context, actor access.Actor, n casefile.Number, entry string) error {
	return c.takeBack(ctx, actor, n, entry, true)
}

// WithdrawMessage takes back a message that went and that the complainant has not read: they are
// shown that one was withdrawn, and when. Withdrawing twice is no error. Faults:
// error.withdraw-early while it can be undone, error.withdraw-read, error.withdraw-final
// for what a closing told. fault.ErrNotFound: no such message.
func (c *Casework) WithdrawMessage(ctx context.Context, actor access.Actor, n casefile.Number, entry string) error {
	return c.takeBack(ctx, actor, n, entry, false)
}

// Message shows one message to the complainant, to decide whether it is withdrawn.
// fault.ErrNotFound: no such message.
func (c *Casework) Message(ctx context.Context, actor access.Actor, n casefile.Number, entry string) (*Item, error) {
	v, err := c.Case(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	for i := range v.Timeline {
		if it := &v.Timeline[i]; it.ID == entry && it.Kind == casefile.EntryMessageOut && !it.Damaged && !it.Locked {
			return it, nil
		}
	}
	return nil, errNothing
}

func (c *Casework) takeBack(ctx context.Context, actor access.Actor, n casefile.Number, entry string, undo bool) error {
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		a, err := c.around(ctx, actor, o)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(o.Entries, func(e custody.Entry) bool { return e.ID == entry })
		if i < 0 {
			return errNothing
		}
		e := o.Entries[i]
		m, ok := e.MessageOut()
		s := c.standingOf(actor, o, a, e)
		switch {
		case !ok, undo && e.AuthorID != string(actor.Member):
			return errNothing
		case !s.Taken.IsZero():
			return nil
		case m.Sent.IsZero():
			return fault.New(fault.Invalid, "error.withdraw-final")
		case undo && !s.Undo:
			return fault.New(fault.Conflict, "error.undo-late")
		case !undo && s.Waits:
			return fault.New(fault.Conflict, "error.withdraw-early")
		case !undo && !s.Recall:
			return fault.New(fault.Conflict, "error.withdraw-read")
		}
		ch, err := c.takingBack(ctx, actor, o, a, e, m, undo)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, ch)
	})
}

// takingBack is the change: the entry that tells of it, the clocks that the message had
// stopped, the state where it had confirmed receipt, and for what is undone the draft
// and the mail that has not gone.
func (c *Casework) takingBack(ctx context.Context, actor access.Actor, o *custody.Opened, a around, e custody.Entry, m casefile.Message, undo bool) (change, error) {
	now := c.Store.Now()
	var mailed time.Time // a mail confirmed receipt as well
	if r := receipt(o, a); r.State == ReceiptSent {
		mailed = r.At
	}
	told, err := item(actor.Member, "", casefile.EntryRecall, casefile.Recall{Message: casefile.EntryID(e.ID), Undone: undo})
	if err != nil {
		return change{}, err
	}
	ch := change{
		items: []custody.Item{told}, before: func(clocks []deadline.Clock) ([]deadline.Clock, []string) { return reopened(clocks, m, e, mailed) },
		event: custody.Event{Kind: audit.MessageRecalled, Object: e.ID, Detail: map[string]string{"undone": strconv.FormatBool(undo)}},
		facts: deadline.Facts{}, without: e.ID,
	}
	if o.Case.State == casefile.StateAcknowledged && acknowledgedBy(o, m) && mailed.IsZero() {
		step, err := moved(actor.Member, o.Case.State, casefile.StateReceived, now, "")
		if err != nil {
			return ch, err
		}
		ch.items, ch.to = append(ch.items, step), casefile.StateReceived
	}
	if !undo {
		ch.more = func(tx *store.Tx) error { return stillUnread(tx, o.Case.ID, e.Seq) }
		return ch, nil
	}
	again, err := c.draftAgain(ctx, actor, o, e, m)
	if err != nil {
		return ch, err
	}
	ch.more = func(tx *store.Tx) error {
		return errors.Join(stillUnread(tx, o.Case.ID, e.Seq), tx.UnqueueMail(o.Case.ID, string(letter.News), m.Goes), tx.PutDeskDraft(again))
	}
	return ch, nil
}

// stillUnread fails with store.ErrStale where the complainant read an item meanwhile.
func stillUnread(tx *store.Tx, id casefile.ID, seq int64) error {
	marks, err := tx.ReadMarks(id)
	if err != nil {
		return err
	}
	for _, m := range marks {
		if m.Member == "" && m.Seq >= seq {
			return store.ErrStale
		}
	}
	return nil
}

// draftAgain seals the text of a message as the member's draft; behind what they have
// begun to write since. Its files stay files of the case.
func (c *Casework) draftAgain(ctx context.Context, actor access.Actor, o *custody.Opened, e custody.Entry, m casefile.Message) (row store.DeskDraft, err error) {
	list, err := c.draftsOf(ctx, actor, o)
	if err != nil {
		return row, err
	}
	d, begun := find(list, DraftMessage)
	if !begun {
		d = Draft{Kind: DraftMessage, ID: ident.New(), Lang: m.Lang, Seen: e.Seq, Text: m.Text, manifests: map[string]seal.Manifest{}}
	} else {
		d.Text = joined(m.Text, d.Text)
	}
	d.take(filesAgain(o, m))
	d.Revision++
	row = store.DeskDraft{Member: actor.Member, Kind: string(d.Kind), Revision: d.Revision}
	plain, err := d.encode()
	if err != nil {
		return row, err
	}
	return row, c.Custody.SealDraft(o, &row, plain)
}

// filesAgain are the files of a message under new ids.
func filesAgain(o *custody.Opened, m casefile.Message) (d Draft) {
	d.manifests = map[string]seal.Manifest{}
	sounds := map[casefile.EntryID]casefile.Heard{}
	for _, s := range m.Sounds {
		sounds[s.File] = s.Heard
	}
	for _, id := range m.Files {
		for _, f := range o.Entries {
			if f.ID != string(id) || f.Damaged || f.Locked {
				continue
			}
			if known, err := manifest(f); err == nil {
				again := ident.New()
				d.manifests[again] = known
				d.Files = append(d.Files, File{ID: again, Name: known.Name, Type: known.Type, Size: known.Size, Scan: casefile.ParseScan(known.Scan), Heard: sounds[id]})
			}
		}
	}
	return d
}
