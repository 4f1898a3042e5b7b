package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The faults of a removal.
var (
	errNoPassage     = fault.New(fault.Invalid, "redact.no-passage")
	errNowhere       = fault.New(fault.Invalid, "redact.nowhere")
	errInDraft       = fault.New(fault.Conflict, "redact.in-draft")
	errRedactReason  = fault.New(fault.Invalid, "error.choose-one")
	errRedactDamaged = fault.New(fault.Conflict, "redact.damaged")
)

// ErrLook asks a member to look at all places from which something would go, before it
// does.
var ErrLook = fault.New(fault.Invalid, "redact.look")

// Removing is what a member wants to be gone for good: a passage wherever it stands in the
// case, or a whole file.
type Removing struct {
	Passage string
	File    string // its entry; then there is no passage
	Reason  casefile.RedactReason
	Shown   string // the places that the member saw, from RemovalView
}

// String hides the passage.
func (Removing) String() string { return "[sealed]" }

// Removal says how a member can remove something from a case, and what was agreed to.
type Removal struct {
	Way     Way
	Request string       // the member's own
	View    *RemovalView // what the request is about; nil: none stands, or it is gone
}

// twoToRemove reports whether a second member must agree before something is removed from
// a case: on the routes that seal the identity apart, unless nobody else may read it.
func (c *Casework) twoToRemove(actor access.Actor, o *custody.Opened, dir *staff.Directory) bool {
	return o.Case.Route.SealsIdentityApart() && len(c.deciders(o, dir, request{by: actor.Member})) > 0
}

// removalWay says how the member can remove something, and what they asked for.
func (c *Casework) removalWay(actor access.Actor, o *custody.Opened, dir *staff.Directory, asked []Asked) Removal {
	r := Removal{Way: WayReason}
	if !c.twoToRemove(actor, o, dir) {
		return r
	}
	r.Way, r.Request = c.wayTo(actor, o, dir, asked, casefile.MatterRedaction)
	if i := slices.IndexFunc(asked, func(a Asked) bool { return a.ID == r.Request }); i >= 0 {
		r.View = asked[i].Removal
	}
	return r
}

// AskRemoval asks the others on a case to agree to a removal, as it was shown. Faults:
// those of LookForRemoval and of Ask; ErrLook when it was not shown as it is.
func (c *Casework) AskRemoval(ctx context.Context, actor access.Actor, n casefile.Number, r Removing, why string) error {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return err
	}
	v, err := c.removal(o, r)
	if err != nil {
		return err
	}
	if v.Shown != r.Shown {
		return ErrLook
	}
	if passage, ok := casefile.Passage(v.Passage); ok && passage.MatchString(why) {
		return fault.New(fault.Invalid, "redact.why-repeats")
	}
	object, ok := v.object(o)
	if !ok {
		return errNowhere
	}
	_, err = c.Ask(ctx, actor, n, Question{Matter: casefile.MatterRedaction, Object: object, Reason: why})
	return err
}

// Remove removes a passage or a file from a case for good: what lay sealed is destroyed
// with the keys made for it, words leave the search, and a line of the log tells that it
// happened and never what. Where two must agree it does what was agreed to. Faults: those
// of LookForRemoval; ErrLook; ErrNeedsApproval; erasure is stopped by a hold
// (*casefile.Refusal); an unsent text holds the words; the case is damaged; the password.
func (c *Casework) Remove(ctx context.Context, actor access.Actor, n casefile.Number, r Removing, password string) error {
	if _, err := c.removing(ctx, actor, n, r); err != nil {
		return err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return err
	}
	return custody.Retry(func() error {
		w, err := c.removing(ctx, actor, n, r)
		if err != nil {
			return err
		}
		return c.remove(ctx, actor, w)
	})
}

// removing is a removal that may be done.
type removing struct {
	o       *custody.Opened
	view    *RemovalView
	request *request // whose approval allows it; nil: nobody had to agree
}

