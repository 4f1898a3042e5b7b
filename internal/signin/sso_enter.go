package signin

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// identified is the member whose account the provider has named. ErrUnlinked: it is
// nobody's.
func (s *SignIn) identified(ctx context.Context, cookie string) (who Subject, m store.Member, err error) {
	j, err := s.journey(cookie)
	if err != nil || j.Subject == nil || j.Session != "" {
		return who, m, ErrProvider
	}
	who = *j.Subject
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = s.memberByAccount(tx, who)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return who, m, ErrUnlinked
	}
	if err != nil {
		return who, m, fmt.Errorf("read account: %w", err)
	}
	return who, m, nil
}

// EnterByProvider opens the key of a member whom the provider has named, with the
// password. Where the provider has checked enough, that is all; where not, the
// pending token leads to the second factor.
func (s *SignIn) EnterByProvider(ctx context.Context, cookie, password string) (e Entered, pending *seal.Token, err error) {
	who, m, err := s.identified(ctx, cookie)
	if err != nil {
		return e, nil, err
	}
	v := visitor{Account: s.pepper().Blind("account", m.Email), Device: s.accountLookup(who)} // no stranger
	leave, err := s.admitted(ctx, v, v.password())
	if err != nil {
		return e, nil, err
	}
	defer leave()
	_, envelope, err := s.account(ctx, m.Email)
	if err != nil {
		return e, nil, err
	}
	secret, err := s.cost.OpenPassword(envelope, s.pepper(), s.instance(), string(m.ID), password)
	if errors.Is(err, seal.ErrBusy) {
		return e, nil, errBusy
	}
	if err != nil || !s.belongs(ctx, m) {
		return e, nil, s.refuse(ctx, m.ID)
	}
	f, err := s.factors(ctx, m.ID, secret)
	if err != nil || f.Account == nil || f.Account.Issuer != who.Issuer || f.Account.Subject != who.Subject {
		return e, nil, s.refuse(ctx, m.ID) // the sealed factors decide whose account it is
	}
	if !who.Strong {
		tok, err := s.begin(ctx, m, secret.Keys(), waiting{Factors: f, Way: ByProvider, Visitor: v})
		return e, &tok, err
	}
	e, err = s.enter(ctx, m, secret.Keys(), ByProvider, func(tx *store.Tx) error { return giveBack(tx, v.own()...) })
	return e, nil, err
}

// EnterByProviderPasskey opens the key of a member whom the provider has named, with
// a passkey. ErrRefused: it is another member's, or opens none.
func (s *SignIn) EnterByProviderPasskey(ctx context.Context, cookie, question, answer string) (e Entered, err error) {
	_, m, err := s.identified(ctx, cookie)
	if err != nil {
		return e, err
	}
	q, err := s.question(question, askEnter, "")
	if err != nil {
		return e, err
	}
	o, err := s.openByPasskey(ctx, q, answer)
	if err != nil {
		return e, err
	}
	if o.member.ID != m.ID {
		return e, s.refuse(ctx, m.ID)
	}
	return s.enter(ctx, o.member, o.secret.Keys(), ByPasskey, o.use)
}

// LinkAccount makes the account that the provider has named the member's, within an
// act for it. Fault: it is a colleague's.
func (s *SignIn) LinkAccount(ctx context.Context, actor access.Actor, tok seal.Token, cookie string) error {
	j, err := s.journey(cookie)
	if err != nil || j.Subject == nil || j.Session != actor.Session {
		return ErrProvider
	}
	secret, f, _, err := s.actFactors(ctx, actor, ForAccount, tok)
	if err != nil {
		return err
	}
	f.Account = &Subject{Issuer: j.Subject.Issuer, Subject: j.Subject.Subject}
	row, err := s.next(actor.Member, secret, f)
	if err != nil {
		return err
	}
	err = s.change(ctx, actor, letter.AccountLinked, func(tx *store.Tx) error {
		if m, err := s.memberByAccount(tx, *f.Account); err == nil && m.ID != actor.Member {
			return fault.New(fault.Conflict, "error.provider-taken")
		}
		return errors.Join(endAct(tx, ForAccount, tok), tx.PutAccount(s.accountLookup(*f.Account), actor.Member), tx.PutFactors(row))
	})
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "error.provider-taken")
	}
	return err
}

// UnlinkAccount takes the account at the provider away from the member.
func (s *SignIn) UnlinkAccount(ctx context.Context, actor access.Actor, a Anew) error {
	shown, err := s.again(ctx, actor, a)
	if err != nil {
		return err
	}
	shown.factors.Account = nil
	row, err := s.next(actor.Member, shown.secret, shown.factors)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, letter.AccountUnlinked, func(tx *store.Tx) error {
		return errors.Join(shown.use(tx), tx.DeleteAccount(actor.Member), tx.PutFactors(row))
	})
}
