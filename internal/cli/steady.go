package cli

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	waitingLines = 1024            // that wait to be written
	lastLines    = 2 * time.Second // how long the end waits for them
)

// steady writes lines to a place that may not take them for a while, such as a pipe that
// nobody reads, without ever making whoever logs wait. What does not fit is counted and
// told when there is room again. What happened to cases stands in the log in the
// database, never only here.
type steady struct {
	lines chan []byte
	done  chan struct{}

	mu     sync.Mutex
	closed bool // guarded by mu
	lost   int  // guarded by mu
}

func newSteady(out io.Writer) *steady {
	s := &steady{lines: make(chan []byte, waitingLines), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for line := range s.lines {
			_, _ = out.Write(line) // there is no other place to tell of it
			if n := s.missing(); n > 0 {
				_, _ = fmt.Fprintf(out, "{\"level\":\"WARN\",\"msg\":\"log lines lost\",\"count\":%d}\n", n)
			}
		}
	}()
	return s
}

func (s *steady) missing() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.lost
	s.lost = 0
	return n
}

// Write takes a line, or counts it as lost.
func (s *steady) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return len(line), nil
	}
	select {
	case s.lines <- bytes.Clone(line):
	default:
		s.lost++
	}
	return len(line), nil
}

// end writes what waits, and gives up on a place that takes nothing.
func (s *steady) end() {
	s.mu.Lock()
	s.closed = true
	close(s.lines)
	s.mu.Unlock()
	timeout := time.NewTimer(lastLines)
	defer timeout.Stop()
	select {
	case <-s.done:
	case <-timeout.C:
	}
}
