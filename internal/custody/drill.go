package custody

import (
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Practice is a practice case with its grants, founded and opened by the same code
// as a case that somebody sent.
type Practice struct {
	store.Drill
	Grants []store.DrillGrant
}

// FoundPractice makes a practice case whose word everyone of the selection can read.
func (c *Custody) FoundPractice(d *staff.Directory, s access.Selection, by staff.ID, word string, at time.Time) (Practice, error) {
	f, err := c.Found(d, Plan{
		Case: casefile.ID(ident.New()), Route: casefile.Integrity, Selection: s, At: at,
		// On the strict route the identity lies behind its gate, so that opening proves
		// the instance's key as well.
		Items: []Item{{Kind: casefile.EntryIdentity, Compartment: seal.Identity, AuthorKind: AuthorSystem, Payload: []byte(word)}},
	})
	if err != nil {
		return Practice{}, err
	}
	p := Practice{Drill: store.Drill{ID: f.Key.Case, Started: at, By: by, Key: f.Key, Entry: f.Entries[0], Head: f.Head}}
	for _, g := range f.Grants {
		p.Grants = append(p.Grants, store.DrillGrant{Grant: g})
	}
	return p, nil
}

// Insert writes the practice case.
func (p Practice) Insert(tx *store.Tx) error {
	if err := tx.InsertDrill(p.Drill); err != nil {
		return fmt.Errorf("insert practice case: %w", err)
	}
	for _, g := range p.Grants {
		if err := tx.InsertDrillGrant(g.Grant); err != nil {
			return fmt.Errorf("insert grant of practice case: %w", err)
		}
	}
	return nil
}

// Grant finds the grant to a recipient.
func (p Practice) Grant(kind seal.RecipientKind, id string) (store.DrillGrant, bool) {
	for _, g := range p.Grants {
		if g.Kind == kind && g.Recipient == id {
			return g, true
		}
	}
	return store.DrillGrant{}, false
}

// OpenPractice opens the practice case with the keys of a member or with the
// recovery key, and returns its word. It fails with seal.ErrOpen when anything of
// what opens a case fails: stamps, head, grant, gate, entry.
func (c *Custody) OpenPractice(p Practice, kind seal.RecipientKind, id string, keys *seal.Keys) (string, error) {
	g, ok := p.Grant(kind, id)
	if !ok || !c.practiceHolds(p) {
		return "", seal.ErrOpen
	}
	opened, err := keys.OpenGrant(c.instance, string(p.ID), p.Key.Epoch, kind, id, g.Box)
	if err != nil {
		return "", err
	}
	if err := opened.VerifyPublic(p.Key.Public); err != nil {
		return "", err
	}
	if opened.IdentityGated() {
		gate, err := seal.UnwrapKey(c.gates, c.gateContext(p.ID, p.Key.Epoch), p.Key.Gate)
		if err != nil {
			return "", err
		}
		if err := opened.LiftGate(gate); err != nil {
			return "", err
		}
	}
	room, ok := opened.Compartment(seal.Identity)
	if !ok {
		return "", seal.ErrOpen
	}
	word, err := room.Open(entryContext(c.instance, p.Entry), p.Entry.Box)
	return string(word), err
}

// practiceHolds checks every stamp of a practice case.
func (c *Custody) practiceHolds(p Practice) bool {
	marks := []store.Mark{{Seq: p.Key.Seq, Stamp: p.Key.Stamp}}
	holds := c.keyHolds(p.Key)
	for _, g := range p.Grants {
		marks = append(marks, store.Mark{Seq: g.Seq, Stamp: g.Stamp})
		holds = holds && c.grantHolds(g.Grant)
	}
	entry := p.Entry
	entry.AuthorKind = AuthorSystem
	marks = append(marks, store.Mark{Seq: entry.Seq, Stamp: entry.Stamp})
	return holds && c.entryHolds(entry) && c.headHolds(p.ID, p.Head, marks)
}
