package custody

import (
	"context"
	"errors"
	"io"

	"klankbord/internal/blob"
)

// parts writes the parts of one file, each into a blob, on goroutines of their own:
// while a part is written and made durable the next one is received and sealed. It
// belongs to SealFile, which calls wait before it believes any of them.
type parts struct {
	ctx   context.Context //nolint:containedctx // ends with the call of SealFile
	blobs blob.Place

	begun []*lane
}

// The bounds of what waits between sealing and the disk: per part two buffers, and
// two parts.
const (
	laneBuffer = 512 << 10
	lanes      = 2
)

// next opens the place of the next part; it fails as soon as it is known that one
// before failed.
func (p *parts) next(int) (io.WriteCloser, error) {
	if n := len(p.begun); n >= lanes {
		if err := p.begun[n-lanes].wait(); err != nil {
			return nil, err
		}
	}
	up, err := p.blobs.Create(p.ctx)
	if err != nil {
		return nil, err
	}
	l := &lane{up: up, full: make(chan []byte, 1), free: make(chan []byte, 2), done: make(chan struct{})}
	l.free <- make([]byte, 0, laneBuffer)
	l.free <- make([]byte, 0, laneBuffer)
	p.begun = append(p.begun, l)
	go l.run()
	return l, nil
}

// wait ends when every part that was begun is durable or gone, and says whether any
// failed. It may be called again.
func (p *parts) wait() error {
	var errs []error
	for _, l := range p.begun {
		_ = l.Abort() // does nothing to a part that was closed
		errs = append(errs, l.wait())
	}
	return errors.Join(errs...)
}

// lane is one part on its way to the disk. Write, Close and Abort belong to the one
// who seals, run to its own goroutine.
type lane struct {
	up     blob.Upload
	filled []byte
	ended  bool // Close or Abort was called
	full   chan []byte
	free   chan []byte
	keep   bool // the part is whole; written before full is closed
	done   chan struct{}
	err    error // of writing or committing; written before done is closed
}

// Blob is the name that goes into the manifest.
func (l *lane) Blob() string { return l.up.Name() }

// Write hands over sealed bytes.
func (l *lane) Write(b []byte) (int, error) {
	written := 0
	for len(b) > 0 {
		if l.filled == nil {
			select {
			case l.filled = <-l.free:
			case <-l.done:
				return written, l.err
			}
		}
		n := min(len(b), cap(l.filled)-len(l.filled))
		l.filled = append(l.filled, b[:n]...)
		written, b = written+n, b[n:]
		if len(l.filled) == cap(l.filled) {
			l.hand()
		}
	}
	return written, nil
}

func (l *lane) hand() {
	select {
	case l.full <- l.filled:
	case <-l.done: // failed: the next Write says so
	}
	l.filled = nil
}

// Close lets the part be finished; whether it became durable is said by wait.
func (l *lane) Close() error {
	if !l.ended {
		if len(l.filled) > 0 {
			l.hand()
		}
		l.end(true)
	}
	return nil
}

// Abort gives the part up and removes what was written of it.
func (l *lane) Abort() error {
	if !l.ended {
		l.end(false)
	}
	return nil
}

func (l *lane) end(keep bool) {
	l.ended, l.keep = true, keep
	close(l.full)
}

func (l *lane) wait() error {
	<-l.done
	return l.err
}

// run writes what is handed over until the part ends. After a failure the part is
// removed and nothing more is taken.
func (l *lane) run() {
	defer close(l.done)
	defer l.up.Abort() // does nothing after Commit
	for b := range l.full {
		if _, l.err = l.up.Write(b); l.err != nil {
			return
		}
		l.free <- b[:0]
	}
	if l.keep {
		l.err = l.up.Commit()
	}
}
