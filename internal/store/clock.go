package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
)

const clockColumns = `id, kind, started, target, due, hard, met, promised, paused, again, reminded, rung`

// PutClock writes a clock of a case. When members were last reminded of it, and whom,
// stays as it stands in the database: only Reminded moves that.
func (t *Tx) PutClock(id casefile.ID, c deadline.Clock) error {
	t.change(id)
	var met time.Time
	if c.Met != nil {
		met = *c.Met
	}
	c.Reminded, c.Rung = time.Time{}, 0
	var reminded int64
	err := t.QueryRow(`INSERT INTO case_clock (case_id, `+clockColumns+`, remind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (case_id, id) DO UPDATE SET started = excluded.started, target = excluded.target, due = excluded.due,
  hard = excluded.hard, met = excluded.met, promised = excluded.promised, paused = excluded.paused, again = excluded.again,
  remind = excluded.remind RETURNING reminded`,
		id, c.ID, c.Kind, micros(c.Start), micros(c.Target), micros(c.Due), bit(c.Hard), micros(met),
		micros(c.Promised), micros(c.Paused), micros(c.Again), micros(c.Reminded), c.Rung, remind(c)).Scan(&reminded)
	if err != nil || reminded == 0 {
		return err
	}
	c.Reminded = at(reminded)
	_, err = t.Exec(`UPDATE case_clock SET remind = $1 WHERE case_id = $2 AND id = $3`, remind(c), id, c.ID)
	return err
}

func remind(c deadline.Clock) int64 {
	at, _ := c.NextReminder()
	return micros(at)
}

// clock reads one clock; the zero clock where there is none.
func (t *Tx) clock(id casefile.ID, clock string) (c deadline.Clock, err error) {
	rows, err := t.Query(`SELECT `+clockColumns+` FROM case_clock WHERE case_id = $1 AND id = $2`, id, clock)
	list, err := all(rows, err, scanClock)
	if len(list) == 1 {
		c = list[0]
	}
	return c, err
}

func scanClock(row scanner) (deadline.Clock, error) {
	var c deadline.Clock
	var started, target, due, hard, met, promised, paused, again, reminded int64
	err := row.Scan(&c.ID, &c.Kind, &started, &target, &due, &hard, &met, &promised, &paused, &again, &reminded, &c.Rung)
	c.Start, c.Target, c.Due, c.Hard = at(started), at(target), at(due), hard == 1
	c.Promised, c.Paused, c.Again, c.Reminded = at(promised), at(paused), at(again), at(reminded)
	if met != 0 {
		when := at(met)
		c.Met = &when
	}
	return c, err
}

// Clocks lists the clocks of a case by due time.
func (t *Tx) Clocks(id casefile.ID) ([]deadline.Clock, error) {
	rows, err := t.Query(`SELECT `+clockColumns+` FROM case_clock WHERE case_id = $1 ORDER BY due, id`, id)
	return all(rows, err, scanClock)
}

// Ringing is a clock of which members are to be reminded.
type Ringing struct {
	Case casefile.ID
	deadline.Clock
}

// Ringing lists up to limit clocks of which members are to be reminded by now, the
// earliest first: those of open cases, and the check-ins after closing.
func (t *Tx) Ringing(limit int) ([]Ringing, error) {
	rows, err := t.Query(`SELECT k.case_id, k.id FROM case_clock k JOIN case_file c ON c.id = k.case_id
WHERE k.remind > 0 AND k.remind <= $1 AND `+notPractice+` AND (c.closed = 0 OR k.kind = 'check-in') ORDER BY k.remind, k.case_id, k.id LIMIT $2`, micros(t.now), limit)
	list, err := all(rows, err, func(row scanner) (r Ringing, err error) {
		return r, row.Scan(&r.Case, &r.ID)
	})
	for i := range list {
		if err == nil {
			list[i].Clock, err = t.clock(list[i].Case, list[i].ID)
		}
	}
	return list, err
}

// Reminded notes that members are reminded of a clock, which was read as was; ErrStale
// when somebody else reminded them meanwhile, or the clock has changed.
func (t *Tx) Reminded(id casefile.ID, was, c deadline.Clock) error {
	t.change(id)
	n, err := t.Exec(`UPDATE case_clock SET reminded = $1, rung = $2, remind = $3
WHERE case_id = $4 AND id = $5 AND reminded = $6 AND remind = $7`,
		micros(c.Reminded), c.Rung, remind(c), id, c.ID, micros(was.Reminded), remind(was))
	return changed(n, err, ErrStale)
}

// Stirred is when a member last did something in a case: wrote, moved it along, or put
// somebody in charge.
func (t *Tx) Stirred(id casefile.ID) (time.Time, error) {
	var when int64
	err := t.QueryRow(`SELECT max(at) FROM (
  SELECT coalesce(max(created), 0) AS at FROM entry WHERE case_id = $1 AND author_kind = 'member'
  UNION ALL SELECT coalesce(max(at), 0) FROM log_leaf WHERE case_id = $1 AND kind = 'assigned') AS both_of`, id).Scan(&when)
	return at(when), err
}

// Absence is who stands in for a member, and when the member is away.
type Absence struct {
	Member   staff.ID
	Deputy   staff.ID  // empty: nobody
	From, To time.Time // zero: not away
}

// Away reports whether the member is away at a time.
func (a Absence) Away(now time.Time) bool {
	return !a.From.IsZero() && !now.Before(a.From) && !now.After(a.To)
}

// PutAbsence keeps who stands in for a member and when they are away.
func (t *Tx) PutAbsence(a Absence) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO absence (member_id, deputy_id, away_from, away_to) VALUES ($1, $2, $3, $4)
ON CONFLICT (member_id) DO UPDATE SET deputy_id = excluded.deputy_id, away_from = excluded.away_from, away_to = excluded.away_to`,
		a.Member, a.Deputy, micros(a.From), micros(a.To))
	return err
}

// Absences lists what members said about who stands in for them.
func (t *Tx) Absences() (map[staff.ID]Absence, error) {
	rows, err := t.Query(`SELECT member_id, deputy_id, away_from, away_to FROM absence ORDER BY member_id`)
	list, err := all(rows, err, func(row scanner) (Absence, error) {
		var a Absence
		var from, to int64
		err := row.Scan(&a.Member, &a.Deputy, &from, &to)
		a.From, a.To = at(from), at(to)
		return a, err
	})
	known := map[staff.ID]Absence{}
	for _, a := range list {
		known[a.Member] = a
	}
	return known, err
}
