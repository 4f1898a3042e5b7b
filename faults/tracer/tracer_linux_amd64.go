package tracer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"unsafe" //nolint:depguard // two requests of ptrace take a structure; this never becomes part of the program

	"golang.org/x/sys/unix"
)

// The requests and events of ptrace that golang.org/x/sys does not wrap; ptrace(2).
const (
	getSyscallInfo = 0x420e
	infoEntry      = 1
	infoExit       = 2
	syscallStop    = unix.SIGTRAP | 0x80 // with PTRACE_O_TRACESYSGOOD
)

// follower is attached to a process. All but leave belongs to the goroutine that
// traces.
type follower struct {
	order
	leave   atomic.Bool
	tell    func(event)
	threads map[int]*thread
	count   int
	struck  bool
	failed  map[int]string // files by the descriptor whose fsync failed
}

type thread struct {
	errno   syscall.Errno // to be returned at exit
	seen    bool          // it has stopped once
	leaving bool
}

// follow watches the process that the order names, all its threads and those it makes,
// until the process is gone or until ends. It tells what it sees.
func follow(o order, until <-chan struct{}, tell func(event)) error {
	runtime.LockOSThread() // ptrace demands that one thread does it all
	f := &follower{order: o, tell: tell, threads: map[int]*thread{}, failed: map[int]string{}}
	if err := f.seize(); err != nil {
		return err
	}
	tell(event{Attached: true})
	go func() {
		<-until
		f.leave.Store(true)
		// A thread that waits in the kernel is woken by a signal that Go's runtime uses
		// itself and that changes nothing.
		_ = unix.Tgkill(o.PID, o.PID, unix.SIGURG)
	}()
	return f.watch()
}

func ptrace(request, tid int, addr, data uintptr) error {
	if _, _, e := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr, data, 0, 0); e != 0 {
		return e
	}
	return nil
}

const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE

// seize takes hold of every thread; one that begins meanwhile is found on the next
// round.
func (t *follower) seize() error {
	for found := true; found; {
		found = false
		list, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", t.PID))
		if err != nil {
			return fmt.Errorf("list threads: %w", err)
		}
		for _, e := range list {
			tid, err := strconv.Atoi(e.Name())
			if err != nil || t.threads[tid] != nil {
				continue
			}
			switch err := ptrace(unix.PTRACE_SEIZE, tid, 0, options); {
			case errors.Is(err, unix.ESRCH), errors.Is(err, unix.EPERM) && len(t.threads) > 0:
				continue // it ended, or came with the thread that made it
			case err != nil:
				return fmt.Errorf("%w: %w", ErrUnable, err)
			}
			found = true
			t.threads[tid] = &thread{}
			if err := ptrace(unix.PTRACE_INTERRUPT, tid, 0, 0); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("interrupt thread: %w", err)
			}
		}
	}
	// Every thread stops once and goes on from there, watched.
	for !t.allSeen() {
		tid, status, err := wait()
		if err != nil {
			return err
		}
		if th := t.threads[tid]; th != nil && status.Stopped() && int(status)>>16 != 0 {
			th.seen = true
		}
		if _, err := t.stopped(tid, status); err != nil {
			return err
		}
	}
	return nil
}

func (t *follower) allSeen() bool {
	for _, th := range t.threads {
		if !th.seen {
			return false
		}
	}
	return true
}

// wait waits for what is traced; this process has no children of its own.
func wait() (int, unix.WaitStatus, error) {
	for {
		var status unix.WaitStatus
		tid, err := unix.Wait4(-1, &status, unix.WALL, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return 0, 0, fmt.Errorf("wait for thread: %w", err)
		}
		return tid, status, nil
	}
}

var errKilled = errors.New("struck dead")

// watch goes from stop to stop until the process is gone or let go.
func (t *follower) watch() error {
	for len(t.threads) > 0 {
		tid, status, err := wait()
		if errors.Is(err, unix.ECHILD) {
			return nil
		}
		if err != nil {
			return err
		}
		if t.leave.Load() {
			t.interruptAll()
		}
		end, err := t.stopped(tid, status)
		if errors.Is(err, errKilled) {
			return t.bury()
		}
		if err != nil || end {
			return err
		}
	}
	return nil
}

