package configure

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

// Addition is a new item of a list as somebody typed it, on top of the version they saw.
type Addition struct {
	Base  int64
	List  string
	Typed func(address, input string) string
	Why   string
}

// Add adds an item to a list. Faults: as Save; *Refused names the places of
// profile.Asked that cannot be so.
func (c *Configure) Add(ctx context.Context, actor access.Actor, a Addition) (profile.OwnItem, error) {
	now, err := c.Now(ctx, actor)
	if err != nil {
		return profile.OwnItem{}, err
	}
	if a.Base != now.Number {
		return profile.OwnItem{}, errMoved
	}
	raw, problems := now.Profile.Item(a.List, a.Typed)
	if len(problems) > 0 {
		return profile.OwnItem{}, &Refused{problems}
	}
	changes, item := maps.Clone(now.Changes), profile.NewItem(now.Changes, a.List, int(now.Number)+1)
	changes[item.Address] = raw
	_, err = c.Save(ctx, actor, Set{Base: now.Number, Changes: changes, Why: a.Why})
	return item, err
}

// Remove takes an own item away. A topic that a case may have stays, switched off; kept
// tells so. Faults: as Save; fault.ErrNotFound where there is no such item.
func (c *Configure) Remove(ctx context.Context, actor access.Actor, base int64, address, why string) (kept bool, err error) {
	now, err := c.Now(ctx, actor)
	if err != nil {
		return false, err
	}
	if base != now.Number {
		return false, errMoved
	}
	items := profile.Items(now.Changes)
	i := slices.IndexFunc(items, func(x profile.OwnItem) bool { return x.Address == address })
	if i < 0 {
		return false, fault.ErrNotFound
	}
	number, err := c.Save(ctx, actor, Set{Base: base, Changes: now.Changes.Without(items[i]), Why: why})
	if err != nil {
		return false, err
	}
	v, err := c.version(ctx, number)
	if err != nil {
		return false, err
	}
	return v.Changes[address] != nil, nil
}

// keepUsed puts own topics back that changes would take away although a case may have them:
// switched off, so that the case says for ever what it is about. Which topics a case has is
// sealed; so a topic counts as used from the first line about any case since it was added.
func (c *Configure) keepUsed(ctx context.Context, now *Version, changes profile.Changes) (profile.Changes, error) {
	out := maps.Clone(changes)
	if out == nil {
		out = profile.Changes{}
	}
	for _, item := range profile.Items(now.Changes) {
		if item.List != profile.ListTopics || changes[item.Address] != nil {
			continue
		}
		used, err := c.usedSinceAdded(ctx, item.Address)
		if err != nil {
			return nil, err
		}
		if !used {
			continue
		}
		rest := now.Changes.Without(item)
		for address, raw := range now.Changes { // with the words that it had last
			if rest[address] == nil {
				out[address] = raw
			}
		}
		out[item.Places()+"on"] = json.RawMessage("false")
	}
	return out, nil
}

// usedSinceAdded reports whether anything happened to a case since an item first stood in a
// version.
func (c *Configure) usedSinceAdded(ctx context.Context, address string) (used bool, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		since, err := c.added(tx, address)
		if err != nil || since.IsZero() {
			return err
		}
		used, err = tx.CaseLeafFrom(since)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether %s is used: %w", address, err)
	}
	return used, nil
}

// added is when an item first stood in a version; zero where it never did.
func (c *Configure) added(tx *store.Tx, address string) (time.Time, error) {
	rows, err := tx.Configurations()
	if err != nil {
		return time.Time{}, err
	}
	for _, row := range slices.Backward(rows) { // the oldest first
		whole, err := tx.Configuration(row.Number)
		if err != nil {
			return time.Time{}, err
		}
		changes, err := c.changes(whole)
		if err != nil {
			return time.Time{}, err
		}
		if changes[address] != nil {
			return row.Made, nil
		}
	}
	return time.Time{}, nil
}
