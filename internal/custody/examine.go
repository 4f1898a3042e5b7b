package custody

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/blob"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Examination holds a database against its own log, and the log against a signed
// checkpoint. It needs no secret; with the stamps of the installation it also tells
// what somebody wrote who copied the rules and not the key.
type Examination struct {
	Verifier note.Verifier
	Signed   []byte             // checkpoint; nil: the newest of the database
	Anchor   seal.SigningPublic // that founds the directory; nil: only that its chain holds
	Custody  *Custody           // of the same installation; nil: no secret is at hand
	Blobs    blob.Place         // nil: not at hand
}

// Finding is one thing that is not as it should be. It holds ids and numbers, never
// content.
type Finding struct{ About, What string }

// Examined is what was looked at and what was found.
type Examined struct {
	Log         audit.Report
	Waiting     int64 // lines without position
	Checkpoints int64
	Events      int64 // of the directory
	Cases       int64
	Erased      int64 // cases of which only lines are left
	Blobs       int64
	Findings    []Finding // the first of them
	Found       int64     // all of them
}

// mostFindings bounds the list; beyond it they are only counted.
const mostFindings = 1000

// Sound reports whether nothing was found.
func (r *Examined) Sound() bool { return r.Log.OK() && r.Found == 0 }

func (r *Examined) found(about, what string, args ...any) {
	if r.Found++; len(r.Findings) < mostFindings {
		r.Findings = append(r.Findings, Finding{about, fmt.Sprintf(what, args...)})
	}
}

// examiner is one run.
type examiner struct {
	*Examination
	tx      *store.Tx
	result  *Examined
	desk    turns
	known   map[string][]string // fingerprints of members' keys
	reserve map[string][]string // of recovery keys
	sent    map[string]audit.Record
}

// Run looks at everything in one transaction, so that a running instance does not
// move while it is looked at. It fails where the log cannot be read or the
// checkpoint is not one of this log; everything else is a finding.
func (e *Examination) Run(tx *store.Tx) (*Examined, error) {
	x := &examiner{Examination: e, tx: tx, result: &Examined{}, sent: map[string]audit.Record{}}
	for _, part := range []func() error{x.log, x.nodes, x.directory, x.deskState, x.cases, x.gone, x.witnesses, x.orphans, x.blobs} {
		if err := part(); err != nil {
			return nil, fmt.Errorf("examine: %w", err)
		}
	}
	return x.result, nil
}

// directory checks the chain of events and learns whose keys there are.
func (x *examiner) directory() error {
	row, err := x.tx.Instance()
	if err != nil {
		return err
	}
	events, err := x.tx.DirectoryEvents(-1)
	if err != nil {
		return err
	}
	x.result.Events = int64(len(events))
	x.known, x.reserve = staff.KnownKeys(events)
	if x.Anchor == nil {
		return nil
	}
	if audit.Origin(row.ID) != x.Verifier.Name() {
		x.result.found("instance", "its id is not the one of the log")
	}
	chain, err := staff.Verify(row.ID, x.Anchor, events)
	if err != nil {
		x.result.found("directory", "%v", err)
		return nil
	}
	return x.members(chain.At(x.tx.Now()), row)
}

// members holds name and address of every member against what the directory vouches
// for, and invitations and acceptances against their stamps.
func (x *examiner) members(d *staff.Directory, row store.InstanceRow) error {
	if row.Profile != d.Chain().Rules().Profile {
		x.result.found("instance", "it names another profile than the directory was founded with")
	}
	rows, err := x.tx.Members()
	if err != nil {
		return err
	}
	for _, e := range d.Active() {
		at := slices.IndexFunc(rows, func(m store.Member) bool { return m.ID == e.ID })
		if at < 0 || !rows[at].Active || !personOf(rows[at]).is(e) {
			x.result.found("member "+string(e.ID), "name or address are not those vouched for, or the member is missing")
		}
	}
	if x.Custody == nil {
		return nil
	}
	invitations, err := x.tx.Invitations()
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if (i.State == "open" || i.State == "enrolled") && !x.Custody.stamped(i) {
			x.result.found("invitation "+i.ID, "its stamp does not hold")
		}
	}
	return nil
}

// deskState holds instance, members, how they sign in, and directory against the newest turn of the
// desk.
func (x *examiner) deskState() error {
	number, state, err := x.tx.DeskState()
	if err != nil {
		return err
	}
	x.turn("desk", x.desk, number, state, "instance, members, how they sign in, directory, or configuration")
	return x.configuration()
}

// configuration holds the bytes of every version against their hash, which the state of the
// desk holds.
func (x *examiner) configuration() error {
	versions, err := x.tx.Configurations()
	if err != nil {
		return err
	}
	for _, v := range versions {
		whole, err := x.tx.Configuration(v.Number)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(whole.Body); string(sum[:]) != string(whole.Hash) {
			x.result.found(fmt.Sprintf("configuration %d", v.Number), "its bytes are not those that the log tells of")
		}
	}
	return nil
}

// turns are what the lines about one case, or about the desk, tell of its changes.
type turns struct {
	numbers []uint64
	newest  audit.Record
	hidden  bool // a line was erased: not every turn is known
}

func (t *turns) add(r audit.Record) {
	if r.Turn == 0 {
		return
	}
	t.numbers = append(t.numbers, r.Turn)
	if r.Turn > t.newest.Turn {
		t.newest = r
	}
}

// gap is the first turn that no line tells of; 0 when there is none.
func (t *turns) gap() uint64 {
	slices.Sort(t.numbers)
	want := uint64(1)
	for _, n := range slices.Compact(t.numbers) {
		if n != want {
			return want
		}
		want++
	}
	return 0
}

// turn holds the rows of a case or the desk against what its lines tell.
func (x *examiner) turn(about string, t turns, number int64, state [32]byte, what string) {
	if gap := t.gap(); gap > 0 && !t.hidden {
		x.result.found(about, "the line of change %d is missing", gap)
	}
	switch newest := int64(t.newest.Turn); { //nolint:gosec // counts from one
	case newest == 0 && !t.hidden:
		x.result.found(about, "no line of the log tells of it")
	case number < newest:
		x.result.found(about, "it is older than the log: change %d of %d", number, newest)
	case number > newest && !t.hidden:
		x.result.found(about, "it is newer than the log: change %d of %d", number, newest)
	case number == newest && state != t.newest.State:
		x.result.found(about, "%s differ from what the log says since change %d", what, newest)
	}
}

// isNone tells that a row is not there.
func isNone(err error) bool { return errors.Is(err, store.ErrNone) }
