package cli

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

func TestWhoeverLogsNeverWaitsForThePlaceThatTakesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, write := io.Pipe() // takes nothing until it is read
		s := newSteady(write)
		const more = 10
		for n := range waitingLines + 1 + more {
			if _, err := fmt.Fprintf(s, "line %d\n", n); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				synctest.Wait() // the first is on its way
			}
		}
		got := make(chan string)
		go func() {
			all, _ := io.ReadAll(read)
			got <- string(all)
		}()
		s.end()
		_ = write.Close()
		text := <-got
		if n := strings.Count(text, "line "); n != waitingLines+1 {
			t.Errorf("%d lines were written, want %d", n, waitingLines+1)
		}
		if !strings.Contains(text, fmt.Sprintf(`"count":%d`, more)) {
			t.Error("nothing tells of the lines that are lost")
		}
	})
}

func TestTheEndDoesNotWaitForAPlaceThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, write := io.Pipe()
		s := newSteady(write)
		_, _ = s.Write([]byte("never\n"))
		s.end()
		_, _ = s.Write([]byte("after the end\n"))
		_ = read.Close() // lets the writer go
	})
}
