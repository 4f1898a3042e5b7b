package bare

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// How many children run side by side, how long one may take, and for how long it is
// waited for a turn and for the copy together.
const (
	childrenAtOnce = 2
	childTime      = 15 * time.Second
	copyTime       = 40 * time.Second
)

// Maker makes copies in a process of its own for each. It is safe for concurrent use; a
// nil one makes none.
type Maker struct {
	program string
	turns   chan struct{}
}

// NewMaker makes copies with this program, which calls Child when it is Asked.
func NewMaker(program string) *Maker {
	return &Maker{program: program, turns: make(chan struct{}, childrenAtOnce)}
}

// Copy makes the copy of a file of size bytes. The whole of it is in memory before the
// first byte is given, so that half a copy never passes for one. ErrNone: none could be
// made, whatever the reason in the file; another error is that of r.
func (m *Maker) Copy(ctx context.Context, media string, r io.Reader, size int64) ([]byte, error) {
	media, _, _ = strings.Cut(media, ";")
	if m == nil || size > MostBytes || !Can(media) {
		return nil, ErrNone
	}
	ctx, cancel := context.WithTimeout(ctx, copyTime)
	defer cancel()
	select {
	case m.turns <- struct{}{}:
		defer func() { <-m.turns }()
	case <-ctx.Done():
		return nil, ErrNone
	}
	return m.run(ctx, media, r, size)
}

func (m *Maker) run(ctx context.Context, media string, r io.Reader, size int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, childTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, m.program, command, media) //nolint:gosec // our own program; the media type is one of three
	in, out := &source{r: r}, &bounded{most: 2*size + 1<<20}
	cmd.Stdin, cmd.Stdout = in, out
	cmd.Env, cmd.Dir = []string{}, "/" // nothing of the server's: no settings, no names of files
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = apart()
	// The child dies with the thread that began it (PR_SET_PDEATHSIG); that one stays ours.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Run()
	switch {
	case in.err != nil:
		return nil, fmt.Errorf("read original: %w", in.err)
	case err != nil, out.Len() == 0:
		return nil, ErrNone
	default:
		return out.Bytes(), nil
	}
}

// source remembers that the original could not be read, as opposed to the child having
// enough.
type source struct {
	r   io.Reader
	err error
}

// Read passes on what the original gives.
func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// bounded takes no more than most bytes.
type bounded struct {
	bytes.Buffer
	most int64
}

// Write fails when it is too much, which ends the child.
func (b *bounded) Write(p []byte) (int, error) {
	if int64(b.Len()+len(p)) > b.most {
		return 0, ErrNone
	}
	return b.Buffer.Write(p)
}
