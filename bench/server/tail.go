package server

import (
	"bytes"
	"strings"
	"sync"
)

// Tail keeps the last that was written to it. It is safe for concurrent use.
type Tail struct {
	mu  sync.Mutex
	buf []byte // guarded by mu
}

const tailSize = 4096

// Write keeps the end of everything written.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if len(t.buf) > tailSize {
		t.buf = bytes.Clone(t.buf[len(t.buf)-tailSize:])
	}
	return len(p), nil
}

// String is the end of everything written.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}

// Forget drops what was written so far.
func (t *Tail) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = nil
}
