package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"klankbord/internal/seal"
)

// keyFiles are outside the database and its backup.
type keyFiles struct {
	Instance *seal.InstanceKey
	Pepper   *seal.Key
}

func keyPaths(state string) (instance, pepper string) {
	return filepath.Join(state, "keys", "instance.key"), filepath.Join(state, "keys", "pepper.key")
}

// ErrNoInstance tells that the state folder holds no instance yet.
var ErrNoInstance = errors.New("no instance in this state folder; run klankbord init first")

// loadKeys reads the key files of an instance.
func loadKeys(state string) (k keyFiles, err error) {
	instance, pepper := keyPaths(state)
	b, err := os.ReadFile(instance) //nolint:gosec // the operator's own folder
	if errors.Is(err, fs.ErrNotExist) {
		return k, ErrNoInstance
	}
	if err != nil {
		return k, fmt.Errorf("read instance key: %w", err)
	}
	if k.Instance, err = seal.LoadInstanceKey(b); err != nil {
		return k, fmt.Errorf("read instance key: %w", err)
	}
	if b, err = os.ReadFile(pepper); err != nil { //nolint:gosec // the operator's own folder
		return k, fmt.Errorf("read pepper: %w", err)
	}
	if k.Pepper, err = seal.LoadPepper(b); err != nil {
		return k, fmt.Errorf("read pepper: %w", err)
	}
	return k, nil
}

// makeKeys draws the keys of a new instance and seals a copy of them to its recovery
// key. It never overwrites one.
func makeKeys(state string, recovery seal.Code) (k keyFiles, err error) {
	k = keyFiles{seal.NewInstanceKey(), seal.NewKey()}
	if err := k.write(state); err != nil {
		return k, err
	}
	file, err := seal.SealKeyCopy(recovery, k.Instance, k.Pepper)
	if err != nil {
		return k, err
	}
	return k, writeNew(KeyCopy(state), file)
}

func (k keyFiles) write(state string) error {
	instance, pepper := keyPaths(state)
	if err := os.MkdirAll(filepath.Dir(instance), 0o700); err != nil {
		return fmt.Errorf("make key folder: %w", err)
	}
	if err := syncFolder(state); err != nil {
		return err
	}
	if err := writeNew(instance, k.Instance.Marshal()); err != nil {
		return err
	}
	return writeNew(pepper, seal.MarshalPepper(k.Pepper))
}

// KeyCopy is where the copy of an instance's key files lies, sealed to its recovery
// key. It may lie with the backups; the key files themselves never do.
func KeyCopy(state string) string { return filepath.Join(state, "recovery.age") }

func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator's own folder
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// replace puts a file in the place of another, whole or not at all.
func replace(path string, b []byte) error {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := writeNew(next, b); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path) //nolint:gosec // the operator's own folder
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
