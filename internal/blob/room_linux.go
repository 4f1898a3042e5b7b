package blob

import (
	"fmt"
	"os"
	"syscall"
)

// freeOn asks the file system of an open folder.
func freeOn(dir *os.File) (bytes int64, known bool, err error) {
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(dir.Fd()), &s); err != nil {
		return 0, false, fmt.Errorf("ask for free space: %w", err)
	}
	return int64(s.Bavail) * s.Bsize, true, nil //nolint:gosec // no disk is that large
}
