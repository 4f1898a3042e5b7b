package store

import (
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// ErasureJob is the kind of the job that removes the sealed files of an erased case; it
// names the case.
const ErasureJob = "erase"

// ErasedCase is what is left of a case that was erased: what is counted, and who
// erased it by which rule. Nothing in it tells who somebody is or what happened.
type ErasedCase struct {
	Case         casefile.ID
	Number       casefile.Number
	Route        casefile.Route
	Team         casefile.Team
	Channel      casefile.Channel
	Language     string
	Topics       []string
	Outcome      casefile.Outcome // empty: a question
	Received     string           // the month, as 2006-01
	Closed       string           // the month
	Days         int64            // from receipt to closing
	Acknowledged string           // none, in-time, late
	Answered     string           // none, in-time, late
	Apart        bool             // not everybody of the team could read it
	Rule         string           // why it was kept until Due
	Due          time.Time
	Erased       time.Time
	StoryErased  time.Time // what was told went before the rest; zero: with it
	WhoErased    time.Time // who the complainant is went before the rest; zero: with it
	Member       staff.ID  // who erased it
	Second       staff.ID  // who agreed; empty: nobody had to
	Leaf         string    // the line of the log that tells of it
	Position     int64     // of that line; -1 until it has one
}

// EraseCase removes a case that still is as it was read, keys first: grants, keyring
// rows, codes, sessions, entries and everything else that refers to it, mail about it,
// and the record and salt of each of its lines in the log. Its sealed files wait for
// ErasureJob. ErrStale: it was changed meanwhile.
func (t *Tx) EraseCase(was Case, left ErasedCase) error {
	turn, err := t.removeCase(was)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO erased_case (case_id, number, route, team, channel, language, topics, outcome, received, closed, days,
  acknowledged, answered, apart, rule, due, erased, story_erased, identity_erased, member_id, second_id, leaf_id, turn)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		was.ID, left.Number, left.Route, left.Team, left.Channel, left.Language, strings.Join(left.Topics, " "), left.Outcome,
		left.Received, left.Closed, left.Days, left.Acknowledged, left.Answered, bit(left.Apart), left.Rule, micros(left.Due), micros(t.now),
		micros(left.StoryErased), micros(left.WhoErased), left.Member, left.Second, left.Leaf, turn+1)
	if err != nil {
		return err
	}
	return t.InsertJob(Job{ID: left.Leaf, Kind: ErasureJob, Ref: string(was.ID), RunAt: t.now})
}

// removeCase removes everything of a case, and returns its last turn.
func (t *Tx) removeCase(was Case) (turn int64, err error) {
	t.change(was.ID)
	if err := t.eraseAround(was.ID); err != nil {
		return 0, err
	}
	if err := t.QueryRow(`SELECT coalesce(max(turn), 0) FROM case_file WHERE id = $1`, was.ID).Scan(&turn); err != nil {
		return 0, err
	}
	n, err := t.Exec(`DELETE FROM case_file WHERE id = $1 AND revision = $2 AND head_count = $3 AND head_hash = $4 AND epoch = $5`,
		was.ID, was.Revision, was.Head.Count, was.Head.Hash, was.Epoch)
	return turn, changed(n, err, ErrStale)
}

// eraseAround removes what no foreign key takes along: the files of everybody who wrote,
// mail with its jobs, and what the log could still tell.
func (t *Tx) eraseAround(id casefile.ID) error {
	for _, sql := range []string{
		`UPDATE blob_ref SET owner_kind = 'erased', owner_id = $1, object_id = '' WHERE owner_kind = 'case' AND owner_id = $1
  OR owner_kind = 'desk' AND owner_id IN (SELECT $1 || '/' || id FROM member)
  OR owner_kind = 'mailbox' AND owner_id = $1`,
		`DELETE FROM job WHERE kind = 'mail' AND ref IN (SELECT id FROM mail WHERE case_id = $1)`,
		`DELETE FROM job WHERE kind = 'practice' AND ref = $1`,
		`DELETE FROM job WHERE kind = 'check-in' AND ref >= $1 || '/' AND ref < $1 || '0'`,
		`DELETE FROM mail WHERE case_id = $1`,
		`DELETE FROM upload WHERE owner_id = $1 OR owner_id IN (SELECT $1 || '/' || id FROM member)`,
		`UPDATE log_leaf SET record = NULL, salt = NULL WHERE case_id = $1`,
		`DELETE FROM case_grant WHERE case_id = $1`,
		`DELETE FROM keyring WHERE case_id = $1`,
	} {
		if _, err := t.Exec(sql, id); err != nil {
			return err
		}
	}
	return t.forgetMailThreads(id)
}

