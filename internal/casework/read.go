package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// around is what stands in the clear around an opened case.
type around struct {
	row      []store.InboxRow
	clocks   []deadline.Clock
	mails    []store.Mail
	openings []store.Opening
	leaves   []store.Leaf
	notice   store.Notice     // the zero row: mail goes nowhere
	change   store.CodeChange // the zero row: no new code is on its way
	drafts   []store.DeskDraft
	linked   []store.InboxRow  // of the cases that it was linked with, those that the member may read
	own      []store.Beside    // what the member set for themselves, and is wanted for
	aside    []store.Beside    // the same of everybody, and who is at it
	beside   []store.DeskDraft // of colleagues, without what they hold
	dir      *staff.Directory
	names    map[staff.ID]string
	away     map[staff.ID]store.Absence
	active   map[staff.ID]bool
	asked    *profile.Profile // with which the complaint was made
}

// reading opens a case with what stands around it, once it is written down that the member
// reads it.
func (c *Casework) reading(ctx context.Context, actor access.Actor, n casefile.Number) (*custody.Opened, around, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, around{}, err
	}
	a, err := c.around(ctx, actor, o)
	if err != nil {
		return nil, around{}, err
	}
	return o, a, c.noteCase(ctx, actor, o)
}

// Case opens a case for reading. The line of the log, the read mark and what the
// complainant is shown of it are durable before anything is returned.
func (c *Casework) Case(ctx context.Context, actor access.Actor, n casefile.Number) (*Case, error) {
	o, a, err := c.reading(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	v := c.view(actor, o, a)
	var rings []store.Ring
	if v.Links, rings = c.linked(actor, o, a); len(v.Links) > 0 { // subjects of other cases, as in a list
		if err := c.noteInbox(ctx, actor, "links", rings); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (c *Casework) around(ctx context.Context, actor access.Actor, o *custody.Opened) (a around, err error) {
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return a, err
	}
	if a.asked, err = c.askedWith(ctx, o.Case.Received); err != nil {
		return a, err
	}
	a.dir, a.active = dir, map[staff.ID]bool{}
	for _, e := range dir.Active() {
		a.active[e.ID] = true
	}
	id := o.Case.ID
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		var errs [13]error
		a.row, errs[0] = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: []casefile.ID{id}, Practice: practice(o), Limit: 1})
		a.clocks, errs[1] = tx.Clocks(id)
		a.mails, errs[2] = tx.MailsOf(id)
		a.openings, errs[3] = tx.Openings(id)
		a.leaves, errs[4] = tx.LeavesOf(id)
		a.drafts, errs[5] = tx.DeskDrafts(id, actor.Member)
		a.names, errs[6] = memberNames(tx)
		a.notice, errs[7] = tx.Notice(id)
		a.change, errs[8] = tx.CodeChange(id)
		a.away, errs[9] = tx.Absences()
		a.beside, errs[10] = tx.DraftsBeside(id, actor.Member)
		if ids := linkedTo(o); len(ids) > 0 {
			a.linked, errs[12] = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: ids, Limit: len(ids)})
		}
		a.aside, errs[11] = tx.BesideOf(id, "")
		a.own = ownOf(a.aside, actor.Member)
		for i, err := range errs {
			if errors.Is(err, store.ErrNone) {
				errs[i] = nil
			}
		}
		return errors.Join(errs[:]...)
	})
	if err != nil {
		return a, fmt.Errorf("read around case: %w", err)
	}
	return a, nil
}

// noteCase logs the reading. The same case again in the same session within 15
// minutes with nothing new needs no second line.
func (c *Casework) noteCase(ctx context.Context, actor access.Actor, o *custody.Opened) error {
	now, head := c.Store.Now(), o.Case.Head.Count
	key := actor.Session + "/case/" + string(o.Case.ID)
	known, here := c.logged.fresh(key, now, readAgain, head), c.hereKnown(actor, o.Case.ID)
	if known && here && !o.News() {
		return nil
	}
	opening := store.Opening{ID: ident.New(), Case: o.Case.ID, Member: actor.Member, What: "case", At: now}
	c.Custody.StampOpening(&opening)
	leaf := custody.OpeningLeaf(opening, audit.CaseRead, "", nil)
	err := c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error {
		if err := errors.Join(o.Keep(tx, actor.Member), c.putHere(tx, actor, o.Case.ID, hereReading)); err != nil || known {
			return err
		}
		return errors.Join(tx.InsertLeaf(leaf), tx.InsertOpening(opening), tx.SetReadMark(o.Case.ID, actor.Member, head), c.hear(tx, actor, o))
	})
	if errors.Is(err, store.ErrStale) { // the key was taken away while we opened
		return errNothing
	}
	if err != nil {
		return fmt.Errorf("log reading of case: %w", err)
	}
	if !known {
		c.logged.keep(key, now, head)
	}
	c.keepHere(actor, o.Case.ID)
	return nil
}

