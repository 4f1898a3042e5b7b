package custody

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// ErrNoRecipient tells that a member may not have the keys of a case: they are
// excluded from it, or its keys are not for them.
var ErrNoRecipient = errors.New("not a recipient of this case")

// lapse stamps that a member held the keys of a case, so that no row of the database
// alone can say so and a colleague restores what nobody ever had.
func (c *Custody) lapse(l store.LostAccess) store.LostAccess {
	l.Stamp = c.stamps.Stamp(c.context(l.Case, "lost-access", string(l.Member), l.Seq), 0, nil, "system")
	return l
}

// lapsed are the rows that were stamped.
func (c *Custody) lapsed(rows []store.LostAccess) (list []store.LostAccess) {
	for _, l := range rows {
		if c.stamps.Verify(c.context(l.Case, "lost-access", string(l.Member), l.Seq), 0, nil, "system", l.Stamp) {
			list = append(list, l)
		}
	}
	return list
}

func (o *Opened) waiting() (list []staff.ID) {
	for _, l := range o.lost {
		list = append(list, l.Member)
	}
	return list
}

// strangers are those who wait for a case that goes to a team that is not theirs.
func (o *Opened) strangers(d *staff.Directory, to casefile.Place) (list []staff.ID) {
	if to == (casefile.Place{}) {
		return nil
	}
	for _, id := range o.waiting() {
		if e, ok := d.Entry(id); !ok || !e.In(to.Team) {
			list = append(list, id)
		}
	}
	return list
}

// MayRestore reports whether the keys of an opened case can be given to a member who
// holds none now: to whom it had them when their own keys were renewed, unless that
// was decided on since; for the recovery key also to whom the team's keys are for.
// Exclusion is asked apart, by Recipients.
func (o *Opened) MayRestore(d *staff.Directory, member staff.ID) bool {
	want := o.Want(d)
	want.Now = nil
	team := slices.Contains(access.Recipients(d, want).Members, member)
	if o.reader.Kind == audit.Operator && team {
		return true
	}
	at := slices.IndexFunc(o.lost, func(l store.LostAccess) bool { return l.Member == member })
	if at < 0 {
		return false
	}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryAccess || e.Seq <= o.lost[at].Seq {
			continue
		}
		event, err := casefile.DecodePayload[casefile.AccessEvent](e.Payload)
		if err != nil || event.Member == string(member) || event.Act == casefile.AccessMoved && !team {
			return false
		}
	}
	return true
}

// Restore gives a member whose keys were renewed the keys of an opened case again:
// every epoch, wrapped to the verified key that they have now. All that was wrapped
// to them before goes. It fails with ErrNoRecipient for a member who may not have
// them, and for one whom Recipients leaves out, whoever asks.
func (c *Custody) Restore(d *staff.Directory, o *Opened, member staff.ID) (*Addition, error) {
	want := o.Want(d)
	if want.Now.Blind || !o.MayRestore(d, member) {
		return nil, ErrNoRecipient
	}
	if !slices.Contains(want.Now.Members, member) {
		want.Now.Members = append(want.Now.Members, member)
	}
	to := access.Recipients(d, want)
	if !slices.Contains(to.Members, member) {
		return nil, ErrNoRecipient
	}
	plain, err := casefile.EncodePayload(casefile.AccessEvent{Act: casefile.AccessRestored, Member: string(member)})
	if err != nil {
		return nil, err
	}
	by := Item{Kind: casefile.EntryAccess, Compartment: seal.Investigation, AuthorKind: AuthorSystem, Payload: plain}
	if o.reader.Kind == audit.Member {
		by.AuthorKind, by.AuthorID = AuthorMember, o.reader.ID
	}
	a, err := c.Turn(d, o, Turn{To: to, Anew: []staff.ID{member}, Named: []staff.ID{member}}, by)
	if err != nil {
		return nil, err
	}
	a.turned.back = append(a.turned.back, member)
	return a, nil
}

// OpenRecovery opens a case for whoever brings a recovery key. One that the key has
// no grant of is fault.ErrNotFound, like one that does not exist.
func (c *Custody) OpenRecovery(ctx context.Context, code seal.Code, key string, id casefile.ID) (*Opened, error) {
	var r rows
	err := c.store.Read(ctx, func(tx *store.Tx) error {
		file, err := tx.Case(id)
		if err != nil {
			return err
		}
		r, err = readRows(tx, file, "")
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open case with recovery key: %w", err)
	}
	o := c.newOpened(ctx, r, audit.Actor{Kind: audit.Operator})
	mine := code.Keys(c.instance)
	for _, g := range r.grants {
		if g.Kind != seal.RecipientRecovery || g.Recipient != key {
			continue
		}
		keys, err := mine.OpenGrant(c.instance, string(id), g.Epoch, seal.RecipientRecovery, key, g.Box)
		if err != nil || !c.grantHolds(g) || !o.fits(keys) {
			o.Damaged = true
			continue
		}
		o.keys[g.Epoch] = keys
	}
	if len(o.keys) == 0 {
		return nil, fault.ErrNotFound
	}
	c.openEntries(o, r)
	return o, nil
}
