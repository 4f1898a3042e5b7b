package store

import (
	"errors"
	"time"
)

// MailSource is how far a mailbox was read, and how that went last.
type MailSource struct {
	ID       string
	Validity uint32    // UIDVALIDITY under which UID counts
	UID      uint32    // of the newest mail that was dealt with
	Looked   time.Time // when everything in it was last dealt with; zero: never
	Trouble  string    // what was the matter the last time; empty: nothing
	Stuck    int       // mails in it that could not be taken in
}

// MailSource reads the state of a mailbox; the zero state of one that was never read.
func (t *Tx) MailSource(id string) (MailSource, error) {
	s, err := one(t.QueryRow(`SELECT m.id, m.validity, m.uid, m.looked, m.trouble,
  (SELECT count(*) FROM mail_stuck k WHERE k.source_id = m.id AND k.tries >= 3) FROM mail_source m WHERE m.id = $1`, id),
		func(row scanner) (MailSource, error) {
			var s MailSource
			var looked int64
			err := row.Scan(&s.ID, &s.Validity, &s.UID, &looked, &s.Trouble, &s.Stuck)
			s.Looked = at(looked)
			return s, err
		})
	if errors.Is(err, ErrNone) {
		return MailSource{ID: id}, nil
	}
	return s, err
}

// PutMailSource keeps the state of a mailbox. Under another UIDVALIDITY the numbers of
// mails say nothing any more, and what was stuck is forgotten.
func (t *Tx) PutMailSource(s MailSource) error {
	was, err := t.MailSource(s.ID)
	if err != nil {
		return err
	}
	if was.Validity != s.Validity {
		if _, err := t.Exec(`DELETE FROM mail_stuck WHERE source_id = $1`, s.ID); err != nil {
			return err
		}
	}
	_, err = t.Exec(`INSERT INTO mail_source (id, validity, uid, looked, trouble) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET validity = excluded.validity, uid = excluded.uid, looked = excluded.looked, trouble = excluded.trouble`,
		s.ID, s.Validity, s.UID, micros(s.Looked), s.Trouble)
	return err
}

// StuckMail is a mail that could not be taken in yet.
type StuckMail struct {
	UID     uint32
	Tries   int
	Again   time.Time // when it is tried next
	Trouble string
}

// PutStuckMail counts one more try of a mail.
func (t *Tx) PutStuckMail(source string, m StuckMail) error {
	_, err := t.Exec(`INSERT INTO mail_stuck (source_id, uid, tries, again, trouble) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (source_id, uid) DO UPDATE SET tries = excluded.tries, again = excluded.again, trouble = excluded.trouble`,
		source, m.UID, m.Tries, micros(m.Again), m.Trouble)
	return err
}

// DeleteStuckMail forgets a mail that was dealt with, or is no longer there.
func (t *Tx) DeleteStuckMail(source string, uid uint32) error {
	_, err := t.Exec(`DELETE FROM mail_stuck WHERE source_id = $1 AND uid = $2`, source, uid)
	return err
}

// StuckMails lists the mails of a mailbox that could not be taken in yet.
func (t *Tx) StuckMails(source string) ([]StuckMail, error) {
	rows, err := t.Query(`SELECT uid, tries, again, trouble FROM mail_stuck WHERE source_id = $1 ORDER BY uid`, source)
	return all(rows, err, func(row scanner) (m StuckMail, err error) {
		var again int64
		err = row.Scan(&m.UID, &m.Tries, &again, &m.Trouble)
		m.Again = at(again)
		return m, err
	})
}
