package server

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// self is this process, seen as the kernel shows it.
func self(t *testing.T) *Server {
	t.Helper()
	p, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	return &Server{cmd: &exec.Cmd{Process: p}}
}

func TestPeakIsSeenAfterItWasForgotten(t *testing.T) {
	s := self(t)
	if err := s.ForgetPeak(); err != nil {
		t.Fatal(err)
	}
	before, _, err := s.Memory()
	if err != nil {
		t.Fatal(err)
	}
	const mib = 48
	held := make([]byte, mib<<20)
	for i := range held {
		held[i] = byte(i)
	}
	_, peak, err := s.Memory()
	if err != nil {
		t.Fatal(err)
	}
	if grown := peak - before; grown < mib*0.9 || grown > mib*1.5 {
		t.Errorf("held %d MiB more, saw %.1f (%d)", mib, grown, held[len(held)-1])
	}
}

func TestProcessorTimeGrowsWithWork(t *testing.T) {
	s := self(t)
	before, err := s.CPU()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		for i := range 1 << 20 {
			sum += i
		}
		now, err := s.CPU()
		if err != nil {
			t.Fatal(err)
		}
		if now-before >= 5*tick {
			return
		}
	}
	t.Errorf("no processor time was seen (%d)", sum)
}
