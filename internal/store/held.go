package store

import (
	"time"

	"klankbord/internal/seal"
)

// Held is a thing that a browser finds again shortly, sealed under a token that
// only the browser has.
type Held struct {
	ID      string
	Kind    string
	Box     seal.Box
	Expires time.Time
}

// PutHeld keeps a thing until it expires.
func (t *Tx) PutHeld(h Held) error {
	_, err := t.Exec(`INSERT INTO held (id, kind, box, expires) VALUES ($1, $2, $3, $4)`, h.ID, h.Kind, []byte(h.Box), micros(h.Expires))
	return err
}

// Held reads a thing that has not expired.
func (t *Tx) Held(id, kind string) (Held, error) {
	return one(t.QueryRow(`SELECT id, kind, box, expires FROM held WHERE id = $1 AND kind = $2 AND expires > $3`,
		id, kind, micros(t.now)), func(row scanner) (Held, error) {
		var h Held
		var box []byte
		var expires int64
		err := row.Scan(&h.ID, &h.Kind, &box, &expires)
		h.Box, h.Expires = box, at(expires)
		return h, err
	})
}

// TakeHeld removes a thing. ErrNone: there is none, or another request took it.
func (t *Tx) TakeHeld(id, kind string) error {
	n, err := t.Exec(`DELETE FROM held WHERE id = $1 AND kind = $2 AND expires > $3`, id, kind, micros(t.now))
	return changed(n, err, ErrNone)
}

// Spend notes that what can be used once was used, for as long as it could be used
// again. ErrStale: it was used before.
func (t *Tx) Spend(id string, expires time.Time) error {
	n, err := t.Exec(`INSERT INTO spent (id, expires) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, id, micros(expires))
	return changed(n, err, ErrStale)
}

// Spent reports whether that was noted.
func (t *Tx) Spent(id string) (bool, error) {
	var n int64
	err := t.QueryRow(`SELECT count(*) FROM spent WHERE id = $1`, id).Scan(&n)
	return n > 0, err
}

// deletePassed removes what has expired.
func (t *Tx) deletePassed() error {
	for _, sql := range []string{
		`DELETE FROM held WHERE expires <= $1`, `DELETE FROM spent WHERE expires <= $1`, `DELETE FROM attempt WHERE whole <= $1`,
	} {
		if _, err := t.Exec(sql, micros(t.now)); err != nil {
			return err
		}
	}
	return nil
}
