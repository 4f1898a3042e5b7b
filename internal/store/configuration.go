package store

import (
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/staff"
)

// Configuration is one version of what an organisation has otherwise than its built-in
// profile. Body is empty where a list was asked for.
type Configuration struct {
	Number int64
	Made   time.Time
	By     staff.ID // empty: the operator
	Why    string
	Body   []byte
	Hash   []byte // SHA-256 of Body
}

func scanConfiguration(row scanner) (c Configuration, err error) {
	var made int64
	err = row.Scan(&c.Number, &made, &c.By, &c.Why, &c.Body, &c.Hash)
	c.Made = at(made)
	return c, err
}

// InsertConfiguration adds a version; one that is there already fails as sqldb.IsUnique.
func (t *Tx) InsertConfiguration(c Configuration) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO configuration (number, made, member_id, why, body, hash) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.Number, micros(c.Made), c.By, c.Why, c.Body, c.Hash)
	return err
}

// Configuration reads a version by its number; ErrNone when there is none.
func (t *Tx) Configuration(number int64) (Configuration, error) {
	return one(t.QueryRow(`SELECT number, made, member_id, why, body, hash FROM configuration WHERE number = $1`, number), scanConfiguration)
}

// Configurations lists the versions without their bodies, the newest first.
func (t *Tx) Configurations() ([]Configuration, error) {
	rows, err := t.Query(`SELECT number, made, member_id, why, hash, hash FROM configuration ORDER BY number DESC`)
	list, err := all(rows, err, scanConfiguration)
	for i := range list {
		list[i].Body = nil
	}
	return list, err
}

// ConfigurationNumber is the number of the newest version; 0 when there is none.
func (t *Tx) ConfigurationNumber() (n int64, err error) {
	err = t.QueryRow(`SELECT coalesce(max(number), 0) FROM configuration`).Scan(&n)
	return n, err
}

// DeskLeaves lists the lines of the log of a kind that are about no case, oldest first.
func (t *Tx) DeskLeaves(kind audit.Kind) ([]Leaf, error) {
	rows, err := t.Query(`SELECT `+leafColumns+` FROM log_leaf WHERE case_id = '' AND kind = $1 AND record IS NOT NULL ORDER BY at, id`, string(kind))
	return all(rows, err, scanLeaf)
}
