package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// CaseKey holds the public keys of one epoch of a case, and the gate key of its
// identity under the instance key (empty where identity is not kept apart).
type CaseKey struct {
	Case    casefile.ID
	Epoch   uint32
	Seq     int64
	Public  map[seal.Compartment]seal.PublicKey
	Gate    seal.Box
	Created time.Time
	Stamp   []byte
}

// InsertCaseKey adds an epoch.
func (t *Tx) InsertCaseKey(k CaseKey) error {
	t.change(k.Case)
	_, err := t.Exec(`INSERT INTO case_key (case_id, epoch, seq, identity, dialogue, investigation, gate_box, created, stamp)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		k.Case, k.Epoch, k.Seq, []byte(k.Public[seal.Identity]), []byte(k.Public[seal.Dialogue]),
		[]byte(k.Public[seal.Investigation]), nonNil(k.Gate), micros(k.Created), k.Stamp)
	return err
}

func nonNil[T ~[]byte](b T) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func scanCaseKey(row scanner) (CaseKey, error) {
	var k CaseKey
	var identity, dialogue, investigation, gate []byte
	var created int64
	err := row.Scan(&k.Case, &k.Epoch, &k.Seq, &identity, &dialogue, &investigation, &gate, &created, &k.Stamp)
	k.Public = map[seal.Compartment]seal.PublicKey{
		seal.Identity: identity, seal.Dialogue: dialogue, seal.Investigation: investigation,
	}
	k.Gate, k.Created = gate, at(created)
	return k, err
}

// RenewCaseKey replaces gate and stamp of an epoch that is still as it was read;
// otherwise it fails with ErrStale.
func (t *Tx) RenewCaseKey(k CaseKey, was []byte) error {
	t.change(k.Case)
	n, err := t.Exec(`UPDATE case_key SET gate_box = $1, stamp = $2 WHERE case_id = $3 AND epoch = $4 AND stamp = $5`,
		nonNil(k.Gate), k.Stamp, k.Case, k.Epoch, was)
	return changed(n, err, ErrStale)
}

// CaseKeys lists the epochs of a case, oldest first.
func (t *Tx) CaseKeys(id casefile.ID) ([]CaseKey, error) {
	rows, err := t.Query(`SELECT case_id, epoch, seq, identity, dialogue, investigation, gate_box, created, stamp
FROM case_key WHERE case_id = $1 ORDER BY epoch`, id)
	return all(rows, err, scanCaseKey)
}

// Grant is the keys of one epoch wrapped to one person.
type Grant struct {
	Case        casefile.ID
	Epoch       uint32
	Kind        seal.RecipientKind
	Recipient   string
	Seq         int64
	Fingerprint string
	Box         seal.Box
	Created     time.Time
	Stamp       []byte
}

const grantColumns = `case_id, epoch, recipient_kind, recipient_id, seq, fingerprint, box, created, stamp`

func scanGrant(row scanner) (Grant, error) {
	var g Grant
	var box []byte
	var created int64
	err := row.Scan(&g.Case, &g.Epoch, &g.Kind, &g.Recipient, &g.Seq, &g.Fingerprint, &box, &created, &g.Stamp)
	g.Box, g.Created = box, at(created)
	return g, err
}

// InsertGrant adds a grant.
func (t *Tx) InsertGrant(g Grant) error {
	t.change(g.Case)
	_, err := t.Exec(`INSERT INTO case_grant (`+grantColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		g.Case, g.Epoch, string(g.Kind), g.Recipient, g.Seq, g.Fingerprint, []byte(g.Box), micros(g.Created), g.Stamp)
	return err
}

// Grants lists all grants of a case in the order in which they were made.
func (t *Tx) Grants(id casefile.ID) ([]Grant, error) {
	rows, err := t.Query(`SELECT `+grantColumns+` FROM case_grant WHERE case_id = $1 ORDER BY seq`, id)
	return all(rows, err, scanGrant)
}

// DeleteGrant removes one grant; ErrStale when it is not there.
func (t *Tx) DeleteGrant(g Grant) error {
	t.change(g.Case)
	n, err := t.Exec(`DELETE FROM case_grant
WHERE case_id = $1 AND epoch = $2 AND recipient_kind = $3 AND recipient_id = $4 AND seq = $5`,
		g.Case, g.Epoch, string(g.Kind), g.Recipient, g.Seq)
	return changed(n, err, ErrStale)
}

// Granted reports whether a member holds any key of a case.
func (t *Tx) Granted(id casefile.ID, member staff.ID) (bool, error) {
	var n int
	err := t.QueryRow(`SELECT count(*) FROM case_grant
WHERE recipient_kind = 'member' AND recipient_id = $1 AND case_id = $2`, member, id).Scan(&n)
	return n > 0, err
}

// Ring is one row of a member's keyring.
type Ring struct {
	Case  casefile.ID
	Epoch uint32
	Box   seal.Box
}

// InsertRing keeps an opened grant under the member's keyring key. Keeping the
// same one again changes nothing; it is refused, as ErrStale, when the grant is
// gone.
func (t *Tx) InsertRing(member staff.ID, r Ring) error {
	var granted int
	if err := t.QueryRow(`SELECT count(*) FROM case_grant
WHERE case_id = $1 AND epoch = $2 AND recipient_kind = 'member' AND recipient_id = $3`,
		r.Case, r.Epoch, member).Scan(&granted); err != nil {
		return err
	}
	if granted == 0 {
		return ErrStale
	}
	_, err := t.Exec(`INSERT INTO keyring (member_id, case_id, epoch, box) VALUES ($1, $2, $3, $4)
ON CONFLICT (member_id, case_id, epoch) DO NOTHING`, member, r.Case, r.Epoch, []byte(r.Box))
	return err
}

// Rings lists the member's keyring rows of one case.
func (t *Tx) Rings(member staff.ID, id casefile.ID) ([]Ring, error) {
	rows, err := t.Query(`SELECT case_id, epoch, box FROM keyring WHERE member_id = $1 AND case_id = $2 ORDER BY epoch`,
		member, id)
	return all(rows, err, scanRing)
}

func scanRing(row scanner) (r Ring, err error) {
	var box []byte
	err = row.Scan(&r.Case, &r.Epoch, &box)
	r.Box = box
	return r, err
}
