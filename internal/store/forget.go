package store

import (
	"errors"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// DeskOwner names a member's unfinished texts of a case among the owners of blobs.
func DeskOwner(id casefile.ID, member staff.ID) string { return string(id) + "/" + string(member) }

// ForgetReader removes what a member has of a case beside the grants: keyring rows,
// how far they read, unfinished texts with their files and those that come in, and mail that waits for
// them. An identity that they had open is closed; that they opened it stays.
func (t *Tx) ForgetReader(id casefile.ID, member staff.ID) error {
	var errs []error
	for _, sql := range []string{
		`DELETE FROM keyring WHERE case_id = $1 AND member_id = $2`,
		`DELETE FROM read_mark WHERE case_id = $1 AND member_id = $2`,
		`DELETE FROM desk_draft WHERE case_id = $1 AND member_id = $2`,
		`DELETE FROM beside WHERE case_id = $1 AND member_id = $2`,
		`DELETE FROM job WHERE kind = 'mail' AND ref IN (SELECT id FROM mail WHERE case_id = $1 AND member_id = $2)`,
		`DELETE FROM mail WHERE case_id = $1 AND member_id = $2`,
	} {
		_, err := t.Exec(sql, id, member)
		errs = append(errs, err)
	}
	_, err := t.Exec(`DELETE FROM blob_ref WHERE owner_kind = 'desk' AND owner_id = $1`, DeskOwner(id, member))
	return errors.Join(append(errs, err, t.DeleteUploads(DeskOwner(id, member)), t.shutOpenings(id, member))...)
}

// shutOpenings closes an identity that a member has open.
func (t *Tx) shutOpenings(id casefile.ID, member staff.ID) error {
	n, err := t.Exec(`UPDATE opening SET shut = 1 WHERE case_id = $1 AND member_id = $2 AND until > at AND shut = 0`, id, member)
	if n > 0 {
		t.change(id)
	}
	return err
}

// GrantedCases lists cases of which a member holds any key that was wrapped to
// another key of theirs than one, by its fingerprint, up to limit. Without one they
// are all that the member has anything of, those among them that they lost before.
func (t *Tx) GrantedCases(member staff.ID, but string, limit int) ([]casefile.ID, error) {
	rows, err := t.Query(`SELECT case_id FROM case_grant WHERE recipient_kind = 'member' AND recipient_id = $1 AND fingerprint <> $2
UNION SELECT case_id FROM lost_access WHERE member_id = $1 AND $2 = '' ORDER BY case_id LIMIT $3`, member, but, limit)
	return all(rows, err, func(row scanner) (casefile.ID, error) {
		var id casefile.ID
		err := row.Scan(&id)
		return id, err
	})
}

// ClearCharge takes a member out of charge of a case; false when they were not.
func (t *Tx) ClearCharge(id casefile.ID, member staff.ID) (bool, error) {
	t.change(id)
	n, err := t.Exec(`UPDATE case_file SET in_charge = '', revision = revision + 1 WHERE id = $1 AND in_charge = $2`, id, member)
	return n > 0, err
}

// DepartedHolders lists members who have left and still have anything of a case.
func (t *Tx) DepartedHolders() ([]staff.ID, error) {
	rows, err := t.Query(`SELECT m.id FROM member m WHERE m.active = 0
AND (EXISTS (SELECT 1 FROM case_grant g WHERE g.recipient_kind = 'member' AND g.recipient_id = m.id)
OR EXISTS (SELECT 1 FROM lost_access l WHERE l.member_id = m.id)) ORDER BY m.id`)
	return all(rows, err, func(row scanner) (staff.ID, error) {
		var id staff.ID
		err := row.Scan(&id)
		return id, err
	})
}

// DeleteRing removes one row of a member's keyring, so that the next opening goes
// by the grant.
func (t *Tx) DeleteRing(id casefile.ID, member staff.ID, epoch uint32) error {
	_, err := t.Exec(`DELETE FROM keyring WHERE case_id = $1 AND member_id = $2 AND epoch = $3`, id, member, epoch)
	return err
}

// CarryReadMarks moves whoever had read everything up to from on to number to, so
// that what is not there to be read is news to nobody.
func (t *Tx) CarryReadMarks(id casefile.ID, from, to int64) error {
	_, err := t.Exec(`UPDATE read_mark SET seq = $1 WHERE case_id = $2 AND seq >= $3 AND seq < $1`, to, id, from)
	return err
}
