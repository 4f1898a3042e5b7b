package casework

import (
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/retention"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Erasure says until when a case is kept, and how this member can erase what need not be
// kept any longer.
type Erasure struct {
	After    time.Time // end of the last day on which anything of it is kept; zero: it is open, or no rule fits
	Rule     retention.Reason
	Parts    []KeptPart     // both parts, where one goes or went before the other
	Due      casefile.Scope // what may be erased now; empty: nothing
	Hold     *Hold          // nil: none stands
	Way      Way            // how that is erased
	Request  string         // the member's own request for it
	Lift     Way            // how the hold is lifted
	Lifting  string         // the member's own request for that
	Spam     bool           // it may be erased as manifestly no complaint
	SpamWay  Way            // how
	Spamming string         // the member's own request for that
}

// KeptPart is one of the two parts of a case.
type KeptPart struct {
	Part  casefile.Scope
	Until time.Time
	Why   retention.Reason
	Gone  time.Time // when it was erased; zero: it is there
}

func (c *Casework) erasure(actor access.Actor, o *custody.Opened, a around, asked []Asked) Erasure {
	e := Erasure{Way: WayReason, Lift: WayReason}
	k, ok := c.keeping(o, a.clocks)
	if ok {
		e.After, e.Rule = k.Whole()
		e.Due = k.due(c.Store.Now())
		e.Parts = k.parts()
	}
	e.SpamWay, e.Spamming, e.Spam = c.spamWay(actor, o, a, asked)
	if h, by, stands := standing(o); stands {
		id := staff.ID(by.AuthorID)
		e.Hold = &Hold{By: Person{id, a.names[id]}, Since: by.Created, Reason: h.Why, Review: h.Review, Late: c.Store.Now().After(h.Review)}
	}
	if k.two && c.second(actor, o, a.dir) {
		e.Way, e.Request = c.wayAbout(actor, o, a.dir, asked, casefile.MatterErasure, objectOf(e.Due))
	}
	if c.twoToLift(actor, o, a.dir) {
		e.Lift, e.Lifting = c.wayTo(actor, o, a.dir, asked, casefile.MatterHold)
	}
	return e
}

// objectOf names a part in a request; all of the case needs no name.
func objectOf(p casefile.Scope) string {
	if p == casefile.ScopeWhole {
		return ""
	}
	return string(p)
}

// AboutErasing is the question whether a part may be erased.
func AboutErasing(p casefile.Scope) Question {
	return Question{Matter: casefile.MatterErasure, Object: objectOf(p)}
}

// wayAbout is wayTo for one object of a matter.
func (c *Casework) wayAbout(actor access.Actor, o *custody.Opened, dir *staff.Directory, asked []Asked, m casefile.Matter, object string) (Way, string) {
	if r, ok := c.approval(o, dir, actor.Member, m, about(object)); ok {
		return WayApproved, r.id
	}
	for _, r := range asked {
		if r.Mine && r.Matter == m && r.Object == object && r.State == RequestWaiting {
			return WayWaiting, r.ID
		}
	}
	return WayAsk, ""
}

func about(object string) func(casefile.Request) bool {
	return func(r casefile.Request) bool { return r.Object == object }
}

// keeping is until when the parts of a closed case are kept, and which is gone.
type keeping struct {
	retention.Dates
	two    bool // a second member must agree
	closed time.Time
	gone   map[casefile.Scope]time.Time
}

// keeping reckons it anew. The row of the case may be written by whoever holds the
// database, so that the sealed entries that tell of the closing count as well; the later
// day holds. False: the case is open, or no rule fits.
func (c *Casework) keeping(o *custody.Opened, clocks []deadline.Clock) (k keeping, ok bool) {
	if o.Case.State.Open() || o.Case.EraseAfter.IsZero() {
		return k, false
	}
	k.closed, k.gone = closedIn(o)
	if o.Case.Channel == casefile.ChannelWatch {
		until := o.Case.EraseAfter
		k.Dates = retention.Dates{Story: until, Identity: until, Reason: retention.ReasonWatch, Who: retention.ReasonWatch}
		k.two = c.retention().Two(o.Case.Route)
		return k, true
	}
	rule, ok := c.retention().For(o.Case.Route, outcomeOf(o).Outcome)
	if !ok {
		return k, false
	}
	k.two = rule.Two
	k.Dates = rule.Dates(c.Calendar, k.closed, deadline.LastAnswer(clocks)).NotBefore(o.Case.EraseAfter, o.Case.PartAfter)
	return k, true
}

// closedIn is when a case was last closed, and which part of it was erased since.
func closedIn(o *custody.Opened) (closed time.Time, gone map[casefile.Scope]time.Time) {
	closed, gone = o.Case.Closed, map[casefile.Scope]time.Time{}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		at := time.Time{}
		switch e.Kind {
		case casefile.EntryStateEvent:
			if p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload); err == nil && p.From.Open() && !p.To.Open() {
				at = p.At
			}
		case casefile.EntryPart:
			if p, err := casefile.DecodePayload[casefile.PartEvent](e.Payload); err == nil {
				at, gone[p.Part] = p.Closed, e.Created
			}
		default: // tells of neither
		}
		if at.After(closed) {
			closed = at
		}
	}
	return closed, gone
}

// due is what may be erased at a time; empty: nothing.
func (k keeping) due(now time.Time) casefile.Scope {
	if whole, _ := k.Whole(); now.After(whole) {
		return casefile.ScopeWhole
	}
	if part, until, ok := k.First(); ok && now.After(until) && k.gone[part].IsZero() && len(k.gone) == 0 {
		return part
	}
	return ""
}

func (k keeping) parts() []KeptPart {
	if _, _, apart := k.First(); !apart && len(k.gone) == 0 {
		return nil
	}
	var list []KeptPart
	for _, p := range []casefile.Scope{casefile.ScopeStory, casefile.ScopeIdentity} {
		until, why := k.Of(p)
		list = append(list, KeptPart{Part: p, Until: until, Why: why, Gone: k.gone[p]})
	}
	return list
}

// settleClosing keeps the dates of closing and erasing in step with the state: a
// case that is opened again loses both.
func (c *Casework) settleClosing(ch *store.CaseChange, was store.Case, outcome casefile.Outcome, now time.Time) {
	if ch.State.Open() {
		ch.Closed, ch.EraseAfter, ch.PartAfter = time.Time{}, time.Time{}, time.Time{}
		return
	}
	if !was.Closed.IsZero() {
		return
	}
	ch.Closed = now
	rule, ok := c.retention().For(was.Route, outcome)
	if !ok {
		return
	}
	var asks time.Time
	if setting := c.Profile.Settings.CheckIns; setting.On(was.Route) {
		asks = deadline.LastAnswer(c.Calendar.CheckIns(now, setting.Months, setting.Answer()))
	}
	dates := rule.Dates(c.Calendar, now, asks)
	ch.EraseAfter, _ = dates.Whole()
	_, ch.PartAfter, _ = dates.First()
}

// partIn is what tells that a part of a case was erased; false where none was.
func partIn(o *custody.Opened) (casefile.PartEvent, bool) {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryPart || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.PartEvent](e.Payload); err == nil {
			return p, true
		}
	}
	return casefile.PartEvent{}, false
}

// goneIn reports whether a part of a case was erased before the rest.
func goneIn(o *custody.Opened, p casefile.Scope) bool {
	was, ok := partIn(o)
	return ok && was.Part == p
}
