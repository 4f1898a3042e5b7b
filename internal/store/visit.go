package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// NoteSignIn notes that a member signs in now, and when they did before.
func (t *Tx) NoteSignIn(id staff.ID) error {
	n, err := t.Exec(`UPDATE member SET signed_before = signed_in, signed_in = $1 WHERE id = $2`, micros(t.now), id)
	return changed(n, err, ErrNone)
}

// Visit is when a member signed in last, and the time before that; zero: never.
type Visit struct{ Now, Before time.Time }

// VisitOf reads when a member signed in.
func (t *Tx) VisitOf(id staff.ID) (Visit, error) {
	return one(t.QueryRow(`SELECT signed_in, signed_before FROM member WHERE id = $1`, id), func(row scanner) (v Visit, err error) {
		var now, before int64
		err = row.Scan(&now, &before)
		v.Now, v.Before = at(now), at(before)
		return v, err
	})
}

// CountLost counts the cases for which a member waits until colleagues restore access,
// up to most.
func (t *Tx) CountLost(member staff.ID, most int) (n int, err error) {
	err = t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM lost_access l JOIN case_file c ON c.id = l.case_id WHERE l.member_id = $1 AND `+notPractice+` LIMIT $2) AS hits`, member, most).Scan(&n)
	return n, err
}

// Undelivered lists the cases with a mail to the complainant that could not be
// delivered, among those that a member has a key to.
func (t *Tx) Undelivered(member staff.ID, limit int) ([]casefile.Number, error) {
	rows, err := t.Query(`SELECT DISTINCT c.number FROM mail m JOIN case_file c ON c.id = m.case_id
WHERE m.failed > 0 AND m.member_id = '' AND `+notPractice+` AND EXISTS (SELECT 1 FROM case_grant g
  WHERE g.case_id = c.id AND g.epoch = c.epoch AND g.recipient_kind = 'member' AND g.recipient_id = $1)
ORDER BY c.number LIMIT $2`, member, limit)
	return all(rows, err, func(row scanner) (n casefile.Number, err error) {
		err = row.Scan(&n)
		return n, err
	})
}

// UnreachedMember counts the mails to a member since a time that could not be delivered.
func (t *Tx) UnreachedMember(member staff.ID, since time.Time) (n int, err error) {
	err = t.QueryRow(`SELECT count(*) FROM mail WHERE failed > 0 AND created >= $1 AND member_id = $2`, micros(since), member).Scan(&n)
	return n, err
}
