package dialogue

import (
	"context"
	"slices"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
)

// AskData asks for access to the person's data, for correction or erasure, and starts the
// month in which it has to be answered. Faults: nothing chosen; nothing written where
// something must be corrected; too long; one is open already; ErrNoSession. GDPR
// art. 12(3), 15 to 17.
func (d *Dialogue) AskData(ctx context.Context, tok seal.Token, s Sending, l lang.Lang, right casefile.DataRight, text string) error {
	text = strings.TrimSpace(text)
	if !slices.Contains(casefile.DataRights(), right) {
		return ErrWayMissing
	}
	if right == casefile.RightCorrection && text == "" {
		return fault.New(fault.Invalid, "error.text-missing")
	}
	if err := d.fits(text); err != nil {
		return err
	}
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		clocks, err := d.clocks(ctx, v.opened.Case.ID)
		if err != nil {
			return nil, err
		}
		k, ok := d.dataClock(clocks)
		if !ok {
			return nil, errDataOpen
		}
		payload, err := casefile.EncodePayload(casefile.DataRequest{Right: right, Clock: k.ID, Lang: l, Text: text})
		if err != nil {
			return nil, err
		}
		c := &change{
			items: []custody.Item{item(s.Key, casefile.EntryDataRequest, seal.Dialogue, payload)}, logged: audit.DataAsked,
			clocks: []deadline.Clock{k},
		}
		all, row := append(clocks, k), c.changed(v.opened)
		if !v.opened.Case.State.Open() {
			row.NextDue = deadline.Watching(all)
		} else if next, ok := deadline.Next(all); ok {
			row.NextDue = next.Due
		}
		return c, nil
	})
}

// errDataOpen tells that a request is being answered already.
var errDataOpen = fault.New(fault.Conflict, "mailbox.data.open")

// dataRule is the rule of the law for such requests.
const dataRule = "D14"

// dataClock is the deadline of the next request; false while one runs.
func (d *Dialogue) dataClock(clocks []deadline.Clock) (deadline.Clock, bool) {
	for _, k := range clocks {
		if deadline.RuleOf(k.ID) != dataRule || k.ID == dataRule {
			continue
		}
		if k.Open() {
			return k, false
		}
	}
	for _, rule := range d.Profile.Clocks.Of(deadline.KindDataRequest) {
		if rule.ID == dataRule {
			return d.Calendar.Begin(rule, deadline.NextID(dataRule, clocks), d.Store.Now()), true
		}
	}
	return deadline.Clock{}, false
}
