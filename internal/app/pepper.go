package app

import (
	"io/fs"
	"os"
	"sync"

	"klankbord/internal/seal"
)

// pepperFile is the pepper as its file holds it now, so that one that was renewed is taken up
// by what serves meanwhile. It is safe for concurrent use.
type pepperFile struct {
	path string

	mu   sync.Mutex
	key  *seal.Key   // guarded by mu
	info fs.FileInfo // of the file when key was read; nil: not looked at yet; guarded by mu
}

// pepperIn returns the pepper of a state folder, which was read before.
func pepperIn(state string, key *seal.Key) *pepperFile {
	_, path := keyPaths(state)
	return &pepperFile{path: path, key: key}
}

// now reads the file again when it is another one than before. While it is gone or damaged
// the pepper stays that was read last.
func (p *pepperFile) now() *seal.Key {
	p.mu.Lock()
	defer p.mu.Unlock()
	info, err := os.Stat(p.path)
	if err != nil || p.info != nil && os.SameFile(p.info, info) && p.info.ModTime().Equal(info.ModTime()) {
		return p.key
	}
	b, err := os.ReadFile(p.path)
	if err != nil {
		return p.key
	}
	if key, err := seal.LoadPepper(b); err == nil {
		p.key, p.info = key, info
	}
	return p.key
}
