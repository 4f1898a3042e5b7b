package casework

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/staff"
)

// What somebody who does not answer is owed before a case stops for want of contact.
const (
	remindersLeast = 2
	silenceLeast   = 30 * 24 * time.Hour
)

// facts is what is true of a case when a step is asked for.
func (c *Casework) facts(actor staff.ID, o *custody.Opened, a around) casefile.Facts {
	record, r, w := o.Outcome(), receipt(o, a), recorded(o)
	decided := c.decided(o, a.dir, w)
	return casefile.Facts{
		AcknowledgementSent: r.State == ReceiptSent || r.State == ReceiptDone,
		Outcome:             record.Outcome,
		FeedbackSent:        record.Complete() || routing(o).Question && len(messagesOut(o)) > 0,
		Question:            routing(o).Question,
		Triaged:             w.Full(casefile.SheetTriage, o.Case.Route),
		Declared:            len(undeclared(actor, o, a, w)) == 0,
		Regime:              w.Full(casefile.SheetRegime, o.Case.Route),
		Replied:             len(w.Unheard()) == 0,
		Reported:            w.Full(casefile.SheetReport, o.Case.Route),
		Allegations:         len(w.Of(casefile.SheetAllegation)),
		Unfound:             len(w.Unfound()),
		Agreed:              decided.Outcome,
		Alone:               decided.Alone,
		FalselyTold:         w.FalselyTold(),
		Planned:             len(w.Unplanned()) == 0,
		BreachOpen:          w.BreachOpen(),
		Referred:            len(w.Of(casefile.SheetReferral)) > 0,
		Confirmed:           w.Confirmed(),
		Reminded:            reminded(o, c.Store.Now()),
	}
}

// Decided says how far a second member's agreement to the decision is.
type Decided struct {
	Outcome casefile.Outcome // agreed to; empty: to none
	By      Person           // who agreed
	Request string           // that waits, or was answered last
	Alone   bool             // nobody else may read the case, who could agree
}

// decided reads whether somebody agreed to the decision as it stands. A later version
// of it needs a new agreement; so does one by somebody who was left out since.
func (c *Casework) decided(o *custody.Opened, dir *staff.Directory, w casefile.Worked) Decided {
	k := w.Single(casefile.SheetDecision)
	d := Decided{Alone: len(c.deciders(o, dir, request{by: staff.ID(k.By)})) == 0}
	if k.ID == "" {
		return d
	}
	left := routing(o).Exclusion
	for _, r := range c.requests(o, dir) {
		if r.Matter != casefile.MatterClosing || r.Object != string(k.Version) {
			continue
		}
		d.Request = r.id
		given := r.state == RequestApproved || r.state == RequestUsed || r.state == RequestLapsed && r.decider != ""
		if entry, ok := dir.Entry(r.decider); given && ok && !left.Covers(entry) {
			d.Outcome, d.By.ID = casefile.Outcome(k.One("outcome")), r.decider
			return d
		}
	}
	return d
}

// reminded reports whether the complainant answered since they were last asked, or
// was asked often enough and had time.
func reminded(o *custody.Opened, now time.Time) bool {
	var sent []time.Time
	for _, e := range remaining(o, "").Entries { // what was taken back reminded nobody
		switch {
		case e.Kind == casefile.EntryMessageOut:
			sent = append(sent, e.Created)
		case e.AuthorKind == custody.AuthorComplainant && e.Kind == casefile.EntryMessageIn:
			sent = nil
		}
	}
	if len(sent) == 0 {
		return slices.ContainsFunc(o.Entries, func(e custody.Entry) bool { return e.Kind == casefile.EntryMessageIn })
	}
	return len(sent) >= remindersLeast && now.Sub(sent[0]) >= silenceLeast
}
