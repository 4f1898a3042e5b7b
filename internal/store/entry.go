package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Entry is a sealed item on the timeline of a case.
type Entry struct {
	Case        casefile.ID
	ID          string
	Seq         int64
	Epoch       uint32
	Compartment seal.Compartment
	Kind        casefile.EntryKind
	Parent      string // the entry it belongs to: the message of a file
	AuthorKind  string // complainant, member, system
	AuthorID    string
	Appended    bool     // sealed under an object key wrapped to the compartment
	Derived     seal.Box // that object key under the compartment's root, once opened
	Box         seal.Box // empty: what lay there was destroyed
	Gone        []byte   // the SHA-256 of what lay there, then
	Created     time.Time
	Stamp       []byte
}

const entryColumns = `case_id, id, seq, epoch, compartment, kind, parent, author_kind, author_id,
  appended, derived, box, gone, created, stamp`

func scanEntry(row scanner) (Entry, error) {
	var e Entry
	var comp, appended, created int64
	var derived, box []byte
	err := row.Scan(&e.Case, &e.ID, &e.Seq, &e.Epoch, &comp, &e.Kind, &e.Parent, &e.AuthorKind, &e.AuthorID,
		&appended, &derived, &box, &e.Gone, &created, &e.Stamp)
	e.Compartment, e.Appended = seal.Compartment(comp), appended == 1 //nolint:gosec // a CHECK keeps it 1 to 3
	e.Derived, e.Box, e.Created = derived, box, at(created)
	return e, err
}

// InsertEntry adds an entry.
func (t *Tx) InsertEntry(e Entry) error {
	t.change(e.Case)
	_, err := t.Exec(`INSERT INTO entry (`+entryColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		e.Case, e.ID, e.Seq, e.Epoch, int64(e.Compartment), e.Kind, e.Parent, e.AuthorKind, e.AuthorID,
		bit(e.Appended), []byte(e.Derived), []byte(e.Box), e.Gone, micros(e.Created), e.Stamp)
	return err
}

// EmptyEntry destroys what lies sealed in an entry, with the key derived from it; its
// stamp and the SHA-256 of what lay there stay. ErrStale: it was emptied before.
func (t *Tx) EmptyEntry(id casefile.ID, entry string, sum []byte) error {
	t.change(id)
	n, err := t.Exec(`UPDATE entry SET box = $1, derived = NULL, gone = $2 WHERE case_id = $3 AND id = $4 AND gone IS NULL`,
		[]byte{}, sum, id, entry)
	return changed(n, err, ErrStale)
}

// DeleteEntry removes an entry that still is as it was read; ErrStale otherwise. It goes
// with MoveHead, and its sealed file with EraseFiles.
func (t *Tx) DeleteEntry(e Entry) error {
	t.change(e.Case)
	n, err := t.Exec(`DELETE FROM entry WHERE case_id = $1 AND id = $2 AND stamp = $3`, e.Case, e.ID, e.Stamp)
	return changed(n, err, ErrStale)
}

// Entries lists the entries of a case in the order in which they were made.
func (t *Tx) Entries(id casefile.ID) ([]Entry, error) {
	rows, err := t.Query(`SELECT `+entryColumns+` FROM entry WHERE case_id = $1 ORDER BY seq`, id)
	return all(rows, err, scanEntry)
}

// SetDerived keeps the object key of an appended entry under the root of its
// compartment; the object's own bytes never change.
func (t *Tx) SetDerived(id casefile.ID, entry string, derived seal.Box) error {
	_, err := t.Exec(`UPDATE entry SET derived = $1 WHERE case_id = $2 AND id = $3 AND appended = 1 AND derived IS NULL`,
		[]byte(derived), id, entry)
	return err
}

// Mark is the stamp of one numbered item of a case.
type Mark struct {
	Seq   int64
	Stamp []byte
}

// Marks lists the stamps from which the head of a case is chained, in
// order.
func (t *Tx) Marks(id casefile.ID) ([]Mark, error) {
	rows, err := t.Query(`SELECT seq, stamp FROM case_key WHERE case_id = $1
UNION ALL SELECT seq, stamp FROM case_grant WHERE case_id = $1
UNION ALL SELECT seq, stamp FROM entry WHERE case_id = $1
ORDER BY 1`, id)
	return all(rows, err, func(row scanner) (Mark, error) {
		var m Mark
		err := row.Scan(&m.Seq, &m.Stamp)
		return m, err
	})
}

// Summary is the sealed summary of a case.
type Summary struct {
	Case     casefile.ID
	Epoch    uint32
	Revision int64
	Box      seal.Box
	Stamp    []byte
}

// PutSummary writes the summary of a case.
func (t *Tx) PutSummary(s Summary) error {
	t.change(s.Case)
	_, err := t.Exec(`INSERT INTO summary (case_id, epoch, revision, box, stamp) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (case_id) DO UPDATE SET epoch = excluded.epoch, revision = excluded.revision, box = excluded.box, stamp = excluded.stamp`,
		s.Case, s.Epoch, s.Revision, []byte(s.Box), s.Stamp)
	return err
}

// Summary reads the summary of a case.
func (t *Tx) Summary(id casefile.ID) (Summary, error) {
	return one(t.QueryRow(`SELECT case_id, epoch, revision, box, stamp FROM summary WHERE case_id = $1`, id),
		func(row scanner) (Summary, error) {
			var s Summary
			var box []byte
			err := row.Scan(&s.Case, &s.Epoch, &s.Revision, &box, &s.Stamp)
			s.Box = box
			return s, err
		})
}

// SetReadMark notes up to which item a member, or the complainant (""), has read.
// It only moves forwards.
func (t *Tx) SetReadMark(id casefile.ID, member staff.ID, seq int64) error {
	_, err := t.Exec(`INSERT INTO read_mark (case_id, member_id, seq, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id, member_id) DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE read_mark.seq < excluded.seq`,
		id, member, seq, micros(t.now))
	return err
}

// ReadMark is how far somebody has read.
type ReadMark struct {
	Member staff.ID // empty: the complainant
	Seq    int64
	At     time.Time
}

// ReadMarks lists how far each reader of a case has come.
func (t *Tx) ReadMarks(id casefile.ID) ([]ReadMark, error) {
	rows, err := t.Query(`SELECT member_id, seq, at FROM read_mark WHERE case_id = $1`, id)
	return all(rows, err, func(row scanner) (ReadMark, error) {
		var m ReadMark
		var when int64
		err := row.Scan(&m.Member, &m.Seq, &when)
		m.At = at(when)
		return m, err
	})
}
