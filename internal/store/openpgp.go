package store

import (
	"time"

	"klankbord/internal/staff"
)

// OpenPGPKey is the public key to which mails to a member are encrypted.
type OpenPGPKey struct {
	Member      staff.ID
	Fingerprint string
	Key         []byte // as package openpgp gives it
	Added       time.Time
	Stamp       []byte // over everything else
}

// PutOpenPGPKey keeps the key of a member, in the place of the one before.
func (t *Tx) PutOpenPGPKey(k OpenPGPKey) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO openpgp_key (member_id, fingerprint, public_key, added, stamp) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (member_id) DO UPDATE SET fingerprint = excluded.fingerprint, public_key = excluded.public_key, added = excluded.added, stamp = excluded.stamp`,
		k.Member, k.Fingerprint, k.Key, micros(k.Added), k.Stamp)
	return err
}

// OpenPGPKey reads the key of a member; ErrNone.
func (t *Tx) OpenPGPKey(m staff.ID) (OpenPGPKey, error) {
	return one(t.QueryRow(`SELECT member_id, fingerprint, public_key, added, stamp FROM openpgp_key WHERE member_id = $1`, m), scanOpenPGPKey)
}

// OpenPGPKeys lists the keys of all members.
func (t *Tx) OpenPGPKeys() ([]OpenPGPKey, error) {
	rows, err := t.Query(`SELECT member_id, fingerprint, public_key, added, stamp FROM openpgp_key ORDER BY member_id`)
	return all(rows, err, scanOpenPGPKey)
}

func scanOpenPGPKey(row scanner) (k OpenPGPKey, err error) {
	var added int64
	err = row.Scan(&k.Member, &k.Fingerprint, &k.Key, &added, &k.Stamp)
	k.Added = at(added)
	return k, err
}

// DeleteOpenPGPKey forgets the key of a member; ErrNone when there is none.
func (t *Tx) DeleteOpenPGPKey(m staff.ID) error {
	t.change(desk)
	n, err := t.Exec(`DELETE FROM openpgp_key WHERE member_id = $1`, m)
	return changed(n, err, ErrNone)
}
