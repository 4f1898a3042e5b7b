package configure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
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

// Import makes a version of a whole list of changes, by a command of the operator. Faults:
// as Save; *Refused also for addresses that are no places.
func (c *Configure) Import(ctx context.Context, changes profile.Changes, why string) (int64, error) {
	now, err := c.Kept(ctx)
	if err != nil {
		return 0, err
	}
	if err := c.allPlaces(changes); err != nil {
		return 0, err
	}
	return c.save(ctx, custody.ByOperator(), "", Set{Base: now.Number, Changes: changes, Why: why})
}

// SaveFile makes a version of a file that Encode wrote, by a configurator. Faults: as Save;
// settings.error-file when it is none of this profile; *Refused also for addresses that are
// no places.
func (c *Configure) SaveFile(ctx context.Context, actor access.Actor, base int64, file []byte, why string) (int64, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return 0, fault.ErrNotFound
	}
	name, changes, err := profile.DecodeChanges(file)
	if err != nil || name != c.Name || len(file) > MostBytes {
		return 0, errFile
	}
	if err := c.allPlaces(changes); err != nil {
		return 0, err
	}
	return c.Save(ctx, actor, Set{Base: base, Changes: changes, Why: why})
}

func (c *Configure) allPlaces(changes profile.Changes) error {
	refused := &Refused{Problems: map[string]profile.Problem{}}
	built, err := profile.LoadBase(c.Name, changes)
	if err != nil { // an item of the organisation's own that is none
		return refused
	}
	for _, address := range built.Unknown(changes) {
		refused.Problems[address] = profile.ProblemUnknown
	}
	if len(refused.Problems) > 0 {
		return refused
	}
	return nil
}

// ImportBack is PutBack by a command of the operator.
func (c *Configure) ImportBack(ctx context.Context, number int64) (int64, error) {
	now, err := c.Kept(ctx)
	if err != nil {
		return 0, err
	}
	changes, err := c.asIn(ctx, number)
	if err != nil {
		return 0, err
	}
	return c.save(ctx, custody.ByOperator(), "", Set{Base: now.Number, Changes: changes, Why: putBack(number)})
}

func (c *Configure) save(ctx context.Context, by audit.Actor, member staff.ID, s Set) (int64, error) {
	if s.Why = strings.Join(strings.Fields(s.Why), " "); len([]rune(s.Why)) > mostWhy {
		return 0, errNoWhy
	}
	events, err := c.events(ctx)
	if err != nil {
		return 0, err
	}
	now, err := c.Kept(ctx)
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
	p, err := c.check(ctx, now, s.Changes)
	if err != nil {
		return 0, err
	}
	body, err := s.Changes.Encode(c.Name)
	if err != nil {
		return 0, err
	}
	if len(body) > MostBytes {
		return 0, errNewer
	}
	v := &Version{Number: s.Base + 1, Made: c.Store.Now(), By: member, Why: s.Why, Changes: s.Changes, Routing: unrouted, Profile: p}
	if err := c.insert(ctx, by, v, body, events); err != nil {
		return 0, err
	}
	return v.Number, c.takeSaved(ctx, v)
}

// insert writes a version with its line, unless another one or a change of the directory came
// in between.
func (c *Configure) insert(ctx context.Context, by audit.Actor, v *Version, body []byte, events int64) error {
	sum := sha256.Sum256(body)
	leaf := custody.Leaf(v.Made, custody.Event{
		Kind: audit.ConfigurationSet, Actor: by, Object: strconv.FormatInt(v.Number, 10), Detail: map[string]string{"hash": hex.EncodeToString(sum[:])},
	})
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := unmoved(tx, events); err != nil {
			return err
		}
		row := store.Configuration{Number: v.Number, Made: v.Made, By: v.By, Why: v.Why, Body: body, Hash: sum[:]}
		return errors.Join(tx.InsertConfiguration(row), tx.InsertLeaf(leaf))
	})
	if sqldb.IsUnique(err) || errors.Is(err, store.ErrStale) {
		return errMoved
	}
	if err != nil {
		return fmt.Errorf("save configuration: %w", err)
	}
	return nil
}

// events is how many events the directory has; -1 where none verifies, and nothing is said of
// where complaints go.
func (c *Configure) events(ctx context.Context) (int64, error) {
	dir, err := c.Custody.Directory(ctx)
	if errors.Is(err, custody.ErrUnknown) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	n, _ := dir.Head()
	return n, nil
}

// unmoved holds a version back that was tried with a directory which has gone on since.
func unmoved(tx *store.Tx, events int64) error {
	n, err := tx.DirectoryLength()
	if err == nil && events >= 0 && n != events {
		err = store.ErrStale
	}
	return err
}

// PutBack makes a new version that is as an earlier one was. Faults as Save;
// fault.ErrNotFound where there is no such version, and for whoever is no configurator.
func (c *Configure) PutBack(ctx context.Context, actor access.Actor, base, number int64) (int64, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return 0, fault.ErrNotFound
	}
	changes, err := c.asIn(ctx, number)
	if err != nil {
		return 0, err
	}
	return c.Save(ctx, actor, Set{Base: base, Changes: changes, Why: putBack(number)})
}

// asIn are the changes of a version, without those for which a newer program has no place.
func (c *Configure) asIn(ctx context.Context, number int64) (profile.Changes, error) {
	v, err := c.version(ctx, number)
	if err != nil {
		return nil, err
	}
	built, err := profile.LoadBase(c.Name, v.Changes)
	if err != nil {
		return nil, err
	}
	changes := maps.Clone(v.Changes)
	for _, address := range built.Unknown(changes) {
		delete(changes, address)
	}
	return changes, nil
}

// putBack is the reason of a version that is as an earlier one was.
func putBack(number int64) string { return "← " + strconv.FormatInt(number, 10) }
