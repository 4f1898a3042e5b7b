package staff

import (
	"maps"
	"slices"
	"time"
)

// Rule says what a change needs before it can take its place.
type Rule struct {
	Signatures int           // how many members must sign, each of whom is not the one it is about
	Cosigners  bool          // only cosigners may sign
	Instance   bool          // the installation must sign as well, and may not otherwise
	Delay      time.Duration // from its place until it holds

	vets bool // whoever enters by it is a cosigner
}

// MaySign reports whether a member's signature counts for a change about subject.
func (r Rule) MaySign(e Entry, subject ID) bool {
	return e.Active && e.ID != subject && (e.Cosigner || !r.Cosigners)
}

// Rule holds who must sign what, at a time:
//
//   - The installation founds, and lets in the first member.
//   - The first member alone lets in the second. Both are cosigners from then on.
//     The exception is counted in members who ever entered, so that it does not come
//     back when members leave.
//   - Entry into a team of the strict routes, assignments that include one, new keys
//     of somebody with such assignments, recovery keys and where complaints go need two
//     cosigners, and hold after the delay. Whoever is let in that way is a cosigner.
//   - That complaints go on as they do needs the same two, and holds at once: it takes back
//     what is on its way, and nobody reads anything by it that they do not read already.
//   - A new key of the installation is signed with the one before; see RenewKey.
//   - Everything else needs one active member.
//
// Where the directory was founded closed the delay begins with its opening: before, no
// complaint was taken in, so that there is nothing whose reader anybody must have time to
// object to. Two signatures are needed all the same.
//
// Nobody signs what is about them. Where fewer are left than must sign, the
// installation signs for those who are missing, which an operator does by command;
// one member signs nevertheless as long as there is any.
func (c *Chain) Rule(ch Change, at time.Time) Rule {
	d := c.At(at)
	var anyone, cosigners int
	for _, e := range d.Active() {
		if e.ID == ch.Member {
			continue
		}
		anyone++
		if e.Cosigner {
			cosigners++
		}
	}
	switch {
	case ch.Type == Renew:
		return Rule{Instance: true}
	case ch.Type == Genesis, ch.Type == Enrol && len(c.order) == 0:
		return Rule{Instance: true, vets: true}
	case ch.Type == Enrol && len(c.order) == 1:
		return Rule{Signatures: min(1, anyone), Instance: anyone == 0, vets: true}
	case c.strict(ch, d):
		return Rule{
			Signatures: max(min(2, cosigners), min(1, anyone)), Cosigners: cosigners > 0, Instance: cosigners < 2,
			Delay: c.delayOf(ch, d), vets: true,
		}
	default:
		return Rule{Signatures: min(1, anyone), Instance: anyone == 0}
	}
}

// strict reports whether a change needs two. New keys are judged by the assignments
// that the member has and by those that are on their way.
func (c *Chain) strict(ch Change, d *Directory) bool {
	switch ch.Type {
	case Enrol, Assign:
		return c.rules.Covers(ch.Assignments)
	case Rekey:
		now, latest := c.members[ch.Member].at(d.at), c.members[ch.Member].latest()
		return c.rules.Covers(now.Assignments) || c.rules.Covers(latest.Assignments)
	case Recover, Routing:
		return true
	case Genesis, Revoke, Renew, Open:
		return false
	default:
		return true
	}
}

// shut reports whether the directory was founded closed and nobody opened it yet.
func (c *Chain) shut() bool { return c.rules.Closed && c.opening == 0 }

// delayOf is how long a change that needs two must wait.
func (c *Chain) delayOf(ch Change, d *Directory) time.Duration {
	if ch.Type == Routing && maps.Equal(ch.Routing, d.Routing().Places) {
		return 0
	}
	return c.delay()
}

func (c *Chain) delay() time.Duration {
	if c.shut() {
		return 0
	}
	return time.Duration(c.rules.Delay) * time.Second
}

// Covers reports whether assignments include the handling of a strict team's cases.
func (r Rules) Covers(list []Assignment) bool {
	return slices.ContainsFunc(list, func(a Assignment) bool {
		return a.Role == RoleHandler && slices.Contains(r.Strict, a.Team)
	})
}
