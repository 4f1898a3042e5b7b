package store

import (
	"errors"
	"time"

	"klankbord/internal/seal"
)

// Draft is an unfinished complaint, sealed.
type Draft struct {
	ID        string
	Session   string   // look-up of the browser's cookie
	KeyBox    seal.Box // the draft's key under the cookie
	Resume    string   // look-up of the resume code; empty: none asked for
	ResumeBox seal.Box
	Box       seal.Box
	Revision  int64
	Created   time.Time
	Expires   time.Time
	Files     int // how many it has, as read
}

const draftColumns = `id, session_id, key_box, resume_id, resume_box, box, revision, created, expires,
  (SELECT count(*) FROM draft_file WHERE draft_id = draft.id)`

func scanDraft(row scanner) (Draft, error) {
	var d Draft
	var resume *string
	var keyBox, resumeBox, box []byte
	var created, expires int64
	err := row.Scan(&d.ID, &d.Session, &keyBox, &resume, &resumeBox, &box, &d.Revision, &created, &expires, &d.Files)
	if resume != nil {
		d.Resume = *resume
	}
	d.KeyBox, d.ResumeBox, d.Box, d.Created, d.Expires = keyBox, resumeBox, box, at(created), at(expires)
	return d, err
}

// InsertDraft adds a draft.
func (t *Tx) InsertDraft(d Draft) error {
	_, err := t.Exec(`INSERT INTO draft (id, session_id, key_box, box, revision, created, expires)
VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.ID, d.Session, []byte(d.KeyBox), []byte(d.Box), d.Revision, micros(d.Created), micros(d.Expires))
	return err
}

// DraftBySession reads the draft of a browser's cookie; an expired one is none.
func (t *Tx) DraftBySession(session string) (Draft, error) {
	return one(t.QueryRow(`SELECT `+draftColumns+` FROM draft WHERE session_id = $1 AND expires > $2`,
		session, micros(t.now)), scanDraft)
}

// DraftByResume reads the draft of a resume code; an expired one is none.
func (t *Tx) DraftByResume(resume string) (Draft, error) {
	return one(t.QueryRow(`SELECT `+draftColumns+` FROM draft WHERE resume_id = $1 AND expires > $2`,
		resume, micros(t.now)), scanDraft)
}

// UpdateDraft replaces the content of a draft that is still at revision, and
// prolongs it; otherwise it fails with ErrStale.
func (t *Tx) UpdateDraft(id string, revision int64, box seal.Box, expires time.Time) error {
	n, err := t.Exec(`UPDATE draft SET box = $1, revision = revision + 1, expires = $2 WHERE id = $3 AND revision = $4`,
		[]byte(box), micros(expires), id, revision)
	return changed(n, err, ErrStale)
}

// SetDraftResume keeps the draft's key under a resume code as well.
func (t *Tx) SetDraftResume(id, resume string, box seal.Box, expires time.Time) error {
	n, err := t.Exec(`UPDATE draft SET resume_id = $1, resume_box = $2, expires = $3 WHERE id = $4`,
		resume, []byte(box), micros(expires), id)
	return changed(n, err, ErrNone)
}

// MoveDraft gives a draft to another browser. Any draft which that browser had
// goes.
func (t *Tx) MoveDraft(id, session string, keyBox seal.Box) error {
	if _, err := t.Exec(`DELETE FROM draft WHERE session_id = $1 AND id <> $2`, session, id); err != nil {
		return err
	}
	n, err := t.Exec(`UPDATE draft SET session_id = $1, key_box = $2 WHERE id = $3`, session, []byte(keyBox), id)
	return changed(n, err, ErrNone)
}

// DeleteDraft removes a draft with its rows of files; ErrNone when it was gone.
func (t *Tx) DeleteDraft(id string) error {
	_, err := t.Exec(`DELETE FROM blob_ref WHERE owner_kind = 'draft' AND owner_id = $1 AND object_id IN (SELECT id FROM upload WHERE owner_id = $1)
  AND NOT EXISTS (SELECT 1 FROM draft_file f WHERE f.id = blob_ref.object_id)`, id)
	if err := errors.Join(err, t.DeleteUploads(id)); err != nil {
		return err
	}
	n, err := t.Exec(`DELETE FROM draft WHERE id = $1`, id)
	return changed(n, err, ErrNone)
}

// DeleteExpiredDrafts removes what is past its time, with the references of the
// blobs, and tells how many drafts went.
func (t *Tx) DeleteExpiredDrafts() (int64, error) {
	if _, err := t.Exec(`DELETE FROM blob_ref WHERE owner_kind = 'draft' AND (
  owner_id IN (SELECT id FROM draft WHERE expires <= $1) OR owner_id NOT IN (SELECT id FROM draft))`, micros(t.now)); err != nil {
		return 0, err
	}
	if _, err := t.Exec(`DELETE FROM upload WHERE owner_id IN (SELECT id FROM draft WHERE expires <= $1)`, micros(t.now)); err != nil {
		return 0, err
	}
	return t.Exec(`DELETE FROM draft WHERE expires <= $1`, micros(t.now))
}

// DraftFile is a file added to a draft: its manifest, sealed, and its size in
// bytes before sealing.
type DraftFile struct {
	ID      string
	Draft   string
	Box     seal.Box
	Size    int64
	Created time.Time
}

// InsertDraftFile adds a file to a draft.
func (t *Tx) InsertDraftFile(f DraftFile) error {
	_, err := t.Exec(`INSERT INTO draft_file (id, draft_id, box, size, created) VALUES ($1, $2, $3, $4, $5)`,
		f.ID, f.Draft, []byte(f.Box), f.Size, micros(f.Created))
	return err
}

// DraftFiles lists the files of a draft in the order in which they came.
func (t *Tx) DraftFiles(draft string) ([]DraftFile, error) {
	rows, err := t.Query(`SELECT id, draft_id, box, size, created FROM draft_file WHERE draft_id = $1 ORDER BY created, id`, draft)
	return all(rows, err, func(row scanner) (DraftFile, error) {
		var f DraftFile
		var box []byte
		var created int64
		err := row.Scan(&f.ID, &f.Draft, &box, &f.Size, &created)
		f.Box, f.Created = box, at(created)
		return f, err
	})
}

// DeleteDraftFile removes one file of a draft with the references of its blobs.
func (t *Tx) DeleteDraftFile(draft, id string) error {
	if err := t.DeleteBlobRefs("draft", draft, id); err != nil {
		return err
	}
	n, err := t.Exec(`DELETE FROM draft_file WHERE draft_id = $1 AND id = $2`, draft, id)
	return changed(n, err, ErrNone)
}

// Submission is what a retry of the final submit answers, sealed under the cookie.
type Submission struct {
	Draft   string
	Session string
	Box     seal.Box
	Created time.Time
}

// InsertSubmission keeps the answer to a retry. A second submit of the same draft
// fails as sqldb.IsUnique.
func (t *Tx) InsertSubmission(s Submission) error {
	_, err := t.Exec(`INSERT INTO submission (draft_id, session_id, box, created) VALUES ($1, $2, $3, $4)`,
		s.Draft, s.Session, []byte(s.Box), micros(t.now))
	return err
}

// LatestSubmission reads the newest submission of a browser.
func (t *Tx) LatestSubmission(session string) (Submission, error) {
	return one(t.QueryRow(`SELECT draft_id, session_id, box, created FROM submission
WHERE session_id = $1 ORDER BY created DESC LIMIT 1`, session), scanSubmission)
}

// SubmissionOfDraft reads what became of a draft.
func (t *Tx) SubmissionOfDraft(draft string) (Submission, error) {
	return one(t.QueryRow(`SELECT draft_id, session_id, box, created FROM submission WHERE draft_id = $1`, draft), scanSubmission)
}

func scanSubmission(row scanner) (Submission, error) {
	var s Submission
	var box []byte
	var created int64
	err := row.Scan(&s.Draft, &s.Session, &box, &created)
	s.Box, s.Created = box, at(created)
	return s, err
}

// DeleteSubmission forgets number and code once the person has kept them.
func (t *Tx) DeleteSubmission(draft string) error {
	_, err := t.Exec(`DELETE FROM submission WHERE draft_id = $1`, draft)
	return err
}

// DeleteSubmissionsBefore forgets those older than when.
func (t *Tx) DeleteSubmissionsBefore(when time.Time) (int64, error) {
	return t.Exec(`DELETE FROM submission WHERE created < $1`, micros(when))
}
