package store

import "klankbord/internal/staff"

// DataRequests lists the deadlines of requests about personal data, met or not, in the
// cases to which a member has the key that they have now, the newest first.
func (t *Tx) DataRequests(member staff.ID, key string, limit int) ([]Task, error) {
	rows, err := t.Query(`SELECT number, in_charge, `+clockColumns+` FROM (
  SELECT k.*, c.number, c.in_charge FROM case_clock k JOIN case_file c ON c.id = k.case_id
  WHERE k.kind = 'data-request' AND `+notPractice+` AND EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.epoch = c.epoch
    AND g.recipient_kind = 'member' AND g.recipient_id = $1 AND g.fingerprint = $2)) AS asked
ORDER BY started DESC, case_id, id LIMIT $3`, member, key, limit)
	return all(rows, err, func(row scanner) (task Task, err error) {
		task.Clock, err = scanClock(scanFunc(func(dest ...any) error {
			return row.Scan(append([]any{&task.Number, &task.Charge}, dest...)...)
		}))
		return task, err
	})
}
