package store

import (
	"math"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Case is what stands in the clear about a case.
type Case struct {
	ID         casefile.ID
	Number     casefile.Number
	Route      casefile.Route
	Team       casefile.Team
	State      casefile.State
	Language   string
	Channel    casefile.Channel
	InCharge   staff.ID // empty: nobody yet
	Received   time.Time
	Changed    time.Time
	Closed     time.Time // zero while open
	EraseAfter time.Time // zero: not planned
	PartAfter  time.Time // when a part of it may go before the rest; zero: none does, or it is gone
	Held       time.Time // a hold stands, to be looked at again then; zero: none stands
	Barred     time.Time // it is kept until then, when a claim is time-barred; zero: members set no such day
	NextDue    time.Time // zero: no clock runs
	Unreached  bool      // the acknowledgement must go by post or phone
	Epoch      uint32
	Revision   int64 // grows with every change of the row
	Head       Head
}

// Head is the number last given to an item of a case and the chained hash of those
// that are there, stamped. The number never falls back, not when a grant is removed.
type Head struct {
	Count int64
	Hash  []byte
	Stamp []byte
}

const caseColumns = `c.id, c.number, c.route, c.team, c.state, c.language, c.channel, c.in_charge,
  c.received, c.changed, c.closed, c.erase_after, c.part_after, c.held, c.barred, c.next_due, c.unreached, c.epoch, c.revision,
  c.head_count, c.head_hash, c.head_stamp`

// never stands for "no clock runs", so that such cases sort last.
const never = math.MaxInt64

func due(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixMicro()
}

func scanCase(row scanner) (Case, error) {
	var c Case
	var received, changed, closed, erase, part, held, barred, next, unreached int64
	err := row.Scan(&c.ID, &c.Number, &c.Route, &c.Team, &c.State, &c.Language, &c.Channel, &c.InCharge,
		&received, &changed, &closed, &erase, &part, &held, &barred, &next, &unreached, &c.Epoch, &c.Revision,
		&c.Head.Count, &c.Head.Hash, &c.Head.Stamp)
	c.Received, c.Changed, c.Closed, c.EraseAfter, c.PartAfter, c.Held, c.Barred = at(received), at(changed), at(closed), at(erase), at(part), at(held), at(barred)
	if next != never {
		c.NextDue = at(next)
	}
	c.Unreached = unreached == 1
	return c, err
}

// InsertCase adds a case. A number that exists already fails as sqldb.IsUnique.
func (t *Tx) InsertCase(c Case) error {
	t.change(c.ID)
	_, err := t.Exec(`INSERT INTO case_file (id, number, route, team, state, language, channel, in_charge,
  received, changed, closed, erase_after, part_after, next_due, unreached, epoch, head_count, head_hash, head_stamp)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		c.ID, c.Number, c.Route, c.Team, c.State, c.Language, c.Channel, c.InCharge,
		micros(c.Received), micros(c.Received), micros(c.Closed), micros(c.EraseAfter), micros(c.PartAfter), due(c.NextDue),
		bit(c.Unreached), c.Epoch, c.Head.Count, c.Head.Hash, c.Head.Stamp)
	return err
}

// Case reads a case by id.
func (t *Tx) Case(id casefile.ID) (Case, error) {
	return one(t.QueryRow(`SELECT `+caseColumns+` FROM case_file c WHERE c.id = $1`, id), scanCase)
}

// CaseByNumber reads a case by the number people see.
func (t *Tx) CaseByNumber(n casefile.Number) (Case, error) {
	return one(t.QueryRow(`SELECT `+caseColumns+` FROM case_file c WHERE c.number = $1`, n), scanCase)
}

// CaseFor reads a case by number for a member who holds a key of it; every other
// is ErrNone. For one that does not exist the grants are looked through all the same,
// so that it takes as long as one that is not the member's.
func (t *Tx) CaseFor(member staff.ID, n casefile.Number) (Case, error) {
	return one(t.QueryRow(`SELECT `+caseColumns+` FROM case_file c WHERE c.id = (
  SELECT g.case_id FROM case_grant g WHERE g.recipient_kind = 'member' AND g.recipient_id = $1
    AND g.case_id = coalesce((SELECT f.id FROM case_file f WHERE f.number = $2), '') LIMIT 1)`,
		member, n), scanCase)
}

// MoveHead replaces the head of a case if it still is what was read before;
// otherwise it fails with ErrStale and the use case starts again.
func (t *Tx) MoveHead(id casefile.ID, from, to Head) error {
	t.change(id)
	n, err := t.Exec(`UPDATE case_file SET head_count = $1, head_hash = $2, head_stamp = $3, changed = $4
WHERE id = $5 AND head_count = $6 AND head_hash = $7`,
		to.Count, to.Hash, to.Stamp, micros(t.now), id, from.Count, from.Hash)
	return changed(n, err, ErrStale)
}

// MoveEpoch makes an epoch the present one of a case; ErrStale when another was
// drawn meanwhile. It goes with MoveHead, which binds the epoch's keys.
func (t *Tx) MoveEpoch(id casefile.ID, from, to uint32) error {
	t.change(id)
	n, err := t.Exec(`UPDATE case_file SET epoch = $1 WHERE id = $2 AND epoch = $3`, to, id, from)
	return changed(n, err, ErrStale)
}

// CaseChange is what may change in the clear about a case.
type CaseChange struct {
	Route      casefile.Route
	Team       casefile.Team
	State      casefile.State
	InCharge   staff.ID
	Language   string
	Closed     time.Time
	EraseAfter time.Time
	PartAfter  time.Time
	Held       time.Time
	Barred     time.Time
	NextDue    time.Time
	Unreached  bool
}

// Change returns the changeable part of c.
func (c Case) Change() CaseChange {
	return CaseChange{c.Route, c.Team, c.State, c.InCharge, c.Language, c.Closed, c.EraseAfter, c.PartAfter, c.Held, c.Barred, c.NextDue, c.Unreached}
}

// UpdateCase writes the changeable part if the row is still at revision;
// otherwise it fails with ErrStale.
func (t *Tx) UpdateCase(id casefile.ID, revision int64, c CaseChange) error {
	t.change(id)
	n, err := t.Exec(`UPDATE case_file SET state = $1, in_charge = $2, language = $3, closed = $4,
  erase_after = $5, next_due = $6, unreached = $7, changed = $8, route = $9, team = $10, held = $11, part_after = $12, barred = $13, revision = revision + 1
WHERE id = $14 AND revision = $15`,
		c.State, c.InCharge, c.Language, micros(c.Closed), micros(c.EraseAfter), due(c.NextDue),
		bit(c.Unreached), micros(t.now), c.Route, c.Team, micros(c.Held), micros(c.PartAfter), micros(c.Barred), id, revision)
	return changed(n, err, ErrStale)
}

// UnsortedBefore lists mails that nobody took for a complaint and that came before a
// time, but for those whose erasure is stopped: the next ones after the last of those that were
// listed, the oldest first.
func (t *Tx) UnsortedBefore(before time.Time, last Case, limit int) ([]Case, error) {
	rows, err := t.Query(`SELECT `+caseColumns+` FROM case_file c WHERE c.state = 'unsorted' AND c.received < $1 AND c.held = 0 AND `+notPractice+`
AND (c.received > $2 OR c.received = $2 AND c.id > $3) ORDER BY c.received, c.id LIMIT $4`, micros(before), micros(last.Received), last.ID, limit)
	return all(rows, err, scanCase)
}
