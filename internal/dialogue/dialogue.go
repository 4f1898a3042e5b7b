// Package dialogue is what a complainant does with the code of a complaint: enter
// the mailbox, read how it stands and who opened it, write back, ask to talk,
// withdraw, change how we reach them. It also carries out what follows when the
// mail that confirms receipt was accepted or given up.
//
// It must never show one case to the code of another, tell which member did
// something, return anything of a case before the line of the log that tells of it
// is durable, or shut out the person who holds the code. It fails with ErrNoSession
// when the code must be typed again, with a *Refusal that names the faulty answers,
// and with a *fault.Fault that says what to do.
package dialogue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/clamd"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// Sealer seals for a reader that is not us; package post opens.
type Sealer interface {
	Seal(c seal.Context, plain []byte) seal.Box
}

// Limits bound what one message may hold and how long a browser stays in.
type Limits struct {
	FileBytes   int64         // of one file
	Files       int           // in one message
	TextRunes   int           // characters in one text
	SessionLife time.Duration // since the mailbox was last used
}

// DefaultLimits are the limits of a fresh instance: a mailbox stays open for 20
// hours after it was last used (WCAG 2.2 SC 2.2.1, the 20-hour exception).
func DefaultLimits() Limits {
	return Limits{FileBytes: 100 << 20, Files: 20, TextRunes: 20_000, SessionLife: 20 * time.Hour}
}

// Dialogue is the use case. It is safe for concurrent use.
type Dialogue struct {
	Store    *store.Store
	Custody  *custody.Custody
	Blobs    blob.Place
	Profile  *profile.Profile
	Calendar deadline.Calendar
	Notices  Sealer // where news can be sent
	Mails    Sealer // mail that waits
	Limits   Limits
	Scanner  *clamd.Scanner // looks through files; nil: nobody does

	Oversight *custody.Oversight // proves that a complaint was registered
	Intake    *intake.Intake     // takes in a complaint that follows from another

	Wake func() // tells the background work that there is a job; may be nil
}

// ErrNoSession tells that this browser is in no mailbox, or no longer, or in that
// of another case than the one it writes about.
var ErrNoSession = fault.New(fault.Denied, "mailbox.session-over")

// The faults of a code that does not open a mailbox.
var (
	ErrCodeMissing = fault.New(fault.Invalid, "error.code-missing")
	ErrCodeTypo    = fault.New(fault.Invalid, "error.code-typo")
	ErrCodeUnknown = fault.New(fault.Invalid, "error.code-unknown")
)

// ErrWayMissing asks how somebody wants to talk.
var ErrWayMissing = fault.New(fault.Invalid, "mailbox.way-missing")

// errDamaged refuses to add to a case whose stamps do not hold.
var errDamaged = fault.New(fault.Conflict, "mailbox.damaged")

// Refusal lists the answers that cannot be kept as they are.
type Refusal struct{ Errors []profile.FieldError }

// Error counts the answers; it is for logs and never for pages.
func (r *Refusal) Error() string { return fmt.Sprintf("%d answers cannot be kept", len(r.Errors)) }

// LogValue keeps the answers out of logs.
func (r *Refusal) LogValue() slog.Value { return slog.StringValue(r.Error()) }

func (d *Dialogue) instance() string { return d.Custody.Instance() }

func (d *Dialogue) wake() {
	if d.Wake != nil {
		d.Wake()
	}
}

// write runs fn in one transaction; what somebody else did first is store.ErrStale,
// whether a row moved or an entry of that id is there already.
func (d *Dialogue) write(ctx context.Context, fn func(*store.Tx) error) error {
	err := d.Store.Write(ctx, fn)
	if sqldb.IsUnique(err) {
		return errors.Join(store.ErrStale, err)
	}
	return err
}
