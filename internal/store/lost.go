package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// LostAccess says that a member held the keys of a case up to a number of its items,
// stamped by custody.
type LostAccess struct {
	Case   casefile.ID
	Member staff.ID
	Seq    int64
	Stamp  []byte
}

// LapseCase removes what a member's former key opened of a case, an identity among
// it, and keeps that they had it: their place in the case, how far they read and what they had begun to
// write stay for when a colleague restores the access.
func (t *Tx) LapseCase(l LostAccess) error {
	if _, err := t.Exec(`DELETE FROM keyring WHERE case_id = $1 AND member_id = $2`, l.Case, l.Member); err != nil {
		return err
	}
	if err := t.shutOpenings(l.Case, l.Member); err != nil {
		return err
	}
	t.change(l.Case)
	_, err := t.Exec(`INSERT INTO lost_access (case_id, member_id, seq, stamp) VALUES ($1, $2, $3, $4)
ON CONFLICT (member_id, case_id) DO UPDATE SET seq = excluded.seq, stamp = excluded.stamp`, l.Case, l.Member, l.Seq, l.Stamp)
	return err
}

// ForgetLost forgets that a member waits for access to a case; one who does not is
// no error.
func (t *Tx) ForgetLost(id casefile.ID, member staff.ID) error {
	n, err := t.Exec(`DELETE FROM lost_access WHERE case_id = $1 AND member_id = $2`, id, member)
	if n > 0 {
		t.change(id)
	}
	return err
}

// LostOf lists who waits for access to a case.
func (t *Tx) LostOf(id casefile.ID) ([]LostAccess, error) {
	rows, err := t.Query(`SELECT case_id, member_id, seq, stamp FROM lost_access WHERE case_id = $1 ORDER BY member_id`, id)
	return all(rows, err, func(row scanner) (LostAccess, error) {
		var l LostAccess
		err := row.Scan(&l.Case, &l.Member, &l.Seq, &l.Stamp)
		return l, err
	})
}

// WaitsForAccess reports whether a member waits for access to any case.
func (t *Tx) WaitsForAccess(member staff.ID) (bool, error) {
	var n int
	err := t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM lost_access l JOIN case_file c ON c.id = l.case_id WHERE l.member_id = $1 AND `+notPractice+` LIMIT 1) AS hit`, member).Scan(&n)
	return n > 0, err
}

// shared are the cases that others wait for and that a member holds a key of.
const shared = `FROM lost_access l JOIN case_file c ON c.id = l.case_id
WHERE EXISTS (SELECT 1 FROM case_grant g WHERE g.recipient_kind = 'member' AND g.recipient_id = $1 AND g.case_id = l.case_id AND g.epoch = c.epoch) AND ` + notPractice

// Lost is a member who waits, and for how many cases that another could restore.
type Lost struct {
	Member staff.ID
	Cases  int
}

// LostBeside lists who waits for access to cases that a member holds a key of.
func (t *Tx) LostBeside(member staff.ID) ([]Lost, error) {
	rows, err := t.Query(`SELECT l.member_id, count(*) `+shared+` GROUP BY l.member_id ORDER BY l.member_id`, member)
	return all(rows, err, func(row scanner) (Lost, error) {
		var l Lost
		err := row.Scan(&l.Member, &l.Cases)
		return l, err
	})
}

// LostCases lists the cases that one member waits for and another holds a key of,
// oldest first.
func (t *Tx) LostCases(member, lost staff.ID, limit int) ([]Case, error) {
	rows, err := t.Query(`SELECT `+caseColumns+` `+shared+` AND l.member_id = $2 ORDER BY c.received, c.id LIMIT $3`, member, lost, limit)
	return all(rows, err, scanCase)
}

// RecoveryCases lists the cases whose present epoch a recovery key opens, oldest
// first.
func (t *Tx) RecoveryCases(id string) ([]Case, error) {
	rows, err := t.Query(`SELECT `+caseColumns+` FROM case_file c
WHERE EXISTS (SELECT 1 FROM case_grant g WHERE g.recipient_kind = $1 AND g.recipient_id = $2 AND g.case_id = c.id AND g.epoch = c.epoch)
  AND `+notPractice+` ORDER BY c.received, c.id`, string(seal.RecipientRecovery), id)
	return all(rows, err, scanCase)
}

// CasesWithoutRecovery lists the numbers of the cases whose present epoch a recovery key
// does not open.
func (t *Tx) CasesWithoutRecovery(id string) ([]casefile.Number, error) {
	rows, err := t.Query(`SELECT c.number FROM case_file c
WHERE NOT EXISTS (SELECT 1 FROM case_grant g WHERE g.recipient_kind = $1 AND g.recipient_id = $2 AND g.case_id = c.id AND g.epoch = c.epoch)
  AND `+notPractice+` ORDER BY c.number`, string(seal.RecipientRecovery), id)
	return all(rows, err, func(row scanner) (n casefile.Number, err error) {
		err = row.Scan(&n)
		return n, err
	})
}

// RecoveryUse is one use of a recovery key to give a member access to cases.
type RecoveryUse struct {
	ID     string
	At     time.Time
	Member staff.ID
}

// InsertRecoveryUse keeps a use for the desk to show.
func (t *Tx) InsertRecoveryUse(id string, member staff.ID) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO recovery_use (id, at, member_id) VALUES ($1, $2, $3)`, id, micros(t.now), member)
	return err
}

// RecoveryUses lists uses since a time, newest first.
func (t *Tx) RecoveryUses(since time.Time, limit int) ([]RecoveryUse, error) {
	rows, err := t.Query(`SELECT id, at, member_id FROM recovery_use WHERE at >= $1 ORDER BY at DESC, id LIMIT $2`, micros(since), limit)
	return all(rows, err, func(row scanner) (RecoveryUse, error) {
		var u RecoveryUse
		var when int64
		err := row.Scan(&u.ID, &when, &u.Member)
		u.At = at(when)
		return u, err
	})
}
