package store

import (
	"fmt"
	"time"
)

// WitnessMail says which checkpoint was given to the post for which witness. The
// mail of the same id tells what became of it.
type WitnessMail struct {
	ID      string
	Witness string // stands for an address in the settings
	Old     int64  // size from which the mail proves
	Size    int64
	Note    []byte // the signed checkpoint
	At      time.Time
	State   string    // of the mail: waiting, sent, dead; empty when it is gone
	Sent    time.Time // when the next server took it
}

// InsertWitnessMail keeps a line.
func (t *Tx) InsertWitnessMail(w WitnessMail) error {
	_, err := t.Exec(`INSERT INTO witness_mail (id, witness, old, size, note, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		w.ID, w.Witness, w.Old, w.Size, w.Note, micros(w.At))
	return err
}

// WitnessMails lists what was given to the post, the newest first: of one witness,
// or of all where witness is empty.
func (t *Tx) WitnessMails(witness string, limit int) ([]WitnessMail, error) {
	where, args := ``, []any{limit}
	if witness != "" {
		where, args = ` WHERE w.witness = $2`, append(args, witness)
	}
	rows, err := t.Query(fmt.Sprintf(`SELECT w.id, w.witness, w.old, w.size, w.note, w.at, coalesce(m.state, ''), coalesce(m.sent, 0)
FROM witness_mail w LEFT JOIN mail m ON m.id = w.id%s ORDER BY w.at DESC, w.id LIMIT $1`, where), args...)
	return all(rows, err, func(row scanner) (WitnessMail, error) {
		var w WitnessMail
		var when, sent int64
		err := row.Scan(&w.ID, &w.Witness, &w.Old, &w.Size, &w.Note, &when, &w.State, &sent)
		w.At, w.Sent = at(when), at(sent)
		return w, err
	})
}

// WitnessSent is the newest mail to a witness that a server took; ErrNone when none
// was.
func (t *Tx) WitnessSent(witness string) (WitnessMail, error) {
	return one(t.QueryRow(`SELECT w.id, w.size, w.note, w.at, m.sent FROM witness_mail w JOIN mail m ON m.id = w.id
WHERE w.witness = $1 AND m.state = 'sent' ORDER BY w.size DESC LIMIT 1`, witness), func(row scanner) (WitnessMail, error) {
		w := WitnessMail{Witness: witness, State: "sent"}
		var when, sent int64
		err := row.Scan(&w.ID, &w.Size, &w.Note, &when, &sent)
		w.At, w.Sent = at(when), at(sent)
		return w, err
	})
}
