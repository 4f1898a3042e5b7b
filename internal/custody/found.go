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

// Item is something to be sealed into a case.
type Item struct {
	ID          string // drawn when empty
	Kind        casefile.EntryKind
	Compartment seal.Compartment
	Parent      string
	AuthorKind  string // complainant, member, system
	AuthorID    string
	Payload     []byte
}

// The kinds of author.
const (
	AuthorComplainant = "complainant"
	AuthorMember      = "member"
	AuthorSystem      = "system"
)

// Foundation is a new case, sealed and ready to be written in one transaction.
type Foundation struct {
	Key     store.CaseKey
	Grants  []store.Grant
	Entries []store.Entry
	Summary store.Summary
	Head    store.Head
	Code    *store.Code // nil: the complainant has no code yet

	directory int64 // length of the directory by which the recipients were chosen
	keys      *seal.CaseKeys
}

// Plan says what a new case starts with.
type Plan struct {
	Case      casefile.ID
	Route     casefile.Route
	Selection access.Selection
	Code      *seal.Recipient // nil: the complainant has no code yet
	Handed    bool            // a member gives the code, and so knows it
	Items     []Item
	Summary   []byte
	At        time.Time
}

// Found draws the keys of a new case, wraps them to everyone of the selection and
// to the code, and seals the first entries. Nothing is written.
func (c *Custody) Found(d *staff.Directory, p Plan) (*Foundation, error) {
	keys := seal.NewCaseKeys(c.instance, string(p.Case), 0)
	f := &Foundation{
		Key: store.CaseKey{Case: p.Case, Seq: 1, Public: keys.PublicKeys(), Created: p.At}, directory: c.length(d), keys: keys,
	}
	var gate *seal.Key
	if p.Route.SealsIdentityApart() {
		gate = seal.NewKey()
		f.Key.Gate = gate.Wrap(c.gates, c.gateContext(p.Case, 0))
	}
	c.stampKey(&f.Key)
	if err := c.foundGrants(d, p, f, keys, gate); err != nil {
		return nil, err
	}
	seq := int64(len(f.Grants)) + 1
	for _, item := range p.Items {
		seq++
		e, err := c.sealEntry(keys, p.Case, item, seq, p.At)
		if err != nil {
			return nil, err
		}
		f.Entries = append(f.Entries, e)
	}
	summary, err := c.sealSummary(keys, p.Case, 0, p.Summary)
	if err != nil {
		return nil, err
	}
	f.Summary = summary
	f.Head = c.stampHead(p.Case, chain(store.Head{}, f.marks()...))
	return f, nil
}

func (c *Custody) gateContext(id casefile.ID, epoch uint32) seal.Context {
	ctx := c.context(id, "gate", "", int64(epoch))
	ctx.Compartment = seal.Identity
	return ctx
}

func (c *Custody) foundGrants(d *staff.Directory, p Plan, f *Foundation, keys *seal.CaseKeys, gate *seal.Key) error {
	everything := seal.Share{seal.Identity, seal.Dialogue, seal.Investigation}
	for _, id := range p.Selection.Members {
		to, ok := d.Recipient(id)
		if !ok {
			return fmt.Errorf("grant to a member: %w", staff.ErrDirectory)
		}
		if err := c.grant(f, keys, to, everything, gate); err != nil {
			return err
		}
	}
	for _, id := range p.Selection.Recovery {
		to, ok := d.RecoveryRecipient(id)
		if !ok {
			return fmt.Errorf("grant to recovery key: %w", staff.ErrDirectory)
		}
		if err := c.grant(f, keys, to, everything, nil); err != nil {
			return err
		}
	}
	if p.Code == nil {
		return nil
	}
	code := c.Code(p.Case, *p.Code, p.At)
	if p.Handed {
		code = c.HandedCode(p.Case, *p.Code, p.At)
	}
	f.Code = &code
	return c.grant(f, keys, *p.Code, seal.Share{seal.Identity, seal.Dialogue}, nil)
}

