package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
)

// errUnlogged tells that a function changed a case, or the desk, without a line in the
// log; then the change does not happen.
var errUnlogged = errors.New("a case or the desk was changed without a line in the log")

// desk stands for the desk where a case is named: members, how they sign in, directory and the like.
const desk casefile.ID = ""

// change notes that something of a case, or of the desk, is being changed.
func (t *Tx) change(id casefile.ID) {
	if t.changed == nil {
		t.changed = map[casefile.ID]bool{}
	}
	t.changed[id] = true
}

// turn is how a case, or the desk, stands at the end of a transaction.
type turn struct {
	number int64
	state  [32]byte
}

// writeLeaves writes the lines of the log that a function left, each with how its
// case stands now. All lines about one case in one transaction tell of one turn.
func (t *Tx) writeLeaves(stamp func(hash []byte) []byte) error {
	turns := map[casefile.ID]turn{}
	for _, l := range t.leaves {
		r, err := audit.DecodeRecord(l.Record)
		if err != nil || len(l.Salt) != 32 {
			return fmt.Errorf("log %s: %w", l.Kind, errors.Join(err, audit.ErrRecord))
		}
		if r.Kind.Changes() || t.changed[l.Case] {
			now, known := turns[l.Case]
			if !known {
				if now, err = t.nextTurn(l.Case); err != nil {
					return fmt.Errorf("log %s: %w", l.Kind, err)
				}
				turns[l.Case] = now
			}
			delete(t.changed, l.Case)
			r.Turn, r.State = uint64(now.number), now.state //nolint:gosec // counts from one
			l.Record = r.Encode()
		}
		sum := audit.Leaf([32]byte(l.Salt), l.Record)
		l.Hash = sum[:]
		if stamp != nil {
			l.Stamp = stamp(l.Hash)
		}
		if err := t.writeLeaf(l); err != nil {
			return fmt.Errorf("log %s: %w", l.Kind, err)
		}
	}
	if len(t.changed) > 0 {
		return errUnlogged
	}
	return nil
}

// nextTurn counts one more change of a case or of the desk. Of a case that is gone
// there is no further turn; that of its erasure tells of what is left of it.
func (t *Tx) nextTurn(id casefile.ID) (turn, error) {
	query, args := `UPDATE case_file SET turn = turn + 1 WHERE id = $1`, []any{id}
	if id == desk {
		query, args = `UPDATE instance SET turn = turn + 1`, nil
	}
	n, err := t.Exec(query, args...)
	if err != nil {
		return turn{}, err
	}
	var now turn
	if n == 0 {
		now.number, now.state, err = t.ErasedState(id)
		if errors.Is(err, ErrNone) {
			err = nil
		}
		return now, err
	}
	if id == desk {
		now.number, now.state, err = t.DeskState()
	} else {
		now.number, now.state, err = t.CaseState(id)
	}
	return now, err
}

