package custody

import (
	"maps"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// stale reports whether anything was removed since the present epoch was drawn, so
// that whoever writes next draws a fresh one. It shows in the numbers of the items,
// which the stamped head binds: nobody can switch it off in the database.
func (o *Opened) stale() bool {
	k, ok := o.caseKey[o.Case.Epoch]
	if !ok {
		return false
	}
	there := int64(0)
	for _, m := range o.marks {
		if m.Seq >= k.Seq {
			there++
		}
	}
	return there != o.Case.Head.Count-k.Seq+1
}

// Stale reports whether the next addition draws a fresh epoch.
func (o *Opened) Stale() bool { return o.renewal != nil }

// Apart reports whether the identity lies under a gate, which it goes on doing on
// every route.
func (o *Opened) Apart() bool {
	for _, k := range o.caseKey {
		if len(k.Gate) > 0 {
			return true
		}
	}
	return false
}

// epochs lists the epochs whose stamped keys hold, oldest first.
func (o *Opened) epochs() []uint32 { return slices.Sorted(maps.Keys(o.caseKey)) }

func lastEpoch(keys []store.CaseKey) uint32 {
	if len(keys) == 0 {
		return 0
	}
	return keys[len(keys)-1].Epoch
}

// FirstRouting is what was decided when the case came in; false where this reader
// cannot tell, as the complainant cannot.
func (o *Opened) FirstRouting() (access.Routing, bool) {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryRouting && e.Payload != nil {
			if r, err := access.DecodeRouting(e.Payload); err == nil {
				return r, true
			}
		}
	}
	return access.Routing{Routes: []casefile.Route{o.Case.Route}}, false
}

// Routing is what the case itself says about who may read it, after everything that
// members decided since; false as in FirstRouting.
func (o *Opened) Routing() (access.Routing, bool) {
	r, known := o.FirstRouting()
	var events []casefile.AccessEvent
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryAccess && e.Payload != nil {
			if event, err := casefile.DecodePayload[casefile.AccessEvent](e.Payload); err == nil {
				events = append(events, event)
			}
		}
	}
	return r.After(events...), known
}

// Want is for whom keys are asked when a case goes on as it is: those who hold the
// present epoch for the key that they have now, less the excluded.
func (o *Opened) Want(d *staff.Directory) access.Want {
	r, known := o.Routing()
	now := &access.Holding{Blind: !known, Waiting: o.waiting()}
	for _, g := range o.Grants {
		if g.Epoch != o.Case.Epoch {
			continue
		}
		switch g.Kind {
		case seal.RecipientMember:
			if e, ok := d.Entry(staff.ID(g.Recipient)); ok && e.Reading.Fingerprint() == g.Fingerprint {
				now.Members = append(now.Members, e.ID)
			}
		case seal.RecipientRecovery:
			now.Recovery = append(now.Recovery, g.Recipient)
		default: // the code follows by itself
		}
	}
	return access.Want{Team: o.Case.Team, Alternative: r.Alternative, Without: r.Exclusion, Now: now}
}

// Recipients is who has the keys when a case goes on as it is.
func (o *Opened) Recipients(d *staff.Directory) access.Selection {
	return access.Recipients(d, o.Want(d))
}
