package store

import (
	"time"

	"klankbord/internal/staff"
)

// SetupMark is what was confirmed of a step of the set-up, or, with a value, what a step
// has yet to be held against.
type SetupMark struct {
	Step, Part string    // a part of a step, such as a language; may be empty
	Member     staff.ID  // who confirmed it; empty: nobody yet
	At         time.Time // when
	Value      []byte    // of a step that waits
}

// SetupPractice is the step of the set-up at which a complaint that was made up is answered.
const SetupPractice = "practice"

// PutSetupMark writes a mark, in the place of the one about the same.
func (t *Tx) PutSetupMark(m SetupMark) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO setup_mark (step, part, member_id, at, value) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (step, part) DO UPDATE SET member_id = excluded.member_id, at = excluded.at, value = excluded.value`,
		m.Step, m.Part, m.Member, micros(t.now), m.Value)
	return err
}

// SetupMarks lists what was confirmed and what waits, by step and part.
func (t *Tx) SetupMarks() ([]SetupMark, error) {
	rows, err := t.Query(`SELECT step, part, member_id, at, value FROM setup_mark ORDER BY step, part`)
	return all(rows, err, func(row scanner) (SetupMark, error) {
		var m SetupMark
		var when int64
		err := row.Scan(&m.Step, &m.Part, &m.Member, &when, &m.Value)
		m.At = at(when)
		return m, err
	})
}

// Practised reports whether somebody answered a complaint that was made up, while it is
// there.
func (t *Tx) Practised() (bool, error) {
	var n int
	err := t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM case_file c WHERE c.channel = 'practice' AND EXISTS
(SELECT 1 FROM entry e WHERE e.case_id = c.id AND e.kind = 'message-out' AND e.author_kind = 'member') LIMIT 1) AS hits`).Scan(&n)
	return n > 0, err
}
