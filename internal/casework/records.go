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
	"klankbord/internal/ident"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Filling is a sheet of a case as it was filled in.
type Filling struct {
	Sheet   casefile.Sheet
	Record  string // the record it changes; empty: a new one, or the only one
	Version string // the newest version when the form was shown; empty: none
	ID      string // drawn with the form, so that sending it twice keeps it once
	Answers map[string][]string
	Strike  bool // it no longer holds
}

// String hides the answers.
func (Filling) String() string { return "[sealed]" }

// recorded reads what members recorded of a case: the newest version of each record
// that was not struck.
func recorded(o *custody.Opened) casefile.Worked {
	var all casefile.Worked
	for _, list := range versions(o) {
		all = append(all, list[len(list)-1])
	}
	return slices.DeleteFunc(all, func(k casefile.Kept) bool { return k.Struck })
}

// versions reads every version of every record of a case, both oldest first.
func versions(o *custody.Opened) [][]casefile.Kept {
	var all [][]casefile.Kept
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryRecord || e.Damaged || e.Locked || e.AuthorKind != custody.AuthorMember {
			continue
		}
		p, err := casefile.DecodePayload[casefile.Record](e.Payload)
		if err != nil {
			continue
		}
		id := casefile.EntryID(e.ID)
		next := casefile.Kept{Record: p, ID: id, Version: id, First: e.AuthorID, By: e.AuthorID, Since: e.Created, At: e.Created, Count: 1}
		if e.Parent == "" {
			all = append(all, []casefile.Kept{next})
			continue
		}
		i := slices.IndexFunc(all, func(list []casefile.Kept) bool { return string(list[0].ID) == e.Parent && list[0].Sheet == p.Sheet })
		if i < 0 {
			continue // a version of nothing
		}
		first := all[i][0]
		next.ID, next.First, next.Since, next.Count = first.ID, first.First, first.Since, len(all[i])+1
		all[i] = append(all[i], next)
	}
	return all
}

// earlier are the versions of each record before the newest, the newest of them first.
func earlier(o *custody.Opened) map[casefile.EntryID][]casefile.Kept {
	found := map[casefile.EntryID][]casefile.Kept{}
	for _, list := range versions(o) {
		before := slices.Clone(list[:len(list)-1])
		slices.Reverse(before)
		found[list[0].ID] = before
	}
	return found
}

// Keep records a sheet of a case, as a first version or the next one. Sending the
// same form again keeps nothing twice. It fails with *casefile.Unfit when something
// does not fit, with error.changed-meanwhile when somebody else wrote a version
// since, and with fault.ErrNotFound when the case has no such record or sheet.
func (c *Casework) Keep(ctx context.Context, actor access.Actor, n casefile.Number, f Filling) error {
	if f.ID == "" {
		f.ID = ident.New()
	}
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		form, ok := casefile.FormOf(f.Sheet)
		if !ok || !form.On(o.Case.Route) || !ident.Valid(f.ID) {
			return errNothing
		}
		if slices.ContainsFunc(o.Entries, func(e custody.Entry) bool { return e.ID == f.ID }) {
			return nil // the same form, sent again
		}
		was, err := current(recorded(o), form, actor, f)
		if err != nil {
			return err
		}
		next := casefile.Record{Sheet: f.Sheet, Fields: form.Tidy(o.Case.Route, f.Answers)}
		if f.Strike {
			next = casefile.Record{Sheet: f.Sheet, Fields: was.Fields, Struck: true}
		} else if err := c.fits(o, form, next); err != nil {
			return err
		}
		return c.keep(ctx, actor, o, was, next, f.ID)
	})
}

