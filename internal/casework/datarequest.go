package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/store"
)

// dataOther is the rule for requests of others than the complainant.
const dataOther = "D14-other"

// The faults of a request about personal data.
var (
	errDataWho = fault.New(fault.Invalid, "error.data-who")
	errDataWhy = fault.New(fault.Invalid, "error.data-why")
)

// DataRequest is a request about personal data in a case, and what came of it.
type DataRequest struct {
	casefile.DataRequest
	Other  bool // of somebody else: the complainant sees nothing of it
	At     time.Time
	Due    time.Time
	Late   bool
	Answer *casefile.DataAnswer // nil: it waits
}

// String hides the content.
func (DataRequest) String() string { return "[sealed]" }

// Waits reports whether it has no answer yet.
func (r DataRequest) Waits() bool { return r.Answer == nil }

// dataRequests are those of a case, oldest first.
func (c *Casework) dataRequests(o *custody.Opened, clocks []deadline.Clock) (list []DataRequest) {
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		switch e.Kind {
		case casefile.EntryDataRequest, casefile.EntryDataNoted:
			p, err := casefile.DecodePayload[casefile.DataRequest](e.Payload)
			i := slices.IndexFunc(clocks, func(k deadline.Clock) bool { return k.ID == p.Clock })
			if err == nil && i >= 0 {
				late := clocks[i].Open() && c.Store.Now().After(clocks[i].Due)
				list = append(list, DataRequest{DataRequest: p, Other: e.Kind == casefile.EntryDataNoted, At: e.Created, Due: clocks[i].Due, Late: late})
			}
		case casefile.EntryDataAnswer, casefile.EntryDataSettled:
			p, err := casefile.DecodePayload[casefile.DataAnswer](e.Payload)
			i := slices.IndexFunc(list, func(r DataRequest) bool { return r.Clock == p.Clock })
			if err == nil && i >= 0 {
				list[i].Answer = &p
			}
		default: // no part of a request
		}
	}
	return list
}

// NoteData notes that somebody else than the complainant asks about their personal data in
// a case, and starts the month in which it has to be answered. Faults: nothing chosen; it does
// not say who asks. GDPR art. 12(3).
func (c *Casework) NoteData(ctx context.Context, actor access.Actor, n casefile.Number, right casefile.DataRight, who, text string) error {
	who, text = strings.TrimSpace(who), strings.TrimSpace(text)
	switch {
	case !slices.Contains(casefile.DataRights(), right):
		return fault.New(fault.Invalid, "error.choose-one")
	case who == "":
		return errDataWho
	}
	return custody.Retry(func() error {
		o, clocks, err := c.openRunning(ctx, actor, n)
		if err != nil {
			return err
		}
		id := deadline.NextID(dataOther, clocks)
		entry, err := item(actor.Member, "", casefile.EntryDataNoted, casefile.DataRequest{Right: right, Clock: id, Who: who, Text: text})
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{entry}, words: who + "\n" + text, event: custody.Event{Kind: audit.DataAsked, Detail: map[string]string{"clock": id}},
			begin: func(clocks []deadline.Clock) []deadline.Clock {
				for _, rule := range c.Profile.Clocks.Of(deadline.KindDataRequest) {
					if rule.ID == dataOther {
						clocks = append(clocks, c.Calendar.Begin(rule, id, c.Store.Now()))
					}
				}
				return clocks
			},
		})
	})
}

// AnswerData records what came of a request, and why, and stops its deadline. The
// complainant reads the answer to their own; somebody else's is answered outside the desk.
// Faults: nothing chosen; no reasons; it was answered before.
func (c *Casework) AnswerData(ctx context.Context, actor access.Actor, n casefile.Number, a casefile.DataAnswer) error {
	a.Why = strings.TrimSpace(a.Why)
	switch {
	case !slices.Contains(casefile.DataResults(), a.Result):
		return fault.New(fault.Invalid, "error.choose-one")
	case a.Why == "":
		return errDataWhy
	}
	return custody.Retry(func() error {
		o, clocks, err := c.openRunning(ctx, actor, n)
		if err != nil {
			return err
		}
		list := c.dataRequests(o, clocks)
		i := slices.IndexFunc(list, func(r DataRequest) bool { return r.Clock == a.Clock })
		switch {
		case i < 0:
			return errNothing
		case !list[i].Waits():
			return errChanged
		}
		kind := casefile.EntryDataAnswer
		if list[i].Other {
			kind = casefile.EntryDataSettled
		}
		if a.Lang == "" {
			a.Lang = lang.Lang(o.Case.Language)
		}
		entry, err := item(actor.Member, "", kind, a)
		if err != nil {
			return err
		}
		now := c.Store.Now()
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{entry}, words: a.Why, news: !list[i].Other,
			event: custody.Event{Kind: audit.DataAnswered, Detail: map[string]string{"clock": a.Clock, "result": string(a.Result)}},
			fix: func(clocks []deadline.Clock) {
				for i := range clocks {
					if clocks[i].ID == a.Clock {
						clocks[i].Met = &now
					}
				}
			},
		})
	})
}

// dataMost bounds the register of requests.
const dataMost = 500

// DataRequests is the register of requests about personal data in the cases that a member
// can open, the newest first, with nothing of what was asked.
func (c *Casework) DataRequests(ctx context.Context, actor access.Actor) (list []Task, err error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, fault.ErrNotFound
	}
	var rows []store.Task
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.DataRequests(actor.Member, actor.Entry.Reading.Fingerprint(), dataMost)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list requests about data: %w", err)
	}
	now := c.Store.Now()
	for _, r := range rows {
		list = append(list, Task{Number: r.Number, Clock: r.Clock, State: r.State(now), Phrase: c.Calendar.Phrase(r.Clock, now), Law: true})
	}
	return list, nil
}
