package house

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"klankbord/bench/browser"
)

// SignsInAnew signs a member in at a browser that nobody used before.
func (h *House) SignsInAnew(ctx context.Context, email string) (*Member, error) {
	m := h.Members[email]
	b, err := browser.New(h.staff, h.Site)
	if err != nil {
		return nil, err
	}
	m.Browser = b
	return h.SignedIn(ctx, email)
}

// Resident is the memory of the process in bytes.
func (h *House) Resident() (int64, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(h.PID()), "status"))
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	kb, err := strconv.ParseInt(strings.Fields(rest + " ?")[0], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	return kb << 10, nil
}

// Descriptors is how many files and connections the process has open.
func (h *House) Descriptors() (int, error) {
	list, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(h.PID()), "fd"))
	if err != nil {
		return 0, fmt.Errorf("count descriptors: %w", err)
	}
	return len(list), nil
}

// Goroutines ends the process by asking it for the list of its goroutines, which Errors
// takes, and counts them.
func (h *House) Goroutines() (int, error) {
	if err := h.process.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return 0, fmt.Errorf("ask for goroutines: %w", err)
	}
	if err := h.Gone(); err != nil {
		return 0, err
	}
	b, err := os.ReadFile(h.Errors.Name())
	if err != nil {
		return 0, fmt.Errorf("read goroutines: %w", err)
	}
	return strings.Count(string(b), "\ngoroutine "), nil
}

// Leave lets everybody go home: nobody keeps a connection.
func (h *House) Leave() { h.forgetLines() }
