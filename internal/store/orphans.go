package store

import (
	"fmt"
	"maps"
	"slices"

	"klankbord/internal/casefile"
)

// Orphan is a row that stands for nothing: what it refers to is not there.
type Orphan struct {
	Table string
	ID    string // of the row, or of what is missing
}

// orphanQueries finds such rows per table; each gives the id to be told. Foreign keys
// keep most of them from existing, until somebody writes past them.
func orphanQueries() map[string][]string {
	noCase := func(table, id string) string {
		return fmt.Sprintf(`SELECT %s FROM %s x WHERE NOT EXISTS (SELECT 1 FROM case_file c WHERE c.id = x.case_id)`, id, table)
	}
	noMember := func(table, id string) string {
		return fmt.Sprintf(`SELECT %s FROM %s x WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.id = x.member_id)`, id, table)
	}
	return map[string][]string{
		"case_key": {noCase("case_key", "x.case_id")}, "case_grant": {noCase("case_grant", "x.case_id || ' ' || x.recipient_id")},
		"entry": {noCase("entry", "x.id")}, "summary": {noCase("summary", "x.case_id")},
		"case_clock": {noCase("case_clock", "x.case_id || ' ' || x.id"), `SELECT x.case_id || ' ' || x.id FROM case_clock x
WHERE x.kind = 'check-in' AND x.met = 0 AND x.reminded = 0 AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = 'check-in' AND j.ref = x.case_id || '/' || x.id)`},
		"read_mark":       {noCase("read_mark", "x.case_id")},
		"opening":         {noCase("opening", "x.id")},
		"notice_address":  {noCase("notice_address", "x.case_id")},
		"mailbox_session": {noCase("mailbox_session", "x.id")},
		"link":            {noCase("link", "x.lookup")}, "code_change": {noCase("code_change", "x.id")},
		"lost_access":   {noCase("lost_access", "x.member_id"), noMember("lost_access", "x.member_id")},
		"directory_pin": {noMember("directory_pin", "x.member_id")}, "recovery_use": {noMember("recovery_use", "x.id")}, "absence": {noMember("absence", "x.member_id")},
		"calendar_address":    {noMember("calendar_address", "x.member_id")},
		"openpgp_key":         {noMember("openpgp_key", "x.member_id")},
		"directory_signature": {`SELECT x.change_id FROM directory_signature x WHERE NOT EXISTS (SELECT 1 FROM directory_change d WHERE d.id = x.change_id)`},
		"drill_grant":         {`SELECT x.drill_id || ' ' || x.recipient_id FROM drill_grant x WHERE NOT EXISTS (SELECT 1 FROM drill d WHERE d.id = x.drill_id)`},
		"saved_view":          {noMember("saved_view", "x.id")},
		"beside":              {noCase("beside", "x.case_id"), noMember("beside", "x.member_id")},
		"desk_draft":          {noCase("desk_draft", "x.case_id"), noMember("desk_draft", "x.member_id")},
		"session":             {noMember("session", "x.id")}, "envelope": {noMember("envelope", "x.member_id")},
		"code": {noCase("code", "x.lookup"), `SELECT x.lookup FROM code x WHERE NOT EXISTS (SELECT 1 FROM case_grant g
  WHERE g.case_id = x.case_id AND g.recipient_kind = 'code' AND g.recipient_id = x.lookup)`},
		"keyring": {`SELECT x.case_id || ' ' || x.member_id FROM keyring x WHERE NOT EXISTS (SELECT 1 FROM case_grant g
  WHERE g.case_id = x.case_id AND g.epoch = x.epoch AND g.recipient_kind = 'member' AND g.recipient_id = x.member_id)`},
		"case_file": {
			`SELECT x.number FROM case_file x WHERE NOT EXISTS (SELECT 1 FROM summary s WHERE s.case_id = x.id)`,
			`SELECT x.number FROM case_file x WHERE NOT EXISTS (SELECT 1 FROM case_key k WHERE k.case_id = x.id AND k.epoch = x.epoch)`,
			`SELECT x.number FROM case_file x WHERE x.channel = 'practice' AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = 'practice' AND j.ref = x.id)`,
		},
		"draft_file": {`SELECT x.id FROM draft_file x WHERE NOT EXISTS (SELECT 1 FROM draft d WHERE d.id = x.draft_id)`},
		"blob_ref": {
			`SELECT x.name FROM blob_ref x WHERE x.owner_kind = 'case' AND NOT EXISTS (SELECT 1 FROM entry e
  WHERE e.case_id = x.owner_id AND e.id = x.object_id AND e.kind IN ('file', 'internal-file', 'raw-mail'))`,
			`SELECT x.name FROM blob_ref x WHERE x.owner_kind = 'draft' AND NOT EXISTS (SELECT 1 FROM draft_file f WHERE f.draft_id = x.owner_id AND f.id = x.object_id)
  AND NOT EXISTS (SELECT 1 FROM upload u WHERE u.owner_id = x.owner_id AND u.id = x.object_id)`,
			`SELECT x.name FROM blob_ref x WHERE x.owner_kind = 'mailbox' AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.id = x.owner_id)`,
			`SELECT x.name FROM blob_ref x WHERE x.owner_kind = 'erased' AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = 'erase' AND j.ref = x.owner_id)`,
		},
		"erased_case": {`SELECT x.number FROM erased_case x WHERE NOT EXISTS (SELECT 1 FROM log_leaf l
  WHERE l.id = x.leaf_id AND l.case_id = x.case_id AND l.kind = 'erased' AND l.record IS NOT NULL)
  OR EXISTS (SELECT 1 FROM case_file c WHERE c.id = x.case_id)`},
		"mail": {
			`SELECT x.id FROM mail x WHERE x.case_id <> '' AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.id = x.case_id)`,
			`SELECT x.id FROM mail x WHERE (x.state = 'sent') <> (length(x.box) = 0)`,
			`SELECT x.id FROM mail x WHERE x.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = 'mail' AND j.ref = x.id)`,
		},
		"job": {`SELECT x.id FROM job x WHERE x.kind = 'mail' AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.id = x.ref AND m.state <> 'sent')`,
			`SELECT x.id FROM job x WHERE x.kind = 'practice' AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.id = x.ref AND c.channel = 'practice')`},
		"witness_mail": {`SELECT x.id FROM witness_mail x WHERE NOT EXISTS (SELECT 1 FROM mail m WHERE m.id = x.id)`},
		"invitation": {`SELECT x.id FROM invitation x WHERE x.state = 'vouched' AND NOT EXISTS (SELECT 1 FROM member m WHERE m.id = x.member_id)`,
			`SELECT x.id FROM invitation x WHERE x.invited_by <> '' AND NOT EXISTS (SELECT 1 FROM member m WHERE m.id = x.invited_by)`},
	}
}

