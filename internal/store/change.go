package store

import (
	"time"

	"klankbord/internal/staff"
)

// DirectoryChange is a change of the directory that gathers signatures.
type DirectoryChange struct {
	ID        string
	Statement []byte   // what is signed
	AskedBy   staff.ID // empty: by nobody on the desk, as at an entry
	Created   time.Time
	State     string // open, placed, withdrawn
}

// DirectorySignature is one member's signature under such a change.
type DirectorySignature struct {
	Signer string
	Value  []byte
	At     time.Time
}

const changeColumns = `id, statement, asked_by, created, state`

func scanChange(row scanner) (DirectoryChange, error) {
	var c DirectoryChange
	var created int64
	err := row.Scan(&c.ID, &c.Statement, &c.AskedBy, &created, &c.State)
	c.Created = at(created)
	return c, err
}

// PutDirectoryChange adds a change that waits for signatures, or replaces the one of
// that id, whose signatures then are void.
func (t *Tx) PutDirectoryChange(c DirectoryChange) error {
	t.change(desk)
	if _, err := t.Exec(`DELETE FROM directory_change WHERE id = $1`, c.ID); err != nil {
		return err
	}
	_, err := t.Exec(`INSERT INTO directory_change (id, statement, asked_by, created, state) VALUES ($1, $2, $3, $4, 'open')`,
		c.ID, c.Statement, c.AskedBy, micros(c.Created))
	return err
}

// DirectoryChange reads a change by id, whatever its state.
func (t *Tx) DirectoryChange(id string) (DirectoryChange, error) {
	return one(t.QueryRow(`SELECT `+changeColumns+` FROM directory_change WHERE id = $1`, id), scanChange)
}

// DirectoryChanges lists the changes that wait for signatures, oldest first.
func (t *Tx) DirectoryChanges() ([]DirectoryChange, error) {
	rows, err := t.Query(`SELECT ` + changeColumns + ` FROM directory_change WHERE state = 'open' ORDER BY created, id`)
	return all(rows, err, scanChange)
}

// SetDirectoryChangeState moves a change from one state to another; ErrStale when it
// is in a third one.
func (t *Tx) SetDirectoryChangeState(id, from, to string) error {
	t.change(desk)
	n, err := t.Exec(`UPDATE directory_change SET state = $1 WHERE id = $2 AND state = $3`, to, id, from)
	return changed(n, err, ErrStale)
}

// InsertDirectorySignature adds a signature to a change.
func (t *Tx) InsertDirectorySignature(id string, s DirectorySignature) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO directory_signature (change_id, signer, value, at) VALUES ($1, $2, $3, $4)`,
		id, s.Signer, s.Value, micros(s.At))
	return err
}

// DirectorySignatures lists the signatures under a change, oldest first.
func (t *Tx) DirectorySignatures(id string) ([]DirectorySignature, error) {
	rows, err := t.Query(`SELECT signer, value, at FROM directory_signature WHERE change_id = $1 ORDER BY at, signer`, id)
	return all(rows, err, func(row scanner) (DirectorySignature, error) {
		var s DirectorySignature
		var signed int64
		err := row.Scan(&s.Signer, &s.Value, &signed)
		s.At = at(signed)
		return s, err
	})
}

// PutDirectoryPin keeps how far the directory had come for a member, sealed under the
// key of that fingerprint.
func (t *Tx) PutDirectoryPin(id staff.ID, fingerprint string, box []byte) error {
	_, err := t.Exec(`INSERT INTO directory_pin (member_id, fingerprint, box) VALUES ($1, $2, $3)
ON CONFLICT (member_id) DO UPDATE SET fingerprint = excluded.fingerprint, box = excluded.box`, id, fingerprint, box)
	return err
}

// DirectoryPin reads what PutDirectoryPin kept under a key; ErrNone where the member
// has none, or had another key then.
func (t *Tx) DirectoryPin(id staff.ID, fingerprint string) (box []byte, err error) {
	return one(t.QueryRow(`SELECT box FROM directory_pin WHERE member_id = $1 AND fingerprint = $2`, id, fingerprint),
		func(row scanner) (b []byte, err error) {
			err = row.Scan(&b)
			return b, err
		})
}

// Acceptance is that an operator accepted an older database.
type Acceptance struct {
	At        time.Time
	Record    []byte
	Signature []byte
}

// InsertAcceptance adds an acceptance.
func (t *Tx) InsertAcceptance(a Acceptance) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO acceptance (at, record, signature) VALUES ($1, $2, $3)`, micros(a.At), a.Record, a.Signature)
	return err
}

// LatestAcceptance reads the newest acceptance; ErrNone when there was none.
func (t *Tx) LatestAcceptance() (Acceptance, error) {
	return one(t.QueryRow(`SELECT at, record, signature FROM acceptance ORDER BY at DESC LIMIT 1`), func(row scanner) (Acceptance, error) {
		var a Acceptance
		var when int64
		err := row.Scan(&when, &a.Record, &a.Signature)
		a.At = at(when)
		return a, err
	})
}

// GrantedKey is a key that grants were wrapped to.
type GrantedKey struct{ Kind, Recipient, Fingerprint string }

// GrantedKeys lists the keys of members and the recovery keys to which grants stand, each
// once.
func (t *Tx) GrantedKeys() ([]GrantedKey, error) {
	rows, err := t.Query(`SELECT DISTINCT recipient_kind, recipient_id, fingerprint FROM case_grant
WHERE recipient_kind IN ('member', 'recovery')`)
	return all(rows, err, func(row scanner) (GrantedKey, error) {
		var g GrantedKey
		err := row.Scan(&g.Kind, &g.Recipient, &g.Fingerprint)
		return g, err
	})
}

// LastLeaf is when the newest line of the log was written; ErrNone when there is none.
func (t *Tx) LastLeaf() (time.Time, error) {
	var when int64
	if err := t.QueryRow(`SELECT coalesce(max(at), 0) FROM log_leaf`).Scan(&when); err != nil {
		return time.Time{}, err
	}
	if when == 0 {
		return time.Time{}, ErrNone
	}
	return at(when), nil
}

// DeactivateMember ends a member's sign-ins: they left, or never were let in.
func (t *Tx) DeactivateMember(id staff.ID) error {
	t.change(desk)
	if _, err := t.Exec(`UPDATE member SET active = 0 WHERE id = $1`, id); err != nil {
		return err
	}
	return t.DeleteSessionsOf(id)
}
