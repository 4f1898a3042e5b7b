package casework

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

// PurposeLeast and PurposeMost bound the reason for opening an identity, in
// characters.
const (
	PurposeLeast = 10
	PurposeMost  = 500
)

func (c *Casework) identity(actor access.Actor, o *custody.Opened, a around) Identity {
	id := Identity{Apart: o.Case.Route.SealsIdentityApart(), Sealed: o.Gated, Unknown: true}
	if o.Gated {
		return id
	}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryIdentity && e.Kind != casefile.EntryContactChange {
			continue
		}
		p, err := casefile.DecodePayload[casefile.Identity](e.Payload)
		if err != nil {
			continue
		}
		id = Identity{
			Apart: id.Apart, Unknown: p.Unknown, Name: strings.TrimSpace(p.First + " " + p.Last), Email: p.Email,
			Phone: p.Phone, Post: p.Post, Safe: p.SafeTimes, NoMail: p.NoMail, Language: p.Lang,
			Answers: c.identityAnswers(p, actor.Language),
		}
	}
	for _, op := range a.openings {
		if op.What == "identity" && op.Member == actor.Member && op.Until.After(id.Until) {
			id.Until = op.Until
		}
	}
	return id
}

// identityAnswers are what else tells who the complainant is, without what the
// fields of the identity show already.
func (c *Casework) identityAnswers(p casefile.Identity, l string) []Answer {
	rest := profile.Answers{}
	maps.Copy(rest, p.Answers)
	for _, key := range []string{
		profile.FieldFirstName, profile.FieldLastName, profile.FieldEmail, profile.FieldPhone, profile.FieldAddress,
		profile.FieldNoMail, profile.FieldLanguage, "safe_contact",
	} {
		delete(rest, key)
	}
	var list []Answer
	for _, g := range c.groups(rest, profile.Identity, l) {
		list = append(list, g.Answers...)
	}
	return list
}

// OpenIdentity opens who the complainant is for half an hour, to this member only.
// The purpose is sealed so that colleagues and the complainant read it. Where the
// profile asks for a second member, it is denied here. Faults: the purpose is too
// short or too long; approval is needed.
func (c *Casework) OpenIdentity(ctx context.Context, actor access.Actor, n casefile.Number, purpose string) error {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return err
	}
	purpose = strings.TrimSpace(purpose)
	switch length := utf8.RuneCountInString(purpose); {
	case length < PurposeLeast:
		return fault.New(fault.Invalid, "error.purpose-short").With("min", decimal(PurposeLeast))
	case length > PurposeMost:
		return fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(PurposeMost)).With("length", decimal(int64(length)))
	}
	if !o.Gated {
		return nil
	}
	if c.Profile.Settings.IdentityOpening == "second-member" {
		return fault.New(fault.Denied, "error.approval-pending")
	}
	now := c.Store.Now()
	opening, err := c.Custody.LiftGate(o, actor.Member, ident.New(), []byte(purpose), now.Add(identityOpen))
	if err != nil {
		return fmt.Errorf("lift gate: %w", err)
	}
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.IdentityOpened, Actor: custody.ByMember(actor.Member), Case: o.Case.ID, Object: opening.ID,
	})
	err = c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error {
		return errors.Join(tx.InsertOpening(opening), tx.InsertLeaf(leaf))
	})
	if err := gone(err); err != nil {
		return fmt.Errorf("log opening of identity: %w", err)
	}
	return nil
}
