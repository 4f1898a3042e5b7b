package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// InboxFilter narrows a member's list. Zero values do not narrow.
type InboxFilter struct {
	Member    staff.ID // whose list; only cases with a grant for them
	With      staff.ID // only cases with a grant for this member as well
	Open      bool     // only cases that are not closed
	Closed    bool     // only closed ones
	Charge    *staff.ID
	Route     casefile.Route
	States    []casefile.State
	DueTill   time.Time // a clock ends before this
	EraseTill time.Time // its time to be kept, or that of a part, ended before this
	Among     Span      // only cases that a report of this time counts
	Watched   bool      // a clock runs
	Came      time.Time // received since
	Ended     time.Time // closed since
	Unread    bool      // items that the member has not read
	Unsorted  bool      // what nobody took for a complaint yet, which is in no other list
	Awake     time.Time // leave out what the member does not want to be shown then; zero: list all
	Snoozed   time.Time // only those; zero: list all
	Cases     []casefile.ID
	Practice  bool // only what a member made up to practise on; without it, nothing of that
	Limit     int
	Offset    int
}

// InboxRow is a case in a member's list with what opens its summary.
type InboxRow struct {
	Case
	Summary  Summary
	Ring     seal.Box // keyring row for the summary's epoch; empty before the first opening
	Grant    Grant    // only filled when Ring is empty; zero: no key to that epoch
	ReadUpTo int64
}

// snoozed finds what a member does not want to be shown at a time; it ends when the
// complainant writes.
const snoozed = `SELECT 1 FROM beside z WHERE z.case_id = c.id AND z.member_id = ? AND z.kind = 'snooze' AND (z.until = 0 OR z.until > ?)
  AND NOT EXISTS (SELECT 1 FROM entry w WHERE w.case_id = c.id AND w.seq > z.seq AND w.author_kind = 'complainant')`

