// Package record asks what a power loss would take: it has strace write down every
// system call of a running process that changes a file of one folder, and tells which
// of them were not yet on the disk at the moment when somebody was answered. What was
// written must have been synced after it, and so must the folder in which a file is
// new or got another name. It must never be turned on a process that the caller did
// not start. It fails where strace is missing or may not trace.
package record

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Recorder is strace, attached to a process.
type Recorder struct {
	cmd    *exec.Cmd
	folder string
	file   string
	there  map[string]bool // the files of the folder when it began
}

const traced = "write,pwrite64,writev,sendto,fsync,fdatasync,ftruncate,openat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,linkat"

var errStrace = errors.New("strace does not attach; is it installed, and may it trace?")

const patience = 10 * time.Second

// Start attaches strace to the process and returns when it watches every thread.
// folder is an absolute path without symbolic links; file is where the record goes.
func Start(ctx context.Context, pid int, folder, file string) (*Recorder, error) {
	r := &Recorder{folder: folder, file: file, there: map[string]bool{}}
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		r.there[path] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	r.cmd = exec.CommandContext(ctx, "strace", "-f", "-y", "-s", "80", "-e", "trace="+traced, "-e", "signal=none", "-o", file, "-p", strconv.Itoa(pid))
	out, err := r.cmd.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("start strace: %w", err)
	}
	if err := r.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errStrace, err)
	}
	attached := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), " attached") {
				select {
				case attached <- true:
				default:
				}
			}
		}
	}()
	select {
	case <-attached:
		return r, nil
	case <-time.After(patience):
		return nil, errors.Join(errStrace, r.end())
	}
}

func (r *Recorder) end() error {
	_ = r.cmd.Process.Signal(syscall.SIGINT) // strace lets the process go on and ends
	_ = r.cmd.Wait()                         // it ends as the signal says
	return nil
}

// Unsynced ends the record and tells what was not on the disk when the process first
// wrote an answer that begins with one of the texts to a socket. answered is false when
// it never did.
func (r *Recorder) Unsynced(answers ...string) (lost []string, answered bool, err error) {
	if err := r.end(); err != nil {
		return nil, false, err
	}
	text, err := os.ReadFile(r.file)
	if err != nil {
		return nil, false, fmt.Errorf("read record: %w", err)
	}
	lost, answered = r.read(text, answers)
	return lost, answered, nil
}

func (r *Recorder) read(text []byte, answers []string) (lost []string, answered bool) {
	d := newDisk(r.folder, r.there)
	for line := range bytes.Lines(text) {
		if d.line(strings.TrimSpace(string(line)), answers) {
			return d.unsynced(), true
		}
	}
	return nil, false
}
