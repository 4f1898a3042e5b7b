package promises_test

import (
	"klankbord/internal/apptest"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// burglar has a copy of the database and the secrets of one person, of which it
// keeps what it once found. It asks nobody's permission and checks no stamp.
type burglar struct {
	keys *seal.Keys
	loot map[place]*seal.CaseKeys // everything that was ever found
}

// place is an epoch of a case.
type place struct {
	id    string
	epoch uint32
}

// copied is a copy of what matters in the database.
type copied struct {
	instance  string
	grants    []store.Grant
	rings     []ownedRing
	entries   []store.Entry
	summaries []store.Summary
}

type ownedRing struct {
	member string
	store.Ring
}

// copyOf reads the copy, without the use cases.
func copyOf(i *apptest.Instance) (c copied, err error) {
	c.instance = i.Instance()
	err = i.Store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query("SELECT id FROM case_file ORDER BY id") //nolint:rowserrcheck // read to the end below
		if err != nil {
			return err
		}
		var ids []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		if err := rows.Close(); err != nil { //nolint:sqlclosecheck // closed before the next query
			return err
		}
		for _, id := range ids {
			if err := c.addCase(tx, caseID(id)); err != nil {
				return err
			}
		}
		if err := c.addRings(tx); err != nil {
			return err
		}
		return c.addSummaries(tx)
	})
	return c, err
}

func (c *copied) addCase(tx *store.Tx, id caseID) error {
	grants, err := tx.Grants(id)
	if err != nil {
		return err
	}
	entries, err := tx.Entries(id)
	c.grants, c.entries = append(c.grants, grants...), append(c.entries, entries...)
	return err
}

func (c *copied) addRings(tx *store.Tx) error {
	rows, err := tx.Query("SELECT member_id, case_id, epoch, box FROM keyring")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r ownedRing
		var box []byte
		if err := rows.Scan(&r.member, &r.Case, &r.Epoch, &box); err != nil {
			return err
		}
		r.Box = box
		c.rings = append(c.rings, r)
	}
	return rows.Err()
}

func (c *copied) addSummaries(tx *store.Tx) error {
	rows, err := tx.Query("SELECT case_id, epoch, revision, box FROM summary")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var sum store.Summary
		var box []byte
		if err := rows.Scan(&sum.Case, &sum.Epoch, &sum.Revision, &box); err != nil {
			return err
		}
		sum.Box = box
		c.summaries = append(c.summaries, sum)
	}
	return rows.Err()
}

// open tries every grant and every row of every keyring with the person's keys, and
// returns what opens now. It goes into the loot as well.
func (b *burglar) open(c copied) map[place]*seal.CaseKeys {
	now := map[place]*seal.CaseKeys{}
	for _, r := range c.rings {
		if keys, err := b.keys.OpenKeyring(c.instance, string(r.Case), r.Epoch, r.member, r.Box); err == nil {
			now[place{string(r.Case), r.Epoch}] = keys
		}
	}
	for _, g := range c.grants {
		at := place{string(g.Case), g.Epoch}
		if now[at] != nil {
			continue
		}
		if keys, err := b.keys.OpenGrant(c.instance, string(g.Case), g.Epoch, g.Kind, g.Recipient, g.Box); err == nil {
			now[at] = keys
		}
	}
	for at, keys := range now {
		b.loot[at] = keys //nolint:modernize // said in a loop
	}
	return now
}

// read lists the entries that open with keys, of whatever epoch, with their text.
func (c copied) read(keys map[place]*seal.CaseKeys) map[string]string {
	read := map[string]string{}
	for _, e := range c.entries {
		where := seal.Context{
			Instance: c.instance, Case: string(e.Case), Compartment: e.Compartment, Kind: "entry/" + string(e.Kind), Object: e.ID, Revision: uint64(e.Epoch),
		}
		if text, ok := c.opens(keys, where, e.Box); ok {
			read[string(e.Case)+"/"+e.ID] = text
		}
	}
	for _, s := range c.summaries {
		where := seal.Context{Instance: c.instance, Case: string(s.Case), Compartment: seal.Investigation, Kind: "summary", Revision: uint64(s.Revision)}
		if text, ok := c.opens(keys, where, s.Box); ok {
			read[string(s.Case)+"/summary"] = text
		}
	}
	return read
}

// opens tries every key of the case, in every compartment.
func (c copied) opens(keys map[place]*seal.CaseKeys, where seal.Context, box seal.Box) (string, bool) {
	for at, k := range keys {
		if at.id != where.Case {
			continue
		}
		for _, room := range []seal.Compartment{seal.Identity, seal.Dialogue, seal.Investigation} {
			key, ok := k.Compartment(room)
			if !ok {
				continue
			}
			if plain, err := key.Open(where, box); err == nil {
				return string(plain), true
			}
			if plain, _, err := key.OpenAppended(where, box); err == nil {
				return string(plain), true
			}
		}
	}
	return "", false
}
