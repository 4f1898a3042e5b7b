package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// ErrLastWay tells that a second factor stays because it is the only one.
var ErrLastWay = fault.New(fault.Conflict, "error.last-way-in")

// change writes a change of how a member signs in: with it go the line of the log,
// the mail to the member and the end of every other session (ASVS 7.4.3).
func (s *SignIn) change(ctx context.Context, actor access.Actor, what letter.Credential, write func(*store.Tx) error) error {
	return s.changeOf(ctx, actor, what, "", write)
}

// changeOf is change with the object that the line of the log names.
func (s *SignIn) changeOf(ctx context.Context, actor access.Actor, what letter.Credential, object string, write func(*store.Tx) error) error {
	m, err := s.member(ctx, actor)
	if err != nil {
		return err
	}
	mails, err := s.notice(nil, what, m)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(s.store.Now(), custody.Event{
		Kind: audit.CredentialChanged, Actor: custody.ByMember(actor.Member), Object: object, Detail: map[string]string{"what": string(what)},
	})
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := write(tx); err != nil {
			return err
		}
		return errors.Join(tx.DeleteOtherSessions(actor.Member, actor.Session), mails.queue(tx), tx.InsertLeaf(leaf))
	})
	if errors.Is(err, store.ErrStale) {
		return s.refuse(ctx, actor.Member) // what was shown was used before, or the factors changed meanwhile
	}
	if err != nil {
		return fmt.Errorf("change %s: %w", what, err)
	}
	s.wakeUp()
	return nil
}

// ChangePassword replaces the password. Faults: what is wrong with the new one.
func (s *SignIn) ChangePassword(ctx context.Context, actor access.Actor, a Anew, password string) error {
	m, err := s.member(ctx, actor)
	if err != nil {
		return err
	}
	if err := s.checkPassword(password, m.Name, m.Email); err != nil {
		return err
	}
	shown, err := s.again(ctx, actor, a)
	if err != nil {
		return err
	}
	e, err := s.sealPassword(actor.Member, password, shown.secret)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, letter.PasswordChanged, func(tx *store.Tx) error {
		return errors.Join(shown.use(tx), tx.PutEnvelope(actor.Member, e))
	})
}

// RenewRecovery draws a new personal recovery code, to be shown once. The old one
// is worth nothing from then on.
func (s *SignIn) RenewRecovery(ctx context.Context, actor access.Actor, a Anew) (code string, err error) {
	shown, err := s.again(ctx, actor, a)
	if err != nil {
		return "", err
	}
	c := seal.NewCode()
	e, err := seal.SealRecovery(s.pepper(), s.instance(), string(actor.Member), c, shown.secret)
	if err != nil {
		return "", fmt.Errorf("seal recovery envelope: %w", err)
	}
	err = s.change(ctx, actor, letter.CodeRenewed, func(tx *store.Tx) error {
		return errors.Join(shown.use(tx), tx.PutEnvelope(actor.Member, e))
	})
	return c.Text(), err
}

func (s *SignIn) appContext(actor access.Actor, tok seal.Token) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "new-app", Object: actor.Session + "/" + tok.ID()}
}

// drawApp draws the secret of a new authenticator app, sealed for the next page.
func (s *SignIn) drawApp(actor access.Actor, tok seal.Token, m store.Member) ([]byte, error) {
	secret, url, err := newTOTP("Klankbord", m.Email)
	if err != nil {
		return nil, fmt.Errorf("draw second factor: %w", err)
	}
	plain, err := json.Marshal(EnrolStart{secret, url}) //nolint:musttag // the names of the fields are the format
	if err != nil {
		return nil, fmt.Errorf("draw second factor: %w", err)
	}
	return tok.KeyWith(s.pepper()).Seal(s.appContext(actor, tok), plain), nil
}

// NewApp shows the secret that an act for a new app has drawn.
func (s *SignIn) NewApp(ctx context.Context, actor access.Actor, tok seal.Token) (start EnrolStart, err error) {
	_, a, err := s.act(ctx, actor, ForApp, tok)
	if err != nil {
		return start, err
	}
	return s.openApp(actor, tok, a)
}

func (s *SignIn) openApp(actor access.Actor, tok seal.Token, a act) (start EnrolStart, err error) {
	plain, err := tok.KeyWith(s.pepper()).Open(s.appContext(actor, tok), a.TOTP)
	if err != nil || json.Unmarshal(plain, &start) != nil { //nolint:musttag // the names of the fields are the format
		return start, ErrAct
	}
	return start, nil
}

// ConfirmApp replaces the authenticator app by the new one, once it shows the right
// digits. ErrRefused: they are not right.
func (s *SignIn) ConfirmApp(ctx context.Context, actor access.Actor, tok seal.Token, code string) error {
	secret, f, a, err := s.actFactors(ctx, actor, ForApp, tok)
	if err != nil {
		return err
	}
	start, err := s.openApp(actor, tok, a)
	if err != nil {
		return err
	}
	step, ok := totpStep(start.TOTPSecret, code, s.store.Now())
	if !ok {
		return ErrRefused
	}
	f.TOTP = start.TOTPSecret
	row, err := s.next(actor.Member, secret, f)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, letter.AppChanged, func(tx *store.Tx) error {
		return errors.Join(endAct(tx, ForApp, tok), tx.PutFactors(row), tx.SetTOTPStep(actor.Member, step))
	})
}

// RemoveApp takes the authenticator app away from a member who has a passkey.
// ErrLastWay: there is none.
func (s *SignIn) RemoveApp(ctx context.Context, actor access.Actor, a Anew) error {
	shown, err := s.again(ctx, actor, a)
	if err != nil {
		return err
	}
	if len(shown.factors.Passkeys) == 0 {
		return ErrLastWay
	}
	shown.factors.TOTP = ""
	row, err := s.next(actor.Member, shown.secret, shown.factors)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, letter.AppRemoved, func(tx *store.Tx) error {
		return errors.Join(shown.use(tx), tx.PutFactors(row))
	})
}
