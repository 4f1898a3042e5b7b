package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
)

// Code is the look-up of a complainant's code and the public key that belongs to
// it, stamped by custody.
type Code struct {
	Lookup  string
	Case    casefile.ID
	Public  seal.PublicKey
	Handed  bool // a member gave it to the person, and so knows it
	Created time.Time
	Stamp   []byte
}

const codeColumns = `lookup, case_id, public_key, handed, created, stamp`

func scanCode(row scanner) (Code, error) {
	var c Code
	var public []byte
	var created, handed int64
	err := row.Scan(&c.Lookup, &c.Case, &public, &handed, &created, &c.Stamp)
	c.Public, c.Handed, c.Created = public, handed == 1, at(created)
	return c, err
}

// InsertCode keeps a code's look-up and public key.
func (t *Tx) InsertCode(c Code) error {
	t.change(c.Case)
	_, err := t.Exec(`INSERT INTO code (`+codeColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.Lookup, c.Case, []byte(c.Public), bit(c.Handed), micros(c.Created), c.Stamp)
	return err
}

// CodeCase finds the case of a code.
func (t *Tx) CodeCase(lookup string) (casefile.ID, error) {
	return one(t.QueryRow(`SELECT case_id FROM code WHERE lookup = $1`, lookup), func(row scanner) (casefile.ID, error) {
		var id casefile.ID
		err := row.Scan(&id)
		return id, err
	})
}

// Codes lists the codes of a case.
func (t *Tx) Codes(id casefile.ID) ([]Code, error) {
	rows, err := t.Query(`SELECT `+codeColumns+` FROM code WHERE case_id = $1 ORDER BY created, lookup`, id)
	return all(rows, err, scanCode)
}

// DeleteCode forgets a code; one that is gone is no error.
func (t *Tx) DeleteCode(lookup string) error {
	_, err := t.Exec(`DELETE FROM code WHERE lookup = $1`, lookup)
	return err
}