// current finds the record that a filling changes; the zero record for a new one.
func current(all casefile.Worked, form casefile.Form, actor access.Actor, f Filling) (casefile.Kept, error) {
	var was casefile.Kept
	switch {
	case f.Record != "":
		i := slices.IndexFunc(all, func(k casefile.Kept) bool { return string(k.ID) == f.Record && k.Sheet == form.Sheet })
		if i < 0 {
			return was, errNothing
		}
		was = all[i]
	case form.Own:
		was = all.By(form.Sheet, string(actor.Member))
	case !form.Many:
		was = all.Single(form.Sheet)
	}
	switch {
	case form.Own && was.ID != "" && was.First != string(actor.Member):
		return was, errNothing // nobody declares for somebody else
	case string(was.Version) != f.Version:
		return was, errChanged
	case f.Strike && was.ID == "":
		return was, errNothing
	}
	return was, nil
}

// fits checks answers against the form, and topics against the profile.
func (c *Casework) fits(o *custody.Opened, form casefile.Form, r casefile.Record) error {
	problems := form.Check(o.Case.Route, r.Fields)
	for _, x := range form.Fields {
		if x.Kind != casefile.FieldTopic {
			continue
		}
		for _, id := range r.Fields[x.ID] {
			if _, ok := c.Profile.Topic(id); !ok {
				problems = append(problems, casefile.Problem{Field: x.ID, Key: "choose"})
				break
			}
		}
	}
	if len(problems) > 0 {
		return &casefile.Unfit{Problems: problems}
	}
	return nil
}

func (c *Casework) keep(ctx context.Context, actor access.Actor, o *custody.Opened, was casefile.Kept, next casefile.Record, id string) error {
	entry, err := item(actor.Member, id, casefile.EntryRecord, next)
	if err != nil {
		return err
	}
	entry.Parent = string(was.ID)
	kept := version(was, next, id, c.Store.Now())
	ch := change{
		items: []custody.Item{entry}, words: fresh(was.Record, next),
		event: custody.Event{Kind: audit.EntryAdded, Object: id, Detail: map[string]string{
			"kind": string(casefile.EntryRecord), "sheet": string(next.Sheet),
		}},
		facts: recordFacts(next, c.Store.Now()),
	}
	switch next.Sheet {
	case casefile.SheetTriage, casefile.SheetMeasure, casefile.SheetCause, casefile.SheetNotification, casefile.SheetMoney, casefile.SheetFundraising:
		after := with(recorded(o), kept)
		ch.sum = func(s *casefile.Summary) {
			s.Severity, s.Assessed, s.Tally = after.Severity(), after.Assessed(), after.Tally(s.Tally)
		}
	case casefile.SheetPerson:
		ch.begin = func(clocks []deadline.Clock) []deadline.Clock { return c.personClock(o, kept, clocks) }
	default: // nothing that lists show or figures count
	}
	if err := c.apply(ctx, actor, o, ch); err != nil {
		return fmt.Errorf("keep record: %w", err)
	}
	return nil
}

// with is what members recorded, with one more version.
func with(w casefile.Worked, k casefile.Kept) casefile.Worked {
	after := slices.DeleteFunc(slices.Clone(w), func(old casefile.Kept) bool { return old.ID == k.ID })
	if !k.Struck {
		after = append(after, k)
	}
	return after
}

// version is a record as it stands with its next version.
func version(was casefile.Kept, next casefile.Record, id string, now time.Time) casefile.Kept {
	k := was
	if k.ID == "" {
		k.ID, k.Since = casefile.EntryID(id), now
	}
	k.Record, k.Version, k.At = next, casefile.EntryID(id), now
	return k
}

// fresh is what search has to find from now on and did not before.
func fresh(was, next casefile.Record) string {
	old := was.Texts()
	return strings.Join(slices.DeleteFunc(next.Texts(), func(s string) bool { return slices.Contains(old, s) }), "\n")
}

// undeclared lists the members who read the case and have not said whether they are
// impartial, the one who asks first.
func undeclared(actor staff.ID, o *custody.Opened, a around, w casefile.Worked) []Person {
	var list []Person
	for _, p := range people(o, a) {
		read := p.ID == actor || slices.ContainsFunc(a.openings, func(x store.Opening) bool { return x.Member == p.ID && x.What == "case" })
		if read && w.By(casefile.SheetConflict, string(p.ID)).ID == "" {
			list = append(list, p)
		}
	}
	return foremost(list, actor)
}
