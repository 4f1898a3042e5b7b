package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Renewed is what a member is shown who enrolled again: a new personal recovery
// code, this once, and the fingerprint that colleagues compare before they confirm.
type Renewed struct {
	Recovery    string
	Fingerprint string
}

// ConfirmReset ends the enrolment of a member who enrols again. Nothing changes for
// their account yet: colleagues confirm first, so that a link in wrong hands opens
// nothing. Nobody is signed in by it. Faults: ErrRefused, ErrInvitation.
func (s *SignIn) ConfirmReset(ctx context.Context, tok seal.Token, code string) (Renewed, error) {
	row, r, h, err := s.prepared(ctx, tok)
	if err != nil {
		return Renewed{}, err
	}
	if _, ok := totpStep(h.TOTP, code, s.store.Now()); !ok { // no step is used up: nobody is signed in by it
		return Renewed{}, ErrRefused
	}
	dir, err := s.custody.Granting(ctx)
	if err != nil {
		return Renewed{}, err
	}
	if _, ok := dir.Entry(row.Member); row.Kind != store.InvitationReset || !ok {
		return Renewed{}, ErrInvitation
	}
	ch, err := Entry(row)
	if err != nil {
		return Renewed{}, err
	}
	statement, err := s.custody.Compose(dir, ch)
	if err != nil {
		return Renewed{}, err
	}
	now := s.store.Now()
	leaf := custody.Leaf(now, custody.Event{Kind: audit.MemberEnrolled, Actor: custody.ByMember(row.Member), Object: r.Reading.Fingerprint()})
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetInvitationState(row.ID, "open", "enrolled"); err != nil {
			return err
		}
		waiting := store.DirectoryChange{ID: row.ID, Statement: statement, AskedBy: row.InvitedBy, Created: now}
		return errors.Join(tx.PutDirectoryChange(waiting), tx.InsertLeaf(leaf))
	})
	if errors.Is(err, store.ErrStale) {
		return Renewed{}, ErrInvitation
	}
	if err != nil {
		return Renewed{}, fmt.Errorf("enrol again: %w", err)
	}
	return Renewed{h.Recovery, r.Reading.Fingerprint()}, nil
}

// Renewal is what replaces a member's account once the directory holds their new
// keys: made from the invitation by which they enrolled again.
type Renewal struct {
	Member  staff.ID
	Reading seal.PublicKey

	row store.Invitation
	r   request
}

// Renewal reads what a member made when they enrolled again; false when it was taken
// over before.
func (s *SignIn) Renewal(row store.Invitation) (Renewal, bool, error) {
	if row.Kind != store.InvitationReset || len(row.Request) == 0 {
		return Renewal{}, false, nil
	}
	v := Renewal{Member: row.Member, row: row}
	if err := json.Unmarshal(row.Request, &v.r); err != nil {
		return v, false, fmt.Errorf("read enrolment: %w", err)
	}
	v.Reading = v.r.Reading
	return v, true, nil
}

// Write puts the new ways to open the member's keys in the place of all old ones,
// and ends every session.
func (v Renewal) Write(tx *store.Tx) error {
	return errors.Join(
		tx.DeleteWaysOf(v.Member), tx.PutEnvelope(v.Member, v.r.Password.open()), tx.PutEnvelope(v.Member, v.r.Recovery.open()),
		tx.PutFactors(store.Factors{Member: v.Member, Revision: 1, App: true, Box: v.r.Factors}),
		tx.SetTOTPStep(v.Member, 0), tx.DeleteSessionsOf(v.Member), tx.ForgetRequest(v.row.ID))
}
