package store

import (
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// notPractice leaves out of a list of cases c what members made up to practise on. Every
// query that goes over cases has it; TestEveryListLeavesPracticeOut looks.
const notPractice = `c.channel <> 'practice'`

// PracticeJob is the kind of the job that ends what a member made up to practise on; it
// names the case.
const PracticeJob = "practice"

// practises reports whether something about a case is about one that was made up.
func (t *Tx) practises(id casefile.ID) (bool, error) {
	var n int
	err := t.QueryRow(`SELECT count(*) FROM case_file WHERE id = $1 AND channel = 'practice'`, id).Scan(&n)
	return n > 0, err
}

// PracticesOf is what a member made up to practise on and holds the key of, by the
// fingerprint of the key that they have now; the newest first. The join is CROSS so that SQLite
// looks for cases first: members hold many keys, and few cases are made up.
func (t *Tx) PracticesOf(member staff.ID, key string) ([]Case, error) {
	rows, err := t.Query(`SELECT `+caseColumns+` FROM case_file c CROSS JOIN case_grant g
WHERE c.channel = 'practice' AND g.case_id = c.id AND g.epoch = c.epoch AND g.recipient_kind = 'member' AND g.recipient_id = $1 AND g.fingerprint = $2
ORDER BY c.received DESC, c.id`, member, key)
	return all(rows, err, scanCase)
}

// Done is what was done in a case, as far as it stands in the clear.
type Done struct {
	Entries  map[casefile.EntryKind]int // how many of each kind
	Openings []string                   // case, identity, file, each once
}

// DoneIn reads what a member did in a case.
func (t *Tx) DoneIn(id casefile.ID, member staff.ID) (d Done, err error) {
	rows, err := t.Query(`SELECT kind FROM entry WHERE case_id = $1 AND author_kind = 'member' AND author_id = $2`, id, member)
	kinds, err := all(rows, err, func(row scanner) (k casefile.EntryKind, err error) {
		err = row.Scan(&k)
		return k, err
	})
	if err != nil {
		return d, err
	}
	d.Entries = map[casefile.EntryKind]int{}
	for _, k := range kinds {
		d.Entries[k]++
	}
	rows, err = t.Query(`SELECT DISTINCT what FROM opening WHERE case_id = $1 AND member_id = $2 ORDER BY what`, id, member)
	d.Openings, err = all(rows, err, func(row scanner) (what string, err error) {
		err = row.Scan(&what)
		return what, err
	})
	return d, err
}

// EndPractice removes what a member made up, as EraseCase removes a case, but keeps no row
// of it: it was no complaint. The caller has made sure of that; see custody. job is the id
// of the work that removes sealed files. ErrStale: it was changed meanwhile.
func (t *Tx) EndPractice(was Case, job string) error {
	if _, err := t.removeCase(was); err != nil {
		return err
	}
	return t.InsertJob(Job{ID: job, Kind: ErasureJob, Ref: string(was.ID), RunAt: t.now})
}
