package store

import (
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// PutEnvelope keeps one way in which a member opens their key.
func (t *Tx) PutEnvelope(id staff.ID, e seal.Envelope) error {
	t.change("")
	_, err := t.Exec(`INSERT INTO envelope (member_id, kind, credential, params, salt, box, changed) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (member_id, kind, credential) DO UPDATE SET params = excluded.params, salt = excluded.salt, box = excluded.box, changed = excluded.changed`,
		id, e.Kind, e.Credential, e.Params, e.Salt, []byte(e.Box), micros(t.now))
	return err
}

const envelopeColumns = `member_id, kind, credential, params, salt, box, changed`

// EnvelopeRow is an envelope with whose it is and since when.
type EnvelopeRow struct {
	seal.Envelope
	Member  staff.ID
	Changed time.Time
}

func scanEnvelope(row scanner) (EnvelopeRow, error) {
	var e EnvelopeRow
	var box []byte
	var changed int64
	err := row.Scan(&e.Member, &e.Kind, &e.Credential, &e.Params, &e.Salt, &box, &changed)
	e.Box, e.Changed = box, at(changed)
	return e, err
}

// Envelope reads the password or recovery envelope of a member.
func (t *Tx) Envelope(id staff.ID, kind string) (seal.Envelope, error) {
	e, err := one(t.QueryRow(`SELECT `+envelopeColumns+` FROM envelope
WHERE member_id = $1 AND kind = $2 AND credential = ''`, id, kind), scanEnvelope)
	return e.Envelope, err
}

// Envelopes lists all ways in which a member opens their key.
func (t *Tx) Envelopes(id staff.ID) ([]EnvelopeRow, error) {
	rows, err := t.Query(`SELECT `+envelopeColumns+` FROM envelope WHERE member_id = $1 ORDER BY kind, credential`, id)
	return all(rows, err, scanEnvelope)
}

// EveryEnvelope lists all ways in which members open their keys.
func (t *Tx) EveryEnvelope() ([]EnvelopeRow, error) {
	rows, err := t.Query(`SELECT ` + envelopeColumns + ` FROM envelope ORDER BY member_id, kind, credential`)
	return all(rows, err, scanEnvelope)
}

// LayerEnvelope puts another box in the place of an envelope's, which was sealed once more
// and opens in the same way; since when it is that way stays. ErrStale when it was changed.
func (t *Tx) LayerEnvelope(e EnvelopeRow, box seal.Box) error {
	t.change("")
	n, err := t.Exec(`UPDATE envelope SET box = $1 WHERE member_id = $2 AND kind = $3 AND credential = $4 AND box = $5`,
		[]byte(box), e.Member, e.Kind, e.Credential, []byte(e.Box))
	return changed(n, err, ErrStale)
}

// OpensByPasskey reports whether a member has a passkey that opens their key and is
// not suspected of having been copied.
func (t *Tx) OpensByPasskey(id staff.ID) (bool, error) {
	var n int64
	err := t.QueryRow(`SELECT count(*) FROM envelope e JOIN passkey p ON p.credential = e.credential
WHERE e.member_id = $1 AND e.kind = 'passkey' AND p.suspect = 0`, id).Scan(&n)
	return n > 0, err
}

// PasskeyEnvelope reads the envelope that a passkey opens, whoever's it is.
func (t *Tx) PasskeyEnvelope(credential string) (EnvelopeRow, error) {
	return one(t.QueryRow(`SELECT `+envelopeColumns+` FROM envelope
WHERE kind = 'passkey' AND credential = $1`, credential), scanEnvelope)
}

// DeletePasskeyEnvelope removes the envelope that a passkey opens, if there is one.
func (t *Tx) DeletePasskeyEnvelope(id staff.ID, credential string) error {
	t.change("")
	_, err := t.Exec(`DELETE FROM envelope WHERE member_id = $1 AND kind = 'passkey' AND credential = $2`, id, credential)
	return err
}

// DeleteWaysOf removes every way in which a member opens their key, and every second
// factor.
func (t *Tx) DeleteWaysOf(id staff.ID) error {
	t.change("")
	for _, sql := range []string{`DELETE FROM envelope WHERE member_id = $1`, `DELETE FROM factor WHERE member_id = $1`,
		`DELETE FROM passkey WHERE member_id = $1`, `DELETE FROM account WHERE member_id = $1`} {
		if _, err := t.Exec(sql, id); err != nil {
			return err
		}
	}
	return nil
}