// The rows that make up the state of a case. What is sealed enters by its stamp:
// entries, whose stamps are chained into the head, are not read here. A column that
// is added to these tables is added here as well, which a test of the log asks for.
const (
	caseStateRow = `SELECT turn, id, number, route, team, state, language, channel, in_charge, received, changed, closed,
  erase_after, part_after, held, barred, next_due, unreached, epoch, revision, head_count, head_hash, head_stamp
FROM case_file WHERE id = $1`
	caseStateParts = `SELECT 1 AS part, epoch AS n1, seq AS n2, created AS n3, 0 AS n4, 0 AS n5, recipient_kind AS a, recipient_id AS b, fingerprint AS c, stamp AS x
  FROM case_grant WHERE case_id = $1
UNION ALL SELECT 2, epoch, seq, created, 0, 0, '', '', '', stamp FROM case_key WHERE case_id = $1
UNION ALL SELECT 3, started, target, due, hard, met, id, kind, '', NULL FROM case_clock WHERE case_id = $1
UNION ALL SELECT 13, promised, paused, again, reminded, rung, id, '', '', NULL FROM case_clock WHERE case_id = $1
UNION ALL SELECT 14, remind, 0, 0, 0, 0, id, '', '', NULL FROM case_clock WHERE case_id = $1
UNION ALL SELECT 4, created, handed, 0, 0, 0, lookup, '', '', stamp FROM code WHERE case_id = $1
UNION ALL SELECT 5, verified, 0, 0, 0, 0, '', '', '', box FROM notice_address WHERE case_id = $1
UNION ALL SELECT 6, epoch, revision, 0, 0, 0, '', '', '', stamp FROM summary WHERE case_id = $1
UNION ALL SELECT 8, 0, 0, 0, 0, 0, '', '', '', mark FROM notice_address WHERE case_id = $1
UNION ALL SELECT 9, 0, 0, 0, 0, 0, '', '', '', stamp FROM notice_address WHERE case_id = $1
UNION ALL SELECT 10, at, until, shut, 0, 0, id, member_id, '', stamp FROM opening WHERE case_id = $1 AND until > at
UNION ALL SELECT 11, started, ready, kept, 0, 0, id, member_id, lookup, stamp FROM code_change WHERE case_id = $1
UNION ALL SELECT 12, seq, 0, 0, 0, 0, member_id, '', '', stamp FROM lost_access WHERE case_id = $1
UNION ALL SELECT 7, size, created, 0, 0, 0, name, object_id, '', NULL FROM blob_ref WHERE owner_kind = 'case' AND owner_id = $1`
	erasedStateRow = `SELECT turn, case_id, number, route, team, channel, language, topics, outcome, received, closed, days, acknowledged,
  answered, apart, rule, due, erased, story_erased, identity_erased, member_id, second_id, leaf_id FROM erased_case WHERE case_id = $1`
	deskStateRow     = `SELECT turn, id, profile, created FROM instance`
	deskStateMembers = `SELECT id, salt, email, name, active, created FROM member ORDER BY id`
	deskStateWays    = `SELECT member_id, kind, credential, params, salt, box, changed FROM envelope ORDER BY member_id, kind, credential`
	deskStateFactors = `SELECT member_id, revision, app, box FROM factor ORDER BY member_id`
	deskStatePasskey = `SELECT credential, member_id, box, suspect, created FROM passkey ORDER BY credential`
	deskStateAccount = `SELECT lookup, member_id FROM account ORDER BY lookup`
	deskStateHead    = `SELECT seq, hash FROM directory_event ORDER BY seq DESC LIMIT 1`
	deskStateParts   = `SELECT 1 AS part, id AS a, asked_by AS b, state AS c, '' AS d, '' AS e, '' AS f, created AS n1, 0 AS n2, 0 AS n3, statement AS x, statement AS y
  FROM directory_change
UNION ALL SELECT 2, change_id, signer, '', '', '', '', at, 0, 0, value, NULL FROM directory_signature
UNION ALL SELECT 3, id, kind, state, lookup, invited_by, CASE WHEN state = 'open' THEN '' ELSE member_id END, created, expires, 0,
  CASE WHEN state = 'open' THEN NULL ELSE stamp END, CASE WHEN state = 'open' THEN NULL ELSE request END FROM invitation
UNION ALL SELECT 4, id, email, name, language, assignments, '', 0, 0, 0, NULL, NULL FROM invitation
UNION ALL SELECT 5, '', '', '', '', '', '', at, 0, 0, record, signature FROM acceptance
UNION ALL SELECT 6, id, started_by, entry_id, entry_kind, '', '', started, key_seq, entry_seq, key_stamp, entry_stamp FROM drill
UNION ALL SELECT 7, id, '', '', '', '', '', head_count, compartment, 0, head_hash, head_stamp FROM drill
UNION ALL SELECT 8, drill_id, recipient_kind, recipient_id, fingerprint, '', '', seq, opened, 0, stamp, NULL FROM drill_grant
UNION ALL SELECT 9, id, member_id, '', '', '', '', at, 0, 0, NULL, NULL FROM recovery_use
UNION ALL SELECT 10, member_id, deputy_id, '', '', '', '', away_from, away_to, 0, NULL, NULL FROM absence
UNION ALL SELECT 11, member_id, lookup, '', '', '', '', created, 0, 0, NULL, NULL FROM calendar_address
UNION ALL SELECT 13, member_id, fingerprint, '', '', '', '', added, 0, 0, public_key, stamp FROM openpgp_key
UNION ALL SELECT 12, CAST(year AS TEXT), '', '', '', '', '', people, supporters, trainings, NULL, NULL FROM year_entry
UNION ALL SELECT 14, CAST(number AS TEXT), member_id, why, '', '', '', made, number, 0, hash, NULL FROM configuration
UNION ALL SELECT 15, step, part, member_id, '', '', '', at, 0, 0, value, NULL FROM setup_mark
ORDER BY part, a, b, c, d, e, n1`
)

// CaseState is the number of the newest turn of a case and the SHA-256 of what the
// database holds about it: the row of the case, its grants, keys, clocks, codes,
// notice address, summary, blobs, a new code on its way, who waits for access, and what
// members have opened for a while.
func (t *Tx) CaseState(id casefile.ID) (number int64, state [32]byte, err error) {
	h := newStateHash("klankbord/state/case/1")
	if number, err = t.hashRow(h, caseStateRow, id); err == nil {
		err = t.hashCaseParts(h, id)
	}
	return number, h.sum(), err
}

// ErasedState is the same of what is left of a case that was erased; ErrNone where there
// is no such case.
func (t *Tx) ErasedState(id casefile.ID) (number int64, state [32]byte, err error) {
	h := newStateHash("klankbord/state/erased/1")
	if number, err = t.hashRow(h, erasedStateRow, id); err != nil {
		return 0, state, err
	}
	return number, h.sum(), nil
}