func (c *Custody) grant(f *Foundation, keys *seal.CaseKeys, to seal.Recipient, share seal.Share, gate *seal.Key) error {
	box, err := keys.Grant(to, share, gate)
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	g := store.Grant{
		Case: f.Key.Case, Epoch: f.Key.Epoch, Kind: to.Kind(), Recipient: to.ID(), Seq: int64(len(f.Grants)) + 2,
		Fingerprint: to.Fingerprint(), Box: box, Created: f.Key.Created,
	}
	c.stampGrant(&g)
	f.Grants = append(f.Grants, g)
	return nil
}

func entryContext(instance string, e store.Entry) seal.Context {
	return seal.Context{
		Instance: instance, Case: string(e.Case), Compartment: e.Compartment,
		Kind: "entry/" + string(e.Kind), Object: e.ID, Revision: uint64(e.Epoch),
	}
}

func (c *Custody) sealEntry(keys *seal.CaseKeys, id casefile.ID, item Item, seq int64, at time.Time) (store.Entry, error) {
	e := store.Entry{
		Case: id, ID: item.ID, Seq: seq, Epoch: keys.Epoch(), Compartment: item.Compartment, Kind: item.Kind,
		Parent: item.Parent, AuthorKind: item.AuthorKind, AuthorID: item.AuthorID, Created: at,
	}
	if e.ID == "" {
		e.ID = ident.New()
	}
	room, ok := keys.Compartment(item.Compartment)
	if !ok {
		return e, fmt.Errorf("seal %s: no key to its compartment: %w", item.Kind, seal.ErrOpen)
	}
	e.Box = room.Seal(entryContext(c.instance, e), item.Payload)
	c.stampEntry(&e)
	return e, nil
}

func (c *Custody) sealSummary(keys *seal.CaseKeys, id casefile.ID, revision int64, plain []byte) (store.Summary, error) {
	room, ok := keys.Compartment(seal.Investigation)
	if !ok {
		return store.Summary{}, fmt.Errorf("seal summary: %w", seal.ErrOpen)
	}
	s := store.Summary{Case: id, Epoch: keys.Epoch(), Revision: revision}
	s.Box = room.Seal(c.summaryContext(s), plain)
	c.stampSummary(&s)
	return s, nil
}

func (c *Custody) summaryContext(s store.Summary) seal.Context {
	ctx := c.context(s.Case, "summary", "", s.Revision)
	ctx.Compartment = seal.Investigation
	return ctx
}

func (f *Foundation) marks() []store.Mark {
	marks := []store.Mark{{Seq: f.Key.Seq, Stamp: f.Key.Stamp}}
	for _, g := range f.Grants {
		marks = append(marks, store.Mark{Seq: g.Seq, Stamp: g.Stamp})
	}
	for _, e := range f.Entries {
		marks = append(marks, store.Mark{Seq: e.Seq, Stamp: e.Stamp})
	}
	return marks
}

// Insert writes everything of the new case but the row of the case itself, which
// the caller inserted with the foundation's head. ErrStale: the directory has grown
// since; then the case is founded anew.
func (f *Foundation) Insert(tx *store.Tx) error {
	if err := sameDirectory(tx, f.directory); err != nil {
		return err
	}
	if err := tx.InsertCaseKey(f.Key); err != nil {
		return fmt.Errorf("insert case key: %w", err)
	}
	for _, g := range f.Grants {
		if err := tx.InsertGrant(g); err != nil {
			return fmt.Errorf("insert grant: %w", err)
		}
	}
	for _, e := range f.Entries {
		if err := tx.InsertEntry(e); err != nil {
			return fmt.Errorf("insert entry: %w", err)
		}
	}
	if err := tx.PutSummary(f.Summary); err != nil {
		return fmt.Errorf("insert summary: %w", err)
	}
	if f.Code == nil {
		return nil
	}
	if err := tx.InsertCode(*f.Code); err != nil {
		return fmt.Errorf("insert code: %w", err)
	}
	return nil
}
