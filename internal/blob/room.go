package blob

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"klankbord/internal/fault"
)

// Spare keeps so many bytes of the disk free of blobs, so that what is stored can
// still be read and answered, which writes a little. It is called before the folder
// is used.
func (f *Folder) Spare(bytes int64) { f.spare = bytes }

// Room fails with fault.ErrFull when no more than the spare bytes are free. Where the
// system does not tell, there is room until a write fails.
func (f *Folder) Room() error { return room(f.root, f.spare) }

// Free is how many bytes of the disk are free; known is false where the system does
// not tell.
func (f *Folder) Free() (bytes int64, known bool, err error) { return freeIn(f.root) }

func room(in *os.Root, spare int64) error {
	if spare <= 0 {
		return nil
	}
	free, known, err := freeIn(in)
	if err != nil {
		return err
	}
	if known && free <= spare {
		return fmt.Errorf("%w: %d bytes are free, %d are spared", fault.ErrFull, free, spare)
	}
	return nil
}

func freeIn(root *os.Root) (bytes int64, known bool, err error) {
	var dir *os.File
	if dir, err = root.Open("."); err != nil {
		return 0, false, fmt.Errorf("open folder of blobs: %w", err)
	}
	defer func() { _ = dir.Close() }() // was only asked
	return freeOn(dir)
}

// full tells a disk or a quota without room from a disk that fails, and both from
// every other failure.
func full(err error) error {
	var errno syscall.Errno
	switch {
	case fault.Unkept(err):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", fault.ErrFull, err)
	case errors.As(err, &errno):
		return fmt.Errorf("%w: %w", fault.ErrDown, err)
	default:
		return err
	}
}
