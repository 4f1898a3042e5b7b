package store

import (
	"time"

	"klankbord/internal/seal"
)

// Upload is a file that comes in pieces: its manifest so far, sealed, and its sizes in
// bytes before sealing.
type Upload struct {
	ID       string
	Owner    string // a draft, a case, or a member at a case
	Size     int64
	Received int64
	Revision int64
	Box      seal.Box
	Expires  time.Time
}

// InsertUpload begins an upload.
func (t *Tx) InsertUpload(u Upload) error {
	_, err := t.Exec(`INSERT INTO upload (id, owner_id, size, received, revision, box, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		u.ID, u.Owner, u.Size, u.Received, u.Revision, []byte(u.Box), micros(u.Expires))
	return err
}

// Upload reads an upload of an owner that has not expired; ErrNone.
func (t *Tx) Upload(owner, id string) (Upload, error) {
	row := t.QueryRow(`SELECT id, owner_id, size, received, revision, box, expires FROM upload WHERE id = $1 AND owner_id = $2 AND expires > $3`, id, owner, micros(t.now))
	return one(row, func(row scanner) (u Upload, err error) {
		var box []byte
		var expires int64
		err = row.Scan(&u.ID, &u.Owner, &u.Size, &u.Received, &u.Revision, &box, &expires)
		u.Box, u.Expires = box, at(expires)
		return u, err
	})
}

// Uploads is how many uploads an owner has that did not expire.
func (t *Tx) Uploads(owner string) (n int, err error) {
	err = t.QueryRow(`SELECT count(*) FROM upload WHERE owner_id = $1 AND expires > $2`, owner, micros(t.now)).Scan(&n)
	return n, err
}

// ContinueUpload puts what has come since in the place of what was there; ErrStale when
// somebody else did first.
func (t *Tx) ContinueUpload(was, next Upload) error {
	n, err := t.Exec(`UPDATE upload SET received = $1, revision = $2, box = $3, expires = $4 WHERE id = $5 AND revision = $6`,
		next.Received, next.Revision, []byte(next.Box), micros(next.Expires), was.ID, was.Revision)
	return changed(n, err, ErrStale)
}

// DeleteUpload forgets an upload; one that is gone is no error.
func (t *Tx) DeleteUpload(owner, id string) error {
	_, err := t.Exec(`DELETE FROM upload WHERE id = $1 AND owner_id = $2`, id, owner)
	return err
}

// DeleteUploads forgets all uploads of an owner.
func (t *Tx) DeleteUploads(owner string) error {
	_, err := t.Exec(`DELETE FROM upload WHERE owner_id = $1`, owner)
	return err
}

// DeleteExpiredUploads forgets what is past its time, with the references of the parts of
// those that never became a file, and tells how many went. On the desk an upload is gone once
// its file is taken.
func (t *Tx) DeleteExpiredUploads() (int64, error) {
	if _, err := t.Exec(`DELETE FROM blob_ref WHERE object_id IN (SELECT id FROM upload WHERE expires <= $1)
  AND (owner_kind = 'desk' OR owner_kind = 'draft' AND NOT EXISTS (SELECT 1 FROM draft_file f WHERE f.id = blob_ref.object_id))`, micros(t.now)); err != nil {
		return 0, err
	}
	return t.Exec(`DELETE FROM upload WHERE expires <= $1`, micros(t.now))
}