// DeskState is the same of the desk: instance, members and how they sign in, the newest
// event of the directory, changes of it with their signatures, invitations,
// acceptances, practice cases, uses of the recovery key, who is away, addresses of
// calendars, OpenPGP keys of members, what was entered of a year, and the versions of the
// configuration, by their hash. What an invitation
// gathers before it is used counts from then on.
func (t *Tx) DeskState() (number int64, state [32]byte, err error) {
	h := newStateHash("klankbord/state/desk/1")
	if number, err = t.hashRow(h, deskStateRow); err == nil {
		_, err = t.hashRows(h, deskStateMembers)
	}
	for _, query := range []string{deskStateWays, deskStateFactors, deskStatePasskey, deskStateAccount, deskStateHead, deskStateParts} {
		if err == nil {
			_, err = t.hashRows(h, query)
		}
	}
	return number, h.sum(), err
}

// stateHash writes values one after the other, each behind its kind and length, so
// that no two lists of rows are written alike.
type stateHash struct{ hash.Hash }

func newStateHash(label string) stateHash {
	h := stateHash{sha256.New()}
	h.put('t', []byte(label))
	return h
}

func (h stateHash) put(kind byte, b []byte) {
	_, _ = h.Write(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(b)))) //nolint:gosec // a value is far below 4 GiB
	_, _ = h.Write(b)
}

func (h stateHash) value(v any) error {
	switch v := v.(type) {
	case nil:
		h.put('n', nil)
	case int64:
		h.put('i', binary.BigEndian.AppendUint64(nil, uint64(v))) //nolint:gosec // bit pattern
	case string:
		h.put('t', []byte(v))
	case []byte:
		h.put('b', v)
	default:
		return fmt.Errorf("state: a value of type %T", v)
	}
	return nil
}

func (h stateHash) row(values ...any) error {
	for _, v := range values {
		if err := h.value(v); err != nil {
			return err
		}
	}
	return nil
}

// end tells how many rows a query gave.
func (h stateHash) end(rows int) {
	h.put('r', binary.BigEndian.AppendUint64(nil, uint64(rows))) //nolint:gosec // never negative
}

func (h stateHash) sum() [32]byte { return [32]byte(h.Sum(nil)) }

// hashRow hashes the one row of a query and returns its first column, which is a
// number; ErrNone when there is no row.
func (t *Tx) hashRow(h stateHash, query string, args ...any) (int64, error) {
	first, err := t.hashRows(h, query, args...)
	if err != nil {
		return 0, err
	}
	number, ok := first.(int64)
	if !ok {
		return 0, ErrNone
	}
	return number, nil
}

// hashRows hashes the rows of a query and returns the first column of the first.
func (t *Tx) hashRows(h stateHash, query string, args ...any) (first any, err error) {
	rows, err := t.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, dest := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		dest[i] = &values[i]
	}
	count := 0
	for ; rows.Next(); count++ {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		if count == 0 {
			first = values[0]
		}
		if err := h.row(values...); err != nil {
			return nil, err
		}
	}
	h.end(count)
	return first, rows.Err()
}

// part is a row of caseStateParts.
type part struct {
	part       int64
	n1, n2, n3 int64
	n4, n5     int64
	a, b, c    string
	x          any
}

// hashCaseParts hashes what belongs to a case, ordered by part, a, b, n1 and n2. It is
// ordered here: SQLite would pass each row through as many steps as there are kinds.
func (t *Tx) hashCaseParts(h stateHash, id casefile.ID) error {
	rows, err := t.Query(caseStateParts, id)
	list, err := all(rows, err, func(row scanner) (p part, err error) {
		err = row.Scan(&p.part, &p.n1, &p.n2, &p.n3, &p.n4, &p.n5, &p.a, &p.b, &p.c, &p.x)
		return p, err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(p, q part) int {
		return cmp.Or(cmp.Compare(p.part, q.part), cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b), cmp.Compare(p.n1, q.n1), cmp.Compare(p.n2, q.n2))
	})
	for _, p := range list {
		if err := h.row(p.part, p.n1, p.n2, p.n3, p.n4, p.n5, p.a, p.b, p.c, p.x); err != nil {
			return err
		}
	}
	h.end(len(list))
	return nil
}

// KeepsUp reports whether the row of a case stands at the newest turn that a line of
// the log tells of: one that does not was put back to how it was before. Where no line
// tells of a turn there is nothing to compare with.
func (t *Tx) KeepsUp(id casefile.ID) (bool, error) {
	now, err := one(t.QueryRow(`SELECT turn FROM case_file WHERE id = $1`, id), func(row scanner) (n int64, err error) {
		err = row.Scan(&n)
		return n, err
	})
	if err != nil {
		return false, err
	}
	told, err := t.toldTurn(id)
	return told == 0 || told == now, err
}

// toldTurn is the newest turn of a case that a line tells of. Two processes whose
// clocks differ may place their lines the other way round, so all of them count.
func (t *Tx) toldTurn(id casefile.ID) (newest int64, err error) {
	rows, err := t.Query(`SELECT record FROM log_leaf WHERE case_id = $1 AND record IS NOT NULL`, id)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var record []byte
		if err := rows.Scan(&record); err != nil {
			return 0, err
		}
		r, err := audit.DecodeRecord(record)
		if err != nil || r.Turn == 0 {
			continue // what is wrong with a line is for the check of the log to say
		}
		newest = max(newest, int64(r.Turn)) //nolint:gosec // counts from one
	}
	return newest, rows.Err()
}
