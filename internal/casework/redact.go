package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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

// RemovalPlace is an entry in which the passage stands.
type RemovalPlace struct {
	Kind   casefile.EntryKind
	Sheet  casefile.Sheet // of a record
	At     time.Time
	Times  int
	Stuck  bool // it was signed word for word, or names a file: it stays until the case is erased
	entry  string
	remain []byte
}

// RemovalView is what would be removed.
type RemovalView struct {
	Passage string
	File    File // the zero file: a passage
	Reason  casefile.RedactReason
	Places  []RemovalPlace
	Shown   string
}

// String hides the passage.
func (RemovalView) String() string { return "[sealed]" }

// LogValue hides the passage.
func (RemovalView) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Removal says how a member can remove something from a case, and what was agreed to.
type Removal struct {
	Way     Way
	Request string       // the member's own
	View    *RemovalView // what the request is about; nil: none stands, or it is gone
}

// LookForRemoval finds everything that would be removed. Faults: the passage is too short
// or stands nowhere; no reason chosen. fault.ErrNotFound: the case has no such file.
func (c *Casework) LookForRemoval(ctx context.Context, actor access.Actor, n casefile.Number, r Removing) (*RemovalView, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	return c.removal(o, r)
}

func (c *Casework) removal(o *custody.Opened, r Removing) (*RemovalView, error) {
	if !slices.Contains(casefile.RedactReasons(), r.Reason) {
		return nil, errRedactReason
	}
	v := &RemovalView{Reason: r.Reason}
	if r.File != "" {
		f, ok := filesOf(o)[r.File]
		if !ok || f.Damaged || f.Removed {
			return nil, errNothing
		}
		v.File, v.Places = f, []RemovalPlace{{Kind: casefile.EntryFile, At: created(o, f.ID), Times: 1, entry: f.ID}}
		v.Shown = r.File
		return v, nil
	}
	passage, ok := casefile.Passage(r.Passage)
	if !ok {
		return nil, errNoPassage
	}
	v.Passage = strings.TrimSpace(r.Passage)
	for _, e := range o.Entries {
		if p, ok := placeOf(e, passage); ok {
			v.Places = append(v.Places, p)
			v.Shown += e.ID + " " + strconv.Itoa(p.Times) + " "
		}
	}
	if !slices.ContainsFunc(v.Places, func(p RemovalPlace) bool { return !p.Stuck }) {
		return nil, errNowhere
	}
	return v, nil
}

// placeOf looks for a passage in an entry.
func placeOf(e custody.Entry, passage *regexp.Regexp) (p RemovalPlace, found bool) {
	p = RemovalPlace{Kind: e.Kind, At: e.Created, entry: e.ID}
	if e.Damaged || e.Locked || e.Kind.Redacts() {
		return p, false
	}
	if k, err := casefile.DecodePayload[casefile.Record](e.Payload); err == nil {
		p.Sheet = k.Sheet
	}
	left, times, err := casefile.Without(e.Kind, e.Payload, passage)
	if err == nil {
		p.remain, p.Times = left, times
		return p, times > 0
	}
	p.Stuck = true
	for _, text := range fixedTexts(e) {
		p.Times += len(passage.FindAllStringIndex(text, -1))
	}
	return p, p.Times > 0
}

// fixedTexts are the texts of an entry that cannot be changed: signed requests and
// decisions, reasons of who may read, names of files.
func fixedTexts(e custody.Entry) []string {
	switch e.Kind {
	case casefile.EntryRequest:
		p, _ := casefile.DecodePayload[casefile.Request](e.Payload)
		return []string{p.Reason}
	case casefile.EntryDecision:
		p, _ := casefile.DecodePayload[casefile.Decision](e.Payload)
		return []string{p.Words}
	case casefile.EntryAccess:
		p, _ := casefile.DecodePayload[casefile.AccessEvent](e.Payload)
		return []string{p.Why}
	case casefile.EntryCode:
		p, _ := casefile.DecodePayload[casefile.CodeEvent](e.Payload)
		return []string{p.Why}
	case casefile.EntryFile, casefile.EntryInternalFile:
		if m, err := manifest(e); err == nil {
			return []string{m.Name}
		}
		return nil
	default:
		return nil
	}
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

// removalOf is what a request for a removal is about; nil when it no longer stands there.
// A request names the place of a passage and never its words.
func (c *Casework) removalOf(o *custody.Opened, object string) *RemovalView {
	parts := strings.Split(object, ":")
	var r Removing
	switch {
	case len(parts) == 2:
		r = Removing{File: parts[0], Reason: casefile.RedactReason(parts[1])}
	case len(parts) == 5:
		at := make([]int, 3)
		for i := range at {
			at[i], _ = strconv.Atoi(parts[i+1])
		}
		i := slices.IndexFunc(o.Entries, func(e custody.Entry) bool { return e.ID == parts[0] })
		if i < 0 || o.Entries[i].Damaged || o.Entries[i].Locked {
			return nil
		}
		texts := casefile.TextsIn(o.Entries[i].Kind, o.Entries[i].Payload)
		if at[0] < 0 || at[0] >= len(texts) || at[1] < 0 || at[1] > at[2] || at[2] > len(texts[at[0]]) {
			return nil
		}
		r = Removing{Passage: texts[at[0]][at[1]:at[2]], Reason: casefile.RedactReason(parts[4])}
	}
	v, err := c.removal(o, r)
	if err != nil {
		return nil
	}
	return v
}

// object is what a request says of a removal: where it stands first.
func (v *RemovalView) object(o *custody.Opened) (string, bool) {
	if v.File.ID != "" {
		return v.File.ID + ":" + string(v.Reason), true
	}
	passage, ok := casefile.Passage(v.Passage)
	if !ok {
		return "", false
	}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		for i, text := range casefile.TextsIn(e.Kind, e.Payload) {
			if at := passage.FindStringIndex(text); at != nil {
				return fmt.Sprintf("%s:%d:%d:%d:%s", e.ID, i, at[0], at[1], v.Reason), true
			}
		}
	}
	return "", false
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
	c.searches.erase(w.o.Case.ID)
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
}
