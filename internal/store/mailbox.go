package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// MailboxSession is a complainant's browser that entered with the code.
type MailboxSession struct {
	ID      string
	Case    casefile.ID
	Box     seal.Box // the code under the cookie
	Created time.Time
	Seen    time.Time
	Expires time.Time
}

// InsertMailboxSession adds a session.
func (t *Tx) InsertMailboxSession(s MailboxSession) error {
	_, err := t.Exec(`INSERT INTO mailbox_session (id, case_id, box, created, seen, expires) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Case, []byte(s.Box), micros(s.Created), micros(s.Seen), micros(s.Expires))
	return err
}

// MailboxSession reads a session that has not expired; others are none.
func (t *Tx) MailboxSession(id string) (MailboxSession, error) {
	return one(t.QueryRow(`SELECT id, case_id, box, created, seen, expires FROM mailbox_session WHERE id = $1 AND expires > $2`,
		id, micros(t.now)), func(row scanner) (MailboxSession, error) {
		var s MailboxSession
		var box []byte
		var created, seen, expires int64
		err := row.Scan(&s.ID, &s.Case, &box, &created, &seen, &expires)
		s.Box, s.Created, s.Seen, s.Expires = box, at(created), at(seen), at(expires)
		return s, err
	})
}

// TouchMailboxSession prolongs a session in use.
func (t *Tx) TouchMailboxSession(id string, expires time.Time) error {
	_, err := t.Exec(`UPDATE mailbox_session SET seen = $1, expires = $2 WHERE id = $3`, micros(t.now), micros(expires), id)
	return err
}

// DeleteMailboxSession ends a session.
func (t *Tx) DeleteMailboxSession(id string) error {
	_, err := t.Exec(`DELETE FROM mailbox_session WHERE id = $1`, id)
	return err
}

// Opening is one time that a member opened a case, its identity or a file.
type Opening struct {
	ID      string
	Case    casefile.ID
	Member  staff.ID
	What    string   // case, identity, file
	Purpose seal.Box // sealed under dialogue; empty unless identity
	At      time.Time
	Until   time.Time // how long an opened identity stays open for this member
	Shut    bool      // closed before its time, with the member's access
	Stamp   []byte
}

// InsertOpening adds an opening.
func (t *Tx) InsertOpening(o Opening) error {
	if o.Until.After(o.At) { // it stays open, which is part of the state of the case
		t.change(o.Case)
	}
	_, err := t.Exec(`INSERT INTO opening (case_id, id, member_id, what, purpose, at, until, stamp) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		o.Case, o.ID, o.Member, o.What, []byte(o.Purpose), micros(o.At), micros(o.Until), o.Stamp)
	return err
}

// Openings lists the openings of a case, newest first.
func (t *Tx) Openings(id casefile.ID) ([]Opening, error) {
	rows, err := t.Query(`SELECT case_id, id, member_id, what, purpose, at, until, shut, stamp FROM opening WHERE case_id = $1 ORDER BY at DESC, id`, id)
	return all(rows, err, func(row scanner) (Opening, error) {
		var o Opening
		var purpose []byte
		var when, until, shut int64
		err := row.Scan(&o.Case, &o.ID, &o.Member, &o.What, &purpose, &when, &until, &shut, &o.Stamp)
		o.Purpose, o.At, o.Until, o.Shut = purpose, at(when), at(until), shut == 1
		return o, err
	})
}

// DeskDraft is a member's unfinished text, sealed under the case's own key.
type DeskDraft struct {
	Case     casefile.ID
	Member   staff.ID
	Kind     string
	Epoch    uint32
	Revision int64
	Box      seal.Box
	Changed  time.Time
}

// PutDeskDraft writes an unfinished text over the one before. The revision is the
// one under which it was sealed.
func (t *Tx) PutDeskDraft(d DeskDraft) error {
	_, err := t.Exec(`INSERT INTO desk_draft (case_id, member_id, kind, epoch, revision, box, changed) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (case_id, member_id, kind) DO UPDATE SET epoch = excluded.epoch, revision = excluded.revision, box = excluded.box, changed = excluded.changed`,
		d.Case, d.Member, d.Kind, d.Epoch, d.Revision, []byte(d.Box), micros(t.now))
	return err
}

// DeskDrafts lists a member's unfinished texts in a case.
func (t *Tx) DeskDrafts(id casefile.ID, member staff.ID) ([]DeskDraft, error) {
	rows, err := t.Query(`SELECT case_id, member_id, kind, epoch, revision, box, changed FROM desk_draft
WHERE case_id = $1 AND member_id = $2 ORDER BY kind`, id, member)
	return all(rows, err, func(row scanner) (DeskDraft, error) {
		var d DeskDraft
		var box []byte
		var when int64
		err := row.Scan(&d.Case, &d.Member, &d.Kind, &d.Epoch, &d.Revision, &box, &when)
		d.Box, d.Changed = box, at(when)
		return d, err
	})
}

// DraftsBeside lists the unfinished texts of the other members in a case, newest first,
// without what they hold.
func (t *Tx) DraftsBeside(id casefile.ID, member staff.ID) ([]DeskDraft, error) {
	rows, err := t.Query(`SELECT case_id, member_id, kind, epoch, revision, changed FROM desk_draft
WHERE case_id = $1 AND member_id <> $2 ORDER BY changed DESC, member_id, kind`, id, member)
	return all(rows, err, func(row scanner) (DeskDraft, error) {
		var d DeskDraft
		var when int64
		err := row.Scan(&d.Case, &d.Member, &d.Kind, &d.Epoch, &d.Revision, &when)
		d.Changed = at(when)
		return d, err
	})
}

// DeleteDeskDraft removes an unfinished text; one that is gone is no error.
func (t *Tx) DeleteDeskDraft(id casefile.ID, member staff.ID, kind string) error {
	_, err := t.Exec(`DELETE FROM desk_draft WHERE case_id = $1 AND member_id = $2 AND kind = $3`, id, member, kind)
	return err
}
