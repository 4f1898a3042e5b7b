package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// nextInstance is where a key of the instance lies while it is being renewed.
func nextInstance(state string) string { return filepath.Join(state, "keys", "instance.next") }

// ErrOlderKey tells that the database lies under a key of the instance that was renewed since,
// as a backup of before does.
var ErrOlderKey = errors.New("the database lies under a key of the instance from before it was renewed, as an older backup does; run klankbord keys instance, which brings it under the key of now")

// lyingUnder are the key files with the key of the instance by which the newest event of the
// directory has its place: that of the file, or one that is being renewed and was cut off
// before the file was replaced. Of a database that lies under an older one ErrOlderKey, unless
// older says that it may. Nobody chooses it by writing to the database: a key before the
// newest is taken on nobody's word but an operator's.
func lyingUnder(ctx context.Context, s *store.Store, instance, state string, keys keyFiles, older bool) (keyFiles, error) {
	var events []staff.Event
	err := s.Read(ctx, func(tx *store.Tx) error {
		n, err := tx.DirectoryLength()
		if err == nil && n > 0 {
			events, err = tx.DirectoryEvents(n - 2)
		}
		return err
	})
	if err != nil {
		return keys, fmt.Errorf("read directory: %w", err)
	}
	if len(events) == 0 {
		return keys, nil
	}
	placed := func(k *seal.InstanceKey) bool {
		return events[len(events)-1].PlacedBy(instance, k.Signer().Public())
	}
	if placed(keys.Instance) {
		return keys, nil
	}
	next, err := readNextInstance(state)
	if err == nil && next != nil && placed(next) {
		keys.Instance = next
		return keys, nil
	}
	for k := keys.Instance.Before(); k != nil; k = k.Before() {
		if placed(k) && older {
			keys.Instance = k
			return keys, nil
		}
		if placed(k) {
			return keys, ErrOlderKey
		}
	}
	return keys, err // of nobody: the directory says that it was altered
}

// readNextInstance reads the key of a renewal that was begun; nil where there is none.
func readNextInstance(state string) (*seal.InstanceKey, error) {
	b, err := os.ReadFile(nextInstance(state))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no renewal was begun
	}
	if err != nil {
		return nil, fmt.Errorf("read new instance key: %w", err)
	}
	next, err := seal.LoadInstanceKey(b)
	if err != nil {
		return nil, fmt.Errorf("read new instance key: %w", err)
	}
	return next, nil
}

// formerOf are the stamps of the keys before one, and what checks the checkpoints that they
// signed.
func formerOf(k *seal.InstanceKey, instance string) (stamps []*seal.Stamper, checks []note.Verifier, err error) {
	for k = k.Before(); k != nil; k = k.Before() {
		keys, err := newLogKeys(keyFiles{Instance: k}, instance)
		if err != nil {
			return nil, nil, err
		}
		stamps, checks = append(stamps, k.Stamper()), append(checks, keys.verifier)
	}
	return stamps, checks, nil
}

// Rekeyed tells what a renewal of the instance's key did.
type Rekeyed struct {
	Cases   int64  // that lie under the new key; 0 where only the end of a renewal was left to do
	Key     string // public key of the log from now on
	Resumed bool   // one that was cut off was ended
}

// RenewInstanceKey draws a new key of the instance, writes the sealed copy of the key files
// anew, puts everything in the database under it in one transaction, and then replaces the
// file. Wherever it is cut off, what is on the disk opens what is in the database; called
// again it goes on. The instance must not be served, and has to be opened again afterwards.
// The code must be the recovery key: staff.ErrRecovery. custody.ErrServed, custody.ErrUnsound
// and custody.ErrStopped: nothing was changed.
func (a *App) RenewInstanceKey(ctx context.Context, code seal.Code) (r Rekeyed, err error) {
	files, err := a.keysFor(ctx, code)
	if err != nil {
		return r, err
	}
	now, err := lyingUnder(ctx, a.Store, a.Instance, a.Config.State, files, true)
	if err != nil {
		return r, err
	}
	next, err := a.keyToCome(ctx, files, now, &r)
	if err != nil {
		return r, err
	}
	keys, err := newLogKeys(keyFiles{Instance: next}, a.Instance)
	if err != nil {
		return r, err
	}
	r.Key = keys.text
	// The copy first: whatever is sealed under the new key can be brought back by it.
	sealed, err := seal.SealKeyCopy(code, next, files.Pepper)
	if err != nil {
		return r, err
	}
	if err := replace(KeyCopy(a.Config.State), sealed); err != nil {
		return r, err
	}
	if !now.Instance.Same(next) {
		if r.Cases, err = a.rekey(ctx, now.Instance, next, keys); err != nil {
			return r, err
		}
	}
	return r, a.endRekey(next)
}

