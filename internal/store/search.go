package store

import (
	"fmt"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// SearchMark tells whether what was read of a case for searching is still what is
// there: every change of a case counts one turn more.
type SearchMark struct {
	Case casefile.ID
	Turn int64
}

// SearchMarks lists the cases that a member has the present key of.
func (t *Tx) SearchMarks(member staff.ID) ([]SearchMark, error) {
	rows, err := t.Query(`SELECT c.id, c.turn FROM case_grant g JOIN case_file c ON c.id = g.case_id AND c.epoch = g.epoch
WHERE g.recipient_kind = 'member' AND g.recipient_id = $1`, member)
	return all(rows, err, func(row scanner) (SearchMark, error) {
		var m SearchMark
		err := row.Scan(&m.Case, &m.Turn)
		return m, err
	})
}

// LastWords is the number of the newest entry of each case in which the complainant
// wrote something after the complaint itself; cases without one are left out.
func (t *Tx) LastWords(ids []casefile.ID) (map[casefile.ID]int64, error) {
	if len(ids) == 0 {
		return map[casefile.ID]int64{}, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := t.Query(fmt.Sprintf(`SELECT case_id, max(seq) FROM entry
WHERE case_id IN (%s) AND kind IN ('message-in', 'withdrawal', 'meeting-request') GROUP BY case_id`, numbered(1, len(ids))), args...)
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

// ReplaceSummary puts the next revision in the place of a summary; ErrStale when
// somebody else did first.
func (t *Tx) ReplaceSummary(was, next Summary) error {
	t.change(next.Case)
	n, err := t.Exec(`UPDATE summary SET epoch = $1, revision = $2, box = $3, stamp = $4 WHERE case_id = $5 AND epoch = $6 AND revision = $7`,
		next.Epoch, next.Revision, []byte(next.Box), next.Stamp, next.Case, was.Epoch, was.Revision)
	return changed(n, err, ErrStale)
}
