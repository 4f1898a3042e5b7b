package store

import (
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// SavedView is a list of cases that a member gave a name; name and filter are sealed under
// a subkey of the instance.
type SavedView struct {
	ID      string
	Member  staff.ID // who saved it
	Shared  bool     // with everybody who handles cases
	Box     seal.Box
	Created time.Time
}

// InsertSavedView keeps a list under its name.
func (t *Tx) InsertSavedView(v SavedView) error {
	_, err := t.Exec(`INSERT INTO saved_view (id, member_id, shared, box, created) VALUES ($1, $2, $3, $4, $5)`,
		v.ID, v.Member, bit(v.Shared), []byte(v.Box), micros(t.now))
	return err
}

// SavedViews lists what a member saved, and what is shared, in the order in which they came.
func (t *Tx) SavedViews(member staff.ID) ([]SavedView, error) {
	rows, err := t.Query(`SELECT id, member_id, shared, box, created FROM saved_view WHERE member_id = $1 OR shared = 1 ORDER BY created, id`, member)
	return all(rows, err, scanSavedView)
}

func scanSavedView(row scanner) (v SavedView, err error) {
	var shared, created int64
	var box []byte
	err = row.Scan(&v.ID, &v.Member, &shared, &box, &created)
	v.Shared, v.Box, v.Created = shared == 1, box, at(created)
	return v, err
}

// DeleteSavedView removes a list that a member saved, or that is shared; ErrNone where there
// is no such list.
func (t *Tx) DeleteSavedView(id string, member staff.ID) error {
	n, err := t.Exec(`DELETE FROM saved_view WHERE id = $1 AND (member_id = $2 OR shared = 1)`, id, member)
	return changed(n, err, ErrNone)
}
