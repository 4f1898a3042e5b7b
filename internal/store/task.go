package store

import (
	"fmt"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
)

// Task is a clock that runs in a case which a member may read.
type Task struct {
	Number casefile.Number
	Charge staff.ID
	deadline.Clock
}

// TaskFilter says whose tasks are listed, and which.
type TaskFilter struct {
	Member staff.ID
	Key    string     // the fingerprint of the key that the member has now
	Charge []staff.ID // cases with one of these in charge; nil: with anybody or nobody
	Limit  int
	Offset int
}

// Tasks lists the clocks that run in the cases to which a member has a key, by date.
// What rests is not among them, and of closed cases only a check-in that has waited
// too long for its answer, and a request about personal data.
func (t *Tx) Tasks(f TaskFilter) ([]Task, error) {
	args := []any{micros(t.now), f.Member, f.Key}
	charge := ""
	if f.Charge != nil {
		marks := make([]string, len(f.Charge))
		for i, id := range f.Charge {
			args = append(args, id)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		charge = ` AND c.in_charge IN (` + strings.Join(marks, ", ") + `)`
	}
	args = append(args, f.Limit, f.Offset)
	rows, err := t.Query(fmt.Sprintf(`SELECT number, in_charge, `+clockColumns+` FROM (
  SELECT k.*, c.number, c.in_charge FROM case_clock k JOIN case_file c ON c.id = k.case_id
  WHERE k.met = 0 AND k.paused = 0 AND `+notPractice+` AND (c.closed = 0 OR k.kind = 'data-request' OR k.kind = 'check-in' AND k.due <= $1)
    AND EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.epoch = c.epoch
      AND g.recipient_kind = 'member' AND g.recipient_id = $2 AND g.fingerprint = $3)%s
  ORDER BY k.due, k.case_id, k.id LIMIT $%d OFFSET $%d) AS running
ORDER BY due, case_id, id`, charge, len(args)-1, len(args)), args...)
	return all(rows, err, func(row scanner) (task Task, err error) {
		task.Clock, err = scanClock(scanFunc(func(dest ...any) error {
			return row.Scan(append([]any{&task.Number, &task.Charge}, dest...)...)
		}))
		return task, err
	})
}

// CalendarAddress is the secret address at which a calendar reads a member's dates.
type CalendarAddress struct {
	Member  staff.ID
	Lookup  string // a hash of what stands in the address
	Created time.Time
}

// PutCalendarAddress keeps the address of a member, in the place of the one before.
func (t *Tx) PutCalendarAddress(a CalendarAddress) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO calendar_address (member_id, lookup, created) VALUES ($1, $2, $3)
ON CONFLICT (member_id) DO UPDATE SET lookup = excluded.lookup, created = excluded.created`, a.Member, a.Lookup, micros(t.now))
	return err
}

// DeleteCalendarAddress ends the address of a member.
func (t *Tx) DeleteCalendarAddress(m staff.ID) error {
	t.change(desk)
	_, err := t.Exec(`DELETE FROM calendar_address WHERE member_id = $1`, m)
	return err
}

// CalendarAddressOf is the address that a member has; ErrNone.
func (t *Tx) CalendarAddressOf(m staff.ID) (CalendarAddress, error) {
	return one(t.QueryRow(`SELECT member_id, lookup, created FROM calendar_address WHERE member_id = $1`, m), scanCalendarAddress)
}

// CalendarAddressBy finds the address with a look-up hash; ErrNone.
func (t *Tx) CalendarAddressBy(lookup string) (CalendarAddress, error) {
	return one(t.QueryRow(`SELECT member_id, lookup, created FROM calendar_address WHERE lookup = $1`, lookup), scanCalendarAddress)
}

func scanCalendarAddress(row scanner) (a CalendarAddress, err error) {
	var created int64
	err = row.Scan(&a.Member, &a.Lookup, &created)
	a.Created = at(created)
	return a, err
}
