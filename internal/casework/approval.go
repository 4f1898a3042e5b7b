package casework

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
)

// Question is what a member asks the others on a case to agree to.
type Question struct {
	Matter casefile.Matter
	For    staff.ID // whom it is for; empty: the one who asks
	Object string   // what exactly, where the matter needs it
	Reason string
}

// String hides the reason.
func (Question) String() string { return "[sealed]" }

// ErrNobody tells that no other member of the case can decide.
var ErrNobody = fault.New(fault.Invalid, "error.approval-nobody")

// The faults of a request.
var (
	errAsked   = fault.New(fault.Conflict, "error.approval-pending")
	errSettled = fault.New(fault.Conflict, "error.approval-settled")
	errNotMine = fault.New(fault.Denied, "error.not-allowed")
)

// reasonOf checks a purpose or a reason. Faults: too short, too long.
func reasonOf(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch length := utf8.RuneCountInString(s); {
	case length < PurposeLeast:
		return "", fault.New(fault.Invalid, "error.purpose-short").With("min", decimal(PurposeLeast))
	case length > PurposeMost:
		return "", fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(PurposeMost)).With("length", decimal(int64(length)))
	}
	return s, nil
}

// Ask asks the other members of a case to agree to something. Those who may decide
// are told by mail. Faults: no reason; nobody else can decide; asked already.
func (c *Casework) Ask(ctx context.Context, actor access.Actor, n casefile.Number, q Question) (id string, err error) {
	if !slices.Contains(casefile.Matters(), q.Matter) {
		return "", fault.New(fault.Invalid, "error.choose-one")
	}
	reason, err := reasonOf(q.Reason)
	if err != nil {
		return "", err
	}
	id = ident.New()
	return id, custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		r := request{id: id, by: actor.Member, Request: casefile.Request{
			Matter: q.Matter, For: string(q.For), Object: q.Object, Reason: reason, Until: c.Store.Now().Add(RequestLife).UTC(),
		}}
		if slices.ContainsFunc(c.requests(o, dir), r.repeats) {
			return errAsked
		}
		to := c.deciders(o, dir, r)
		if len(to) == 0 {
			return ErrNobody
		}
		return c.ask(ctx, actor, o, r, to)
	})
}

// repeats reports whether the same was asked by the same member and still stands.
func (r request) repeats(old request) bool {
	return old.by == r.by && old.Matter == r.Matter && old.For == r.For && old.Object == r.Object &&
		(old.state == RequestWaiting || old.state == RequestApproved)
}

func (c *Casework) ask(ctx context.Context, actor access.Actor, o *custody.Opened, r request, to []staff.ID) error {
	entry, err := item(actor.Member, r.id, casefile.EntryRequest, r.Request)
	if err != nil {
		return err
	}
	mails, err := c.Custody.MemberMails(ctx, c.Mails, o, letter.AskMember, to)
	if err != nil {
		return err
	}
	return c.apply(ctx, actor, o, change{
		items: []custody.Item{entry}, more: queued(mails),
		event: custody.Event{Kind: audit.ApprovalAsked, Object: r.id, Detail: map[string]string{"matter": string(r.Matter)}},
	})
}

func (c *Casework) openWith(ctx context.Context, actor access.Actor, n casefile.Number) (*custody.Opened, *staff.Directory, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, nil, err
	}
	dir, err := c.Custody.Directory(ctx)
	return o, dir, err
}

// Withdraw takes a member's own request back, also after it was approved. One that
// is settled otherwise is error.approval-settled.
func (c *Casework) Withdraw(ctx context.Context, actor access.Actor, n casefile.Number, id string) error {
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		r, ok := findRequest(c.requests(o, dir), id)
		switch {
		case !ok:
			return errNothing
		case r.by != actor.Member:
			return errNotMine
		case r.state == RequestWithdrawn:
			return nil
		case r.state != RequestWaiting && r.state != RequestApproved:
			return errSettled
		}
		entry, err := decision(actor.Member, r.id, casefile.Decision{Request: casefile.EntryID(r.id), Verdict: casefile.VerdictWithdrawn})
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{items: []custody.Item{entry}, event: ended(r, casefile.VerdictWithdrawn)})
	})
}
