package prior

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// quoting says how lines that begin with "From " were kept.
type quoting int

const (
	quotedNot    quoting = iota
	quotedOnce           // ">From " stands for "From "
	quotedAlways         // one ">" more than there was
)

// wire gives a mail in the form in which it travelled: lines end with CRLF (RFC 5322 2.3),
// and what a mailbox file put before "From " is taken away. So a mail is known again that
// a server delivers once more.
type wire struct {
	r      *bufio.Reader
	quoted quoting
	ready  []byte
	starts bool // a line begins
	body   bool
	cr     bool // the last byte was CR
	err    error
}

func newWire(r io.Reader, q quoting) *wire {
	return &wire{r: bufio.NewReaderSize(r, lineBytes), quoted: q, starts: true}
}

// Read gives the next bytes.
func (w *wire) Read(p []byte) (int, error) {
	for len(w.ready) == 0 {
		if w.err != nil {
			return 0, w.err
		}
		w.next()
	}
	n := copy(p, w.ready)
	w.ready = w.ready[n:]
	return n, nil
}

func (w *wire) next() {
	l, err := w.r.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		w.err = err
	}
	if len(l) == 0 {
		return
	}
	if w.starts && w.body {
		l = w.plain(l)
	}
	ended := l[len(l)-1] == '\n'
	if ended && !(len(l) > 1 && l[len(l)-2] == '\r') && !(len(l) == 1 && w.cr) {
		l = append(bytes.Clone(l[:len(l)-1]), '\r', '\n')
	}
	if w.starts && ended && len(l) == 2 {
		w.body = true
	}
	w.starts, w.cr = ended, l[len(l)-1] == '\r'
	w.ready = l
}

// plain takes away what stands before a "From " because of the mailbox file.
func (w *wire) plain(l []byte) []byte {
	rest := bytes.TrimLeft(l, ">")
	marks := len(l) - len(rest)
	if !bytes.HasPrefix(rest, []byte("From ")) {
		return l
	}
	if w.quoted == quotedAlways && marks > 0 || w.quoted == quotedOnce && marks == 1 {
		return l[1:]
	}
	return l
}