// endRekey puts the new key in the place of the one before.
func (a *App) endRekey(next *seal.InstanceKey) error {
	file, _ := keyPaths(a.Config.State)
	if err := replace(file, next.Marshal()); err != nil {
		return err
	}
	if err := os.Remove(nextInstance(a.Config.State)); err != nil {
		return fmt.Errorf("end renewal: %w", err)
	}
	return syncFolder(filepath.Dir(file))
}

// keyToCome draws a key and writes it down, or takes the one of a renewal that was cut off, or
// that of the file where the database lies under one before it.
func (a *App) keyToCome(ctx context.Context, files, now keyFiles, r *Rekeyed) (*seal.InstanceKey, error) {
	next, err := readNextInstance(a.Config.State)
	if err != nil {
		return nil, err
	}
	if r.Resumed = next != nil; r.Resumed {
		return next, nil
	}
	next = files.Instance
	if now.Instance.Same(files.Instance) {
		if _, err := a.Custody.Granting(ctx); err != nil {
			return nil, err
		}
		if s, err := a.Oversight.Standing(ctx); err != nil || s.Trouble != "" {
			return nil, errors.Join(err, custody.ErrUnsound)
		}
		if next, err = seal.RenewInstanceKey(files.Instance); err != nil {
			return nil, err
		}
	}
	return next, replace(nextInstance(a.Config.State), next.Marshal())
}

// rekey puts the database under another key.
func (a *App) rekey(ctx context.Context, from, to *seal.InstanceKey, keys logKeys) (int64, error) {
	before, err := newLogKeys(keyFiles{Instance: from}, a.Instance)
	if err != nil {
		return 0, err
	}
	of := func(k *seal.InstanceKey) *custody.Custody {
		return custody.New(a.Store, a.Instance, k.Stamper(), k.Subkey("gates"), k.Signer(), a.outside)
	}
	reseal := func(label string) func(seal.Context, seal.Box) (seal.Box, error) {
		was, now := from.Subkey(label), to.Subkey(label)
		return func(c seal.Context, b seal.Box) (seal.Box, error) { return was.Reseal(now, c, b) }
	}
	notices, views := from.Subkey("notices"), reseal("saved-views")
	k := &custody.Rekey{
		From: of(from), To: of(to), Before: before.verifier, Signer: keys.signer,
		Detail: map[string]string{"before": before.text, "now": keys.text},
		Mails:  reseal("mail"), Notices: reseal("notices"),
		Address: func(n store.Notice) (string, error) {
			plain, err := notices.Open(custody.NoticeContext(a.Instance, n.Case), n.Box)
			if err != nil {
				return "", fmt.Errorf("notice address: %w", err)
			}
			to, err := letter.Unpack[letter.NoticeAddress](plain)
			return to.Email, err
		},
		Also: func(tx *store.Tx) error { return resealViews(tx, a.Instance, views) },
	}
	a.Store.StampLeaves(custody.LeafStamps(a.Instance, to.Stamper()))
	cases, err := k.Run(ctx)
	if err != nil {
		a.Store.StampLeaves(custody.LeafStamps(a.Instance, from.Stamper()))
	}
	return cases, err
}

// resealViews puts saved lists under the new key; one that cannot be read stays so.
func resealViews(tx *store.Tx, instance string, reseal func(seal.Context, seal.Box) (seal.Box, error)) error {
	list, err := tx.EverySavedView()
	if err != nil {
		return err
	}
	for _, v := range list {
		box, err := reseal(casework.SavedContext(instance, v), v.Box)
		if err != nil {
			continue
		}
		v.Box = box
		if err := tx.ResealSavedView(v); err != nil {
			return err
		}
	}
	return nil
}