func (f InboxFilter) where() (string, []any) {
	var parts []string
	var args []any
	add := func(sql string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			sql = strings.Replace(sql, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		parts = append(parts, sql)
	}
	add(`EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.epoch = c.epoch AND g.recipient_kind = 'member' AND g.recipient_id = ?)`, f.Member)
	if f.Practice {
		add(`c.channel = 'practice'`)
	} else {
		add(notPractice)
	}
	if f.With != "" {
		// Which cases both have is found first: where they are few, few are looked at.
		add(`(c.id, c.epoch) IN (SELECT x.case_id, x.epoch FROM case_grant x JOIN case_grant y ON y.case_id = x.case_id AND y.epoch = x.epoch AND y.recipient_kind = 'member'
WHERE x.recipient_kind = 'member' AND x.recipient_id = ? AND y.recipient_id = ?)`, f.With, f.Member)
	}
	switch {
	case f.Unsorted:
		add(`c.state = 'unsorted'`)
	case f.Cases == nil:
		add(`c.state <> 'unsorted'`)
	}
	switch {
	case f.Open:
		add(`c.closed = 0`)
	case f.Closed:
		add(`c.closed > 0`)
	}
	if f.Charge != nil {
		add(`c.in_charge = ?`, *f.Charge)
	}
	if f.Route != "" {
		add(`c.route = ?`, f.Route)
	}
	if len(f.States) > 0 {
		values := make([]any, len(f.States))
		for i, s := range f.States {
			values[i] = s
		}
		add(`c.state IN (?`+strings.Repeat(`, ?`, len(values)-1)+`)`, values...)
	}
	due := `c.next_due`
	if f.Closed {
		due = `+c.next_due` // no index of it is used: of the cases with a date few are closed
	}
	if !f.DueTill.IsZero() {
		add(due+` < ?`, micros(f.DueTill))
	}
	if !f.Came.IsZero() {
		add(`c.received >= ?`, micros(f.Came))
	}
	if !f.Ended.IsZero() {
		add(`c.closed >= ?`, micros(f.Ended))
	}
	if f.Watched {
		add(due + ` > 0`)
	}
	if !f.EraseTill.IsZero() {
		add(`(c.erase_after > 0 AND c.erase_after < ? OR c.part_after > 0 AND c.part_after < ?)`, micros(f.EraseTill), micros(f.EraseTill))
	}
	if !f.Among.Till.IsZero() {
		add(`c.received < ? AND (c.closed = 0 OR c.closed >= ?)`, micros(f.Among.Till), micros(f.Among.From))
	}
	if f.Unread {
		add(`c.head_count > coalesce((SELECT r.seq FROM read_mark r WHERE r.case_id = c.id AND r.member_id = ?), 0)`, f.Member)
	}
	if !f.Awake.IsZero() {
		add(`NOT EXISTS (`+snoozed+`)`, f.Member, micros(f.Awake))
	}
	if !f.Snoozed.IsZero() {
		// Few are: they are found first, and not looked for in every case.
		add(`c.id IN (SELECT y.case_id FROM beside y WHERE y.member_id = ? AND y.kind = 'snooze')`, f.Member)
		add(`EXISTS (`+snoozed+`)`, f.Member, micros(f.Snoozed))
	}
	if f.Cases != nil {
		values := make([]any, len(f.Cases))
		for i, id := range f.Cases {
			values[i] = id
		}
		if len(values) == 0 {
			add(`1 = 0`)
		} else {
			add(`c.id IN (?`+strings.Repeat(`, ?`, len(values)-1)+`)`, values...)
		}
	}
	return strings.Join(parts, " AND "), args
}

// Inbox lists the cases of a member by next deadline, and those that came since a time in
// the order in which they came.
func (t *Tx) Inbox(f InboxFilter) ([]InboxRow, error) {
	order := "c.next_due, c.id"
	if !f.Came.IsZero() {
		order = "c.received, c.id" // along the index that finds them
	}
	where, args := f.where()
	args = append(args, f.Member, f.Limit, f.Offset)
	n := len(args)
	// The rows of the page are chosen first, along the index of their order; only theirs
	// are joined with what opens them.
	rows, err := t.Query(fmt.Sprintf(`SELECT %s, s.epoch, s.revision, s.box, s.stamp, k.box, coalesce(r.seq, 0)
FROM (SELECT c.* FROM case_file c WHERE %s ORDER BY %s LIMIT $%d OFFSET $%d) AS c
JOIN summary s ON s.case_id = c.id
LEFT JOIN keyring k ON k.case_id = c.id AND k.epoch = s.epoch AND k.member_id = $%d
LEFT JOIN read_mark r ON r.case_id = c.id AND r.member_id = $%d
ORDER BY %s`, caseColumns, where, order, n-1, n, n-2, n-2, order), args...)
	list, err := all(rows, err, scanInboxRow)
	if err != nil {
		return nil, err
	}
	return list, t.grantsFor(f.Member, list)
}

// grantsFor reads the grants of a member where the keyring has no row yet.
func (t *Tx) grantsFor(member staff.ID, list []InboxRow) (err error) {
	for i := range list {
		if len(list[i].Ring) > 0 {
			continue
		}
		list[i].Grant, err = t.memberGrant(list[i].ID, list[i].Summary.Epoch, member)
		if err != nil && !errors.Is(err, ErrNone) { // none: they have no key to that epoch
			return err
		}
	}
	return nil
}

func scanInboxRow(row scanner) (InboxRow, error) {
	var r InboxRow
	var box, ring []byte
	wrapped := func(dest ...any) error {
		return row.Scan(append(dest, &r.Summary.Epoch, &r.Summary.Revision, &box, &r.Summary.Stamp, &ring, &r.ReadUpTo)...)
	}
	c, err := scanCase(scanFunc(wrapped))
	r.Case, r.Summary.Case, r.Summary.Box, r.Ring = c, c.ID, box, ring
	return r, err
}

type scanFunc func(dest ...any) error

func (f scanFunc) Scan(dest ...any) error { return f(dest...) }

func (t *Tx) memberGrant(id casefile.ID, epoch uint32, member staff.ID) (Grant, error) {
	return one(t.QueryRow(`SELECT `+grantColumns+` FROM case_grant
WHERE case_id = $1 AND epoch = $2 AND recipient_kind = 'member' AND recipient_id = $3`, id, epoch, member), scanGrant)
}

// CountInbox counts the cases of a member up to most, so that a large desk does
// not pay for numbers that nobody reads.
func (t *Tx) CountInbox(f InboxFilter, most int) (int, error) {
	where, args := f.where()
	args = append(args, most)
	var n int
	err := t.QueryRow(fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM case_file c WHERE %s LIMIT $%d) AS hits`, where, len(args)), args...).Scan(&n)
	return n, err
}
