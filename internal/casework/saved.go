package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Keeper seals and opens what belongs to no case; it holds a subkey of the instance.
type Keeper interface {
	Sealer
	Open(c seal.Context, b seal.Box) ([]byte, error)
}

// The bounds of saved lists: how many a member sees, and how long a name is.
const (
	SavedMost   = 40
	SavedLength = 60
)

// Saved is a list of cases under a name. What it holds differs by who looks: it is a filter,
// and each sees in it only the cases that they may read.
type Saved struct {
	ID     string
	Name   string
	Filter Filter
	Shared bool
	Mine   bool
}

// LogValue hides name and filter.
func (Saved) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides name and filter.
func (Saved) String() string { return "[sealed]" }

type savedBody struct {
	Name   string `json:"name"`
	Filter Filter `json:"filter"`
}

// SavedContext binds what a saved list says to its row.
func SavedContext(instance string, v store.SavedView) seal.Context {
	object := v.ID + "/" + string(v.Member) + "/own"
	if v.Shared {
		object = v.ID + "/" + string(v.Member) + "/shared"
	}
	return seal.Context{Instance: instance, Kind: "saved-view", Object: object}
}

// SavedLists are the member's own lists and those that are shared, by name. One that does
// not open is left out.
func (c *Casework) SavedLists(ctx context.Context, actor access.Actor) (list []Saved, err error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, nil
	}
	var rows []store.SavedView
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.SavedViews(actor.Member)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list saved lists: %w", err)
	}
	for _, v := range rows {
		plain, err := c.Views.Open(SavedContext(c.Custody.Instance(), v), v.Box)
		var b savedBody
		if err != nil || json.Unmarshal(plain, &b) != nil {
			continue
		}
		list = append(list, Saved{v.ID, b.Name, b.Filter, v.Shared, v.Member == actor.Member})
	}
	slices.SortStableFunc(list, func(x, y Saved) int { return strings.Compare(casefile.Fold(x.Name), casefile.Fold(y.Name)) })
	return list, nil
}

// SaveList keeps a list of cases under a name, for the member or for everybody who handles
// cases. Faults: no name, too long, too many. fault.ErrNotFound: the member handles none.
func (c *Casework) SaveList(ctx context.Context, actor access.Actor, s Saved) error {
	if !actor.Handler() || !actor.Entry.Active {
		return fault.ErrNotFound
	}
	s.Name = strings.Join(strings.Fields(s.Name), " ")
	length := utf8.RuneCountInString(s.Name)
	switch known, err := c.SavedLists(ctx, actor); {
	case err != nil:
		return err
	case length == 0:
		return fault.New(fault.Invalid, "error.saved-name")
	case length > SavedLength:
		return fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(SavedLength)).With("length", decimal(int64(length)))
	case len(known) >= SavedMost:
		return fault.New(fault.Invalid, "error.saved-many").With("max", decimal(SavedMost))
	}
	s.Filter.Page = 0
	plain, err := json.Marshal(savedBody{s.Name, s.Filter})
	if err != nil {
		return fmt.Errorf("save list: %w", err)
	}
	v := store.SavedView{ID: ident.New(), Member: actor.Member, Shared: s.Shared}
	v.Box = c.Views.Seal(SavedContext(c.Custody.Instance(), v), plain)
	return c.writeSaved(ctx, actor, "list-saved", v.ID, func(tx *store.Tx) error { return tx.InsertSavedView(v) })
}

// RemoveList removes one of the member's own lists, or one that is shared. fault.ErrNotFound:
// there is none of theirs.
func (c *Casework) RemoveList(ctx context.Context, actor access.Actor, id string) error {
	if !actor.Handler() || !actor.Entry.Active {
		return fault.ErrNotFound
	}
	err := c.writeSaved(ctx, actor, "list-removed", id, func(tx *store.Tx) error { return tx.DeleteSavedView(id, actor.Member) })
	if errors.Is(err, store.ErrNone) {
		return errNothing
	}
	return err
}

func (c *Casework) writeSaved(ctx context.Context, actor access.Actor, what, id string, fn func(*store.Tx) error) error {
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.SettingChanged, Actor: custody.ByMember(actor.Member), Object: id, Detail: map[string]string{"what": what},
	})
	err := c.write(ctx, func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
