package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// nextPepper is where a pepper lies while it is being renewed.
func nextPepper(state string) string { return filepath.Join(state, "keys", "pepper.next") }

// Renewed tells what a renewal of the pepper did.
type Renewed struct {
	Envelopes int  // ways in which members open their keys, sealed once more
	Resumed   bool // one that was cut off was ended
}

// tries is how often ways are read again that members changed meanwhile.
const tries = 10

// RenewPepper draws a new pepper, writes the sealed copy of the key files anew, and seals
// every way in which a member opens their key once more under it. Nobody signs in for it,
// and every password, code and passkey stays. Everything opens before, after and wherever
// it is cut off: the new file holds the peppers before it. Called again it goes on. The
// code must be the recovery key of the instance: staff.ErrRecovery.
func (a *App) RenewPepper(ctx context.Context, code seal.Code) (r Renewed, err error) {
	keys, err := a.keysFor(ctx, code)
	if err != nil {
		return r, err
	}
	if keys.Pepper, r.Resumed, err = a.pepperToCome(keys.Pepper); err != nil {
		return r, err
	}
	sealed, err := seal.SealKeyCopy(code, keys.Instance, keys.Pepper)
	if err != nil {
		return r, err
	}
	// The copy first: whatever is sealed under the new pepper can be brought back by it.
	if err := replace(KeyCopy(a.Config.State), sealed); err != nil {
		return r, err
	}
	_, file := keyPaths(a.Config.State)
	if err := replace(file, seal.MarshalPepper(keys.Pepper)); err != nil {
		return r, err
	}
	if r.Envelopes, err = a.layer(ctx, keys.Pepper); err != nil {
		return r, err
	}
	if err := os.Remove(nextPepper(a.Config.State)); err != nil {
		return r, fmt.Errorf("end renewal: %w", err)
	}
	return r, syncFolder(filepath.Dir(file))
}

// keysFor are the key files, for whoever has the recovery key of the instance:
// staff.ErrRecovery.
func (a *App) keysFor(ctx context.Context, code seal.Code) (keyFiles, error) {
	dir, err := a.Custody.Directory(ctx)
	if err != nil {
		return keyFiles{}, err
	}
	if _, err := staff.RecoveryOf(dir.RecoveryKeys(), a.Instance, code); err != nil {
		return keyFiles{}, err
	}
	return loadKeys(a.Config.State)
}

// pepperToCome draws a pepper and writes it down, or reads the one of a renewal that was
// cut off.
func (a *App) pepperToCome(now *seal.Key) (next *seal.Key, resumed bool, err error) {
	at := nextPepper(a.Config.State)
	b, err := os.ReadFile(at) //nolint:gosec // the operator's own folder
	if err == nil {
		// Half a file was never used: the name is there only once the content is.
		next, err = seal.LoadPepper(b)
		return next, true, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("read new pepper: %w", err)
	}
	if next, err = seal.RenewPepper(now); err != nil {
		return nil, false, err
	}
	return next, false, replace(at, seal.MarshalPepper(next))
}

// layer seals every envelope once more under the newest pepper, all in one transaction.
func (a *App) layer(ctx context.Context, pepper *seal.Key) (n int, err error) {
	for range tries {
		if n, err = a.layerOnce(ctx, pepper); !errors.Is(err, store.ErrStale) {
			break
		}
	}
	if err != nil {
		return n, fmt.Errorf("seal ways to open keys once more: %w", err)
	}
	return n, nil
}

func (a *App) layerOnce(ctx context.Context, pepper *seal.Key) (int, error) {
	var rows []store.EnvelopeRow
	err := a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.EveryEnvelope()
		return err
	})
	if err != nil {
		return 0, err
	}
	boxes := map[int]seal.Box{}
	for i, row := range rows {
		if layered, done := row.Layer(pepper, a.Instance, string(row.Member)); done {
			boxes[i] = layered.Box
		}
	}
	if len(boxes) == 0 {
		return 0, nil
	}
	leaf := custody.Leaf(a.Store.Now(), custody.Event{
		Kind: audit.PepperRenewed, Actor: audit.Actor{Kind: audit.Operator}, Detail: map[string]string{"envelopes": strconv.Itoa(len(boxes))},
	})
	err = a.Store.Write(ctx, func(tx *store.Tx) error {
		for i, box := range boxes {
			if err := tx.LayerEnvelope(rows[i], box); err != nil {
				return err
			}
		}
		return tx.InsertLeaf(leaf)
	})
	return len(boxes), err
}
