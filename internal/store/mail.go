package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Mail is a mail that waits, was sent or is dead; its content is sealed under a
// subkey of the instance and goes when it was sent.
type Mail struct {
	ID      string
	Case    casefile.ID // empty: not about a case
	Member  staff.ID    // empty: not to a member who may read it
	Kind    string
	Box     seal.Box
	State   string // waiting, sent, dead
	Error   string // a class of failure, never a person or an address
	Created time.Time
	Sent    time.Time
	Failed  time.Time // since when it is known not to have arrived: given up, or come back
}

const mailColumns = `id, case_id, member_id, kind, box, state, error, created, sent, failed`

func scanMail(row scanner) (Mail, error) {
	var m Mail
	var box []byte
	var created, sent, failed int64
	err := row.Scan(&m.ID, &m.Case, &m.Member, &m.Kind, &box, &m.State, &m.Error, &created, &sent, &failed)
	m.Box, m.Created, m.Sent, m.Failed = box, at(created), at(sent), at(failed)
	return m, err
}

// QueueMail adds a mail and the job that sends it, not before runAt. Because of what was
// made up to practise on none leaves, to nobody.
func (t *Tx) QueueMail(m Mail, runAt time.Time) error {
	if practice, err := t.practises(m.Case); practice || err != nil {
		return err
	}
	if _, err := t.Exec(`INSERT INTO mail (id, case_id, member_id, kind, box, state, created)
VALUES ($1, $2, $3, $4, $5, 'waiting', $6)`,
		m.ID, m.Case, m.Member, m.Kind, []byte(m.Box), micros(t.now)); err != nil {
		return err
	}
	return t.InsertJob(Job{ID: m.ID, Kind: "mail", Ref: m.ID, RunAt: runAt})
}

// Mail reads one mail.
func (t *Tx) Mail(id string) (Mail, error) {
	return one(t.QueryRow(`SELECT `+mailColumns+` FROM mail WHERE id = $1`, id), scanMail)
}

// MailSent notes that a mail was accepted by the next server, forgets what it said,
// and ends the job that sent it.
func (t *Tx) MailSent(id string) error {
	if _, err := t.Exec(`UPDATE mail SET state = 'sent', sent = $1, box = $2, error = '' WHERE id = $3`, micros(t.now), []byte{}, id); err != nil {
		return err
	}
	_, err := t.Exec(`DELETE FROM job WHERE id = $1`, id) // QueueMail gave it the id of the mail
	return err
}

// KeepMail replaces what a mail that waits says.
func (t *Tx) KeepMail(id string, box seal.Box) error {
	_, err := t.Exec(`UPDATE mail SET box = $1 WHERE id = $2 AND state = 'waiting'`, []byte(box), id)
	return err
}

// MailFailed notes a failure after which the mail is tried again.
func (t *Tx) MailFailed(id, class string) error { return t.endMail(id, "waiting", class, 0) }

// BuryMail notes a failure for good; the mail waits for a member to try again.
func (t *Tx) BuryMail(id, class string) error { return t.endMail(id, "dead", class, micros(t.now)) }

func (t *Tx) endMail(id, state, class string, failed int64) error {
	_, err := t.Exec(`UPDATE mail SET state = $1, error = $2, failed = $3 WHERE id = $4`, state, class, failed, id)
	return err
}

// MailReturned notes that a mail which the next server took came back; ErrStale when it
// was not sent, or is known to have come back.
func (t *Tx) MailReturned(id string) error {
	n, err := t.Exec(`UPDATE mail SET error = 'returned', failed = $1 WHERE id = $2 AND state = 'sent' AND failed = 0`, micros(t.now), id)
	return changed(n, err, ErrStale)
}

// MailsOf lists the mails about a case, oldest first.
func (t *Tx) MailsOf(id casefile.ID) ([]Mail, error) {
	rows, err := t.Query(`SELECT `+mailColumns+` FROM mail WHERE case_id = $1 ORDER BY created, id`, id)
	return all(rows, err, scanMail)
}

// MailCounts counts mails by state.
func (t *Tx) MailCounts() (map[string]int64, error) {
	counts := map[string]int64{}
	rows, err := t.Query(`SELECT state, count(*) FROM mail GROUP BY state`)
	_, err = all(rows, err, func(row scanner) (struct{}, error) {
		var state string
		var n int64
		err := row.Scan(&state, &n)
		counts[state] = n
		return struct{}{}, err
	})
	return counts, err
}

// RetryMail puts a dead mail back to waiting, with a job of its own: the one before ended
// when it was given up. ErrStale when it is not dead.
func (t *Tx) RetryMail(id string) error {
	n, err := t.Exec(`UPDATE mail SET state = 'waiting', failed = 0 WHERE id = $1 AND state = 'dead'`, id)
	if err := changed(n, err, ErrStale); err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM job WHERE ref = $1 AND kind = 'mail'`, id); err != nil {
		return err
	}
	return t.InsertJob(Job{ID: id, Kind: "mail", Ref: id, RunAt: t.now})
}
