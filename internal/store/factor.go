package store

import (
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Factors is a member's second factors, sealed.
type Factors struct {
	Member   staff.ID
	Revision int64
	App      bool // an authenticator app is among them; for the eye only
	Box      seal.Box
}

// Factors reads a member's second factors.
func (t *Tx) Factors(id staff.ID) (Factors, error) {
	return one(t.QueryRow(`SELECT member_id, revision, app, box FROM factor WHERE member_id = $1`, id), func(row scanner) (Factors, error) {
		var f Factors
		var app int64
		var box []byte
		err := row.Scan(&f.Member, &f.Revision, &app, &box)
		f.App, f.Box = app == 1, box
		return f, err
	})
}

// PutFactors replaces a member's second factors by the next revision, counted from
// 1. ErrStale: another revision came in between.
func (t *Tx) PutFactors(f Factors) error {
	t.change("")
	if f.Revision == 1 {
		_, err := t.Exec(`INSERT INTO factor (member_id, revision, app, box) VALUES ($1, 1, $2, $3)`, f.Member, bit(f.App), []byte(f.Box))
		return err
	}
	n, err := t.Exec(`UPDATE factor SET revision = $1, app = $2, box = $3 WHERE member_id = $4 AND revision = $5`,
		f.Revision, bit(f.App), []byte(f.Box), f.Member, f.Revision-1)
	return changed(n, err, ErrStale)
}

// Passkey is what is listed about a passkey.
type Passkey struct {
	Credential string
	Member     staff.ID
	Box        seal.Box // its name, for the member
	Signed     uint32   // how often it says that it has signed
	Suspect    bool     // it may have been copied
	Created    time.Time
	Used       time.Time // zero: never
}

const passkeyColumns = `credential, member_id, box, signed, suspect, created, used`

func scanPasskey(row scanner) (Passkey, error) {
	var p Passkey
	var box []byte
	var suspect, created, used int64
	err := row.Scan(&p.Credential, &p.Member, &box, &p.Signed, &suspect, &created, &used)
	p.Box, p.Suspect, p.Created, p.Used = box, suspect == 1, at(created), at(used)
	return p, err
}

// InsertPasskey adds a passkey. One that exists fails as sqldb.IsUnique.
func (t *Tx) InsertPasskey(p Passkey) error {
	t.change("")
	_, err := t.Exec(`INSERT INTO passkey (credential, member_id, box, signed, created) VALUES ($1, $2, $3, $4, $5)`,
		p.Credential, p.Member, []byte(p.Box), int64(p.Signed), micros(t.now))
	return err
}

// Passkey reads one passkey.
func (t *Tx) Passkey(credential string) (Passkey, error) {
	return one(t.QueryRow(`SELECT `+passkeyColumns+` FROM passkey WHERE credential = $1`, credential), scanPasskey)
}

// PasskeysOf lists the passkeys of a member, the oldest first.
func (t *Tx) PasskeysOf(id staff.ID) ([]Passkey, error) {
	rows, err := t.Query(`SELECT `+passkeyColumns+` FROM passkey WHERE member_id = $1 ORDER BY created, credential`, id)
	return all(rows, err, scanPasskey)
}

// UsePasskey notes that a passkey was used and how often it says that it has signed.
func (t *Tx) UsePasskey(credential string, signed uint32) error {
	_, err := t.Exec(`UPDATE passkey SET used = $1, signed = $2 WHERE credential = $3`, micros(t.now), int64(signed), credential)
	return err
}

// SuspectPasskey notes that a passkey may have been copied.
func (t *Tx) SuspectPasskey(credential string) error {
	t.change("")
	_, err := t.Exec(`UPDATE passkey SET suspect = 1 WHERE credential = $1`, credential)
	return err
}

// DeletePasskey removes a member's passkey; ErrNone when it is not theirs.
func (t *Tx) DeletePasskey(id staff.ID, credential string) error {
	t.change("")
	n, err := t.Exec(`DELETE FROM passkey WHERE member_id = $1 AND credential = $2`, id, credential)
	return changed(n, err, ErrNone)
}

// PutAccount says whose account at the identity provider it is. An account that is
// another member's fails as sqldb.IsUnique.
func (t *Tx) PutAccount(lookup string, id staff.ID) error {
	t.change("")
	if err := t.DeleteAccount(id); err != nil {
		return err
	}
	_, err := t.Exec(`INSERT INTO account (lookup, member_id) VALUES ($1, $2)`, lookup, id)
	return err
}

// DeleteAccount forgets a member's account at the identity provider.
func (t *Tx) DeleteAccount(id staff.ID) error {
	t.change("")
	_, err := t.Exec(`DELETE FROM account WHERE member_id = $1`, id)
	return err
}

// HasAccount reports whether a member has linked an account.
func (t *Tx) HasAccount(id staff.ID) (bool, error) {
	var n int64
	err := t.QueryRow(`SELECT count(*) FROM account WHERE member_id = $1`, id).Scan(&n)
	return n > 0, err
}

// MemberByAccount reads whose account at the identity provider it is.
func (t *Tx) MemberByAccount(lookup string) (Member, error) {
	return one(t.QueryRow(`SELECT `+memberColumns+` FROM member
WHERE id = (SELECT member_id FROM account WHERE lookup = $1)`, lookup), scanMember)
}
