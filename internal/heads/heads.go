// Package heads keeps, in files beside the database, what an instance saw last: how
// far directory and log had come, a copy of the verified directory, and since when
// something is wrong. A database that was rolled back or exchanged is noticed by
// them. What was seen only ever moves forwards, but for an operator's Accept.
//
// It must never hold a secret or anything of a case, and never decide what a
// difference means; custody does. It fails with ErrNone where nothing was kept yet,
// with ErrDamaged when a file is not what was written, with ErrBack when something
// older would replace something newer, and otherwise with the file system's error.
package heads

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// What fails apart from the file system.
var (
	ErrNone    = errors.New("nothing was kept outside the database yet")
	ErrDamaged = errors.New("what was kept outside the database is damaged")
	ErrBack    = errors.New("what was seen outside the database never moves back")
)

// Directory is how far the directory had come: the number of its events and the
// hash of the last.
type Directory struct {
	Count int64     `json:"count"`
	Hash  []byte    `json:"hash"`
	At    time.Time `json:"at"`
}

// Log is the newest signed checkpoint of the log that was seen.
type Log struct {
	Size int64     `json:"size"`
	Note []byte    `json:"note,omitempty"`
	At   time.Time `json:"at"`
}

// Seen is what an instance saw last.
type Seen struct {
	Version   int       `json:"version"`
	Instance  string    `json:"instance"`
	Accepted  int64     `json:"accepted"` // how often an operator accepted an older database
	Directory Directory `json:"directory"`
	Log       Log       `json:"log"`
}

const seenVersion = 1

// Folder is the files of one instance. It is safe for concurrent use, by several
// processes too.
type Folder struct {
	dir string

	mu     sync.Mutex
	cached Seen        // guarded by mu
	info   fs.FileInfo // of the file that cached was read from; guarded by mu
}

// In returns the files in the state folder of an instance. Nothing is read yet.
func In(state string) *Folder { return &Folder{dir: state} }

func (f *Folder) path(name string) string { return filepath.Join(f.dir, name) }

// The files.
const (
	seenFile  = "heads"
	copyFile  = "directory"
	alarmFile = "alarms"
	lockFile  = "heads.lock"
)

// Seen returns what was seen last. It is read again only after the file changed.
func (f *Folder) Seen() (Seen, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path(seenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Seen{}, ErrNone
	}
	if err != nil {
		return Seen{}, fmt.Errorf("look at heads: %w", err)
	}
	if f.info != nil && os.SameFile(f.info, info) && f.info.ModTime().Equal(info.ModTime()) {
		return f.cached, nil
	}
	s, err := f.read()
	if err == nil {
		f.cached, f.info = s, info
	}
	return s, err
}

func (f *Folder) read() (s Seen, err error) {
	if err = f.load(seenFile, &s); err != nil {
		return s, err
	}
	if s.Version != seenVersion || s.Instance == "" {
		return s, ErrDamaged
	}
	return s, nil
}

func (f *Folder) load(name string, v any) error {
	b, err := os.ReadFile(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNone
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if json.Unmarshal(b, v) != nil {
		return ErrDamaged
	}
	return nil
}

// Advance changes what was seen, forwards. ErrBack: the change would move it back,
// and nothing was written.
func (f *Folder) Advance(instance string, change func(*Seen)) error {
	return f.locked(func() error {
		s, err := f.read()
		if err != nil && !errors.Is(err, ErrNone) {
			return err
		}
		next := s
		next.Version, next.Instance = seenVersion, instance
		change(&next)
		if next.Directory.Count < s.Directory.Count || next.Log.Size < s.Log.Size || next.Accepted != s.Accepted {
			return ErrBack
		}
		return f.write(seenFile, next)
	})
}

// Accept puts what an operator accepted in the place of what was seen, whatever
// that was, and forgets what was wrong.
func (f *Folder) Accept(s Seen) error {
	return f.locked(func() error {
		old, err := f.read()
		if err != nil && !errors.Is(err, ErrNone) && !errors.Is(err, ErrDamaged) {
			return err
		}
		s.Version, s.Accepted = seenVersion, old.Accepted+1
		return errors.Join(f.write(alarmFile, map[string]time.Time{}), f.write(seenFile, s))
	})
}

// Alarms returns since when what is wrong, by kind.
func (f *Folder) Alarms() (map[string]time.Time, error) {
	alarms := map[string]time.Time{}
	err := f.load(alarmFile, &alarms)
	if errors.Is(err, ErrNone) || errors.Is(err, ErrDamaged) {
		return map[string]time.Time{}, nil
	}
	return alarms, err
}

// NoteAlarm keeps since when something is wrong; the zero time ends it. Since when is
// the first time that was noted.
func (f *Folder) NoteAlarm(kind string, since time.Time) error {
	return f.locked(func() error {
		alarms, err := f.Alarms()
		if err != nil {
			return err
		}
		if since.IsZero() {
			delete(alarms, kind)
		} else if _, noted := alarms[kind]; !noted {
			alarms[kind] = since
		}
		return f.write(alarmFile, alarms)
	})
}

// Copy returns the copy of the directory.
func (f *Folder) Copy() ([]byte, error) {
	b, err := os.ReadFile(f.path(copyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("read copy of the directory: %w", err)
	}
	return b, nil
}

// KeepCopy replaces the copy of the directory.
func (f *Folder) KeepCopy(b []byte) error {
	return f.locked(func() error { return f.put(copyFile, b) })
}

// locked runs fn while no other process does, so that two that read the same cannot
// move back what the other wrote.
func (f *Folder) locked(fn func() error) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	lock, err := os.OpenFile(f.path(lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("lock heads: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }() // closing unlocks
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock heads: %w", err)
	}
	return fn()
}

func (f *Folder) write(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	return f.put(name, append(b, '\n'))
}

// put replaces a file as a whole: a reader and a crash find the old one or the new
// one. The caller holds the lock.
func (f *Folder) put(name string, b []byte) error {
	fresh := f.path(name + ".new")
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // a name of our own in the state folder
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = file.Write(b)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(fresh, f.path(name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	dir, err := os.Open(f.dir)
	if err != nil {
		return fmt.Errorf("open state folder: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("sync state folder: %w", err)
	}
	return nil
}
