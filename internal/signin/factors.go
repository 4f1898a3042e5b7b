package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// factors is what a member shows beside the password. It lies sealed under a key
// that only an opened envelope gives: who writes to the database can neither read
// nor plant one (ASVS 6.7.1).
type factors struct {
	TOTP     string    `json:"totp,omitempty"`
	Passkeys []passkey `json:"passkeys,omitempty"`
	Account  *Subject  `json:"account,omitempty"` // at the identity provider

	revision int64
}

// passkey is what an answer of a passkey is checked with.
type passkey struct {
	ID         []byte   `json:"id"`
	Key        []byte   `json:"key"` // public
	Backup     bool     `json:"backup"`
	Transports []string `json:"transports,omitempty"`
}

// String hides the secret of the one-time passwords.
func (factors) String() string { return "[sealed]" }

// GoString hides the secret of the one-time passwords.
func (factors) GoString() string { return "[sealed]" }

// LogValue hides the secret of the one-time passwords.
func (factors) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// errNoFactors tells that an account has no second factor that can be read.
var errNoFactors = errors.New("no second factor")

func (s *SignIn) factorsContext(id staff.ID, revision int64) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "factors", Object: string(id), Revision: uint64(revision)} //nolint:gosec // counted from 1
}

// factors reads the second factors of a member whose envelope is open. It fails
// with errNoFactors when there is none to ask for.
func (s *SignIn) factors(ctx context.Context, id staff.ID, secret *seal.MemberSecret) (f factors, err error) {
	var row store.Factors
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Factors(id)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return f, errNoFactors
	}
	if err != nil {
		return f, fmt.Errorf("read second factors: %w", err)
	}
	plain, err := secret.Factors().Open(s.factorsContext(id, row.Revision), row.Box)
	if err != nil || json.Unmarshal(plain, &f) != nil {
		return factors{}, errNoFactors
	}
	f.revision = row.Revision
	if secret.SecondFactorRequired() && f.TOTP == "" && len(f.Passkeys) == 0 {
		return factors{}, errNoFactors
	}
	return f, nil
}

// next seals second factors as the revision that follows the one they were read at.
func (s *SignIn) next(id staff.ID, secret *seal.MemberSecret, f factors) (store.Factors, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return store.Factors{}, fmt.Errorf("write second factors: %w", err)
	}
	revision := f.revision + 1
	return store.Factors{Member: id, Revision: revision, App: f.TOTP != "", Box: secret.Factors().Seal(s.factorsContext(id, revision), plain)}, nil
}
