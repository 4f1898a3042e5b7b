package store

import (
	"errors"
	"time"
)

// Allowance is how often something may be tried: Burst at once, then one more every
// Every. ID is a keyed hash of who tries what.
type Allowance struct {
	ID    string
	Burst int
	Every time.Duration
}

// slack is how much of the allowance may be used up for a turn to be left.
func (a Allowance) slack() int64 { return int64(a.Burst-1) * a.Every.Microseconds() }

// TakeTurn uses one turn of an allowance. ErrStale: there is none left; nothing is
// counted then, so trying again never makes the wait longer.
func (t *Tx) TakeTurn(a Allowance) error {
	now, every := micros(t.now), a.Every.Microseconds()
	n, err := t.Exec(`INSERT INTO attempt (id, whole) VALUES ($1, $2)
ON CONFLICT (id) DO UPDATE SET whole = CASE WHEN attempt.whole > $3 THEN attempt.whole ELSE $3 END + $4
WHERE attempt.whole <= $5`, a.ID, now+every, now, every, now+a.slack())
	return changed(n, err, ErrStale)
}

// NextTurn tells when an allowance has a turn; the present when it has one.
func (t *Tx) NextTurn(a Allowance) (time.Time, error) {
	whole, err := one(t.QueryRow(`SELECT whole FROM attempt WHERE id = $1`, a.ID), func(row scanner) (int64, error) {
		var us int64
		err := row.Scan(&us)
		return us, err
	})
	if errors.Is(err, ErrNone) {
		return t.now, nil
	}
	return at(max(whole-a.slack(), micros(t.now))), err
}

// GiveTurns gives all turns of an allowance back.
func (t *Tx) GiveTurns(a Allowance) error {
	_, err := t.Exec(`DELETE FROM attempt WHERE id = $1`, a.ID)
	return err
}
