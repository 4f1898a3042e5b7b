// Package clamd asks a ClamAV daemon over its socket whether a file holds something
// harmful. It must never write what it is given anywhere else, never hold up whoever
// asks beyond its patience, and never turn a failure into "nothing found": where the
// scanner is gone, hangs, refuses or gives up, the answer is why nobody knows.
package clamd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
)

// Why says why a file was not looked through.
type Why string

// The reasons.
const (
	Down      Why = "down"    // nobody answers on the socket
	Slow      Why = "slow"    // no answer in time, or too many files at once
	TooBig    Why = "too-big" // for us, or for the scanner
	Closed    Why = "closed"  // the scanner cannot look inside: encrypted, or packed beyond its limits
	Failed    Why = "failed"  // the scanner answered with an error, or with what nobody understands
	NoReason  Why = ""        // it was looked through
	nameMost      = 100       // characters of the name of a finding
	chunk         = 64 << 10  // bytes sent at once
	connect       = 2 * time.Second
	rest          = 30 * time.Second // for which a scanner that hung is not asked
	replyMost     = 4 << 10
)

// Answer is what the scanner says of a file. Both empty: it was looked through and
// nothing was found.
type Answer struct {
	Found string // the scanner's name of what it found
	Why   Why
}

// Scanner is where the daemon listens. It is safe for concurrent use; a nil one asks
// nobody.
type Scanner struct {
	network, address string
	most             int64         // bytes of a file that is sent
	patience         time.Duration // for one file, with the time in which it waits its turn
	turns            chan struct{}
	resting          atomic.Bool
}

// AtOnce is how many files are sent side by side; the daemon's own default is 10 threads.
const AtOnce = 4

// Patience is how long one file may take.
const Patience = 30 * time.Second

// ErrAddress means that an address is neither unix:/path nor tcp:host:port.
var ErrAddress = errors.New("scanner: want unix:/path/to/clamd.ctl or tcp:host:port")

// New makes a scanner of an address, unix:/path or tcp:host:port, that is sent files of
// at most most bytes and waited for no longer than patience. It connects to nobody.
func New(address string, most int64, patience time.Duration) (*Scanner, error) {
	network, at, ok := strings.Cut(address, ":")
	if !ok || at == "" || network != "unix" && network != "tcp" {
		return nil, fmt.Errorf("%w: %q", ErrAddress, address)
	}
	if network == "tcp" {
		if _, port, err := net.SplitHostPort(at); err != nil || port == "" {
			return nil, fmt.Errorf("%w: %q", ErrAddress, address)
		}
	}
	return &Scanner{network: network, address: at, most: most, patience: patience, turns: make(chan struct{}, AtOnce)}, nil
}

// Scan sends a file of size bytes and gives what the daemon says of it.
func (s *Scanner) Scan(ctx context.Context, r io.Reader, size int64) Answer {
	switch {
	case size > s.most:
		return Answer{Why: TooBig}
	case s.resting.Load():
		return Answer{Why: Slow}
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return Answer{Why: Slow}
	}
	answer, err := s.ask(ctx, "zINSTREAM\x00", func(conn net.Conn) error { return stream(conn, r) })
	switch {
	case err != nil && ctx.Err() != nil:
		s.pause()
		return Answer{Why: Slow}
	case answer != "": // a daemon that refuses answers, and then closes before all was sent
		return read(answer)
	case errors.Is(err, errDial):
		return Answer{Why: Down}
	default:
		return Answer{Why: Failed}
	}
}

// pause lets the daemon rest, so that one that hangs does not hold up each file anew.
func (s *Scanner) pause() {
	if s.resting.CompareAndSwap(false, true) {
		time.AfterFunc(rest, func() { s.resting.Store(false) })
	}
}

// Version asks the daemon who it is and how old what it knows is.
func (s *Scanner) Version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	answer, err := s.ask(ctx, "zVERSION\x00", nil)
	if err == nil && !strings.HasPrefix(answer, "ClamAV ") {
		err = errAnswer
	}
	return answer, err
}

// What went wrong with the line to the daemon.
var (
	errDial   = errors.New("clamd: nobody answers")
	errAnswer = errors.New("clamd: not the answer of a ClamAV daemon")
)

// ask sends a command, lets send follow, and reads the one answer. An answer may come
// with an error: of a daemon that had enough before all was sent.
func (s *Scanner) ask(ctx context.Context, command string, send func(net.Conn) error) (string, error) {
	conn, err := (&net.Dialer{Timeout: connect}).DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errDial, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // ends whatever waits
	defer func() { stop(); _ = conn.Close() }()
	_, err = io.WriteString(conn, command)
	if err == nil && send != nil {
		err = send(conn)
	}
	b, readErr := io.ReadAll(io.LimitReader(conn, replyMost))
	answer, _, whole := strings.Cut(string(b), "\x00")
	if !whole {
		return "", errors.Join(err, readErr, errAnswer)
	}
	return answer, err
}

// stream sends a file as INSTREAM wants it: each chunk behind its length, and a length of
// nought at the end.
func stream(conn net.Conn, r io.Reader) error {
	b := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(r, b[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(b, uint32(n)) //nolint:gosec // at most chunk
			if _, err := conn.Write(b[:4+n]); err != nil {
				return fmt.Errorf("send to scanner: %w", err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			_, err := conn.Write(make([]byte, 4))
			return err
		}
		if err != nil { // without the end nothing is answered
			_ = conn.Close()
			return fmt.Errorf("read for scanner: %w", err)
		}
	}
}

// read understands "stream: OK", "stream: NAME FOUND" and "… ERROR".
func read(answer string) Answer {
	said, ours := strings.CutPrefix(answer, "stream: ")
	name, found := strings.CutSuffix(said, " FOUND")
	switch {
	case strings.HasPrefix(answer, "INSTREAM size limit exceeded"):
		return Answer{Why: TooBig}
	case !ours:
		return Answer{Why: Failed}
	case said == "OK":
		return Answer{}
	case !found || name == "":
		return Answer{Why: Failed}
	case strings.HasPrefix(name, "Heuristics.Limits.Exceeded"), strings.HasPrefix(name, "Heuristics.Encrypted"):
		return Answer{Why: Closed}
	default:
		return Answer{Found: plain(name)}
	}
}

// plain keeps of a name what can be shown on one line.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	if r := []rune(name); len(r) > nameMost {
		return string(r[:nameMost])
	}
	return name
}
