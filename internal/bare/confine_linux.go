package bare

import (
	"errors"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// The limits of a child.
const (
	childMemory = 512 << 20 // bytes that it can write to
	childCPU    = 10        // seconds of a processor
)

// confine bounds this process for good: memory, processor, no file written, nothing that
// a file could tell left behind when it dies, no new rights by what it might start.
func confine() error {
	debug.SetMemoryLimit(childMemory * 3 / 4) // the collector works harder before the kernel says no
	set := func(what int, n uint64) error {
		return unix.Setrlimit(what, &unix.Rlimit{Cur: n, Max: n})
	}
	return errors.Join(
		set(unix.RLIMIT_DATA, childMemory), set(unix.RLIMIT_CPU, childCPU),
		set(unix.RLIMIT_FSIZE, 0), set(unix.RLIMIT_CORE, 0),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0), unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
	)
}

// shut lets this process open nothing any more: no file, no socket.
func shut() error {
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{})
}
