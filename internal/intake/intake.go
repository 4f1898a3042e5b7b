// Package intake takes a complaint in: it keeps the draft sealed from the first
// answer, streams files into sealing, decides with the profile who receives the
// case, and makes the case in one transaction. It acknowledges nothing that is
// not durable, wraps no key to anyone whom the complaint is about, and answers a
// repeated submit with the same case and code. It fails with a *fault.Fault where
// the person can do something about it.
package intake

import (
	"context"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/clamd"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Sealer seals for a reader that is not us; package post opens.
type Sealer interface {
	Seal(c seal.Context, plain []byte) seal.Box
}

// Limits bound what a draft may hold and how long it lives.
type Limits struct {
	FileBytes  int64         // of one file
	Files      int           // in one complaint
	DraftLife  time.Duration // since the last answer
	ResumeLife time.Duration // once a resume code was asked for
}

// DefaultLimits are the limits of a fresh instance: a draft lives 20 hours (WCAG
// 2.2 SC 2.2.1, the 20-hour exception) and 14 days once a resume code was asked
// for.
func DefaultLimits() Limits {
	return Limits{FileBytes: 100 << 20, Files: 20, DraftLife: 20 * time.Hour, ResumeLife: 14 * 24 * time.Hour}
}

// Intake is the use case. It is safe for concurrent use.
type Intake struct {
	Store    *store.Store
	Blobs    blob.Place
	Custody  *custody.Custody
	Profile  *profile.Profile
	Calendar deadline.Calendar
	Mails    Sealer // mail that waits
	Notices  Sealer // where news can be sent
	Limits   Limits
	Wake     func() // tells the background work that there is a job; may be nil
	ReplyTo  ReplyTo
	Scanner  *clamd.Scanner // looks through files; nil: nobody does

	Oversight *custody.Oversight // proves that a complaint was registered

	visits visits
}

func (i *Intake) instance() string { return i.Custody.Instance() }

func (i *Intake) wake() {
	if i.Wake != nil {
		i.Wake()
	}
}

func (i *Intake) write(ctx context.Context, fn func(*store.Tx) error) error {
	return i.Store.Write(ctx, fn)
}
