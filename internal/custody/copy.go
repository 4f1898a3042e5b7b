package custody

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"klankbord/internal/heads"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Person is who a member is, as the directory vouches for it.
type Person struct {
	ID    staff.ID `json:"id"`
	Name  string   `json:"name"`
	Email string   `json:"email"`
	Salt  []byte   `json:"salt"`
}

func personOf(m store.Member) Person { return Person{m.ID, m.Name, m.Email, m.Salt} }

func (p Person) is(e staff.Entry) bool { return e.Named(p.Salt, p.Name, p.Email) }

// outsideCopy is the copy of the directory that is kept outside the database.
type outsideCopy struct {
	Version int           `json:"version"`
	Events  []staff.Event `json:"events"`
	People  []Person      `json:"people"`
}

const copyVersion = 1

func (c *Custody) keepCopy(k *known) error {
	b, err := json.Marshal(outsideCopy{copyVersion, k.events, k.people}) //nolint:musttag // the names of the fields are the format
	if err != nil {
		return fmt.Errorf("encode copy of the directory: %w", err)
	}
	return c.outside.KeepCopy(b)
}

// last is the newest directory that was verified before: the one this process knows,
// or the copy outside, if it is whole and holds what was seen.
func (c *Custody) last(k *known, seen heads.Seen) *known {
	if k != nil {
		return k
	}
	b, err := c.outside.Copy()
	if err != nil {
		return nil
	}
	var o outsideCopy
	if json.Unmarshal(b, &o) != nil || o.Version != copyVersion { //nolint:musttag // the names of the fields are the format
		return nil
	}
	chain, err := staff.Verify(c.instance, c.signer.Public(), o.Events)
	if err != nil || len(o.Events) == 0 || c.against(chain, seen) != "" {
		return nil
	}
	return &known{chain: chain, events: o.Events, people: o.People, accepted: seen.Accepted}
}

// people reads who the members are, as far as their rows are those that the
// directory vouches for; for the others, who they were before.
func (c *Custody) people(ctx context.Context, chain *staff.Chain, before []Person) []Person {
	var rows []store.Member
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Members()
		return err
	})
	if err != nil {
		return before // read again with the next event
	}
	list := []Person{}
	for _, e := range chain.Everyone() {
		at := slices.IndexFunc(rows, func(m store.Member) bool { return m.ID == e.ID && personOf(m).is(e) })
		if at >= 0 {
			list = append(list, personOf(rows[at]))
		} else if p, ok := find(before, e.ID); ok && p.is(e) {
			list = append(list, p)
		}
	}
	return list
}

func find(list []Person, id staff.ID) (Person, bool) {
	at := slices.IndexFunc(list, func(p Person) bool { return p.ID == id })
	if at < 0 {
		return Person{}, false
	}
	return list[at], true
}

// People lists who the active members are, by what the directory vouches for. A row
// that was edited or is gone raises an alarm, and the person is told as they were.
func (c *Custody) People(ctx context.Context, d *staff.Directory) ([]Person, error) {
	var rows []store.Member
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Members()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	list, whole := c.whoIsWho(rows, d)
	if whole {
		return list, nil
	}
	if d, err = c.Directory(ctx); err != nil { // somebody may have left since d
		return nil, err
	}
	if list, whole = c.whoIsWho(rows, d); !whole {
		c.Raise(ctx, AlarmPerson)
	}
	return list, nil
}

func (c *Custody) whoIsWho(rows []store.Member, d *staff.Directory) (list []Person, whole bool) {
	c.mu.Lock()
	var before []Person
	if c.known != nil {
		before = c.known.people
	}
	c.mu.Unlock()
	whole = true
	for _, e := range d.Active() {
		at := slices.IndexFunc(rows, func(m store.Member) bool { return m.ID == e.ID })
		if at >= 0 && rows[at].Active && personOf(rows[at]).is(e) {
			list = append(list, personOf(rows[at]))
			continue
		}
		whole = false
		if p, ok := find(before, e.ID); ok {
			list = append(list, p)
		} else if at >= 0 {
			list = append(list, personOf(rows[at])) // better than to know nobody by that name
		}
	}
	return list, whole
}

// Everyone lists who the members are who have not left, those included whose entry
// does not hold yet.
func (c *Custody) Everyone(ctx context.Context) ([]Person, error) {
	k, err := c.current(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(k.people), nil
}

// Recognise checks a member's row against what the directory vouches for; it raises
// an alarm when they differ.
func (c *Custody) Recognise(ctx context.Context, m store.Member, e staff.Entry) {
	if e.Active && !personOf(m).is(e) {
		c.Raise(ctx, AlarmPerson)
	}
}
