package store

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Drill is a practice case with its one entry. It stands in tables of its own, so
// that no list and no count of cases ever holds it.
type Drill struct {
	ID      casefile.ID
	Started time.Time
	By      staff.ID
	Key     CaseKey
	Entry   Entry
	Head    Head
}

// DrillGrant is a grant of a practice case and when it was opened; the zero time is
// not yet.
type DrillGrant struct {
	Grant
	Opened time.Time
}

const drillColumns = `id, started, started_by, key_seq, identity, dialogue, investigation, gate_box, key_stamp,
  entry_id, entry_seq, entry_kind, compartment, entry_box, entry_stamp, head_count, head_hash, head_stamp`

func scanDrill(row scanner) (Drill, error) {
	var d Drill
	var started, compartment int64
	var identity, dialogue, investigation, gate, box []byte
	err := row.Scan(&d.ID, &started, &d.By, &d.Key.Seq, &identity, &dialogue, &investigation, &gate, &d.Key.Stamp,
		&d.Entry.ID, &d.Entry.Seq, &d.Entry.Kind, &compartment, &box, &d.Entry.Stamp, &d.Head.Count, &d.Head.Hash, &d.Head.Stamp)
	d.Started = at(started)
	d.Key.Case, d.Key.Gate, d.Key.Created = d.ID, gate, d.Started
	d.Key.Public = map[seal.Compartment]seal.PublicKey{
		seal.Identity: identity, seal.Dialogue: dialogue, seal.Investigation: investigation,
	}
	d.Entry.Case, d.Entry.Compartment, d.Entry.Box, d.Entry.Created = d.ID, seal.Compartment(compartment), box, d.Started //nolint:gosec // 1 to 3
	return d, err
}

// InsertDrill adds a practice case. Its key and entry are as old as it is itself,
// and the entry is by the system.
func (t *Tx) InsertDrill(d Drill) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO drill (`+drillColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		d.ID, micros(d.Started), d.By, d.Key.Seq, []byte(d.Key.Public[seal.Identity]), []byte(d.Key.Public[seal.Dialogue]),
		[]byte(d.Key.Public[seal.Investigation]), nonNil(d.Key.Gate), d.Key.Stamp,
		d.Entry.ID, d.Entry.Seq, d.Entry.Kind, int64(d.Entry.Compartment), []byte(d.Entry.Box), d.Entry.Stamp,
		d.Head.Count, d.Head.Hash, d.Head.Stamp)
	return err
}

// Drills lists practice cases, newest first.
func (t *Tx) Drills() ([]Drill, error) {
	rows, err := t.Query(`SELECT ` + drillColumns + ` FROM drill ORDER BY started DESC, id`)
	return all(rows, err, scanDrill)
}

// InsertDrillGrant adds a grant of a practice case.
func (t *Tx) InsertDrillGrant(g Grant) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO drill_grant (drill_id, recipient_kind, recipient_id, seq, fingerprint, box, stamp)
VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		g.Case, string(g.Kind), g.Recipient, g.Seq, g.Fingerprint, []byte(g.Box), g.Stamp)
	return err
}

// DrillGrants lists the grants of a practice case in the order in which they were
// made. They are as old as it is.
func (t *Tx) DrillGrants(d Drill) ([]DrillGrant, error) {
	rows, err := t.Query(`SELECT recipient_kind, recipient_id, seq, fingerprint, box, stamp, opened
FROM drill_grant WHERE drill_id = $1 ORDER BY seq`, d.ID)
	return all(rows, err, func(row scanner) (DrillGrant, error) {
		g := DrillGrant{Grant: Grant{Case: d.ID, Created: d.Started}}
		var box []byte
		var opened int64
		err := row.Scan(&g.Kind, &g.Recipient, &g.Seq, &g.Fingerprint, &box, &g.Stamp, &opened)
		g.Box, g.Opened = box, at(opened)
		return g, err
	})
}

// DrillOpened notes that a grant of a practice case was opened; ErrStale when it was
// before, or is none.
func (t *Tx) DrillOpened(g Grant) error {
	t.change(desk)
	n, err := t.Exec(`UPDATE drill_grant SET opened = $1
WHERE drill_id = $2 AND recipient_kind = $3 AND recipient_id = $4 AND opened = 0`, micros(t.now), g.Case, string(g.Kind), g.Recipient)
	return changed(n, err, ErrStale)
}
