package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"klankbord/internal/seal"
)

// What can be wrong when the key files are brought back.
var (
	ErrKeysThere = errors.New("the folder keys/ holds key files already; nothing was changed")
	ErrNoCopy    = errors.New("there is no copy of the key files here; name it with --file")
	ErrCopyOther = errors.New("the copy of the key files does not open with this recovery key, or was changed")
)

// ReadKeyCopy reads the sealed copy of an instance's key files; an empty name means
// the one in the state folder. It fails with ErrNoCopy.
func ReadKeyCopy(state, name string) ([]byte, error) {
	if name == "" {
		name = KeyCopy(state)
	}
	b, err := os.ReadFile(name) //nolint:gosec // named by the operator
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoCopy
	}
	if err != nil {
		return nil, fmt.Errorf("read copy of the key files: %w", err)
	}
	return b, nil
}

// RestoreKeys writes the key files of an instance from their sealed copy. It never
// overwrites one: ErrKeysThere. ErrCopyOther: the copy is not for this code.
func RestoreKeys(state string, file []byte, code seal.Code) error {
	instance, pepper := keyPaths(state)
	for _, path := range []string{instance, pepper} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(ErrKeysThere, err)
		}
	}
	k, p, err := seal.OpenKeyCopy(code, file)
	if err != nil {
		return errors.Join(ErrCopyOther, err)
	}
	return keyFiles{k, p}.write(state)
}
