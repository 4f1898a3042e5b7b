package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// ringMost is how many clocks are looked at in one go.
const ringMost = 100

// Remind mails members about deadlines that come near or have passed, and tells of how
// many cases. The mail holds the number of the case and one of two reasons. Each step
// of a clock is noted in the transaction that queues its mails: whoever notes it first
// sends them, and nobody after a restart again.
func (c *Casework) Remind(ctx context.Context) (n int, err error) {
	var ringing []store.Ringing
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		ringing, err = tx.Ringing(ringMost)
		return err
	})
	if err != nil || len(ringing) == 0 {
		return 0, err
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, id := range casesOf(ringing) {
		clocks := slices.DeleteFunc(slices.Clone(ringing), func(r store.Ringing) bool { return r.Case != id })
		switch err := c.remind(ctx, dir, id, clocks); {
		case errors.Is(err, store.ErrStale): // another process was first, or the case has changed
		case err != nil:
			errs = append(errs, fmt.Errorf("remind: %w", err))
		default:
			n++
		}
	}
	if n > 0 {
		c.wake()
	}
	return n, errors.Join(errs...)
}

func casesOf(ringing []store.Ringing) (list []casefile.ID) {
	for _, r := range ringing {
		if !slices.Contains(list, r.Case) {
			list = append(list, r.Case)
		}
	}
	return list
}

// remind tells of all clocks of one case in one mail to each.
func (c *Casework) remind(ctx context.Context, dir *staff.Directory, id casefile.ID, clocks []store.Ringing) error {
	var row store.Case
	var grants []store.Grant
	var stirred time.Time
	var away map[staff.ID]store.Absence
	var all []deadline.Clock
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		var errs [5]error
		row, errs[0] = tx.Case(id)
		grants, errs[1] = tx.Grants(id)
		stirred, errs[2] = tx.Stirred(id)
		away, errs[3] = tx.Absences()
		all, errs[4] = tx.Clocks(id)
		return errors.Join(errs[:]...)
	})
	if err != nil {
		return err
	}
	now := c.Store.Now()
	template, rung := letter.DeadlineNear, deadline.RungCharge
	var leaves []store.Leaf
	var asked []deadline.Clock
	ends := map[deadline.Reason]time.Time{} // of each reason the first
	next := make([]deadline.Clock, len(clocks))
	for i, k := range clocks {
		var reason deadline.Reason
		if next[i], reason = k.Remind(now, stirred); reason == deadline.ReasonPassed {
			template, asked = letter.DeadlinePassed, append(asked, c.missed(row, k.Clock, all)...)
		}
		if first := ends[reason]; first.IsZero() || k.Due.Before(first) {
			ends[reason] = k.Due
		}
		rung = max(rung, next[i].Rung)
		leaves = append(leaves, custody.Leaf(now, custody.Event{Kind: audit.Reminded, Actor: custody.BySystem(), Case: id, Detail: map[string]string{
			"clock": k.ID, "reason": string(reason), "rung": strconv.Itoa(next[i].Rung),
		}}))
	}
	to := chain{c.Custody.Holders(dir, row, grants), away, now}.reminded(row.InCharge, rung)
	what := letter.Order{Template: template, At: ends[deadline.ReasonNear]}
	if template == letter.DeadlinePassed {
		what.At = ends[deadline.ReasonPassed]
	}
	mails, err := c.Custody.MemberMailsOn(ctx, c.Mails, &custody.Opened{Case: row}, what, to)
	if err != nil {
		return err
	}
	return c.write(ctx, func(tx *store.Tx) error {
		for i, k := range clocks {
			if err := tx.Reminded(id, k.Clock, next[i]); err != nil {
				return err
			}
		}
		if err := errors.Join(putClocks(tx, id, asked), custody.QueueMails(tx, mails)); err != nil {
			return err
		}
		for _, leaf := range leaves {
			if err := tx.InsertLeaf(leaf); err != nil {
				return err
			}
		}
		return nil
	})
}

// missed is the clock that asks for a new date, where the date of k that the complainant
// was promised has passed; none where one asks already. ISO 10002:2018 7.3.
func (c *Casework) missed(row store.Case, k deadline.Clock, all []deadline.Clock) []deadline.Clock {
	rule, _ := c.Profile.Clocks.Rule(k.ID)
	now := c.Store.Now()
	if !rule.ToComplainant || !k.Again.IsZero() && !now.After(k.Again) {
		return nil
	}
	for _, r := range c.Profile.Clocks.Deadlines([]casefile.Route{row.Route}, nil) {
		if r.Start == deadline.EventMissed {
			if asks, ok := c.Calendar.Missed(r, k, all); ok {
				return []deadline.Clock{asks}
			}
		}
	}
	return nil
}

// chain is who can be reminded of a case: those who may read it, less those who are
// away as long as somebody is there.
type chain struct {
	holders []staff.ID
	away    map[staff.ID]store.Absence
	now     time.Time
}

// reminded chooses among them: the member in charge, or who stands in while they are
// away; on the next rung whoever stands in for them as well; then everybody. Where
// nobody is in charge, or neither can be reached, it is everybody at once.
func (h chain) reminded(charge staff.ID, rung int) []staff.ID {
	var list []staff.ID
	add := func(id staff.ID) bool {
		if !h.there(id) || slices.Contains(list, id) {
			return false
		}
		list = append(list, id)
		return true
	}
	deputy := h.away[charge].Deputy
	first := add(charge) || add(deputy)
	second := rung < deadline.RungDeputy || len(list) == 1 && list[0] == charge && add(deputy)
	if first && second && rung < deadline.RungTeam {
		return list
	}
	return h.everyone()
}

func (h chain) there(id staff.ID) bool {
	return slices.Contains(h.holders, id) && !h.away[id].Away(h.now)
}

func (h chain) everyone() []staff.ID {
	list := slices.DeleteFunc(slices.Clone(h.holders), func(id staff.ID) bool { return !h.there(id) })
	if len(list) == 0 {
		return h.holders
	}
	return list
}