func (c *Casework) removing(ctx context.Context, actor access.Actor, n casefile.Number, r Removing) (w removing, err error) {
	var dir *staff.Directory
	if w.o, dir, err = c.openWith(ctx, actor, n); err != nil {
		return w, err
	}
	if w.o.Damaged {
		return w, errRedactDamaged
	}
	if _, _, stopped := standing(w.o); stopped {
		return w, &casefile.Refusal{Guards: []casefile.Guard{casefile.GuardLegalHold}}
	}
	if c.twoToRemove(actor, w.o, dir) {
		q, ok := c.approval(w.o, dir, actor.Member, casefile.MatterRedaction, nil)
		if !ok {
			return w, ErrNeedsApproval
		}
		w.request = &q
		if w.view = c.removalOf(w.o, q.Object); w.view == nil {
			return w, errNowhere
		}
	} else if w.view, err = c.removal(w.o, r); err != nil {
		return w, err
	}
	if w.view.Shown != r.Shown {
		return w, ErrLook
	}
	return w, c.unsent(ctx, w)
}

// unsent refuses while a text that somebody has not sent holds the words.
func (c *Casework) unsent(ctx context.Context, w removing) error {
	passage, ok := casefile.Passage(w.view.Passage)
	if !ok {
		return nil
	}
	var rows []store.DeskDraft
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		for _, id := range w.o.MayRead() {
			some, err := tx.DeskDrafts(w.o.Case.ID, id)
			if err != nil {
				return err
			}
			rows = append(rows, some...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look into unsent texts: %w", err)
	}
	for _, d := range c.drafts(w.o, rows) {
		if passage.MatchString(strings.Join([]string{d.Text, d.Feedback, d.Why}, "\n")) {
			return errInDraft
		}
	}
	return nil
}

func (c *Casework) remove(ctx context.Context, actor access.Actor, w removing) error {
	var list []custody.Removal
	for _, p := range w.view.Places {
		if !p.Stuck {
			list = append(list, custody.Removal{Entry: p.entry, Reason: w.view.Reason, Left: p.remain})
		}
	}
	items, destroy, err := w.o.Remove(custody.Item{AuthorKind: custody.AuthorMember, AuthorID: string(actor.Member)}, list)
	if err != nil {
		return fmt.Errorf("prepare removal: %w", err)
	}
	event := custody.Event{Kind: audit.Redacted, Object: list[0].Entry, Detail: map[string]string{
		"reason": string(w.view.Reason), "entries": strconv.Itoa(len(list)),
	}}
	if w.request != nil {
		entry, err := used(actor.Member, *w.request)
		if err != nil {
			return err
		}
		items = append(items, entry)
		event.Detail["request"], event.Detail["second"] = w.request.id, string(w.request.decider)
	}
	file, job := w.view.File.ID, ident.New()
	err = c.apply(ctx, actor, w.o, change{
		items: items, event: event, whole: true, sum: func(s *casefile.Summary) { forget(s, w.o, w.view, list) },
		more: func(tx *store.Tx) error {
			return errors.Join(destroy(tx), tx.RemoveFile(w.o.Case.ID, file), tx.InsertJob(store.Job{
				ID: job, Kind: store.ErasureJob, Ref: string(w.o.Case.ID), RunAt: tx.Now(),
			}))
		},
	})
	if err != nil {
		return fmt.Errorf("remove from case: %w", err)
	}
	c.forgetCase(w.o.Case.ID)
	return nil
}

// forget makes the summary anew from what is left.
func forget(s *casefile.Summary, o *custody.Opened, v *RemovalView, list []custody.Removal) {
	if passage, ok := casefile.Passage(v.Passage); ok {
		s.Subject = passage.ReplaceAllLiteralString(s.Subject, casefile.RedactedMark)
	}
	var words strings.Builder
	for _, e := range o.Entries {
		if e.Damaged || e.Locked || e.Kind.Redacts() {
			continue
		}
		if i := slices.IndexFunc(list, func(r custody.Removal) bool { return r.Entry == e.ID }); i >= 0 {
			e.Payload = list[i].Left
		}
		words.WriteString(casefile.FindForm(strings.Join(written(e), "\n")))
	}
	s.Words = words.String()
	files := filesOf(o)
	delete(files, v.File.ID)
	s.Distress = len(distressOf(o, files, nil)) > 0
}
