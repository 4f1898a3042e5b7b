package store

import (
	"database/sql"
	"fmt"
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// SearchMark tells whether what was read of a case for searching is still what is
// there: every change of a case counts one turn more.
type SearchMark struct {
	Case     casefile.ID
	Number   casefile.Number
	Turn     int64
	Received int64 // microseconds
}

// searchMarks chooses the cases of which a member has the present key.
const searchMarks = `SELECT c.id, c.number, c.turn, c.received FROM case_grant g JOIN case_file c ON c.id = g.case_id AND c.epoch = g.epoch
WHERE g.recipient_kind = 'member' AND g.recipient_id = $1 AND ` + notPractice

// SearchMarks lists the cases that a member has the present key of.
func (t *Tx) SearchMarks(member staff.ID) ([]SearchMark, error) {
	rows, err := t.Query(searchMarks, member)
	return all(rows, err, scanMark)
}

// KeysOf is how many keys of cases a member has, and whether these are so many that all
// cases are read faster as they lie on the disk.
func (t *Tx) KeysOf(member staff.ID) (mine int, most bool, err error) {
	var there int
	err = t.QueryRow(`SELECT (SELECT count(*) FROM case_grant WHERE recipient_kind = 'member' AND recipient_id = $1), (SELECT count(*) FROM summary)`, member).Scan(&mine, &there)
	return mine, t.store.Most(mine, there), err
}

// EpochMark is the mark of a case, and the epoch of its present keys.
type EpochMark struct {
	SearchMark
	Epoch uint32
}

// EpochMarks lists all cases but those for practice, as they lie on the disk, whoever has
// their keys.
func (t *Tx) EpochMarks() ([]EpochMark, error) {
	rows, err := t.Query(`SELECT c.id, c.epoch, c.number, c.turn, c.received FROM case_file c WHERE ` + notPractice)
	return all(rows, err, func(row scanner) (m EpochMark, err error) {
		var id, number string // and plain numbers: other types are scanned by reflection
		var epoch int64
		err = row.Scan(&id, &epoch, &number, &m.Turn, &m.Received)
		m.Case, m.Number, m.Epoch = casefile.ID(id), casefile.Number(number), uint32(epoch) //nolint:gosec // as it was written
		return m, err
	})
}

// SearchMarksOf lists those of some cases that a member has the present key of.
func (t *Tx) SearchMarksOf(member staff.ID, ids []casefile.ID) ([]SearchMark, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := t.Query(fmt.Sprintf(searchMarks+` AND c.id IN (%s)`, numbered(2, len(ids))), append([]any{member}, anys(ids)...)...)
	return all(rows, err, scanMark)
}

func scanMark(row scanner) (SearchMark, error) {
	var m SearchMark
	err := row.Scan(&m.Case, &m.Number, &m.Turn, &m.Received)
	return m, err
}

// LogSize is how many lines of the log have their position.
func (t *Tx) LogSize() (size int64, err error) {
	err = t.QueryRow(`SELECT coalesce(max(position), -1) + 1 FROM log_leaf`).Scan(&size)
	return size, err
}

// LogStands is LogSize, and whether a line about a case waits for its position.
func (t *Tx) LogStands() (size int64, waiting bool, err error) {
	if size, err = t.LogSize(); err != nil {
		return 0, false, err
	}
	var n int
	err = t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM log_leaf WHERE position IS NULL AND case_id <> '' LIMIT 1) AS w`).Scan(&n)
	return size, n > 0, err
}

// ChangedSince lists the cases of which the log tells at a position or behind it, and
// those whose lines have none yet; whole is false when there are more such lines than
// most. Whatever was committed after LogSize was read is among them, because every
// change has a line.
func (t *Tx) ChangedSince(position int64, most int) (ids []casefile.ID, whole bool, err error) {
	// Each half has an index of its own. UNION would read the index of all cases instead.
	rows, err := t.Query(`SELECT case_id FROM log_leaf WHERE position >= $1 AND case_id <> ''
UNION ALL SELECT case_id FROM log_leaf WHERE position IS NULL AND case_id <> '' LIMIT $2`, position, most+1)
	list, err := all(rows, err, func(row scanner) (id casefile.ID, err error) {
		err = row.Scan(&id)
		return id, err
	})
	whole = len(list) <= most
	slices.Sort(list)
	return slices.Compact(list), whole, err
}

// SearchRows reads the summaries of cases, with what opens them: of an InboxRow only
// the id, the summary, and the keyring row or the grant. Cases that the member has no
// key of have neither.
func (t *Tx) SearchRows(member staff.ID, ids []casefile.ID) ([]InboxRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := t.Query(fmt.Sprintf(searchRows+` WHERE s.case_id IN (%s)`, numbered(2, len(ids))), append([]any{member}, anys(ids)...)...)
	list, err := all(rows, err, scanSearchRow)
	if err != nil {
		return nil, err
	}
	return list, t.grantsFor(member, list)
}

const searchRows = `SELECT s.case_id, s.epoch, s.revision, s.box, s.stamp, k.box FROM summary s
LEFT JOIN keyring k ON k.member_id = $1 AND k.case_id = s.case_id AND k.epoch = s.epoch`

// EachRing reads the keyring rows of a member, whose boxes the callee may keep. When do
// fails it ends with that error.
func (t *Tx) EachRing(member staff.ID, do func(Ring) error) error {
	var mine, there int
	if err := t.QueryRow(`SELECT (SELECT count(*) FROM keyring WHERE member_id = $1), (SELECT count(*) FROM keyring)`, member).Scan(&mine, &there); err != nil {
		return err
	}
	where := `member_id = $1`
	if t.store.Most(mine, there) {
		where = `substr(member_id, 1) = $1` // so that no index is used
	}
	rows, err := t.Query(`SELECT case_id, epoch, box FROM keyring WHERE `+where, member)
	if err != nil {
		return err
	}
	defer rows.Close()
	var boxes slab
	for rows.Next() {
		var id string
		var epoch int64
		var box sql.RawBytes
		if err := rows.Scan(&id, &epoch, &box); err != nil {
			return err
		}
		if err := do(Ring{casefile.ID(id), uint32(epoch), boxes.keep(box)}); err != nil { //nolint:gosec // as it was written
			return err
		}
	}
	return rows.Err()
}

// EachSummary reads the summaries of all cases as they lie on the disk. When do fails it
// ends with that error.
func (t *Tx) EachSummary(do func(Summary) error) error {
	rows, err := t.Query(`SELECT case_id, epoch, revision, box, stamp FROM summary`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var boxes slab
	for rows.Next() {
		var s Summary
		var id string // and plain numbers: other types are scanned by reflection
		var epoch int64
		var box, stamp sql.RawBytes
		if err := rows.Scan(&id, &epoch, &s.Revision, &box, &stamp); err != nil {
			return err
		}
		s.Case, s.Epoch, s.Box, s.Stamp = casefile.ID(id), uint32(epoch), boxes.keep(box), boxes.keep(stamp) //nolint:gosec // as it was written
		if err := do(s); err != nil {
			return err
		}
	}
	return rows.Err()
}

// slab keeps copies of bytes behind one another, so that many small ones cost few
// allocations. A copy keeps its neighbours in memory.
type slab []byte

const slabSize = 128 << 10

func (s *slab) keep(b []byte) []byte {
	if cap(*s)-len(*s) < len(b) {
		*s = make([]byte, 0, max(slabSize, len(b)))
	}
	from := len(*s)
	*s = append(*s, b...)
	return (*s)[from:len(*s):len(*s)]
}

// SummariesUpTo counts the cases up to most, which does not take longer where there are more.
func (t *Tx) SummariesUpTo(most int) (n int, err error) {
	err = t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM summary LIMIT $1) AS few`, most).Scan(&n)
	return n, err
}

