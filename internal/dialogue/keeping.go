package dialogue

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// errWhoGone tells that who the person is was erased and is not written anew.
var errWhoGone = fault.New(fault.Conflict, "mailbox.who-gone")

// kept is until when the parts of a closed case are kept, and why.
func (d *Dialogue) kept(o *custody.Opened, clocks []deadline.Clock) []KeptPart {
	k, ok := o.Keeping(d.Profile.Keeping(), d.Calendar, clocks)
	if !ok {
		return nil
	}
	var list []KeptPart
	for _, p := range []casefile.Scope{casefile.ScopeStory, casefile.ScopeIdentity} {
		until, why := k.Of(p)
		list = append(list, KeptPart{Part: p, Until: until, Why: why, Gone: k.Gone[p]})
	}
	return list
}

// keepShorter brings the dates of a case in line with its check-ins, when the person wants
// no more of them: who they are is kept no longer for that.
func (d *Dialogue) keepShorter(o *custody.Opened, clocks []deadline.Clock, row *store.CaseChange) {
	k, ok := o.Keeping(d.Profile.Keeping(), d.Calendar, clocks)
	if !ok || o.Case.Channel == casefile.ChannelWatch {
		return
	}
	row.EraseAfter, _ = k.Ruled.Whole()
	row.PartAfter = time.Time{}
	if _, first, apart := k.Ruled.First(); apart && len(k.Gone) == 0 {
		row.PartAfter = first
	}
}
