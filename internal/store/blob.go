package store

import "time"

// BlobRef says for whom a blob is alive: a draft, a case, or a text that is being
// written.
type BlobRef struct {
	Name      string
	OwnerKind string // draft, case, mailbox, desk
	Owner     string
	Object    string // the file it is a part of
	Size      int64  // bytes as they lie there, sealed
}

// InsertBlobRef keeps a blob alive.
func (t *Tx) InsertBlobRef(r BlobRef) error {
	_, err := t.Exec(`INSERT INTO blob_ref (name, owner_kind, owner_id, object_id, size, created) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.Name, r.OwnerKind, r.Owner, r.Object, r.Size, micros(t.now))
	return err
}

// MoveBlobRefs gives the blobs of one object to another owner, as when a draft
// becomes a case.
func (t *Tx) MoveBlobRefs(fromKind, from, object, toKind, to, toObject string) error {
	_, err := t.Exec(`UPDATE blob_ref SET owner_kind = $1, owner_id = $2, object_id = $3
WHERE owner_kind = $4 AND owner_id = $5 AND object_id = $6`, toKind, to, toObject, fromKind, from, object)
	return err
}

// DeleteBlobRefs lets the blobs of one object go; the sweep removes them.
func (t *Tx) DeleteBlobRefs(kind, owner, object string) error {
	_, err := t.Exec(`DELETE FROM blob_ref WHERE owner_kind = $1 AND owner_id = $2 AND object_id = $3`, kind, owner, object)
	return err
}

// BlobNames lists every blob that is kept alive.
func (t *Tx) BlobNames() ([]string, error) {
	rows, err := t.Query(`SELECT name FROM blob_ref ORDER BY name`)
	return all(rows, err, func(row scanner) (name string, err error) {
		err = row.Scan(&name)
		return name, err
	})
}

// BlobAlive reports whether anything refers to a blob.
func (t *Tx) BlobAlive(name string) (bool, error) {
	var n int
	err := t.QueryRow(`SELECT count(*) FROM blob_ref WHERE name = $1`, name).Scan(&n)
	return n > 0, err
}

// DeleteStaleBlobRefs lets go of blobs of texts that were never sent; those of a member
// go with the last text to which they can belong.
func (t *Tx) DeleteStaleBlobRefs(before time.Time) (int64, error) {
	return t.Exec(`DELETE FROM blob_ref WHERE created < $1 AND (owner_kind = 'mailbox' OR owner_kind = 'desk'
  AND NOT EXISTS (SELECT 1 FROM desk_draft d WHERE d.case_id || '/' || d.member_id = blob_ref.owner_id))`, micros(before))
}
