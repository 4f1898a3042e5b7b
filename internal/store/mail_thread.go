package store

import (
	"time"

	"klankbord/internal/casefile"
)

// MailThread is by which sign in a mail of ours a reply finds its case. Who reads the
// row can neither write nor try such a sign: the look-up is a keyed hash of it.
type MailThread struct {
	Lookup string
	Case   casefile.ID
	Mark   []byte // of the address that it is for; empty once the case was erased
	Seed   []byte // from which the instance reckons it; empty as well
	Period int64  // in which it was written into mails
	Until  time.Time
	Stamp  []byte
}

const mailThreadColumns = `lookup, case_id, mark, seed, period, until, stamp`

func scanMailThread(row scanner) (m MailThread, err error) {
	var until int64
	err = row.Scan(&m.Lookup, &m.Case, &m.Mark, &m.Seed, &m.Period, &until, &m.Stamp)
	m.Until = at(until)
	return m, err
}

// PutMailThread keeps a sign that is about to leave.
func (t *Tx) PutMailThread(m MailThread) error {
	_, err := t.Exec(`INSERT INTO mail_thread (lookup, case_id, mark, seed, period, until, stamp) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		m.Lookup, m.Case, m.Mark, m.Seed, m.Period, micros(m.Until), m.Stamp)
	return err
}

// MailThread finds a sign that is not past its time; others are none.
func (t *Tx) MailThread(lookup string) (MailThread, error) {
	return one(t.QueryRow(`SELECT `+mailThreadColumns+` FROM mail_thread WHERE lookup = $1 AND until > $2`, lookup, micros(t.now)), scanMailThread)
}

// MailThreads lists the signs of a case that are written into mails in a stretch of time.
func (t *Tx) MailThreads(id casefile.ID, period int64) ([]MailThread, error) {
	rows, err := t.Query(`SELECT `+mailThreadColumns+` FROM mail_thread WHERE case_id = $1 AND period = $2 ORDER BY lookup`, id, period)
	return all(rows, err, scanMailThread)
}

// forgetMailThreads takes from the signs of a case that is erased for which address they
// were, and what they were reckoned from.
func (t *Tx) forgetMailThreads(id casefile.ID) error {
	_, err := t.Exec(`UPDATE mail_thread SET mark = $2, seed = $2 WHERE case_id = $1`, id, []byte{})
	return err
}

// DeletePassedThreads forgets the signs that are past their time.
func (t *Tx) DeletePassedThreads() error {
	_, err := t.Exec(`DELETE FROM mail_thread WHERE until <= $1`, micros(t.now))
	return err
}
