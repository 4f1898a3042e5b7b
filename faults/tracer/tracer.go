// Package tracer watches the system calls of a running process, in all its threads,
// and strikes one of them: the process is killed just before the call, or the call
// fails with an error, or only half of what was to be written is. Calls are counted
// over all threads, so that "the seventh" is the seventh; strace counts in each thread
// for itself, and a program in Go wanders from thread to thread. It sees only calls
// that touch a file of one folder, or that write to a socket. It must never be turned
// on a process that the caller did not start. It fails where the kernel does not let
// one process trace another.
package tracer

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Call is one system call that touches the folder or answers on a socket.
type Call struct {
	Name string
	Path string // below the folder; "socket" for one
	FD   int    // -1 where the call names a path
}

// String is the call as a person reads it.
func (c Call) String() string { return c.Name + " " + c.Path }

// Changes reports whether the call can change what lies on the disk, or tells
// somebody outside something. A kill before a call that does neither is a kill before
// the next that does.
func (c Call) Changes() bool {
	return slices.Contains([]string{
		"write", "pwrite64", "writev", "sendto", "fsync", "fdatasync", "ftruncate", "fallocate", "openat", "rename", "renameat", "renameat2",
		"unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "link", "linkat", "fchmod", "fchmodat", "close",
	}, c.Name)
}

// Kind is what befalls a call.
type Kind int

// What can befall a call.
const (
	Nothing Kind = iota // watch only
	Kill                // the process dies before the call is made
	Fail                // the call is not made and returns an error
	Half                // only the first half of the bytes is written
)

// Strike is what befalls the call that is the At-th, from 1, of those for which On
// holds.
type Strike struct {
	Kind  Kind
	Errno syscall.Errno // of Fail
	At    int
	On    func(Call) bool
}

// String is the strike as a person reads it.
func (s Strike) String() string {
	name := map[Kind]string{Nothing: "nothing", Kill: "KILL", Half: "HALF", Fail: names()[s.Errno]}[s.Kind]
	return name + " at " + strconv.Itoa(s.At)
}

func names() map[syscall.Errno]string {
	return map[syscall.Errno]string{
		syscall.EIO: "EIO", syscall.ENOSPC: "ENOSPC", syscall.EMFILE: "EMFILE", syscall.EDQUOT: "EDQUOT", syscall.EROFS: "EROFS",
	}
}

// Record is what was seen.
type Record struct {
	Calls  []Call
	Struck *Call // nil where the strike found nothing to strike
	// Again lists the files whose fsync failed and was asked for once more through
	// the same descriptor: the second would answer well though the data are gone.
	Again []string
}

// ErrUnable tells that this machine does not let processes be traced.
var ErrUnable = errors.New("cannot trace system calls here")

// below returns the part of path below folder.
func below(folder, path string) (string, bool) {
	path = strings.TrimSuffix(path, " (deleted)")
	rest, ok := strings.CutPrefix(path, folder)
	if ok && rest == "" {
		return ".", true
	}
	if ok && strings.HasPrefix(rest, "/") {
		return rest[1:], true
	}
	return "", false
}
