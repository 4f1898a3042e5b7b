package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
)

// PutClock writes a clock of a case.
func (t *Tx) PutClock(id casefile.ID, c deadline.Clock) error {
	t.change(id)
	var met time.Time
	if c.Met != nil {
		met = *c.Met
	}
	_, err := t.Exec(`INSERT INTO case_clock (case_id, id, kind, started, target, due, hard, met) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (case_id, id) DO UPDATE SET started = excluded.started, target = excluded.target, due = excluded.due,
  hard = excluded.hard, met = excluded.met`,
		id, c.ID, c.Kind, micros(c.Start), micros(c.Target), micros(c.Due), bit(c.Hard), micros(met))
	return err
}

func scanClock(row scanner) (deadline.Clock, error) {
	var c deadline.Clock
	var started, target, due, hard, met int64
	err := row.Scan(&c.ID, &c.Kind, &started, &target, &due, &hard, &met)
	c.Start, c.Target, c.Due, c.Hard = at(started), at(target), at(due), hard == 1
	if met != 0 {
		when := at(met)
		c.Met = &when
	}
	return c, err
}

// Clocks lists the clocks of a case by due time.
func (t *Tx) Clocks(id casefile.ID) ([]deadline.Clock, error) {
	rows, err := t.Query(`SELECT id, kind, started, target, due, hard, met FROM case_clock WHERE case_id = $1 ORDER BY due, id`, id)
	return all(rows, err, scanClock)
}
