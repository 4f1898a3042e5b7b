package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// proofMark begins a proof that is an answer of a passkey. No password begins so:
// one with a control character is never taken.
const proofMark = "\x00passkey\n"

// PasskeyProof makes a proof of a passkey's answer and of the cookie that goes with
// the question. Where a password is asked for once more, it can stand in its place.
func PasskeyProof(answer, cookie string) string { return proofMark + cookie + "\n" + answer }

func passkeyProof(proof string) (answer, cookie string, ok bool) {
	rest, ok := strings.CutPrefix(proof, proofMark)
	cookie, answer, _ = strings.Cut(rest, "\n")
	return answer, cookie, ok
}

// Unlock opens the member's whole secret anew, the signing key with it, for one
// act: an export, an erasure, a vouch, whatever touches keys. proof is the password
// as it was typed, or what PasskeyProof made of the answer of a passkey that opens
// keys; each answer is good once. Danger: nothing keeps the secret, and whoever
// calls must not either. ErrRefused: it is not right. Fault: tried too often.
func (s *SignIn) Unlock(ctx context.Context, actor access.Actor, proof string) (*seal.MemberSecret, error) {
	if answer, cookie, ok := passkeyProof(proof); ok {
		o, err := s.unlockByPasskey(ctx, actor, answer, cookie)
		if err != nil {
			return nil, err
		}
		return o.secret, s.settle(ctx, o)
	}
	return s.unlockByPassword(ctx, actor, proof)
}

// StepUp asks for password or passkey once more before an act that needs no key.
func (s *SignIn) StepUp(ctx context.Context, actor access.Actor, proof string) error {
	_, err := s.Unlock(ctx, actor, proof)
	return err
}

func (s *SignIn) unlockByPassword(ctx context.Context, actor access.Actor, password string) (*seal.MemberSecret, error) {
	turn := store.Allowance{ID: s.pepper().Blind("proof", actor.Session), Burst: proofBurst, Every: proofEvery}
	if err := s.turn(ctx, turn); err != nil {
		return nil, err
	}
	var e seal.Envelope
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		e, err = tx.Envelope(actor.Member, seal.EnvelopePassword)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read envelope: %w", err)
	}
	secret, err := s.cost.OpenPassword(e, s.pepper(), s.instance(), string(actor.Member), password)
	if errors.Is(err, seal.ErrBusy) {
		return nil, errBusy
	}
	if err != nil {
		return nil, s.refuse(ctx, actor.Member)
	}
	return secret, s.write(ctx, "count attempt", func(tx *store.Tx) error { return giveBack(tx, turn) })
}

// unlockByPasskey opens the secret with a passkey that opens keys. The caller
// settles what came out.
func (s *SignIn) unlockByPasskey(ctx context.Context, actor access.Actor, answer, cookie string) (opened, error) {
	q, err := s.question(cookie, askProof, actor.Session)
	if err != nil {
		return opened{}, err
	}
	o, err := s.openByPasskey(ctx, q, answer)
	if err == nil && o.member.ID != actor.Member {
		err = s.refuse(ctx, actor.Member)
	}
	return o, err
}

// settle notes, where nothing else is written, that an answer of a passkey was used.
// ErrRefused: it was used before.
func (s *SignIn) settle(ctx context.Context, o opened) error {
	err := s.write(ctx, "note passkey", o.use)
	if errors.Is(err, store.ErrStale) {
		return s.refuse(ctx, o.member.ID)
	}
	return err
}

func (s *SignIn) write(ctx context.Context, what string, fn func(*store.Tx) error) error {
	if err := s.store.Write(ctx, fn); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Anew is all that a member shows before a change of how they sign in (ASVS
// 7.5.1): a passkey that opens keys, or the password with a second factor.
type Anew struct {
	Password string
	Code     string // one-time password
	Passkey  string // what PasskeyProof made of an answer; empty: none
}

// anew is a member whose factors were all shown a moment ago.
type anew struct {
	secret  *seal.MemberSecret
	factors factors
	use     func(*store.Tx) error // notes that what was shown is used up
}

// again checks everything that a member shows. ErrRefused: something is not right.
func (s *SignIn) again(ctx context.Context, actor access.Actor, a Anew) (anew, error) {
	answer, cookie, byPasskey := passkeyProof(a.Passkey)
	if byPasskey && a.Password == "" {
		o, err := s.unlockByPasskey(ctx, actor, answer, cookie)
		return anew{o.secret, o.factors, o.use}, err
	}
	secret, err := s.unlockByPassword(ctx, actor, a.Password)
	if err != nil {
		return anew{}, err
	}
	f, err := s.factors(ctx, actor.Member, secret)
	if errors.Is(err, errNoFactors) {
		return anew{}, s.refuse(ctx, actor.Member)
	}
	if err != nil {
		return anew{}, err
	}
	if byPasskey {
		use, err := s.secondByPasskey(ctx, askProof, actor.Session, actor.Member, f, answer, cookie)
		return anew{secret, f, use}, err
	}
	turn := visitor{Account: s.pepper().Blind("session", actor.Session)}.second()
	if err := s.turn(ctx, turn...); err != nil {
		return anew{}, err
	}
	step, ok := totpStep(f.TOTP, a.Code, s.store.Now())
	if !ok {
		return anew{}, s.refuse(ctx, actor.Member)
	}
	return anew{secret, f, func(tx *store.Tx) error {
		return errors.Join(tx.UseTOTPStep(actor.Member, step), giveBack(tx, turn...))
	}}, nil
}

// Purpose is the one act for which a member has shown everything anew.
type Purpose string

// The purposes of an act that takes more than one page.
const (
	ForPasskey Purpose = "passkey" // adding one
	ForApp     Purpose = "app"     // a new authenticator app
	ForAccount Purpose = "account" // linking one at the identity provider
	ForOpenPGP Purpose = "openpgp" // a key to which mails are encrypted
)

// act is what is held between its pages.
type act struct {
	Secret []byte `json:"secret"` // sealed under the act's token
	TOTP   []byte `json:"totp"`   // drawn for a new app, sealed as well
}

// OpenAct begins an act for one purpose, after everything was shown anew. It ends
// with what it was opened for, and after ten minutes. ErrRefused: something is not
// right.
func (s *SignIn) OpenAct(ctx context.Context, actor access.Actor, p Purpose, a Anew) (seal.Token, error) {
	tok := seal.NewToken()
	shown, err := s.again(ctx, actor, a)
	if err != nil {
		return tok, err
	}
	m, err := s.member(ctx, actor)
	if err != nil {
		return tok, err
	}
	held := act{Secret: tok.SealSecret(s.pepper(), s.actContext(actor, p, tok), shown.secret)}
	if p == ForApp {
		if held.TOTP, err = s.drawApp(actor, tok, m); err != nil {
			return tok, err
		}
	}
	box, err := json.Marshal(held) //nolint:gosec // sealed before it is stored
	if err != nil {
		return tok, fmt.Errorf("open act: %w", err)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := shown.use(tx); err != nil {
			return err
		}
		return tx.PutHeld(store.Held{ID: tok.ID(), Kind: actKind(p), Box: box, Expires: tx.Now().Add(actLife)})
	})
	if errors.Is(err, store.ErrStale) {
		return tok, s.refuse(ctx, actor.Member)
	}
	if err != nil {
		return tok, fmt.Errorf("open act: %w", err)
	}
	return tok, nil
}
