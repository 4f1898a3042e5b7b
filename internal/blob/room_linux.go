package blob

import (
	"fmt"
	"os"
	"syscall"
)

// freeOn asks the file system of an open folder.
func freeOn(dir *os.File) (bytes int64, known bool, err error) {
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(dir.Fd()), &s); err != nil { //nolint:gosec // a descriptor fits an int
		return 0, false, fmt.Errorf("ask for free space: %w", err)
	}
	return int64(s.Bavail) * s.Bsize, true, nil //nolint:gosec,unconvert // no disk is that large; other architectures have other widths
}
