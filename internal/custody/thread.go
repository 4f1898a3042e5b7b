package custody

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// How long one sign stands in the mails about a case, and how long a reply finds the
// case by it.
const (
	threadTurn = 90 * 24 * time.Hour
	ThreadLife = 400 * 24 * time.Hour
)

// ThreadShape is what a sign looks like: 128 bits that tell nothing of the case.
var ThreadShape = regexp.MustCompile(`^t-[0-9a-f]{32}$`)

// threadSign reckons a sign from its row. Only the instance's subkey gives it: the
// database holds none. Nothing of the address is in it, so that nobody can try addresses
// once the case is erased.
func (c *Custody) threadSign(m store.MailThread) string {
	sum := c.stamps.Stamp(c.context(m.Case, "mail-thread", string(m.Seed), m.Period), 0, nil, AuthorSystem)
	return "t-" + hex.EncodeToString(sum[:16])
}

func (c *Custody) threadLookup(sign string) string { return c.threadLookups(sign)[0] }

// threadLookups are where a sign may stand: one that left before the instance's key was
// renewed stands where that key put it.
func (c *Custody) threadLookups(sign string) []string {
	return c.marks(seal.Context{Instance: c.instance, Kind: "mail-thread/lookup", Object: sign}, nil)
}

// rowOf finds the row of a sign, of what key of the instance it may be; store.ErrNone where
// there is none that is ours.
func (c *Custody) rowOf(tx *store.Tx, sign string) (store.MailThread, error) {
	for _, lookup := range c.threadLookups(sign) {
		row, err := tx.MailThread(lookup)
		if errors.Is(err, store.ErrNone) || err == nil && !bytes.Equal(c.stampThread(row), row.Stamp) {
			continue
		}
		return row, err
	}
	return store.MailThread{}, store.ErrNone
}

func (c *Custody) stampThread(m store.MailThread) []byte {
	return c.stamps.Stamp(c.context(m.Case, "mail-thread/row", m.Lookup, m.Period), 0, number(m.Until.UnixMicro()), AuthorSystem)
}

// Thread is the sign that a mail to the address of a case carries; it is known here
// before the mail leaves. Empty where the row of the address does not hold.
func (c *Custody) Thread(ctx context.Context, n store.Notice) (string, error) {
	if !c.NoticeHolds(n) {
		return "", nil
	}
	var row store.MailThread
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		row = store.MailThread{Case: n.Case, Mark: n.Mark, Period: tx.Now().Unix() / int64(threadTurn/time.Second)}
		list, err := tx.MailThreads(row.Case, row.Period)
		if i := slices.IndexFunc(list, func(m store.MailThread) bool { return c.threadHolds(m, n.Mark) }); err != nil || i >= 0 {
			if err == nil {
				row = list[i]
			}
			return err
		}
		row.Seed = []byte(ident.New())
		row.Until = time.Unix((row.Period+1)*int64(threadTurn/time.Second), 0).Add(ThreadLife)
		row.Lookup = c.threadLookup(c.threadSign(row))
		row.Stamp = c.stampThread(row)
		return tx.PutMailThread(row)
	})
	if err != nil {
		return "", fmt.Errorf("keep sign of mail: %w", err)
	}
	return c.threadSign(row), nil
}

// threadHolds reports whether a row is one of ours, whole, for an address.
func (c *Custody) threadHolds(m store.MailThread, mark []byte) bool {
	return bytes.Equal(m.Mark, mark) && bytes.Equal(c.stampThread(m), m.Stamp) && c.threadLookup(c.threadSign(m)) == m.Lookup
}

// Answering is what a mail that came in says it answers, and who says so.
type Answering struct {
	Signs []string // those first that count most
	Mails []string // ids of mails of ours; anybody who saw the database can know them
	From  string   // the one sender; empty: none, or several
	Auto  bool     // no person wrote it
	False bool     // the mail server says that the sender is not who it says
}

