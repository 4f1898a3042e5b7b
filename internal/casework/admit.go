package casework

import (
	"context"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
)

// AddReader gives a colleague who handles cases the keys of this one, all that was
// written before with them. Only somebody whom the directory vouches for and who is
// not left out can be added. Faults: no reason; no such colleague.
func (c *Casework) AddReader(ctx context.Context, actor access.Actor, n casefile.Number, who staff.ID, why string) error {
	e := casefile.AccessEvent{Act: casefile.AccessAdded, Member: string(who)}
	var err error
	if e.Why, err = whyOf(why); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		return c.admit(ctx, actor, o, dir, e, change{})
	})
}

// admit wraps every epoch to one more member.
func (c *Casework) admit(ctx context.Context, actor access.Actor, o *custody.Opened, dir *staff.Directory, e casefile.AccessEvent, ch change) error {
	who, want := staff.ID(e.Member), after(o, dir, e)
	if slices.Contains(want.Now.Members, who) {
		return fault.New(fault.Invalid, "error.member-missing")
	}
	want.Now.Members = append(want.Now.Members, who)
	to := access.Recipients(dir, want)
	if !slices.Contains(to.Members, who) {
		return fault.New(fault.Invalid, "error.member-missing")
	}
	// Grants to a key that they had before are of no use to them.
	turn := custody.Turn{To: to, Named: []staff.ID{who}, Anew: []staff.ID{who}}
	return c.turn(ctx, actor, o, turning{dir: dir, event: e, turn: turn}, ch)
}
