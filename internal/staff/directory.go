package staff

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
)

// Entry is a member as the directory vouches for them.
type Entry struct {
	ID          ID
	Reading     seal.PublicKey
	Signing     seal.SigningPublic
	Assignments []Assignment
	Since       time.Time
	Active      bool
	Cosigner    bool   // entered by two signatures, or was one of the first two; may sign what needs two
	Person      []byte // see Commit

	recipient seal.Recipient // of Reading, parsed when it came
}

// Has reports whether the member holds a role.
func (e Entry) Has(r Role) bool {
	return slices.ContainsFunc(e.Assignments, func(a Assignment) bool { return a.Role == r })
}

// In reports whether the member handles the cases of a team.
func (e Entry) In(t casefile.Team) bool {
	return slices.ContainsFunc(e.Assignments, func(a Assignment) bool { return a.Role == RoleHandler && a.Team == t })
}

// Is reports whether the member has a function.
func (e Entry) Is(f Function) bool {
	return f != "" && slices.ContainsFunc(e.Assignments, func(a Assignment) bool { return a.Function == f })
}

// Directory is what a verified chain says at one moment: a change that does not hold
// yet is not in it. It is made only by a chain, so that nobody is asked for a key
// without a time.
type Directory struct {
	chain *Chain
	at    time.Time
}

// At returns the directory as it is at a time.
func (c *Chain) At(t time.Time) *Directory { return &Directory{c, t} }

// Chain is where the directory comes from.
func (d *Directory) Chain() *Chain { return d.chain }

// Head is the number of events and the hash of the last.
func (d *Directory) Head() (count int64, hash []byte) { return d.chain.Head() }

// Entry returns an active member.
func (d *Directory) Entry(id ID) (Entry, bool) {
	e := d.chain.members[id].at(d.at)
	return e, e.Active
}

// Active lists the active members in the order in which they entered.
func (d *Directory) Active() []Entry {
	var list []Entry
	for _, id := range d.chain.order {
		if e, ok := d.Entry(id); ok {
			list = append(list, e)
		}
	}
	return list
}

// Opened reports whether complaints are taken in.
func (d *Directory) Opened() bool {
	c := d.chain
	return !c.rules.Closed || c.opening > 0 && !c.opened.After(d.at)
}

// Recipient returns the verified key of an active member.
func (d *Directory) Recipient(id ID) (seal.Recipient, bool) {
	e, ok := d.Entry(id)
	if !ok {
		return seal.Recipient{}, false
	}
	return e.recipient, true
}

// RecoveryKeys lists the recovery keys with their keepers.
func (d *Directory) RecoveryKeys() []Recovery { return slices.Clone(d.recovery().change.Recovery) }

// RecoveryRecipient returns the verified recovery key with that id.
func (d *Directory) RecoveryRecipient(id string) (seal.Recipient, bool) {
	to, ok := d.recovery().recovery[id]
	return to, ok
}

// recovery is the change by which the recovery keys hold now.
func (d *Directory) recovery() (now step) {
	for _, s := range d.chain.recovery.steps {
		if !s.from.After(d.at) {
			now = s
		}
	}
	return now
}

// Upcoming is a change that has its place and does not hold yet.
type Upcoming struct {
	Seq    int64
	From   time.Time
	Change Change
}

// Upcoming lists what is on its way, in the order of the chain, without what
// concerns members who left meanwhile and without what was taken back.
func (d *Directory) Upcoming() []Upcoming {
	var list []Upcoming
	add := func(steps []step) {
		for _, s := range steps {
			if s.from.After(d.at) {
				list = append(list, Upcoming{s.seq, s.from, s.change})
			}
		}
	}
	for _, id := range d.chain.order {
		if r := d.chain.members[id]; r.latest().Active {
			add(r.steps)
		}
	}
	add(d.chain.recovery.steps)
	add(standing(d.chain.routing.steps))
	slices.SortFunc(list, func(x, y Upcoming) int { return int(x.Seq - y.Seq) })
	return list
}
