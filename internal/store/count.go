package store

import (
	"bytes"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
)

// Span is a stretch of time; Till is not part of it.
type Span struct {
	From, Till time.Time
	Of         []casefile.ID // only these cases; nil: all
}

// among narrows to what a report of a span counts: what was received before it ended
// and not closed before it began, but for mail that nobody took for a complaint yet.
func (s Span) among() (where string, args []any) {
	where, args = `c.received < $1 AND (c.closed = 0 OR c.closed >= $2) AND c.state <> 'unsorted' AND `+notPractice, []any{micros(s.Till), micros(s.From)}
	if s.Of != nil {
		where, args = where+` AND c.id IN (`+numbered(3, len(s.Of))+`)`, append(args, anys(s.Of)...)
	}
	return where, args
}

// CasesAmong lists what stands in the clear about every case that a report of a span
// counts.
func (t *Tx) CasesAmong(s Span) ([]Case, error) {
	where, args := s.among()
	rows, err := t.Query(`SELECT `+caseColumns+` FROM case_file c WHERE `+where+` ORDER BY c.received, c.id`, args...)
	return all(rows, err, scanCase)
}

// Registered is a case with the hash of the leaf that tells of its receipt.
type Registered struct {
	Case casefile.ID
	Hash []byte
}

// RegisteredIn lists the first of the cases received in a span whose receipt has its
// place in the log, ordered by hash, and tells how many there are: all of them, or those
// that a member has a key to.
func (t *Tx) RegisteredIn(s Span, member staff.ID, most int) (list []Registered, of int, err error) {
	where, args := "", []any{micros(s.From), micros(s.Till)}
	if member != "" {
		where, args = ` AND EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.recipient_kind = 'member' AND g.recipient_id = $3)`, append(args, member)
	}
	rows, err := t.Query(`SELECT c.id FROM case_file c WHERE c.received >= $1 AND c.received < $2 AND `+notPractice+where, args...)
	ids, err := all(rows, err, scanID)
	if err != nil {
		return nil, 0, err
	}
	among := make(map[casefile.ID]bool, len(ids))
	for _, id := range ids {
		among[id] = true
	}
	// Both tables are read in one go each: joined, one is looked up for every row of the other.
	rows, err = t.Query(`SELECT case_id, hash FROM log_leaf WHERE kind = 'receipt' AND record IS NOT NULL AND position IS NOT NULL AND case_id > ''`)
	receipts, err := all(rows, err, func(row scanner) (r Registered, err error) {
		err = row.Scan(&r.Case, &r.Hash)
		return r, err
	})
	receipts = slices.DeleteFunc(receipts, func(r Registered) bool { return !among[r.Case] })
	slices.SortFunc(receipts, func(a, b Registered) int { return bytes.Compare(a.Hash, b.Hash) })
	return receipts[:min(most, len(receipts))], len(receipts), err
}

// ClocksAmong lists the clocks of those cases, by due time.
func (t *Tx) ClocksAmong(s Span) (map[casefile.ID][]deadline.Clock, error) {
	where, args := s.among()
	rows, err := t.Query(`SELECT case_id, `+clockColumns+` FROM (SELECT k.* FROM case_clock k JOIN case_file c ON c.id = k.case_id
  WHERE `+where+`) AS clocks ORDER BY due, id`, args...)
	type of struct {
		id    casefile.ID
		clock deadline.Clock
	}
	list, err := all(rows, err, func(row scanner) (o of, err error) {
		o.clock, err = scanClock(scanFunc(func(dest ...any) error { return row.Scan(append([]any{&o.id}, dest...)...) }))
		return o, err
	})
	found := map[casefile.ID][]deadline.Clock{}
	for _, o := range list {
		found[o.id] = append(found[o.id], o.clock)
	}
	return found, err
}

// Dealing is what the timeline of a case tells in the clear.
type Dealing struct {
	Case    casefile.ID
	Replied bool // the complainant wrote after a member had
}

// DealingsAmong lists those cases in which a member wrote to the complainant.
func (t *Tx) DealingsAmong(s Span) ([]Dealing, error) {
	where, args := s.among()
	rows, err := t.Query(`SELECT m.case_id, CASE WHEN EXISTS (SELECT 1 FROM entry r
  WHERE r.case_id = m.case_id AND r.seq > m.first AND r.kind = 'message-in' AND r.author_kind = 'complainant') THEN 1 ELSE 0 END
FROM (SELECT e.case_id, min(e.seq) AS first FROM case_file c JOIN entry e ON e.case_id = c.id
  WHERE `+where+` AND e.kind = 'message-out' GROUP BY e.case_id) AS m`, args...)
	return all(rows, err, func(row scanner) (d Dealing, err error) {
		var replied int
		err = row.Scan(&d.Case, &replied)
		d.Replied = replied == 1
		return d, err
	})
}

// IdentitiesOpened lists the cases, of some or of all, in which the record of who the
// complainant is was opened.
func (t *Tx) IdentitiesOpened(of []casefile.ID) ([]casefile.ID, error) {
	where := ""
	if of != nil {
		where = ` AND case_id IN (` + numbered(1, len(of)) + `)`
	}
	rows, err := t.Query(`SELECT DISTINCT case_id FROM opening WHERE what = 'identity'`+where, anys(of)...)
	return all(rows, err, scanID)
}

func scanID(row scanner) (id casefile.ID, err error) {
	err = row.Scan(&id)
	return id, err
}

// Reader is a member with a key to a case, or who lost it with their old keys.
type Reader struct {
	Case   casefile.ID
	Member staff.ID
}

// ReadersAmong lists who can read the cases that a report of a span counts.
func (t *Tx) ReadersAmong(s Span) ([]Reader, error) {
	where, args := s.among()
	rows, err := t.Query(`SELECT g.case_id, g.recipient_id FROM case_file c JOIN case_grant g ON g.case_id = c.id AND g.epoch = c.epoch
WHERE `+where+` AND g.recipient_kind = 'member'
UNION SELECT l.case_id, l.member_id FROM case_file c JOIN lost_access l ON l.case_id = c.id WHERE `+where, args...)
	return all(rows, err, func(row scanner) (r Reader, err error) {
		err = row.Scan(&r.Case, &r.Member)
		return r, err
	})
}
