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
	Term     *Term          // nil: none stands
	Terms    bool           // one can be set
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
	e.Term, e.Terms = c.term(o, a), o.Case.Channel.Complaint()
	if k.Two && c.second(actor, o, a.dir) {
		e.Way, e.Request = c.wayAbout(actor, o, a.dir, asked, casefile.MatterErasure, is(objectOf(e.Due)))
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

func is(object string) func(string) bool { return func(other string) bool { return other == object } }

func about(object string) func(casefile.Request) bool {
	return func(r casefile.Request) bool { return r.Object == object }
}

// keeping is until when the parts of a closed case are kept, for whoever erases it.
type keeping struct{ custody.Keeping }

func (c *Casework) keeping(o *custody.Opened, clocks []deadline.Clock) (keeping, bool) {
	k, ok := o.Keeping(c.retention(), c.Calendar, clocks)
	return keeping{k}, ok
}

// due is what may be erased at a time; empty: nothing.
func (k keeping) due(now time.Time) casefile.Scope {
	if whole, _ := k.Whole(); now.After(whole) {
		return casefile.ScopeWhole
	}
	if part, until, ok := k.First(); ok && now.After(until) && k.Gone[part].IsZero() && len(k.Gone) == 0 {
		return part
	}
	return ""
}

func (k keeping) parts() []KeptPart {
	if _, _, apart := k.First(); !apart && len(k.Gone) == 0 {
		return nil
	}
	var list []KeptPart
	for _, p := range []casefile.Scope{casefile.ScopeStory, casefile.ScopeIdentity} {
		until, why := k.Of(p)
		list = append(list, KeptPart{Part: p, Until: until, Why: why, Gone: k.Gone[p]})
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
	dates := rule.Dates(c.Calendar, now, asks).Until(was.Barred)
	ch.EraseAfter, _ = dates.Whole()
	_, ch.PartAfter, _ = dates.First()
}