func (c *Casework) view(actor access.Actor, o *custody.Opened, a around) *Case {
	v := &Case{
		Number: o.Case.Number, Route: o.Case.Route, Team: o.Case.Team, State: o.Case.State, Channel: o.Case.Channel,
		Language: o.Case.Language, Received: o.Case.Received, Closed: o.Case.Closed, EraseAfter: o.Case.EraseAfter,
		Damaged: o.Damaged, Seen: o.Case.Head.Count, Revision: o.Case.Revision,
		Charge: Person{o.Case.InCharge, a.names[o.Case.InCharge]}, Question: routing(o).Question,
		People: people(o, a), Receipt: receipt(o, a), Nobody: nobody(o), Outcome: o.Outcome().Outcome,
		Helpers: c.asksHelpers(o.Case), Gives: o.Case.Channel.Complaint() && !o.Damaged,
	}
	if x := a.away[o.Case.InCharge]; x.Away(c.Store.Now()) {
		v.Away = awayOf(x, a.names, c.Store.Now())
	}
	if len(a.row) == 1 {
		if r, _ := c.openRow(actor, a.row[0]); !r.damaged {
			v.Subject, v.Tags = r.summary.Subject, r.summary.Tags
		}
	}
	for _, id := range routing(o).Topics {
		if t, ok := c.Profile.Topic(id); ok {
			v.Topics = append(v.Topics, t)
		}
	}
	v.Watch, v.Snooze = c.own(o, a)
	v.Identity = c.identity(actor, o, a)
	v.Contact = c.contact(a.notice)
	v.Drafts, v.Beside = c.drafts(o, a.drafts), c.beside(v.People, a)
	v.Here = c.here(actor, v.People, a)
	v.Requests = c.asked(actor, o, a.dir, a.names)
	c.way(actor, o, a.dir, v)
	v.Data = c.dataRequests(o, a.clocks)
	v.Erasure = c.erasure(actor, o, a, v.Requests)
	v.Removal = c.removalWay(actor, o, a.dir, v.Requests)
	v.Code = c.codeStanding(actor, o, a, v)
	v.Clocks = c.clockViews(o, a.clocks)
	v.Moves, v.Work = c.moves(actor.Member, o, a), recorded(o)
	v.Earlier, v.Slips = earlier(o), o.Slips()
	v.Decided = c.decided(o, a.dir, v.Work)
	v.Decided.By.Name = a.names[v.Decided.By.ID]
	v.me, v.now, v.Names, v.Undeclared = actor.Member, c.Store.Now(), a.names, undeclared(actor.Member, o, a, v.Work)
	files := filesOf(o)
	v.Distress = distressOf(o, files, a.names)
	v.Story = c.story(actor, o, a, files)
	v.Timeline = c.timeline(actor, o, a, files)
	v.Named = c.named(actor, o, a.dir, a.names)
	v.Checklists = c.checklists(v)
	v.Next = c.next(v)
	return v
}

func (c *Casework) contact(n store.Notice) Contact {
	k := Contact{Mail: len(n.Mark) > 0}
	if k.Mail && c.Custody.NoticeHolds(n) {
		k.Verified = n.Verified
	}
	return k
}

// people lists the active members with a key to what is written now, the one in
// charge first.
func people(o *custody.Opened, a around) []Person {
	var list []Person
	for _, id := range o.MayRead() {
		if a.active[id] {
			list = append(list, Person{id, a.names[id]})
		}
	}
	return foremost(list, o.Case.InCharge)
}

// foremost puts one of them before all others.
func foremost(list []Person, id staff.ID) []Person {
	slices.SortStableFunc(list, func(x, y Person) int {
		switch id {
		case x.ID:
			return -1
		case y.ID:
			return 1
		default:
			return 0
		}
	})
	return list
}

func routing(o *custody.Opened) access.Routing {
	r, _ := o.Routing()
	return r
}

func has(o *custody.Opened, kind casefile.EntryKind) bool {
	return slices.ContainsFunc(o.Entries, func(e custody.Entry) bool { return e.Kind == kind })
}
