package store

import (
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// When the key of the instance is renewed every row that bears a stamp gets another one, and
// what lies under a subkey lies under that of the new key. Nothing else of a row changes. Each
// of these fails with ErrNone for a row that is not there.

func (t *Tx) restamp(of casefile.ID, query string, args ...any) error {
	t.change(of)
	n, err := t.Exec(query, args...)
	return changed(n, err, ErrNone)
}

// RestampCaseKey replaces gate and stamp of an epoch.
func (t *Tx) RestampCaseKey(k CaseKey) error {
	return t.restamp(k.Case, `UPDATE case_key SET gate_box = $1, stamp = $2 WHERE case_id = $3 AND epoch = $4`, nonNil(k.Gate), k.Stamp, k.Case, k.Epoch)
}

// RestampGrant replaces the stamp of a grant.
func (t *Tx) RestampGrant(g Grant) error {
	return t.restamp(g.Case, `UPDATE case_grant SET stamp = $1 WHERE case_id = $2 AND epoch = $3 AND recipient_kind = $4 AND recipient_id = $5`,
		g.Stamp, g.Case, g.Epoch, string(g.Kind), g.Recipient)
}

// RestampEntry replaces the stamp of an entry.
func (t *Tx) RestampEntry(e Entry) error {
	return t.restamp(e.Case, `UPDATE entry SET stamp = $1 WHERE case_id = $2 AND id = $3`, e.Stamp, e.Case, e.ID)
}

// RestampOpening replaces the stamp of an opening.
func (t *Tx) RestampOpening(o Opening) error {
	return t.restamp(o.Case, `UPDATE opening SET stamp = $1 WHERE case_id = $2 AND id = $3`, o.Stamp, o.Case, o.ID)
}

// RestampCode replaces the stamp of a code.
func (t *Tx) RestampCode(c Code) error {
	return t.restamp(c.Case, `UPDATE code SET stamp = $1 WHERE lookup = $2`, c.Stamp, c.Lookup)
}

// RestampLink replaces mark and stamp of a link.
func (t *Tx) RestampLink(l Link) error {
	return t.restamp(l.Case, `UPDATE link SET mark = $1, stamp = $2 WHERE lookup = $3`, l.Mark, l.Stamp, l.Lookup)
}

// RestampLost replaces the stamp of a lost access.
func (t *Tx) RestampLost(l LostAccess) error {
	return t.restamp(l.Case, `UPDATE lost_access SET stamp = $1 WHERE case_id = $2 AND member_id = $3`, l.Stamp, l.Case, l.Member)
}

// RestampHead replaces hash and stamp of the head of a case; its number stays.
func (t *Tx) RestampHead(id casefile.ID, h Head) error {
	return t.restamp(id, `UPDATE case_file SET head_hash = $1, head_stamp = $2 WHERE id = $3 AND head_count = $4`, h.Hash, h.Stamp, id, h.Count)
}

// MoveSurveyMark replaces the mark by which a case said how it went; one that is not there is
// no error.
func (t *Tx) MoveSurveyMark(from, to string) error {
	_, err := t.Exec(`UPDATE survey_mark SET mark = $1 WHERE mark = $2`, to, from)
	return err
}

// RestampInvitation replaces the stamp of an invitation.
func (t *Tx) RestampInvitation(i Invitation) error {
	return t.restamp(desk, `UPDATE invitation SET stamp = $1 WHERE id = $2`, i.Stamp, i.ID)
}

// RestampDrill replaces gate, stamps and head of a practice case, and the stamps of its grants.
func (t *Tx) RestampDrill(d Drill, grants []DrillGrant) error {
	err := t.restamp(desk, `UPDATE drill SET gate_box = $1, key_stamp = $2, entry_stamp = $3, head_hash = $4, head_stamp = $5 WHERE id = $6`,
		nonNil(d.Key.Gate), d.Key.Stamp, d.Entry.Stamp, d.Head.Hash, d.Head.Stamp, d.ID)
	for _, g := range grants {
		if err != nil {
			return err
		}
		err = t.restamp(desk, `UPDATE drill_grant SET stamp = $1 WHERE drill_id = $2 AND recipient_kind = $3 AND recipient_id = $4`,
			g.Stamp, d.ID, string(g.Kind), g.Recipient)
	}
	return err
}

// ReplaceEvent gives an event of the directory its place by another key.
func (t *Tx) ReplaceEvent(e staff.Event) error {
	return t.restamp(desk, `UPDATE directory_event SET place = $1 WHERE seq = $2`, e.Place, e.Seq)
}

// ResignAcceptance replaces the signature of the newest acceptance.
func (t *Tx) ResignAcceptance(a Acceptance) error {
	return t.restamp(desk, `UPDATE acceptance SET signature = $1 WHERE at = $2`, a.Signature, micros(a.At))
}

// RestampLeaf replaces the stamp of a line of the log.
func (t *Tx) RestampLeaf(l Leaf) error {
	n, err := t.Exec(`UPDATE log_leaf SET stamp = $1 WHERE case_id = $2 AND id = $3`, l.Stamp, l.Case, l.ID)
	return changed(n, err, ErrNone)
}

// ResignCheckpoint replaces a checkpoint by the same one, signed anew.
func (t *Tx) ResignCheckpoint(c Checkpoint) error {
	n, err := t.Exec(`UPDATE checkpoint SET note = $1 WHERE size = $2`, c.Note, c.Size)
	return changed(n, err, ErrNone)
}

// ResignWitnessMail replaces the checkpoint that a witness was sent by the same one, signed anew.
func (t *Tx) ResignWitnessMail(w WitnessMail) error {
	n, err := t.Exec(`UPDATE witness_mail SET note = $1 WHERE id = $2`, w.Note, w.ID)
	return changed(n, err, ErrNone)
}

// MailsWithWords lists the mails that still hold what they say.
func (t *Tx) MailsWithWords() ([]Mail, error) {
	rows, err := t.Query(`SELECT `+mailColumns+` FROM mail WHERE length(box) > $1 ORDER BY created, id`, 0)
	return all(rows, err, scanMail)
}

// ResealMail replaces what a mail says, whatever became of it.
func (t *Tx) ResealMail(m Mail) error {
	n, err := t.Exec(`UPDATE mail SET box = $1 WHERE id = $2`, []byte(m.Box), m.ID)
	return changed(n, err, ErrNone)
}

// EveryMailThread lists the signs of mails after one, in the order of their look-ups.
func (t *Tx) EveryMailThread(after string, limit int) ([]MailThread, error) {
	rows, err := t.Query(`SELECT `+mailThreadColumns+` FROM mail_thread WHERE lookup > $1 ORDER BY lookup LIMIT $2`, after, limit)
	return all(rows, err, scanMailThread)
}

// RestampMailThread replaces mark and stamp of a sign.
func (t *Tx) RestampMailThread(m MailThread) error {
	n, err := t.Exec(`UPDATE mail_thread SET mark = $1, stamp = $2 WHERE lookup = $3`, m.Mark, m.Stamp, m.Lookup)
	return changed(n, err, ErrNone)
}

// EverySavedView lists the saved lists of everybody.
func (t *Tx) EverySavedView() ([]SavedView, error) {
	rows, err := t.Query(`SELECT id, member_id, shared, box, created FROM saved_view ORDER BY id`)
	return all(rows, err, scanSavedView)
}

// ResealSavedView replaces what a saved list says.
func (t *Tx) ResealSavedView(v SavedView) error {
	n, err := t.Exec(`UPDATE saved_view SET box = $1 WHERE id = $2`, []byte(v.Box), v.ID)
	return changed(n, err, ErrNone)
}
