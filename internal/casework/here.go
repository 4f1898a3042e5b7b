package casework

import (
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// hereFor is how long after they last did something in a case a member counts as being at
// it, and hereAgain how often reading on is noted.
const (
	hereFor   = 5 * time.Minute
	hereAgain = time.Minute
)

// How a member is at a case.
const (
	hereReading = "reading"
	hereWorking = "working" // changed something
)

// Here is a colleague who is at the case at this moment, as far as a server can know: who
// opened a page of it, or changed something, within the last minutes.
type Here struct {
	Who     Person
	Working bool // changed something
	At      time.Time
}

// hereKnown reports whether it was noted a moment ago, by this process, that a member reads
// a case.
func (c *Casework) hereKnown(actor access.Actor, id casefile.ID) bool {
	return c.logged.fresh(hereKey(actor, id), c.Store.Now(), hereAgain, 0)
}

func (c *Casework) keepHere(actor access.Actor, id casefile.ID) {
	if !c.hereKnown(actor, id) {
		c.logged.keep(hereKey(actor, id), c.Store.Now(), 0)
	}
}

func hereKey(actor access.Actor, id casefile.ID) string {
	return string(actor.Member) + "/here/case/" + string(id)
}

// putHere notes that a member is at a case. It needs no line in the log: what they read and
// did has one. It goes with the member's other things when they lose the keys.
func (c *Casework) putHere(tx *store.Tx, actor access.Actor, id casefile.ID, how string) error {
	if how == hereReading && c.hereKnown(actor, id) {
		return nil
	}
	return tx.PutBeside(store.Beside{Case: id, Member: actor.Member, Kind: store.BesideHere, What: how, Until: tx.Now().Add(hereFor)})
}

// here lists the colleagues who are at the case, of those who may read it now. Whoever
// writes a text that is kept is told of by that.
func (c *Casework) here(actor access.Actor, people []Person, a around) (list []Here) {
	now := c.Store.Now()
	for _, b := range a.aside {
		may := slices.ContainsFunc(people, func(p Person) bool { return p.ID == b.Member })
		writes := slices.ContainsFunc(a.beside, func(d store.DeskDraft) bool { return d.Member == b.Member && now.Sub(d.Changed) < writingFor })
		if b.Kind != store.BesideHere || b.Member == actor.Member || !may || writes || !now.Before(b.Until) {
			continue
		}
		i := slices.IndexFunc(list, func(h Here) bool { return h.Who.ID == b.Member })
		if i < 0 {
			list, i = append(list, Here{Who: Person{b.Member, a.names[b.Member]}}), len(list)
		}
		list[i].Working = list[i].Working || b.What == hereWorking
		if b.At.After(list[i].At) {
			list[i].At = b.At
		}
	}
	slices.SortFunc(list, func(x, y Here) int { return y.At.Compare(x.At) })
	return list
}

// ownOf are the rows of one member.
func ownOf(rows []store.Beside, member staff.ID) (list []store.Beside) {
	for _, b := range rows {
		if b.Member == member {
			list = append(list, b)
		}
	}
	return list
}