// Orphans lists rows that stand for nothing.
func (t *Tx) Orphans() ([]Orphan, error) {
	var list []Orphan
	queries := orphanQueries()
	for _, table := range slices.Sorted(maps.Keys(queries)) {
		for _, q := range queries[table] {
			rows, err := t.Query(q)
			found, err := all(rows, err, func(row scanner) (Orphan, error) {
				o := Orphan{Table: table}
				err := row.Scan(&o.ID)
				return o, err
			})
			if err != nil {
				return nil, fmt.Errorf("look for orphans of %s: %w", table, err)
			}
			list = append(list, found...)
		}
	}
	return list, nil
}

// CaseIDs lists the ids of cases after one, in their order.
func (t *Tx) CaseIDs(after casefile.ID, limit int) ([]casefile.ID, error) {
	rows, err := t.Query(`SELECT id FROM case_file WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	return all(rows, err, func(row scanner) (id casefile.ID, err error) {
		err = row.Scan(&id)
		return id, err
	})
}

// Gone is a case of which only lines of the log are left. What tells of its erasure
// keeps its record: without one, the kind that stands beside it is anybody's word.
type Gone struct {
	Case   casefile.ID
	Lines  int64
	Erased bool // one of them, which has its position, tells that the case was erased
	Waits  bool // one that waits for its position does
	Made   bool // up, to practise on: it leaves no row in the register
}

// GoneCases lists the cases that the log tells of and that are not there.
func (t *Tx) GoneCases() ([]Gone, error) {
	rows, err := t.Query(`SELECT l.case_id, count(*), max(CASE WHEN l.kind IN ('erased', 'practice-ended') AND l.record IS NOT NULL
  THEN CASE WHEN l.position IS NULL THEN 1 ELSE 2 END ELSE 0 END), max(CASE WHEN l.kind = 'practice-ended' AND l.record IS NOT NULL THEN 1 ELSE 0 END) FROM log_leaf l
WHERE l.case_id <> '' AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.id = l.case_id) GROUP BY l.case_id ORDER BY l.case_id`)
	return all(rows, err, func(row scanner) (Gone, error) {
		var g Gone
		var erased, made int64
		err := row.Scan(&g.Case, &g.Lines, &erased, &made)
		g.Erased, g.Waits, g.Made = erased == 2, erased == 1, made == 1
		return g, err
	})
}

// BlobRefs lists what refers to blobs after a name, in the order of names.
func (t *Tx) BlobRefs(after string, limit int) ([]BlobRef, error) {
	rows, err := t.Query(`SELECT name, owner_kind, owner_id, object_id, size FROM blob_ref WHERE name > $1 ORDER BY name LIMIT $2`, after, limit)
	return all(rows, err, func(row scanner) (BlobRef, error) {
		var r BlobRef
		err := row.Scan(&r.Name, &r.OwnerKind, &r.Owner, &r.Object, &r.Size)
		return r, err
	})
}
