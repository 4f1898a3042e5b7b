package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of time in /proc/PID/stat; Linux shows 100 a second to every
// program, whatever it counts with (proc_pid_stat(5), sysconf(_SC_CLK_TCK)).
const tick = 10 * time.Millisecond

var errProc = errors.New("kernel tells nothing about the process")

// CPU is the processor time that the process has used, its threads together.
func (s *Server) CPU() (time.Duration, error) { return CPU(s.cmd.Process.Pid) }

// CPU is the processor time that a process has used, its threads together.
func CPU(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read cpu: %w", err)
	}
	// The name of the program stands in parentheses and may hold anything.
	rest := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(rest) < 13 {
		return 0, errProc
	}
	user, err1 := strconv.ParseInt(rest[11], 10, 64)
	system, err2 := strconv.ParseInt(rest[12], 10, 64)
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}

// Memory is what the process holds in memory now, and the most since ForgetPeak or
// the start; in MiB.
func (s *Server) Memory() (now, peak float64, err error) {
	b, err := os.ReadFile(s.proc("status"))
	if err != nil {
		return 0, 0, fmt.Errorf("read memory: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kib); n == 1 {
			now = kib / 1024
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			peak = kib / 1024
		}
	}
	if now == 0 || peak == 0 {
		return 0, 0, errProc
	}
	return now, peak, nil
}

// ForgetPeak sets the most memory to what is held now (proc_pid_clear_refs(5)).
func (s *Server) ForgetPeak() error {
	if err := os.WriteFile(s.proc("clear_refs"), []byte("5"), 0); err != nil {
		return fmt.Errorf("forget peak: %w", err)
	}
	return nil
}

// Calm waits until the process has used next to no CPU for a second, and fails when
// it does not come to rest within the patience given.
func (s *Server) Calm(ctx context.Context, patience time.Duration) error {
	began := time.Now()
	before, err := s.CPU()
	for err == nil && time.Since(began) < patience {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
		var now time.Duration
		if now, err = s.CPU(); err == nil && now-before <= 2*tick {
			return nil
		}
		before = now
	}
	return errors.Join(err, fmt.Errorf("%w: still busy after %s", errProc, patience))
}

func (s *Server) proc(file string) string {
	return fmt.Sprintf("/proc/%d/%s", s.cmd.Process.Pid, file)
}
