package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/blob"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Preview is what is shown before sending: exactly what will be seen, and by whom.
type Preview struct {
	Number     casefile.Number
	Route      casefile.Route
	Draft      Draft
	People     []Person // who reads a note, besides the member
	Mentioned  []Person // who of them is asked to, by mail
	Language   string   // in which the complainant wants an answer
	Mail       bool     // the complainant is told by mail that there is news
	News       bool     // something came in since the text was begun
	Since      []Item   // what it was
	Seen       int64    // how far the case has come; goes into the form
	Question   bool
	EraseAfter bool
}

// Sending names the draft that was shown on the check page.
type Sending struct {
	Kind     DraftKind
	ID       string
	Revision int64
	Seen     int64
}

// Check shows a draft as it will be sent. Faults: nothing was written. For an
// outcome it fails with *casefile.Refusal as Close would.
func (c *Casework) Check(ctx context.Context, actor access.Actor, n casefile.Number, k DraftKind) (*Preview, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	list, err := c.draftsOf(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	d, ok := find(list, k)
	if !ok {
		return nil, errNothing
	}
	a, err := c.around(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	if err := c.noteCase(ctx, actor, o); err != nil {
		return nil, err
	}
	p := &Preview{
		Number: o.Case.Number, Route: o.Case.Route, Draft: d, Language: o.Case.Language, Seen: o.Case.Head.Count,
		News: newer(o, d.Seen, actor), Question: routing(o).Question,
	}
	if p.News {
		p.Since = c.since(actor, o, a, d.Seen)
	}
	for _, person := range people(o, a) {
		if person.ID != actor.Member {
			p.People = append(p.People, person)
		}
	}
	if k == DraftNote {
		p.Mentioned = mentioned(actor, p.People, d)
	} else {
		if p.Mail, err = c.reachable(ctx, o.Case.ID); err != nil {
			return nil, err
		}
	}
	if k == DraftOutcome {
		return p, c.closable(actor.Member, o, a, d)
	}
	if d.blank() {
		return p, fault.New(fault.Invalid, "error.text-missing")
	}
	return p, d.allHeard()
}

func (c *Casework) reachable(ctx context.Context, id casefile.ID) (bool, error) {
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.Notice(id)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read notice address: %w", err)
	}
	return true, nil
}

// newer reports whether another person added something after an item; what the
// system notes by itself changes nothing about an answer.
func newer(o *custody.Opened, seen int64, actor access.Actor) bool {
	return slices.ContainsFunc(o.Entries, func(e custody.Entry) bool {
		return e.Seq > seen && e.Kind != casefile.EntryReread && e.Kind != casefile.EntryLink && e.Kind != casefile.EntryTag && e.AuthorKind != custody.AuthorSystem && staff.ID(e.AuthorID) != actor.Member
	})
}

// Send makes a checked draft an entry of the case. Sending the same draft again
// sends nothing and is no error. Faults: error.changed-meanwhile when the draft is
// not the one that was shown, or when something came in since; the draft stays.
func (c *Casework) Send(ctx context.Context, actor access.Actor, n casefile.Number, s Sending) error {
	return custody.Retry(func() error {
		o, d, done, err := c.toSend(ctx, actor, n, s)
		if err != nil || done {
			return err
		}
		if d.blank() {
			return fault.New(fault.Invalid, "error.text-missing")
		}
		a, err := c.around(ctx, actor, o)
		if err != nil {
			return err
		}
		ch, err := c.sending(actor, o, d, people(o, a))
		if err != nil {
			return err
		}
		if d.Kind == DraftNote {
			if ch.mails, err = c.Custody.MemberMails(ctx, c.Mails, o, letter.AskMember, staffOf(mentioned(actor, people(o, a), d))); err != nil {
				return err
			}
		}
		return c.apply(ctx, actor, o, ch)
	})
}

// toSend finds the draft; done when it was sent before.
func (c *Casework) toSend(ctx context.Context, actor access.Actor, n casefile.Number, s Sending) (o *custody.Opened, d Draft, done bool, err error) {
	if o, err = c.open(ctx, actor, n); err != nil {
		return nil, d, false, err
	}
	if slices.ContainsFunc(o.Entries, func(e custody.Entry) bool { return e.ID == s.ID }) {
		return o, d, true, nil
	}
	list, err := c.draftsOf(ctx, actor, o)
	if err != nil {
		return nil, d, false, err
	}
	d, _ = find(list, s.Kind)
	if d.ID != s.ID || d.Revision != s.Revision || s.Kind != DraftNote && newer(o, s.Seen, actor) {
		return nil, d, false, errChanged
	}
	if err := d.allHeard(); err != nil {
		return nil, d, false, err
	}
	if err := c.filesAlive(ctx, d); err != nil {
		return nil, d, false, err
	}
	return o, d, false, nil
}

// filesAlive refuses to send a file whose content was swept, because the draft lay
// too long.
func (c *Casework) filesAlive(ctx context.Context, d Draft) error {
	for _, f := range d.Files {
		for _, p := range d.manifests[f.ID].Parts {
			_, err := c.Blobs.Size(ctx, p.Blob)
			if errors.Is(err, blob.ErrMissing) {
				return fault.New(fault.Invalid, "error.file-incomplete").With("name", f.Name)
			}
			if err != nil {
				return fmt.Errorf("look for file of draft: %w", err)
			}
		}
	}
	return nil
}

func (c *Casework) sending(actor access.Actor, o *custody.Opened, d Draft, people []Person) (change, error) {
	now := c.Store.Now().UTC().Truncate(time.Microsecond) // as it is stored: clocks are compared with it
	ch := change{words: d.words()}
	files := d.fileItems(actor.Member)
	var ids []casefile.EntryID
	for _, f := range d.Files {
		ids = append(ids, casefile.EntryID(f.ID))
	}
	text := strings.TrimSpace(d.Text)
	var entry custody.Item
	var err error
	if d.Kind == DraftNote {
		entry, err = item(actor.Member, d.ID, casefile.EntryNote, casefile.Note{Text: text, Files: ids, To: idsOf(mentioned(actor, people, d)), Sounds: d.said()})
		ch.marks = wanted(store.BesideMention, d.ID, mentioned(actor, people, d))
		ch.event = custody.Event{Kind: audit.EntryAdded, Object: d.ID, Detail: map[string]string{"kind": string(casefile.EntryNote)}}
	} else {
		entry, err = item(actor.Member, d.ID, casefile.EntryMessageOut, casefile.Message{
			Lang: d.Lang, Text: text, Files: ids, Sent: now, Goes: now.Add(c.UndoFor), Sounds: d.said(),
		})
		ch.event = custody.Event{Kind: audit.MessageSent, Object: d.ID}
		ch.news, ch.goes = true, now.Add(c.UndoFor)
		ch.facts = happened(now, deadline.EventFirstAnswer, deadline.EventUpdate)
	}
	if err != nil {
		return ch, err
	}
	ch.items = append(files, entry)
	ch.more = d.consume(actor, o.Case.ID)
	if d.Kind == DraftMessage && o.Case.State != casefile.StateReceived && acknowledgementTakenBack(o) {
		ch.facts[deadline.EventAcknowledgement] = now
	}
	if d.Kind == DraftMessage && o.Case.State == casefile.StateReceived && !o.Case.Unreached {
		// A member's own answer confirms receipt. Directive (EU) 2019/1937 art. 9(1)(b).
		step, err := moved(actor.Member, o.Case.State, casefile.StateAcknowledged, now, "")
		if err != nil {
			return ch, err
		}
		ch.items, ch.to = append(ch.items, step), casefile.StateAcknowledged
		ch.facts[deadline.EventAcknowledgement] = now
	}
	return ch, nil
}

func (d Draft) words() string {
	words := []string{d.Text, d.Feedback, d.Why}
	for _, f := range d.Files {
		words = append(words, f.Name)
	}
	return strings.TrimSpace(strings.Join(words, "\n"))
}

func (d Draft) fileItems(author staff.ID) []custody.Item {
	kind := casefile.EntryFile
	if d.Kind == DraftNote {
		kind = casefile.EntryInternalFile
	}
	var items []custody.Item
	for _, f := range d.Files {
		items = append(items, custody.Item{
			ID: f.ID, Kind: kind, Compartment: room(kind), Parent: d.ID, AuthorKind: custody.AuthorMember,
			AuthorID: string(author), Payload: d.manifests[f.ID].Encode(),
		})
	}
	return items
}

// consume moves the files of a draft to the case and removes the draft.
func (d Draft) consume(actor access.Actor, id casefile.ID) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		for _, f := range d.Files {
			if err := held(tx, d.manifests[f.ID]); err != nil {
				return err
			}
			if err := tx.MoveBlobRefs("desk", owner(actor, id), f.ID, "case", string(id), f.ID); err != nil {
				return err
			}
		}
		return tx.DeleteDeskDraft(id, actor.Member, string(d.Kind))
	}
}

// held fails when nothing keeps a file alive any more, so that no entry ever names
// what the sweep may remove.
func held(tx *store.Tx, m seal.Manifest) error {
	for _, p := range m.Parts {
		alive, err := tx.BlobAlive(p.Blob)
		if err != nil {
			return err
		}
		if !alive {
			return fault.New(fault.Invalid, "error.file-incomplete").With("name", m.Name)
		}
	}
	return nil
}