// Thread is the case that a mail answers, and what stands against that.
type Thread struct {
	Mark      casefile.ThreadMark // empty: the mail answers nothing of ours
	Case      casefile.ID         // empty: of an unknown sign
	Number    casefile.Number     // empty as well for a case that was erased
	Address   []byte              // the mark of the address that counts
	Route     casefile.Route
	Team      casefile.Team
	Selection access.Selection // who reads the case; nobody where it is not there
}

// FindThread finds the case that a mail answers. Of several signs the first that is ours
// counts. The sender must be the address that the case has, which is told from a keyed
// hash of both: nobody can open an address here.
func (c *Custody) FindThread(ctx context.Context, d *staff.Directory, q Answering) (t Thread, err error) {
	err = c.store.Read(ctx, func(tx *store.Tx) error {
		t, err = c.findThread(tx, d, q)
		return err
	})
	if err != nil {
		return t, fmt.Errorf("find what a mail answers: %w", err)
	}
	return t, nil
}

func (c *Custody) findThread(tx *store.Tx, d *staff.Directory, q Answering) (Thread, error) {
	for _, sign := range q.Signs {
		row, err := c.rowOf(tx, sign)
		if errors.Is(err, store.ErrNone) {
			continue
		}
		if err != nil {
			return Thread{}, err
		}
		return c.threadOf(tx, d, q, row)
	}
	for _, id := range q.Mails {
		m, err := tx.Mail(id)
		if errors.Is(err, store.ErrNone) || err == nil && (m.Case == "" || m.Member != "") {
			continue
		}
		if err != nil {
			return Thread{}, err
		}
		return c.threadOf(tx, d, q, store.MailThread{Case: m.Case})
	}
	if len(q.Signs) > 0 {
		return Thread{Mark: casefile.ThreadUnknown}, nil
	}
	return Thread{}, nil
}

// threadOf judges a reply to a case; a row without a mark is one to which only the id of
// a mail leads.
func (c *Custody) threadOf(tx *store.Tx, d *staff.Directory, q Answering, row store.MailThread) (Thread, error) {
	file, err := tx.Case(row.Case)
	if errors.Is(err, store.ErrNone) {
		return c.threadGone(tx, row)
	}
	if err != nil {
		return Thread{}, err
	}
	n, err := tx.Notice(file.ID)
	if err != nil && !errors.Is(err, store.ErrNone) {
		return Thread{}, err
	}
	grants, err := tx.Grants(file.ID)
	if err != nil {
		return Thread{}, err
	}
	t := Thread{Case: file.ID, Number: file.Number, Address: n.Mark, Route: file.Route, Team: file.Team, Selection: c.holding(d, file, grants)}
	known := len(n.Mark) > 0 && c.NoticeHolds(n)
	switch {
	case q.Auto:
		t.Mark = casefile.ThreadAutomatic
	case !known || q.From == "" || subtle.ConstantTimeCompare(c.AddressMark(file.ID, q.From), n.Mark) != 1:
		t.Mark = casefile.ThreadOther
	case q.False:
		t.Mark = casefile.ThreadFalse
	case !bytes.Equal(row.Mark, n.Mark):
		t.Mark = casefile.ThreadUnproven
	case n.Verified.IsZero() && file.Channel != casefile.ChannelEmail:
		t.Mark = casefile.ThreadUnconfirmed
	case !file.State.Open():
		t.Mark = casefile.ThreadClosed
	default:
		t.Mark = casefile.ThreadReply
	}
	return t, nil
}

// threadGone is a reply to a case that was erased: it goes to the team that had it.
func (c *Custody) threadGone(tx *store.Tx, row store.MailThread) (Thread, error) {
	e, err := tx.Erased(row.Case)
	if errors.Is(err, store.ErrNone) {
		return Thread{Mark: casefile.ThreadUnknown}, nil
	}
	return Thread{Mark: casefile.ThreadErased, Route: e.Route, Team: e.Team}, err
}