// RemoveFile lets the sealed parts of one file of a case go; ErasureJob removes them.
// Without a file it does nothing.
func (t *Tx) RemoveFile(id casefile.ID, entry string) error {
	if entry == "" {
		return nil
	}
	t.change(id)
	_, err := t.Exec(`UPDATE blob_ref SET owner_kind = 'erased', object_id = '' WHERE owner_kind = 'case' AND owner_id = $1 AND object_id = $2`, id, entry)
	return err
}

// ErasedBlobs lists the sealed files of an erased case that were not removed yet.
func (t *Tx) ErasedBlobs(id string) ([]string, error) {
	rows, err := t.Query(`SELECT name FROM blob_ref WHERE owner_kind = 'erased' AND owner_id = $1 ORDER BY name`, id)
	return all(rows, err, func(row scanner) (name string, err error) {
		err = row.Scan(&name)
		return name, err
	})
}

// ForgetErasedBlobs forgets the sealed files of an erased case once they are removed.
func (t *Tx) ForgetErasedBlobs(id string) error {
	_, err := t.Exec(`DELETE FROM blob_ref WHERE owner_kind = 'erased' AND owner_id = $1`, id)
	return err
}

const erasedColumns = `e.case_id, e.number, e.route, e.team, e.channel, e.language, e.topics, e.outcome, e.received, e.closed, e.days,
  e.acknowledged, e.answered, e.apart, e.rule, e.due, e.erased, e.story_erased, e.identity_erased, e.member_id, e.second_id, e.leaf_id, coalesce(l.position, -1)`

func scanErased(row scanner) (ErasedCase, error) {
	var e ErasedCase
	var topics string
	var due, erased, story, who, apart int64
	err := row.Scan(&e.Case, &e.Number, &e.Route, &e.Team, &e.Channel, &e.Language, &topics, &e.Outcome, &e.Received, &e.Closed, &e.Days,
		&e.Acknowledged, &e.Answered, &apart, &e.Rule, &due, &erased, &story, &who, &e.Member, &e.Second, &e.Leaf, &e.Position)
	e.Apart = apart == 1
	e.Topics, e.Due, e.Erased = strings.Fields(topics), at(due), at(erased)
	e.StoryErased, e.WhoErased = at(story), at(who)
	return e, err
}

// ErasedCases lists what is left of erased cases, the newest first. by narrows it to
// those that a member erased or agreed to; empty lists all.
func (t *Tx) ErasedCases(by staff.ID, limit int) ([]ErasedCase, error) {
	rows, err := t.Query(`SELECT `+erasedColumns+` FROM erased_case e LEFT JOIN log_leaf l ON l.case_id = e.case_id AND l.id = e.leaf_id
WHERE $1 = '' OR e.member_id = $1 OR e.second_id = $1 ORDER BY e.erased DESC, e.case_id LIMIT $2`, by, limit)
	return all(rows, err, scanErased)
}

// ErasedByNumber reads what is left of the case that last had a number.
func (t *Tx) ErasedByNumber(n casefile.Number) (ErasedCase, error) {
	return one(t.QueryRow(`SELECT `+erasedColumns+` FROM erased_case e LEFT JOIN log_leaf l ON l.case_id = e.case_id AND l.id = e.leaf_id
WHERE e.number = $1 ORDER BY e.erased DESC LIMIT 1`, n), scanErased)
}

// Erased reads what is left of a case.
func (t *Tx) Erased(id casefile.ID) (ErasedCase, error) {
	return one(t.QueryRow(`SELECT `+erasedColumns+` FROM erased_case e LEFT JOIN log_leaf l ON l.case_id = e.case_id AND l.id = e.leaf_id
WHERE e.case_id = $1`, id), scanErased)
}

// Leaf reads a line of the log about a case.
func (t *Tx) Leaf(of casefile.ID, id string) (Leaf, error) {
	return one(t.QueryRow(`SELECT `+leafColumns+` FROM log_leaf WHERE case_id = $1 AND id = $2`, of, id), scanLeaf)
}

// DeleteStaleDrafts forgets what members wrote and neither sent nor changed since.
func (t *Tx) DeleteStaleDrafts(before time.Time) (int64, error) {
	return t.Exec(`DELETE FROM desk_draft WHERE changed < $1`, micros(before))
}

// DeleteSentMails forgets mails that left before, which were emptied then. Those that a
// page tells of stay as long as what they are about: the confirmation of receipt, and
// checkpoints that went to witnesses.
func (t *Tx) DeleteSentMails(before time.Time) (int64, error) {
	return t.Exec(`DELETE FROM mail WHERE state = 'sent' AND sent < $1 AND kind <> 'acknowledgement'
  AND NOT EXISTS (SELECT 1 FROM witness_mail w WHERE w.id = mail.id)`, micros(before))
}
