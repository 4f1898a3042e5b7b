package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// OpenRequest is a request on which nobody decided yet, as far as it stands in the
// clear.
type OpenRequest struct {
	Case   casefile.ID
	Number casefile.Number
	ID     string
	By     staff.ID
	At     time.Time
}

// OpenRequests lists the requests made since a time by others, on cases whose
// present keys the member has, oldest first.
func (t *Tx) OpenRequests(member staff.ID, since time.Time, limit int) ([]OpenRequest, error) {
	rows, err := t.Query(`SELECT c.id, c.number, e.id, e.author_id, e.created
FROM entry e
JOIN case_file c ON c.id = e.case_id
WHERE e.kind = 'request' AND e.created > $2 AND e.author_id <> $1 AND `+notPractice+`
  AND EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.epoch = c.epoch AND g.recipient_kind = 'member' AND g.recipient_id = $1)
  AND NOT EXISTS (SELECT 1 FROM entry d WHERE d.case_id = e.case_id AND d.kind = 'decision' AND d.parent = e.id)
ORDER BY e.created, e.id LIMIT $3`, member, micros(since), limit)
	return all(rows, err, func(row scanner) (OpenRequest, error) {
		var r OpenRequest
		var when int64
		err := row.Scan(&r.Case, &r.Number, &r.ID, &r.By, &when)
		r.At = at(when)
		return r, err
	})
}
