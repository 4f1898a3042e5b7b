package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Ruling is what a member decides about a request.
type Ruling struct {
	Request  string
	Verdict  casefile.Verdict // approved or refused
	Words    string           // for the one who asked; may be empty
	Password string           // opens the signing key for this one act
}

// String hides the password.
func (Ruling) String() string { return "[sealed]" }

// Decide approves or refuses a request of another member, signed. Faults: the
// password is not right; somebody decided before, or it lapsed; the member may not
// decide about it. fault.ErrNotFound when the case has no such request.
func (c *Casework) Decide(ctx context.Context, actor access.Actor, n casefile.Number, d Ruling) error {
	if d.Verdict != casefile.VerdictApproved && d.Verdict != casefile.VerdictRefused {
		return fault.New(fault.Invalid, "error.choose-one")
	}
	words := strings.TrimSpace(d.Words)
	if length := utf8.RuneCountInString(words); length > PurposeMost {
		return fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(PurposeMost)).With("length", decimal(int64(length)))
	}
	if _, _, err := c.decidable(ctx, actor, n, d.Request); err != nil {
		return err
	}
	secret, err := c.SignIn.Unlock(ctx, actor, d.Password)
	if err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, r, err := c.decidable(ctx, actor, n, d.Request)
		if err != nil {
			return err
		}
		return c.decide(ctx, actor, o, r, casefile.Decision{
			Request: casefile.EntryID(r.id), Verdict: d.Verdict, Words: words,
		}, secret.Signer())
	})
}

// decidable finds a request that waits and on which the member may decide.
func (c *Casework) decidable(ctx context.Context, actor access.Actor, n casefile.Number, id string) (*custody.Opened, request, error) {
	o, dir, err := c.openWith(ctx, actor, n)
	if err != nil {
		return nil, request{}, err
	}
	r, ok := findRequest(c.requests(o, dir), id)
	switch {
	case !ok:
		return nil, r, errNothing
	case !slices.Contains(c.deciders(o, dir, r), actor.Member):
		return nil, r, errNotMine
	case r.state != RequestWaiting:
		return nil, r, errSettled
	}
	return o, r, nil
}

func findRequest(list []request, id string) (request, bool) {
	i := slices.IndexFunc(list, func(r request) bool { return r.id == id })
	if i < 0 {
		return request{}, false
	}
	return list[i], true
}

func (c *Casework) decide(ctx context.Context, actor access.Actor, o *custody.Opened, r request, d casefile.Decision, signer *seal.Signer) error {
	sc, message, err := c.decisionMessage(o, r, d)
	if err != nil {
		return err
	}
	d.Signature = signer.Sign(sc, message)
	if !seal.VerifySignature(actor.Entry.Signing, sc, message, d.Signature) {
		return fmt.Errorf("decide on request: the signing key is not the one of the directory: %w", staff.ErrDirectory)
	}
	entry, err := decision(actor.Member, r.id, d)
	if err != nil {
		return err
	}
	mails, err := c.Custody.MemberMails(ctx, c.Mails, o, letter.ToMember, []staff.ID{r.by})
	if err != nil {
		return err
	}
	return c.apply(ctx, actor, o, change{items: []custody.Item{entry}, more: queued(mails), event: ended(r, d.Verdict)})
}

func ended(r request, v casefile.Verdict) custody.Event {
	return custody.Event{Kind: audit.ApprovalEnded, Object: r.id, Detail: map[string]string{
		"matter": string(r.Matter), "verdict": string(v),
	}}
}
