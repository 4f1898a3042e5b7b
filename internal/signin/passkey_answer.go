package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// opened is a member's secret that a passkey opened.
type opened struct {
	member  store.Member
	secret  *seal.MemberSecret
	factors factors
	use     func(*store.Tx) error // notes that passkey and answer were used
}

// EnterByPasskey signs in with a passkey alone: it verified the person, and what it
// computes opens the keys. ErrRefused: it does not; such a passkey can still be a
// second factor.
func (s *SignIn) EnterByPasskey(ctx context.Context, from Browser, cookie, answer string) (e Entered, err error) {
	turn := s.passkeyTurn(from)
	if again, err := s.nextTurn(ctx, turn); err != nil || again.After(s.store.Now()) {
		return e, errors.Join(err, tooOften(again))
	}
	q, err := s.question(cookie, askEnter, "")
	if err != nil {
		return e, err
	}
	o, err := s.openByPasskey(ctx, q, answer)
	if err != nil {
		return e, errors.Join(err, s.turn(ctx, turn...))
	}
	return s.enter(ctx, o.member, o.secret.Keys(), ByPasskey, o.use)
}

// enter admits a member who has shown everything, under a new token.
func (s *SignIn) enter(ctx context.Context, m store.Member, keys *seal.Keys, way Way, use func(*store.Tx) error) (Entered, error) {
	e := Entered{Session: seal.NewToken()}
	err := s.admit(ctx, e.Session, m, keys, way, use)
	if errors.Is(err, store.ErrStale) {
		return Entered{}, s.refuse(ctx, m.ID) // this answer was used before
	}
	if err != nil {
		return Entered{}, err
	}
	return e, nil
}

func (s *SignIn) passkeyTurn(from Browser) []store.Allowance {
	if !from.Network.IsValid() || s.readKnown(from.Known).Device != "" {
		return nil
	}
	return []store.Allowance{{ID: s.pepper().Blind("passkey", network(from.Network).String()), Burst: networkBurst, Every: networkEvery}}
}

// openByPasskey opens a member's secret with what a passkey computed, and then
// checks the answer with the public key that lies inside. In this order nobody who
// writes to the database can plant a passkey: it would have to open the envelope.
func (s *SignIn) openByPasskey(ctx context.Context, q question, answer string) (o opened, err error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return o, ErrRefused
	}
	var row store.EnvelopeRow
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if row, err = tx.PasskeyEnvelope(credentialID(parsed.RawID)); err != nil {
			return err
		}
		o.member, err = tx.Member(row.Member)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return o, ErrRefused
	}
	if err != nil {
		return o, fmt.Errorf("read passkey: %w", err)
	}
	o.secret, err = row.OpenPasskey(s.pepper(), s.instance(), string(o.member.ID), computed(parsed.ClientExtensionResults.PRF))
	if err != nil || !s.belongs(ctx, o.member) {
		return o, s.refuse(ctx, o.member.ID)
	}
	if o.factors, err = s.factors(ctx, o.member.ID, o.secret); err != nil {
		return o, s.refuse(ctx, o.member.ID)
	}
	o.use, err = s.checked(ctx, q, o.member, o.factors, parsed)
	return o, err
}

// computed is the result of the pseudo-random function, if there is one.
func computed(prf *protocol.PRFOutputs) []byte {
	if prf == nil || prf.Results == nil {
		return nil
	}
	return prf.Results.First
}

// secondByPasskey checks an answer of a passkey that is shown beside the password.
func (s *SignIn) secondByPasskey(ctx context.Context, p askPurpose, bound string, id staff.ID, f factors, answer, cookie string) (use func(*store.Tx) error, err error) {
	q, err := s.question(cookie, p, bound)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, ErrRefused
	}
	var m store.Member
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = tx.Member(id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read member: %w", err)
	}
	return s.checked(ctx, q, m, f, parsed)
}

// Passkey completes a sign-in by a passkey as the second factor. ErrSession: the
// pending sign-in is over and begins again.
func (s *SignIn) Passkey(ctx context.Context, pending seal.Token, cookie, answer string) (Entered, error) {
	row, m, w, err := s.pending(ctx, pending)
	if err != nil {
		return Entered{}, err
	}
	if err := s.secondTurn(ctx, row, w); err != nil {
		return Entered{}, err
	}
	use, err := s.secondByPasskey(ctx, askSecond, row.ID, m.ID, w.Factors, answer, cookie)
	if err != nil {
		return Entered{}, err
	}
	if w.Way == ByPassword {
		w.Way = ByPasswordPasskey
	}
	return s.complete(ctx, pending, row, m, w, use)
}

// checked checks an answer against its question and the sealed public key, and
// returns what notes its use. ErrRefused: it does not hold.
func (s *SignIn) checked(ctx context.Context, q question, m store.Member, f factors, parsed *protocol.ParsedCredentialAssertionData) (use func(*store.Tx) error, err error) {
	credential := credentialID(parsed.RawID)
	var row store.Passkey
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Passkey(credential)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, s.refuse(ctx, m.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("read passkey: %w", err)
	}
	if _, ours := f.byID(parsed.RawID); !ours || row.Suspect || row.Member != m.ID {
		return nil, s.refuse(ctx, m.ID)
	}
	signed, err := s.validate(q, holder{m, f.Passkeys}, parsed)
	if err != nil {
		return nil, s.refuse(ctx, m.ID)
	}
	// Web Authentication Level 3 7.2 step 21: a count that does not grow may mean a copy.
	if signed <= row.Signed && (signed != 0 || row.Signed != 0) {
		return nil, errors.Join(s.suspect(ctx, m, credential), ErrRefused)
	}
	return func(tx *store.Tx) error {
		return errors.Join(s.spent(tx, q), tx.UsePasskey(credential, signed))
	}, nil
}

// validate returns how often the passkey says that it has signed.
func (s *SignIn) validate(q question, h holder, parsed *protocol.ParsedCredentialAssertionData) (uint32, error) {
	var err error
	if len(q.Data.UserID) == 0 {
		_, _, err = s.passkeys.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, q.Data, parsed)
	} else {
		_, err = s.passkeys.ValidateLogin(h, q.Data, parsed)
	}
	if err != nil {
		return 0, fmt.Errorf("check passkey: %w", err)
	}
	return parsed.Response.AuthenticatorData.Counter, nil
}

// suspect marks a passkey that may have been copied, and tells its member.
func (s *SignIn) suspect(ctx context.Context, m store.Member, credential string) error {
	mails, err := s.notice(nil, letter.PasskeySuspect, m)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(s.store.Now(), custody.Event{
		Kind: audit.CredentialChanged, Actor: custody.ByMember(m.ID), Detail: map[string]string{"what": string(letter.PasskeySuspect)},
	})
	err = s.write(ctx, "suspect passkey", func(tx *store.Tx) error {
		return errors.Join(tx.SuspectPasskey(credential), mails.queue(tx), tx.InsertLeaf(leaf))
	})
	s.wakeUp()
	return err
}
