package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Asked is a request as a member on the case sees it.
type Asked struct {
	ID        string
	Matter    casefile.Matter
	By        Person
	For       Person // the zero person: the one who asks
	Object    string // what exactly, where the matter names it
	Reason    string
	At        time.Time
	Until     time.Time // of a waiting one or of an approval: when it lapses
	State     RequestState
	Decider   Person
	Decided   time.Time
	Words     string       // of the one who decided
	Forged    bool         // a decision stands there that its author did not sign; it counts for nothing
	Mine      bool         // the member asked it
	MayDecide bool         // the member may approve or refuse it now
	Removal   *RemovalView // what would be removed; nil: something else, or it is gone
}

// String hides the content.
func (Asked) String() string { return "[sealed]" }

func (c *Casework) asked(actor access.Actor, o *custody.Opened, dir *staff.Directory, names map[staff.ID]string) []Asked {
	var list []Asked
	for _, r := range c.requests(o, dir) {
		a := Asked{
			ID: r.id, Matter: r.Matter, By: Person{r.by, names[r.by]}, For: Person{staff.ID(r.For), names[staff.ID(r.For)]},
			Object: r.Object, Reason: r.Reason, At: r.at, Until: r.until, State: r.state, Decider: Person{r.decider, names[r.decider]},
			Decided: r.decided, Words: r.words, Forged: r.forged, Mine: r.by == actor.Member,
			MayDecide: r.state == RequestWaiting && slices.Contains(c.deciders(o, dir, r), actor.Member),
		}
		if r.Matter == casefile.MatterRedaction {
			a.Removal = c.removalOf(o, r.Object)
		}
		list = append(list, a)
	}
	return list
}

// Waiting is a request on which the member may decide, as far as the list of cases
// tells it.
type Waiting struct {
	ID      string
	Number  casefile.Number
	Subject string // empty when the summary does not open
	By      string // who asks
	Until   time.Time
}

// String hides the content.
func (Waiting) String() string { return "[sealed]" }

// waitingMost bounds the list of what waits for a decision.
const waitingMost = 20

// Waiting lists the requests of others that wait for a decision, on all cases of the
// member. Reading it is logged like a view of the inbox.
func (c *Casework) Waiting(ctx context.Context, actor access.Actor) ([]Waiting, error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, nil
	}
	var open []store.OpenRequest
	var rows []store.InboxRow
	var names map[staff.ID]string
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if open, err = tx.OpenRequests(actor.Member, tx.Now().Add(-RequestLife), waitingMost); err != nil || len(open) == 0 {
			return err
		}
		ids := make([]casefile.ID, len(open))
		for i, r := range open {
			ids[i] = r.Case
		}
		if names, err = memberNames(tx); err != nil {
			return err
		}
		rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: ids, Limit: len(ids)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	if len(open) == 0 {
		return nil, nil
	}
	subjects, rings := c.subjects(actor, rows)
	if err := c.noteInbox(ctx, actor, "requests", rings); err != nil {
		return nil, err
	}
	var list []Waiting
	for _, r := range open {
		list = append(list, Waiting{ID: r.ID, Number: r.Number, Subject: subjects[r.Case], By: names[r.By], Until: r.At.Add(RequestLife)})
	}
	return list, nil
}

func (c *Casework) subjects(actor access.Actor, rows []store.InboxRow) (map[casefile.ID]string, []store.Ring) {
	subjects := map[casefile.ID]string{}
	opened, rings := c.openRows(actor, rows)
	for _, r := range opened {
		subjects[r.ID] = r.summary.Subject
	}
	return subjects, rings
}
