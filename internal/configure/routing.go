package configure

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/custody"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// unrouted is the number of the event of a profile over which no directory says where
// complaints go.
const unrouted int64 = -1

// state is a version and the event that says where complaints go.
type state struct{ number, routing int64 }

// Current reads the newest version, with where complaints go as the directory says now. It
// fails with ErrAltered when a version does not fit the log.
func (c *Configure) Current(ctx context.Context) (*Version, error) {
	v, err := c.Base(ctx)
	if err != nil {
		return nil, err
	}
	now, err := c.routing(ctx)
	if err != nil {
		return nil, err
	}
	return c.with(v, now)
}

// routing is what the directory says now. Where there is no directory that verifies nothing is
// said, and no complaint is taken in.
func (c *Configure) routing(ctx context.Context) (staff.Routed, error) {
	dir, err := c.Custody.Directory(ctx)
	if errors.Is(err, custody.ErrUnknown) {
		return staff.Routed{Seq: unrouted}, nil
	}
	if err != nil {
		return staff.Routed{}, err
	}
	return dir.Routing(), nil
}

// with lays where complaints go over a version as it was saved.
func (c *Configure) with(v *Version, r staff.Routed) (*Version, error) {
	if r.Seq == unrouted {
		return v, nil
	}
	c.mu.Lock()
	known := c.laid[state{v.Number, r.Seq}]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	next := *v
	var err error
	if next.Profile, err = v.Profile.Routed(r.Places); err != nil {
		return nil, fmt.Errorf("configuration, version %d, with event %d of the directory: %w", v.Number, r.Seq, err)
	}
	next.Routing = r.Seq
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.laid == nil || len(c.laid) >= mostKnown {
		c.laid = map[state]*Version{}
	}
	c.laid[state{v.Number, r.Seq}] = &next
	return &next, nil
}

// Moved reports whether what is served, a version with an event of the directory, is no
// longer the newest. It tells of nothing while the directory does not verify: what served
// goes on.
func (c *Configure) Moved(ctx context.Context, number, routing int64) (bool, error) {
	newest, err := c.Newest(ctx)
	if err != nil {
		return false, err
	}
	dir, err := c.Custody.Directory(ctx)
	if errors.Is(err, custody.ErrUnknown) {
		return newest != number, nil
	}
	if err != nil {
		return false, err
	}
	return newest != number || dir.Routing().Seq != routing, nil
}

// Routed is the profile as it would be with complaints going as the places say.
// *profile.RoutingRefused where that cannot be.
func (c *Configure) Routed(ctx context.Context, places map[string]string) (*profile.Profile, error) {
	v, err := c.Base(ctx)
	if err != nil {
		return nil, err
	}
	return c.tried(v.Profile, places)
}

func (c *Configure) tried(p *profile.Profile, places map[string]string) (*profile.Profile, error) {
	p, err := p.Routed(places)
	if err != nil {
		return nil, err
	}
	if c.Try != nil {
		err = c.Try(p)
	}
	return p, err
}

// withAll tries a profile with what the directory says, and with what is on its way there: a
// version must hold with each.
func (c *Configure) withAll(ctx context.Context, p *profile.Profile) error {
	dir, err := c.Custody.Directory(ctx)
	if errors.Is(err, custody.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, u := range dir.Upcoming() {
		if u.Change.Type == staff.Routing {
			if _, err := c.tried(p, u.Change.Routing); err != nil {
				return err
			}
		}
	}
	_, err = c.tried(p, dir.Routing().Places)
	return err
}

// takeSaved lets a version that was just saved take effect here.
func (c *Configure) takeSaved(ctx context.Context, v *Version) error {
	c.keep(v)
	if c.Take == nil {
		return nil
	}
	now, err := c.routing(ctx)
	if err == nil {
		v, err = c.with(v, now)
	}
	if err == nil {
		err = c.Take(ctx, v)
	}
	if err != nil {
		return fmt.Errorf("take configuration: %w", err)
	}
	return nil
}

// Follow lets what holds now take effect here. It is for whoever changed where complaints go.
func (c *Configure) Follow(ctx context.Context) error {
	if c.Take == nil {
		return nil
	}
	v, err := c.Current(ctx)
	if err != nil {
		return err
	}
	return c.Take(ctx, v)
}

// Still holds back a change of where complaints go that was tried with a version that is no
// longer the newest; store.ErrStale.
func (c *Configure) Still(tx *store.Tx, number int64) error {
	newest, err := tx.ConfigurationNumber()
	if err == nil && newest != number {
		err = store.ErrStale
	}
	return err
}
