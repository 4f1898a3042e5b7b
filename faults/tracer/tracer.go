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
	"strings"
	"syscall"
)

// Call is one system call that touches the folder or answers on a socket.
type Call struct {
	Name string `json:"name"`
	Path string `json:"path"` // below the folder; "socket" for one
	FD   int    `json:"fd"`   // -1 where the call names a path
}

// String is the call as a person reads it.
func (c Call) String() string { return c.Name + " " + c.Path }

// Changing lists the calls that can change what lies on the disk, or tell somebody
// outside something. A kill before any other call is a kill before the next of these.
func Changing() []string {
	return []string{
		"write", "pwrite64", "writev", "sendto", "fsync", "fdatasync", "ftruncate", "fallocate", "openat", "rename", "renameat", "renameat2",
		"unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "link", "linkat", "fchmod", "fchmodat", "close",
	}
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

// Strike is what befalls the call that is the At-th, from 1, of those that it is aimed
// at.
type Strike struct {
	Kind    Kind          `json:"kind"`
	Errno   syscall.Errno `json:"errno"` // of Fail
	At      int           `json:"at"`
	Calls   []string      `json:"calls"`   // names of the calls that it is aimed at
	Sockets bool          `json:"sockets"` // also those that answer on a socket
}

// On reports whether the strike is aimed at a call.
func (s Strike) On(c Call) bool {
	return slices.Contains(s.Calls, c.Name) && (s.Sockets || c.Path != socket)
}

// socket stands for the path of every socket.
const socket = "socket"

// Answers reports whether the call writes to a socket.
func (c Call) Answers() bool { return c.Path == socket }

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
