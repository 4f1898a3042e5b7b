package store

import (
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// SharedCase is a case that two members can read, and how many others hold its
// present keys.
type SharedCase struct {
	ID     casefile.ID
	Number casefile.Number
	Open   bool
	Others int
}

// SharedCases lists the cases of a member of which another, or they themselves, hold
// a key as well, by next deadline. Others counts neither of the first.
func (t *Tx) SharedCases(member, with staff.ID) ([]SharedCase, error) {
	rows, err := t.Query(`SELECT c.id, c.number, c.closed,
  (SELECT count(*) FROM case_grant o WHERE o.case_id = c.id AND o.epoch = c.epoch AND o.recipient_kind = 'member' AND o.recipient_id <> $1)
FROM case_file c
WHERE EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.recipient_kind = 'member' AND g.recipient_id = $1)
  AND EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.recipient_kind = 'member' AND g.recipient_id = $2)
  AND `+notPractice+` ORDER BY c.next_due, c.id`, member, with)
	return all(rows, err, func(row scanner) (SharedCase, error) {
		var s SharedCase
		var closed int64
		err := row.Scan(&s.ID, &s.Number, &closed, &s.Others)
		s.Open = closed == 0
		return s, err
	})
}

// Readers lists the members with a key of one epoch of a case.
func (t *Tx) Readers(id casefile.ID, epoch uint32) ([]staff.ID, error) {
	rows, err := t.Query(`SELECT recipient_id FROM case_grant
WHERE case_id = $1 AND epoch = $2 AND recipient_kind = $3 ORDER BY seq`, id, epoch, string(seal.RecipientMember))
	return all(rows, err, func(row scanner) (staff.ID, error) {
		var member staff.ID
		err := row.Scan(&member)
		return member, err
	})
}
