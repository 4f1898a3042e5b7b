package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
)

// Notice is where news of a case can be sent, and whether somebody there answered.
type Notice struct {
	Case     casefile.ID
	Box      seal.Box  // the address, for package post
	Mark     []byte    // keyed hash of the address
	Verified time.Time // zero: not yet
	Stamp    []byte
}

// PutNotice keeps where news of a case can be sent.
func (t *Tx) PutNotice(n Notice) error {
	t.change(n.Case)
	_, err := t.Exec(`INSERT INTO notice_address (case_id, box, mark, verified, stamp) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (case_id) DO UPDATE SET box = excluded.box, mark = excluded.mark, verified = excluded.verified, stamp = excluded.stamp`,
		n.Case, []byte(n.Box), n.Mark, micros(n.Verified), n.Stamp)
	return err
}

// Notice reads where news of a case can be sent; ErrNone when nowhere.
func (t *Tx) Notice(id casefile.ID) (Notice, error) {
	return one(t.QueryRow(`SELECT case_id, box, mark, verified, stamp FROM notice_address WHERE case_id = $1`, id),
		func(row scanner) (Notice, error) {
			var n Notice
			var box []byte
			var verified int64
			err := row.Scan(&n.Case, &box, &n.Mark, &verified, &n.Stamp)
			n.Box, n.Verified = box, at(verified)
			return n, err
		})
}

// DeleteNotice forgets where news of a case can be sent.
func (t *Tx) DeleteNotice(id casefile.ID) error {
	t.change(id)
	_, err := t.Exec(`DELETE FROM notice_address WHERE case_id = $1`, id)
	return err
}

// Link is a link that was sent to the address of a case.
type Link struct {
	Lookup  string // hash of its secret for the purpose
	Case    casefile.ID
	Purpose string // confirm, code
	Mark    []byte // of the address that it was sent to
	Created time.Time
	Expires time.Time
	Used    time.Time // zero: not yet
	Box     seal.Box  // the keys of the case under its secret; empty: none
	Stamp   []byte    // over everything else
}

const linkColumns = `lookup, case_id, purpose, mark, created, expires, used, box, stamp`

func scanLink(row scanner) (Link, error) {
	var l Link
	var created, expires, used int64
	var box []byte
	err := row.Scan(&l.Lookup, &l.Case, &l.Purpose, &l.Mark, &created, &expires, &used, &box, &l.Stamp)
	l.Box = box
	l.Created, l.Expires, l.Used = at(created), at(expires), at(used)
	return l, err
}

// InsertLink adds a link; those of the same case and purpose are good for nothing
// from then on.
func (t *Tx) InsertLink(l Link) error {
	if err := t.DeleteLinks(l.Case, l.Purpose); err != nil {
		return err
	}
	_, err := t.Exec(`INSERT INTO link (`+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		l.Lookup, l.Case, l.Purpose, l.Mark, micros(l.Created), micros(l.Expires), micros(l.Used), nonNil(l.Box), l.Stamp)
	return err
}

// Link reads a link that has not expired, used or not; others are none.
func (t *Tx) Link(lookup, purpose string) (Link, error) {
	return one(t.QueryRow(`SELECT `+linkColumns+` FROM link WHERE lookup = $1 AND purpose = $2 AND expires > $3`,
		lookup, purpose, micros(t.now)), scanLink)
}

// LinkOf reads the newest link of a case for a purpose, expired or not.
func (t *Tx) LinkOf(id casefile.ID, purpose string) (Link, error) {
	return one(t.QueryRow(`SELECT `+linkColumns+` FROM link WHERE case_id = $1 AND purpose = $2 ORDER BY created DESC, lookup LIMIT 1`,
		id, purpose), scanLink)
}

// LinksOf lists the links of a case, whatever became of them.
func (t *Tx) LinksOf(id casefile.ID) ([]Link, error) {
	rows, err := t.Query(`SELECT `+linkColumns+` FROM link WHERE case_id = $1 ORDER BY lookup`, id)
	return all(rows, err, scanLink)
}

// UseLink uses a link up; ErrStale when somebody did before.
func (t *Tx) UseLink(l Link) error {
	n, err := t.Exec(`UPDATE link SET used = $1, box = $2, stamp = $3 WHERE lookup = $4 AND used = 0`, micros(l.Used), nonNil(l.Box), l.Stamp, l.Lookup)
	return changed(n, err, ErrStale)
}

// DeleteLinks forgets the links of a case for a purpose.
func (t *Tx) DeleteLinks(id casefile.ID, purpose string) error {
	_, err := t.Exec(`DELETE FROM link WHERE case_id = $1 AND purpose = $2`, id, purpose)
	return err
}

// DeleteExpiredLinks forgets links that are good for nothing any more.
func (t *Tx) DeleteExpiredLinks() error {
	_, err := t.Exec(`DELETE FROM link WHERE expires <= $1`, micros(t.now))
	return err
}

// EmptyLink takes the keys out of a link that was used.
func (t *Tx) EmptyLink(l Link) error {
	_, err := t.Exec(`UPDATE link SET box = $1, stamp = $2 WHERE lookup = $3`, nonNil(l.Box), l.Stamp, l.Lookup)
	return err
}
