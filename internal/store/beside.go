package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// BesideKind says what a member set for themselves in a case, or is wanted for.
type BesideKind string

// The kinds.
const (
	BesideWatch   BesideKind = "watch"   // to be told what happens
	BesideSnooze  BesideKind = "snooze"  // not to be shown it for a while
	BesideMention BesideKind = "mention" // to read a note
	BesideAsked   BesideKind = "asked"   // to read a text that a colleague writes
	BesideChecked BesideKind = "checked" // that a colleague has read the member's text
	BesideHere    BesideKind = "here"    // that the member is at it, for some minutes
)

// Beside is such a thing. It goes when the member loses the keys of the case.
type Beside struct {
	Case   casefile.ID
	Number casefile.Number // only filled by WantedIn
	Member staff.ID
	Kind   BesideKind
	What   string    // the entry; empty: none; of BesideHere how they are at it
	Seq    int64     // how far the case had come
	Until  time.Time // of snoozing; zero: until the complainant writes; of BesideHere
	At     time.Time
}

const besideColumns = `b.case_id, b.member_id, b.kind, b.what, b.seq, b.until, b.at`

func scanBeside(row scanner) (b Beside, err error) {
	var until, when int64
	err = row.Scan(&b.Case, &b.Member, &b.Kind, &b.What, &b.Seq, &until, &when)
	b.Until, b.At = at(until), at(when)
	return b, err
}

// PutBeside keeps one thing, in the place of the one before.
func (t *Tx) PutBeside(b Beside) error {
	_, err := t.Exec(`INSERT INTO beside (case_id, member_id, kind, what, seq, until, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (case_id, member_id, kind, what) DO UPDATE SET seq = excluded.seq, until = excluded.until, at = excluded.at`,
		b.Case, b.Member, b.Kind, b.What, b.Seq, micros(b.Until), micros(t.now))
	return err
}

// DeleteBeside removes one thing; one that is gone is no error. Without a member it goes
// for everybody.
func (t *Tx) DeleteBeside(b Beside) error {
	_, err := t.Exec(`DELETE FROM beside WHERE case_id = $1 AND kind = $2 AND what = $3 AND ($4 = '' OR member_id = $4)`, b.Case, b.Kind, b.What, b.Member)
	return err
}

// BesideOf lists what a member has in a case; without a member what everybody has.
func (t *Tx) BesideOf(id casefile.ID, member staff.ID) ([]Beside, error) {
	rows, err := t.Query(`SELECT `+besideColumns+` FROM beside b WHERE b.case_id = $1 AND ($2 = '' OR b.member_id = $2) ORDER BY b.at, b.member_id, b.kind, b.what`, id, member)
	return all(rows, err, scanBeside)
}

// WantedIn lists for what colleagues want a member, oldest first, in the cases that the
// member has a key to: what they were asked, and of the rest what they have not read.
func (t *Tx) WantedIn(member staff.ID, key string, limit int) ([]Beside, error) {
	rows, err := t.Query(`SELECT `+besideColumns+`, c.number FROM beside b JOIN case_file c ON c.id = b.case_id
WHERE b.member_id = $1 AND b.kind IN ('mention', 'asked', 'checked') AND `+notPractice+`
  AND EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = c.id AND g.epoch = c.epoch
    AND g.recipient_kind = 'member' AND g.recipient_id = $1 AND g.fingerprint = $2)
  AND (b.kind = 'asked' OR b.seq > coalesce((SELECT r.seq FROM read_mark r WHERE r.case_id = b.case_id AND r.member_id = $1), 0))
ORDER BY b.at, b.case_id, b.kind, b.what LIMIT $3`, member, key, limit)
	return all(rows, err, func(row scanner) (b Beside, err error) {
		b, err = scanBeside(scanFunc(func(dest ...any) error { return row.Scan(append(dest, &b.Number)...) }))
		return b, err
	})
}

// ForgetWhoWasHere removes what tells that members were at a case until before now.
func (t *Tx) ForgetWhoWasHere() error {
	_, err := t.Exec(`DELETE FROM beside WHERE kind = 'here' AND until < $1`, micros(t.now))
	return err
}
