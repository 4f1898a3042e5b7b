package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Way is how a member signed in, as the list of sessions tells it.
type Way string

// The ways.
const (
	ByPassword        Way = "password"         // and one-time password
	ByPasswordPasskey Way = "password-passkey" // and a passkey as the second factor
	ByPasskey         Way = "passkey"          // alone
	ByRecovery        Way = "recovery"         // personal recovery code
	ByProvider        Way = "provider"         // identity provider and password
	ByInvitation      Way = "invitation"       // the session in which the member enrolled
)

// standing is what a session was begun with: a hash of the member's assignments,
// empty while nobody has vouched. When it changes, the member signs in anew.
func standing(e staff.Entry, active bool) string {
	if !active {
		return ""
	}
	sum := sha256.Sum256([]byte(staff.FormatAssignments(e.Assignments)))
	return hex.EncodeToString(sum[:])
}

// bound is the context of what a session row seals. It names member, standing and
// end of the row, so that a row given to another member or prolonged does not open.
func (s *SignIn) bound(kind string, row store.Session) seal.Context {
	return seal.Context{
		Instance: s.instance(), Kind: kind, Object: strings.Join([]string{row.ID, string(row.Member), row.Standing, row.Way}, "/"),
		Revision: uint64(row.Expires.UnixMicro()),
	}
}

// row makes a session row for a member with their standing of this moment, its keys
// not sealed yet.
func (s *SignIn) row(ctx context.Context, tok seal.Token, m store.Member, way Way, life time.Duration) (store.Session, error) {
	dir, err := s.custody.Directory(ctx)
	if err != nil {
		return store.Session{}, err
	}
	if !m.Active || dir.Left(m.ID) {
		return store.Session{}, ErrRefused
	}
	now := s.store.Now()
	return store.Session{
		ID: tok.ID(), Member: m.ID, Way: string(way), Standing: standing(dir.Entry(m.ID)),
		Created: now, Seen: now, Idle: s.idle(m), Expires: now.Add(life),
	}, nil
}

// idle is how long a member's sessions may rest.
func (s *SignIn) idle(m store.Member) time.Duration {
	idle, most := s.resting()
	if m.Idle == 0 {
		return idle
	}
	return min(m.Idle, most)
}

// resting is how long a session rests where nothing was chosen, and how long a member may
// choose: what the organisation wants, within what the operator allows.
func (s *SignIn) resting() (idle, most time.Duration) {
	bound := max(s.limits.MostIdle, s.limits.Idle)
	idle, most = s.limits.Idle, bound
	if s.rest == nil {
		return idle, most
	}
	wantIdle, wantMost := s.rest()
	if wantIdle > 0 {
		idle = min(wantIdle, bound)
	}
	if wantMost > 0 {
		most = min(wantMost, bound)
	}
	return idle, max(idle, most)
}

// admit writes a full session and its line in the log, with whatever the caller
// adds to the transaction.
func (s *SignIn) admit(ctx context.Context, tok seal.Token, m store.Member, keys *seal.Keys, way Way, more func(*store.Tx) error) error {
	row, err := s.row(ctx, tok, m, way, s.limits.Longest)
	if err != nil {
		return err
	}
	row.Box = tok.SealKeys(s.pepper(), s.bound("session-keys", row), keys)
	leaf := custody.Leaf(row.Created, custody.Event{
		Kind: audit.SignIn, Actor: custody.ByMember(m.ID), Detail: map[string]string{"way": string(way)},
	})
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := more(tx); err != nil {
			return err
		}
		return errors.Join(tx.InsertSession(row), tx.NoteSignIn(m.ID), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return nil
}

func (s *SignIn) session(ctx context.Context, tok seal.Token) (row store.Session, m store.Member, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if row, err = tx.Session(tok.ID()); err != nil {
			return err
		}
		m, err = tx.Member(row.Member)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return row, m, ErrSession
	}
	if err != nil {
		return row, m, fmt.Errorf("read session: %w", err)
	}
	return row, m, nil
}

// Session returns the member whose browser holds the token. ErrSession: signed
// out, idled out, expired, the member left, or their assignments changed since.
func (s *SignIn) Session(ctx context.Context, tok seal.Token) (access.Actor, error) {
	row, member, err := s.session(ctx, tok)
	if err != nil {
		return access.Actor{}, err
	}
	if len(row.Pending) > 0 || !member.Active {
		return access.Actor{}, ErrSession
	}
	keys, err := tok.OpenKeys(s.pepper(), s.bound("session-keys", row), row.Box)
	if err != nil {
		return access.Actor{}, ErrSession
	}
	dir, err := s.custody.Directory(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	passkey, err := s.opensByPasskey(ctx, member.ID)
	if err != nil {
		return access.Actor{}, err
	}
	entry, active := dir.Entry(member.ID) // a member who is not vouched for yet has no role
	if dir.Left(member.ID) || row.Standing != "" && row.Standing != standing(entry, active) {
		return access.Actor{}, ErrSession
	}
	s.custody.Recognise(ctx, member, entry)
	if err := s.greet(ctx, member, tok.ID(), keys); err != nil {
		return access.Actor{}, err
	}
	if row.Standing == "" && active {
		err = s.vouchedFor(ctx, tok, row, standing(entry, active), keys)
	} else {
		err = s.touch(ctx, row)
	}
	if err != nil {
		return access.Actor{}, err
	}
	return access.Actor{
		Member: member.ID, Name: member.Name, Language: member.Language, Session: tok.ID(), Entry: entry, Keys: keys, Passkey: passkey, Shortcuts: member.Shortcuts,
	}, nil
}

func (s *SignIn) opensByPasskey(ctx context.Context, id staff.ID) (has bool, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		has, err = tx.OpensByPasskey(id)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read passkeys: %w", err)
	}
	return has, nil
}

// vouchedFor notes the standing that a member got after the session began, which
// from then on ends with it.
func (s *SignIn) vouchedFor(ctx context.Context, tok seal.Token, row store.Session, now string, keys *seal.Keys) error {
	row.Standing = now
	row.Box = tok.SealKeys(s.pepper(), s.bound("session-keys", row), keys)
	return s.write(ctx, "note standing", func(tx *store.Tx) error { return tx.SetStanding(row) })
}

// touch writes when the session was last used, once a minute at most.
func (s *SignIn) touch(ctx context.Context, row store.Session) error {
	if s.store.Now().Sub(row.Seen) < time.Minute {
		return nil
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(row.ID) }); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// SignOut ends the session of a token; one that has ended is no error.
func (s *SignIn) SignOut(ctx context.Context, tok seal.Token) error {
	row, _, err := s.session(ctx, tok)
	if err != nil {
		return nil //nolint:nilerr // nothing to end
	}
	leaf := custody.Leaf(s.store.Now(), custody.Event{Kind: audit.SignOut, Actor: custody.ByMember(row.Member)})
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteSession(tok.ID()), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
