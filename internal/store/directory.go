package store

import (
	"cmp"
	"time"

	"klankbord/internal/staff"
)

// InstanceRow is the one row about the instance.
type InstanceRow struct {
	ID      string
	Profile string
	Created time.Time
}

// InsertInstance writes that row; a second one is refused by the use case.
func (t *Tx) InsertInstance(i InstanceRow) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO instance (id, profile, created) VALUES ($1, $2, $3)`, i.ID, i.Profile, micros(i.Created))
	return err
}

// Instance reads that row; ErrNone before set-up.
func (t *Tx) Instance() (InstanceRow, error) {
	return one(t.QueryRow(`SELECT id, profile, created FROM instance`), func(row scanner) (InstanceRow, error) {
		var i InstanceRow
		var created int64
		err := row.Scan(&i.ID, &i.Profile, &created)
		i.Created = at(created)
		return i, err
	})
}

// InsertDirectoryEvent appends an event; a fork fails as sqldb.IsUnique.
func (t *Tx) InsertDirectoryEvent(e staff.Event) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO directory_event (seq, body, signatures, hash, place) VALUES ($1, $2, $3, $4, $5)`,
		e.Seq, e.Body, e.Signatures, e.Hash, e.Place)
	return err
}

// DirectoryEvents lists the events after seq, oldest first.
func (t *Tx) DirectoryEvents(after int64) ([]staff.Event, error) {
	rows, err := t.Query(`SELECT seq, body, signatures, hash, place FROM directory_event WHERE seq > $1 ORDER BY seq`, after)
	return all(rows, err, func(row scanner) (staff.Event, error) {
		var e staff.Event
		err := row.Scan(&e.Seq, &e.Body, &e.Signatures, &e.Hash, &e.Place)
		return e, err
	})
}

// DirectoryLength is how many events the directory has.
func (t *Tx) DirectoryLength() (int64, error) {
	var n int64
	err := t.QueryRow(`SELECT coalesce(max(seq) + 1, 0) FROM directory_event`).Scan(&n)
	return n, err
}

// The kinds of invitation.
const (
	InvitationEntry = "entry" // of somebody new; empty means it too
	InvitationReset = "reset" // a member enrols again, with new keys
)

// Invitation is a place kept for a member. Assignments lists roles, teams and
// functions in the form of staff.
type Invitation struct {
	ID          string
	Kind        string
	Lookup      string
	Email       string
	Name        string
	Language    string
	Assignments string
	InvitedBy   staff.ID // empty: the operator, at set-up
	Created     time.Time
	Expires     time.Time
	Member      staff.ID // once enrolled, or before where it is known who will be
	Request     []byte   // the new member's signed request, waiting for a vouch
	Stamp       []byte   // over what was asked
	State       string   // open, enrolled, vouched, cancelled
}

const invitationColumns = `id, kind, lookup, email, name, language, assignments, invited_by, created, expires, member_id, request, stamp, state`

func scanInvitation(row scanner) (Invitation, error) {
	var i Invitation
	var created, expires int64
	err := row.Scan(&i.ID, &i.Kind, &i.Lookup, &i.Email, &i.Name, &i.Language, &i.Assignments, &i.InvitedBy, &created, &expires,
		&i.Member, &i.Request, &i.Stamp, &i.State)
	i.Created, i.Expires = at(created), at(expires)
	return i, err
}

// InsertInvitation adds an invitation.
func (t *Tx) InsertInvitation(i Invitation) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO invitation (id, kind, lookup, email, name, language, assignments, invited_by, created, expires, member_id, request, stamp, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open')`,
		i.ID, cmp.Or(i.Kind, InvitationEntry), i.Lookup, i.Email, i.Name, i.Language, i.Assignments, i.InvitedBy, micros(i.Created), micros(i.Expires), i.Member, []byte{}, nonNil(i.Stamp))
	return err
}

// InvitationByLookup reads an invitation that is still open; others are none.
func (t *Tx) InvitationByLookup(lookup string) (Invitation, error) {
	return one(t.QueryRow(`SELECT `+invitationColumns+` FROM invitation WHERE lookup = $1 AND state = 'open' AND expires > $2`,
		lookup, micros(t.now)), scanInvitation)
}

// Invitation reads an invitation by id, whatever its state.
func (t *Tx) Invitation(id string) (Invitation, error) {
	return one(t.QueryRow(`SELECT `+invitationColumns+` FROM invitation WHERE id = $1`, id), scanInvitation)
}

// Invitations lists all invitations, newest first.
func (t *Tx) Invitations() ([]Invitation, error) {
	rows, err := t.Query(`SELECT ` + invitationColumns + ` FROM invitation ORDER BY created DESC, id`)
	return all(rows, err, scanInvitation)
}

// PrepareInvitation keeps the request of a person who is enrolling; ErrStale when
// the invitation is no longer open.
func (t *Tx) PrepareInvitation(i Invitation) error {
	n, err := t.Exec(`UPDATE invitation SET member_id = $1, request = $2, stamp = $3 WHERE id = $4 AND state = 'open'`, i.Member, i.Request, i.Stamp, i.ID)
	return changed(n, err, ErrStale)
}

// OpenResets lists the resets of a member that can still be used or wait to be
// confirmed, newest first.
func (t *Tx) OpenResets(member staff.ID) ([]Invitation, error) {
	rows, err := t.Query(`SELECT `+invitationColumns+` FROM invitation
WHERE kind = 'reset' AND member_id = $1 AND (state = 'enrolled' OR state = 'open' AND expires > $2) ORDER BY created DESC, id`, member, micros(t.now))
	return all(rows, err, scanInvitation)
}

// CancelResets calls off the resets of a member that nobody has used yet, and tells
// how many there were.
func (t *Tx) CancelResets(member staff.ID) (int64, error) {
	t.change(desk)
	return t.Exec(`UPDATE invitation SET state = 'cancelled' WHERE kind = 'reset' AND state = 'open' AND member_id = $1`, member)
}

// ForgetRequest empties what a person made at an enrolment once it was taken over.
func (t *Tx) ForgetRequest(id string) error {
	t.change(desk)
	_, err := t.Exec(`UPDATE invitation SET request = $1 WHERE id = $2`, []byte{}, id)
	return err
}

// SetInvitationState moves an invitation from one state to another; ErrStale when
// it is in a third one.
func (t *Tx) SetInvitationState(id, from, to string) error {
	t.change(desk)
	n, err := t.Exec(`UPDATE invitation SET state = $1 WHERE id = $2 AND state = $3`, to, id, from)
	return changed(n, err, ErrStale)
}
