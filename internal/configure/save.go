package configure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Set is a change of the configuration as somebody asks for it.
type Set struct {
	Base    int64           // the version that was changed
	Changes profile.Changes // all of them, as they are to be
	Why     string
}

// Save makes a new version, which takes effect at once here and within seconds in other
// processes. Only a configurator may. It tells the number of the version; where nothing is
// otherwise, that of the one there is. Faults: settings.error-moved when another version
// came in between; *Refused.
func (c *Configure) Save(ctx context.Context, actor access.Actor, s Set) (int64, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return 0, errDenied
	}
	return c.save(ctx, custody.ByMember(actor.Member), actor.Member, s)
}

// Import is Save by a command of the operator.
func (c *Configure) Import(ctx context.Context, s Set) (int64, error) {
	return c.save(ctx, custody.ByOperator(), "", s)
}

func (c *Configure) save(ctx context.Context, by audit.Actor, member staff.ID, s Set) (int64, error) {
	if s.Why = strings.Join(strings.Fields(s.Why), " "); len([]rune(s.Why)) > mostWhy {
		return 0, errNoWhy
	}
	now, err := c.Current(ctx)
	if err != nil {
		return 0, err
	}
	if now.Number != s.Base {
		return 0, errMoved
	}
	if s.Changes, err = c.keepUsed(ctx, now, s.Changes); err != nil {
		return 0, err
	}
	if now.Changes.Same(s.Changes) {
		return now.Number, nil
	}
	p, err := c.check(now, s.Changes)
	if err != nil {
		return 0, err
	}
	body, err := s.Changes.Encode(c.Name)
	if err != nil {
		return 0, err
	}
	if len(body) > mostBytes {
		return 0, errNewer
	}
	sum := sha256.Sum256(body)
	v := &Version{Number: s.Base + 1, Made: c.Store.Now(), By: member, Why: s.Why, Changes: s.Changes, Profile: p}
	leaf := custody.Leaf(v.Made, custody.Event{
		Kind: audit.ConfigurationSet, Actor: by, Object: strconv.FormatInt(v.Number, 10), Detail: map[string]string{"hash": hex.EncodeToString(sum[:])},
	})
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		row := store.Configuration{Number: v.Number, Made: v.Made, By: member, Why: s.Why, Body: body, Hash: sum[:]}
		return errors.Join(tx.InsertConfiguration(row), tx.InsertLeaf(leaf))
	})
	if sqldb.IsUnique(err) {
		return 0, errMoved
	}
	if err != nil {
		return 0, fmt.Errorf("save configuration: %w", err)
	}
	c.keep(v)
	if c.Take != nil {
		if err := c.Take(ctx, v); err != nil {
			return 0, fmt.Errorf("take configuration: %w", err)
		}
	}
	return v.Number, nil
}

// PutBack makes a new version that is as an earlier one was. Faults as Save;
// fault.ErrNotFound where there is no such version, and for whoever is no configurator.
func (c *Configure) PutBack(ctx context.Context, actor access.Actor, base, number int64) (int64, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return 0, fault.ErrNotFound
	}
	v, err := c.version(ctx, number)
	if err != nil {
		return 0, err
	}
	return c.Save(ctx, actor, Set{Base: base, Changes: v.Changes, Why: "← " + strconv.FormatInt(number, 10)})
}
