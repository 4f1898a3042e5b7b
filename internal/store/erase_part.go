package store

import "klankbord/internal/casefile"

// ErasePart removes what goes with a part of a case beside its entries, which went before:
// unfinished texts of members, with the files that come in; with the story what belongs to no entry any more; with the
// identity everything that leads to the person outside the mailbox. Sealed files wait for
// ErasureJob, which is given its id here.
func (t *Tx) ErasePart(id casefile.ID, part casefile.Scope, job string) error {
	t.change(id)
	list := []string{
		`UPDATE blob_ref SET owner_kind = 'erased', owner_id = $1, object_id = ''
  WHERE owner_kind = 'desk' AND owner_id IN (SELECT $1 || '/' || id FROM member)`,
		`DELETE FROM desk_draft WHERE case_id = $1`,
		`DELETE FROM upload WHERE owner_id IN (SELECT $1 || '/' || id FROM member)`,
	}
	if part == casefile.ScopeStory {
		list = append(list, `DELETE FROM beside WHERE case_id = $1 AND kind IN ('mention', 'asked', 'checked')`, `DELETE FROM upload WHERE owner_id = $1`, `UPDATE blob_ref SET owner_kind = 'erased', object_id = '' WHERE owner_id = $1 AND (owner_kind = 'mailbox'
  OR owner_kind = 'case' AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.case_id = blob_ref.owner_id AND e.id = blob_ref.object_id))`)
	} else {
		list = append(
			list,
			`DELETE FROM job WHERE kind = 'mail' AND ref IN (SELECT id FROM mail WHERE case_id = $1 AND member_id = '')`,
			`DELETE FROM mail WHERE case_id = $1 AND member_id = '' AND state <> 'sent'`,
			`DELETE FROM notice_address WHERE case_id = $1`,
			`DELETE FROM link WHERE case_id = $1`,
			`DELETE FROM code_change WHERE case_id = $1`,
			`UPDATE blob_ref SET owner_kind = 'erased', object_id = '' WHERE owner_id = $1 AND owner_kind = 'case'
  AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.case_id = blob_ref.owner_id AND e.id = blob_ref.object_id)`, // the mail as it came
		)
	}
	for _, sql := range list {
		if _, err := t.Exec(sql, id); err != nil {
			return err
		}
	}
	return t.InsertJob(Job{ID: job, Kind: ErasureJob, Ref: string(id), RunAt: t.now})
}
