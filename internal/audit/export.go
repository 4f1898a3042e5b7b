package audit

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrExport is in every error about a file that is not an export of a log.
var ErrExport = errors.New("not an export of a log")

const (
	exportHeader = "klankbord-log@v1"
	exportLine   = 1 << 20 // no line of an export is longer, in bytes
	exportNotes  = 10_000  // no export holds more checkpoints
)

// ExportFile is what stands at the head of an exported log. Whoever checks one needs
// the key from elsewhere: the one in the file is only as good as the file.
type ExportFile struct {
	Key         string   // as VerifierKey gives it
	Checkpoints [][]byte // signed, the newest last
	Leaves      int64
}

// Write writes the export: head, checkpoints, then a line per leaf in the order of
// their positions, from 0 on; salt and record follow on the line where the entry
// is revealed. A position that has no entry is an error, not a gap.
func (e ExportFile) Write(w io.Writer, entries iter.Seq2[Entry, error]) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s\nkey %s\ncheckpoints %d\n\n", exportHeader, e.Key, len(e.Checkpoints))
	for _, c := range e.Checkpoints {
		fmt.Fprintf(b, "%s\n", c)
	}
	fmt.Fprintf(b, "leaves %d\n", e.Leaves)
	next := int64(0)
	for entry, err := range entries {
		if err != nil {
			return fmt.Errorf("read entry %d: %w", next, err)
		}
		if next == e.Leaves {
			break
		}
		if entry.Position != next {
			return fmt.Errorf("export log: position %d is missing", next)
		}
		next++
		b.WriteString(base64.StdEncoding.EncodeToString(entry.Leaf[:])) //nolint:errcheck // a buffer never fails
		if entry.Revealed {
			fmt.Fprintf(b, " %s %s", base64.StdEncoding.EncodeToString(entry.Salt[:]), base64.StdEncoding.EncodeToString(entry.Record))
		}
		if err := b.WriteByte('\n'); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
	}
	if next != e.Leaves {
		return fmt.Errorf("export log: position %d is missing", next)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// IsExport reports whether a file that begins so is an export.
func IsExport(begin []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(begin, []byte("\xef\xbb\xbf")), []byte(exportHeader))
}

// ReadExport reads the head of an export. The entries are read as they are asked
// for, once; they end with ErrExport where the file does not hold as many as its
// head says, or holds more.
func ReadExport(r io.Reader) (ExportFile, iter.Seq2[Entry, error], error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, exportLine)
	next := func() string {
		if !lines.Scan() {
			return ""
		}
		return strings.TrimSuffix(lines.Text(), "\r")
	}
	var e ExportFile
	if !IsExport([]byte(next())) {
		return e, nil, ErrExport
	}
	key, found := strings.CutPrefix(next(), "key ")
	count, err := exportCount(next(), "checkpoints ")
	if !found || err != nil || count > exportNotes || next() != "" {
		return e, nil, fmt.Errorf("%w: its head", ErrExport)
	}
	e.Key = key
	for range count {
		var signed strings.Builder
		for line, blank := next(), 0; ; line = next() {
			if line == "" {
				blank++
			}
			if blank == 2 || signed.Len() > exportLine || lines.Err() != nil {
				break
			}
			signed.WriteString(line + "\n")
		}
		e.Checkpoints = append(e.Checkpoints, []byte(signed.String()))
	}
	if e.Leaves, err = exportCount(next(), "leaves "); err != nil {
		return e, nil, fmt.Errorf("%w: its leaves", ErrExport)
	}
	return e, exportEntries(lines, e.Leaves), nil
}

func exportCount(line, name string) (int64, error) {
	text, found := strings.CutPrefix(line, name)
	n, err := strconv.ParseInt(text, 10, 64)
	if !found || err != nil || n < 0 {
		return 0, ErrExport
	}
	return n, nil
}

func exportEntries(lines *bufio.Scanner, leaves int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		n := int64(0)
		for ; lines.Scan(); n++ {
			entry, err := exportEntry(n, strings.TrimSuffix(lines.Text(), "\r"))
			if n == leaves {
				err = fmt.Errorf("%w: more leaves than the %d of its head", ErrExport, leaves)
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Entry{}, fmt.Errorf("%w: %w", ErrExport, err))
		} else if n < leaves {
			yield(Entry{}, fmt.Errorf("%w: it ends at leaf %d of %d", ErrExport, n, leaves))
		}
	}
}

func exportEntry(position int64, line string) (Entry, error) {
	e := Entry{Position: position}
	parts := strings.Split(line, " ")
	var raw [3][]byte
	for i, part := range parts {
		b, err := base64.StdEncoding.Strict().DecodeString(part)
		if err != nil || i >= len(raw) {
			return e, fmt.Errorf("%w: leaf %d", ErrExport, position)
		}
		raw[i] = b //nolint:gosec // the length was checked
	}
	if len(raw[0]) != tlog.HashSize || len(parts) == 2 || len(parts) == 3 && len(raw[1]) != len(e.Salt) {
		return e, fmt.Errorf("%w: leaf %d", ErrExport, position)
	}
	copy(e.Leaf[:], raw[0])
	if len(parts) == 3 {
		e.Revealed, e.Record = true, raw[2]
		copy(e.Salt[:], raw[1])
	}
	return e, nil
}