// bury waits until nothing is left of a process that was struck dead; until then the
// kernel keeps it for whoever traces it.
func (t *follower) bury() error {
	for {
		tid, status, err := wait()
		if errors.Is(err, unix.ECHILD) {
			return nil
		}
		if err != nil {
			return err
		}
		if tid == t.PID && (status.Exited() || status.Signaled()) {
			return nil
		}
	}
}

// interruptAll asks every thread to stop, so that it can be let go.
func (t *follower) interruptAll() {
	for tid, th := range t.threads {
		if !th.leaving {
			th.leaving = true
			_ = ptrace(unix.PTRACE_INTERRUPT, tid, 0, 0) // it may have ended
		}
	}
}

// stopped deals with one stop of one thread; end tells that the process is gone.
func (t *follower) stopped(tid int, status unix.WaitStatus) (end bool, err error) {
	if status.Exited() || status.Signaled() {
		delete(t.threads, tid)
		return tid == t.PID, nil
	}
	th := t.threads[tid]
	if th == nil {
		th = &thread{seen: true} // it comes with a watched thread
		t.threads[tid] = th
	}
	signal := 0
	switch sig := status.StopSignal(); {
	case sig == syscallStop:
		if err := t.syscall(tid, th); err != nil {
			return false, err
		}
	case int(status)>>16 != 0: // an event of ptrace itself
	default:
		signal = int(sig)
	}
	if th.leaving {
		delete(t.threads, tid)
		return len(t.threads) == 0, ignoreGone(ptrace(unix.PTRACE_DETACH, tid, 0, uintptr(signal)))
	}
	return false, ignoreGone(ptrace(unix.PTRACE_SYSCALL, tid, 0, uintptr(signal)))
}

func ignoreGone(err error) error {
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

// info is struct ptrace_syscall_info of the kernel.
type info struct {
	op   uint8
	_    [3]uint8
	arch uint32
	ip   uint64
	sp   uint64
	nr   uint64 // the result, at exit
	args [6]uint64
	_    uint64
}

func (t *follower) syscall(tid int, th *thread) error {
	var i info
	if err := ptrace(getSyscallInfo, tid, unsafe.Sizeof(i), uintptr(unsafe.Pointer(&i))); err != nil {
		return ignoreGone(err)
	}
	switch i.op {
	case infoEntry:
		return t.entry(tid, th, &i)
	case infoExit:
		return t.exit(tid, th)
	}
	return nil
}

func (t *follower) entry(tid int, th *thread, i *info) error {
	c, ok := t.describe(i)
	if !ok {
		return nil
	}
	t.tell(event{Call: &c})
	if name, bad := t.failed[c.FD]; bad && c.Path == name {
		switch c.Name {
		case "close":
			delete(t.failed, c.FD)
		case "fsync", "fdatasync":
			t.tell(event{Again: name})
		}
	}
	if t.Strike.Kind == Nothing || t.struck || !t.Strike.On(c) {
		return nil
	}
	if t.count++; t.count != t.Strike.At {
		return nil
	}
	t.struck = true
	t.tell(event{Struck: &c})
	return t.hit(tid, th, &c)
}

// hit strikes the call that the thread is about to make.
func (t *follower) hit(tid int, th *thread, c *Call) error {
	if t.Strike.Kind == Kill {
		if err := unix.Kill(t.PID, unix.SIGKILL); err != nil {
			return fmt.Errorf("kill: %w", err)
		}
		return errKilled
	}
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return fmt.Errorf("read registers: %w", err)
	}
	if t.Strike.Kind == Half {
		regs.Rdx /= 2
		return unix.PtraceSetRegs(tid, &regs)
	}
	th.errno = t.Strike.Errno
	if strings.HasSuffix(c.Name, "sync") {
		t.failed[c.FD] = c.Path
	}
	regs.Orig_rax = ^uint64(0) // no such call; the result is set at its exit
	return unix.PtraceSetRegs(tid, &regs)
}

func (t *follower) exit(tid int, th *thread) error {
	errno := th.errno
	th.errno = 0
	if errno == 0 {
		return nil
	}
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return fmt.Errorf("read registers: %w", err)
	}
	regs.Rax = uint64(-int64(errno)) // how the kernel returns errors
	return unix.PtraceSetRegs(tid, &regs)
}