func scanSearchRow(row scanner) (r InboxRow, err error) {
	var box, ring []byte
	err = row.Scan(&r.ID, &r.Summary.Epoch, &r.Summary.Revision, &box, &r.Summary.Stamp, &ring)
	r.Summary.Case, r.Summary.Box, r.Ring = r.ID, box, ring
	return r, err
}

// LastWords is the number of the newest entry of each case in which the complainant
// wrote something after the complaint itself; cases without one are left out. Without
// ids, of all cases.
func (t *Tx) LastWords(ids []casefile.ID) (map[casefile.ID]int64, error) {
	where := ""
	if len(ids) > 0 {
		where = fmt.Sprintf(` AND case_id IN (%s)`, numbered(1, len(ids)))
	}
	rows, err := t.Query(`SELECT case_id, max(seq) FROM entry WHERE kind IN ('message-in', 'withdrawal', 'meeting-request', 'check-in', 'review-request', 'slip-answer', 'data-request')`+where+
		` GROUP BY case_id`, anys(ids)...)
	type last struct {
		id  casefile.ID
		seq int64
	}
	list, err := all(rows, err, func(row scanner) (last, error) {
		var l last
		err := row.Scan(&l.id, &l.seq)
		return l, err
	})
	found := make(map[casefile.ID]int64, len(list))
	for _, l := range list {
		found[l.id] = l.seq
	}
	return found, err
}

func anys(ids []casefile.ID) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	return list
}

// ReplaceSummary puts the next revision in the place of a summary; ErrStale when
// somebody else did first.
func (t *Tx) ReplaceSummary(was, next Summary) error {
	t.change(next.Case)
	n, err := t.Exec(`UPDATE summary SET epoch = $1, revision = $2, box = $3, stamp = $4 WHERE case_id = $5 AND epoch = $6 AND revision = $7`,
		next.Epoch, next.Revision, []byte(next.Box), next.Stamp, next.Case, was.Epoch, was.Revision)
	return changed(n, err, ErrStale)
}
