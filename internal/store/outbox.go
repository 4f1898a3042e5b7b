package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// OutboxRow is a mail as a list shows it: without what it says.
type OutboxRow struct {
	Mail
	Number casefile.Number // empty: not about a case
	Next   time.Time       // when it is tried again; zero: it is not
}

// Outbox says which mails to list: those about cases that a member has a key to and those
// to the member themselves, and where Alone is set those about no case. Of what was sent
// those since a time.
type Outbox struct {
	Member staff.ID
	Alone  bool
	Since  time.Time
	Limit  int
}

const outboxMine = `(m.case_id <> '' AND EXISTS (SELECT 1 FROM case_file c JOIN case_grant g ON g.case_id = c.id AND g.epoch = c.epoch
  WHERE c.id = m.case_id AND g.recipient_kind = 'member' AND g.recipient_id = $1 AND ` + notPractice + `)
  OR m.case_id = '' AND (m.member_id = $1 OR $2 = 1))`

// Outbox lists mails, those that did not arrive first and then the newest.
func (t *Tx) Outbox(o Outbox) ([]OutboxRow, error) {
	rows, err := t.Query(`SELECT m.id, m.case_id, m.member_id, m.kind, m.box, m.state, m.error, m.created, m.sent, m.failed,
  COALESCE((SELECT c.number FROM case_file c WHERE c.id = m.case_id), ''),
  COALESCE((SELECT j.run_at FROM job j WHERE j.kind = 'mail' AND j.ref = m.id AND m.state = 'waiting'), 0)
FROM mail m WHERE (m.state <> 'sent' OR m.sent >= $3) AND `+outboxMine+`
ORDER BY CASE WHEN m.failed > 0 THEN 0 WHEN m.state = 'waiting' THEN 1 ELSE 2 END, m.created DESC, m.id LIMIT $4`,
		o.Member, bit(o.Alone), micros(o.Since), o.Limit)
	return all(rows, err, func(row scanner) (r OutboxRow, err error) {
		var box []byte
		var created, sent, failed, next int64
		err = row.Scan(&r.ID, &r.Case, &r.Member, &r.Kind, &box, &r.State, &r.Error, &created, &sent, &failed, &r.Number, &next)
		r.Box, r.Created, r.Sent, r.Failed, r.Next = box, at(created), at(sent), at(failed), at(next)
		return r, err
	})
}

// CountDead counts the mails among those that were given up, up to most.
func (t *Tx) CountDead(o Outbox) (n int, err error) {
	err = t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM mail m WHERE m.state = 'dead' AND `+outboxMine+` LIMIT $3) AS hits`,
		o.Member, bit(o.Alone), o.Limit).Scan(&n)
	return n, err
}
