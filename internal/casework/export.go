package casework

import (
	"context"
	"io"
	"math"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// ExportScope says what goes along with an exported log.
type ExportScope string

// The scopes of an export.
const (
	ExportLeaves  ExportScope = "leaves"  // fingerprints only: it reveals nothing
	ExportRecords ExportScope = "records" // who did what, of the lines that this auditor may see
)

// ExportTicket lets an auditor take the log along: the password was checked a moment
// ago.
type ExportTicket struct {
	Scope ExportScope
	Until time.Time
}

// ticketTime is how long a ticket is good for.
const ticketTime = 5 * time.Minute

// AllowExport checks the password once more. Only an auditor may export the log.
// Fault: the password is not right.
func (c *Casework) AllowExport(ctx context.Context, actor access.Actor, password string, scope ExportScope) (ExportTicket, error) {
	if !actor.Auditor() {
		return ExportTicket{}, errNoAuditor
	}
	if scope != ExportLeaves && scope != ExportRecords {
		return ExportTicket{}, fault.New(fault.Invalid, "error.choose-one")
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return ExportTicket{}, err
	}
	return ExportTicket{scope, c.Store.Now().Add(ticketTime)}, nil
}

// ExportLog writes the log as a file that outsiders can check. That it was exported
// is logged before the first byte is written. fault.ErrNotFound: the ticket is over.
func (c *Casework) ExportLog(ctx context.Context, actor access.Actor, t ExportTicket, w io.Writer) error {
	switch {
	case !actor.Auditor():
		return errNoAuditor
	case c.Store.Now().After(t.Until):
		return fault.ErrNotFound
	}
	reveal, err := c.reveal(ctx, actor, t.Scope)
	if err != nil {
		return err
	}
	err = c.Oversight.NoteExport(ctx, custody.ByMember(actor.Member), map[string]string{"records": string(t.Scope)})
	if err != nil {
		return err
	}
	return c.Oversight.Export(ctx, w, reveal)
}

// reveal says of which lines the record may go along: for an auditor who handles
// cases, of those about no case and those that they have a key to.
func (c *Casework) reveal(ctx context.Context, actor access.Actor, scope ExportScope) (func(store.Leaf) bool, error) {
	if scope != ExportRecords {
		return func(store.Leaf) bool { return false }, nil
	}
	if !actor.Handler() {
		return func(store.Leaf) bool { return true }, nil
	}
	mine := map[casefile.ID]bool{"": true}
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		ids, err := tx.GrantedCases(actor.Member, "", math.MaxInt32)
		for _, id := range ids {
			mine[id] = true
		}
		return err
	})
	return func(l store.Leaf) bool { return mine[l.Case] }, err
}
