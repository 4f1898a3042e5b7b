package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// CodeChange is a new code on its way to a complainant. It is good for nothing until
// it takes the place of the code before.
type CodeChange struct {
	Case    casefile.ID
	ID      string
	Member  staff.ID // who asked for it; empty: the complainant in the mailbox
	Started time.Time
	Ready   time.Time      // not before this time does it take effect
	Lookup  string         // of the new code; empty until it was drawn
	Public  seal.PublicKey // of the new code
	Kept    time.Time      // when the person said that they kept it; zero: not yet
	Box     seal.Box       // the new code under the cookie of the browser that drew it
	Stamp   []byte         // over everything but Box
}

const codeChangeColumns = `case_id, id, member_id, started, ready, lookup, public_key, kept, box, stamp`

func scanCodeChange(row scanner) (CodeChange, error) {
	var k CodeChange
	var public, box []byte
	var started, ready, kept int64
	err := row.Scan(&k.Case, &k.ID, &k.Member, &started, &ready, &k.Lookup, &public, &kept, &box, &k.Stamp)
	k.Started, k.Ready, k.Kept, k.Public, k.Box = at(started), at(ready), at(kept), public, box
	return k, err
}

// PutCodeChange keeps a new code on its way; one that was on its way before is good
// for nothing from then on.
func (t *Tx) PutCodeChange(k CodeChange) error {
	t.change(k.Case)
	_, err := t.Exec(`INSERT INTO code_change (`+codeChangeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (case_id) DO UPDATE SET id = excluded.id, member_id = excluded.member_id, started = excluded.started,
  ready = excluded.ready, lookup = excluded.lookup, public_key = excluded.public_key, kept = excluded.kept,
  box = excluded.box, stamp = excluded.stamp`,
		k.Case, k.ID, k.Member, micros(k.Started), micros(k.Ready), k.Lookup, nonNil(seal.Box(k.Public)), micros(k.Kept),
		nonNil(k.Box), k.Stamp)
	return err
}

// CodeChange reads the new code that is on its way for a case; ErrNone when there is
// none.
func (t *Tx) CodeChange(id casefile.ID) (CodeChange, error) {
	return one(t.QueryRow(`SELECT `+codeChangeColumns+` FROM code_change WHERE case_id = $1`, id), scanCodeChange)
}

// MoveCodeChange replaces a new code on its way if it still is as it was read;
// otherwise it fails with ErrStale.
func (t *Tx) MoveCodeChange(from, to CodeChange) error {
	t.change(from.Case)
	n, err := t.Exec(`UPDATE code_change SET lookup = $1, public_key = $2, kept = $3, box = $4, stamp = $5 WHERE case_id = $6 AND stamp = $7`,
		to.Lookup, nonNil(seal.Box(to.Public)), micros(to.Kept), nonNil(to.Box), to.Stamp, from.Case, from.Stamp)
	return changed(n, err, ErrStale)
}

// EndCodeChange forgets a new code on its way if it still is as it was read;
// otherwise it fails with ErrStale.
func (t *Tx) EndCodeChange(k CodeChange) error {
	t.change(k.Case)
	n, err := t.Exec(`DELETE FROM code_change WHERE case_id = $1 AND stamp = $2`, k.Case, k.Stamp)
	return changed(n, err, ErrStale)
}

// DeleteMailboxSessions ends every session in the mailbox of a case.
func (t *Tx) DeleteMailboxSessions(id casefile.ID) error {
	_, err := t.Exec(`DELETE FROM mailbox_session WHERE case_id = $1`, id)
	return err
}
