package dialogue

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/retention"
	"klankbord/internal/store"
)

// errWhoGone tells that who the person is was erased and is not written anew.
var errWhoGone = fault.New(fault.Conflict, "mailbox.who-gone")

// erasedPart is what tells that a part of a case was erased before the rest; false where
// none was.
func erasedPart(o *custody.Opened) (casefile.PartEvent, bool) {
	for _, e := range slices.Backward(o.Entries) {
		if e.Kind != casefile.EntryPart || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.PartEvent](e.Payload); err == nil {
			return p, true
		}
	}
	return casefile.PartEvent{}, false
}

// kept is until when the parts of a closed case are kept, and why.
func (d *Dialogue) kept(o *custody.Opened, clocks []deadline.Clock) []KeptPart {
	dates, ok := d.dates(o, clocks)
	if !ok {
		return nil
	}
	dates = dates.NotBefore(o.Case.EraseAfter, o.Case.PartAfter)
	var list []KeptPart
	for _, p := range []casefile.Scope{casefile.ScopeStory, casefile.ScopeIdentity} {
		until, why := dates.Of(p)
		list = append(list, KeptPart{Part: p, Until: until, Why: why, Gone: erasedAt(o, p)})
	}
	return list
}

func (d *Dialogue) dates(o *custody.Opened, clocks []deadline.Clock) (dates retention.Dates, ok bool) {
	if o.Case.State.Open() || o.Case.EraseAfter.IsZero() {
		return dates, false
	}
	if until := o.Case.EraseAfter; o.Case.Channel == casefile.ChannelWatch {
		return retention.Dates{Story: until, Identity: until, Reason: retention.ReasonWatch, Who: retention.ReasonWatch}, true
	}
	rule, ok := d.Profile.Keeping().For(o.Case.Route, outcomeIn(o))
	return rule.Dates(d.Calendar, o.Case.Closed, deadline.LastAnswer(clocks)), ok
}

// outcomeIn is the newest outcome of a case; empty: none, as a question has none.
func outcomeIn(o *custody.Opened) casefile.Outcome {
	for _, e := range slices.Backward(o.Entries) {
		if e.Kind != casefile.EntryOutcome || e.Damaged || e.Locked {
			continue
		}
		if r, err := casefile.DecodePayload[casefile.OutcomeRecord](e.Payload); err == nil {
			return r.Outcome
		}
	}
	was, _ := erasedPart(o)
	return was.Outcome
}

func erasedAt(o *custody.Opened, p casefile.Scope) (at time.Time) {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryPart || e.Damaged || e.Locked {
			continue
		}
		if event, err := casefile.DecodePayload[casefile.PartEvent](e.Payload); err == nil && event.Part == p {
			at = e.Created
		}
	}
	return at
}

// keepShorter brings the dates of a case in line with its check-ins, when the person wants
// no more of them: who they are is kept no longer for that.
func (d *Dialogue) keepShorter(o *custody.Opened, clocks []deadline.Clock, row *store.CaseChange) {
	dates, ok := d.dates(o, clocks)
	if !ok || o.Case.Channel == casefile.ChannelWatch {
		return
	}
	row.EraseAfter, _ = dates.Whole()
	row.PartAfter = time.Time{}
	if _, first, apart := dates.First(); apart && erasedAt(o, casefile.ScopeStory).IsZero() && erasedAt(o, casefile.ScopeIdentity).IsZero() {
		row.PartAfter = first
	}
}