// argument says where a call names its file: by descriptor, or by a path that may be
// relative to a descriptor.
type argument struct {
	name     string
	fd, path int // which argument; -1: none
}

func calls() map[uint64]argument {
	m := map[uint64]argument{}
	byFD := func(fd int, list map[uint64]string) {
		for nr, name := range list {
			m[nr] = argument{name, fd, -1}
		}
	}
	byFD(0, map[uint64]string{
		unix.SYS_READ: "read", unix.SYS_WRITE: "write", unix.SYS_PREAD64: "pread64", unix.SYS_PWRITE64: "pwrite64", unix.SYS_WRITEV: "writev",
		unix.SYS_SENDTO: "sendto", unix.SYS_FSYNC: "fsync", unix.SYS_FDATASYNC: "fdatasync", unix.SYS_FTRUNCATE: "ftruncate",
		unix.SYS_FALLOCATE: "fallocate", unix.SYS_CLOSE: "close", unix.SYS_FCNTL: "fcntl", unix.SYS_LSEEK: "lseek", unix.SYS_FSTAT: "fstat",
		unix.SYS_FCHMOD: "fchmod", unix.SYS_GETDENTS64: "getdents64",
	})
	byFD(4, map[uint64]string{unix.SYS_MMAP: "mmap"})
	for nr, name := range map[uint64]string{
		unix.SYS_OPENAT: "openat", unix.SYS_NEWFSTATAT: "newfstatat", unix.SYS_RENAMEAT: "renameat", unix.SYS_RENAMEAT2: "renameat2",
		unix.SYS_UNLINKAT: "unlinkat", unix.SYS_MKDIRAT: "mkdirat", unix.SYS_FACCESSAT: "faccessat", unix.SYS_FCHMODAT: "fchmodat",
		unix.SYS_LINKAT: "linkat", unix.SYS_FACCESSAT2: "faccessat2", unix.SYS_READLINKAT: "readlinkat",
	} {
		m[nr] = argument{name, 0, 1}
	}
	for nr, name := range map[uint64]string{
		unix.SYS_OPEN: "open", unix.SYS_RENAME: "rename", unix.SYS_UNLINK: "unlink", unix.SYS_MKDIR: "mkdir", unix.SYS_RMDIR: "rmdir",
		unix.SYS_LINK: "link", unix.SYS_STAT: "stat", unix.SYS_LSTAT: "lstat", unix.SYS_ACCESS: "access", unix.SYS_CHMOD: "chmod",
	} {
		m[nr] = argument{name, -1, 0}
	}
	return m
}

var known = calls()

// describe tells which file a call is about; ok is false when it is none of ours.
func (t *follower) describe(i *info) (c Call, ok bool) {
	a, ok := known[i.nr]
	if !ok {
		return c, false
	}
	c = Call{Name: a.name, FD: -1}
	dir := ""
	if a.fd >= 0 {
		fd := int(int32(i.args[a.fd])) // descriptors are 32 bits
		if fd >= 0 {
			dir, _ = os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", t.PID, fd))
		}
		c.FD = fd
	}
	if a.path < 0 {
		if strings.HasPrefix(dir, "socket:") && (c.Name == "write" || c.Name == "writev" || c.Name == "sendto") {
			c.Path = socket
			return c, true
		}
		c.Path, ok = below(t.Folder, dir)
		return c, ok
	}
	c.FD = -1
	path := t.text(i.args[a.path])
	if !filepath.IsAbs(path) && dir != "" {
		path = filepath.Join(dir, path)
	}
	c.Path, ok = below(t.Folder, path)
	return c, ok
}

const longestPath = 4096

// text reads a string that ends in zero from the memory of the process.
func (t *follower) text(at uint64) string {
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", t.PID))
	if err != nil {
		return ""
	}
	defer f.Close() // read only
	buf := make([]byte, longestPath)
	n, _ := f.ReadAt(buf, int64(at)) // an address of the user's half; a short read is enough
	if end := bytes.IndexByte(buf[:n], 0); end >= 0 {
		return string(buf[:end])
	}
	return ""
}
