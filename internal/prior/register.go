package prior

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Row is one row of an old register.
type Row struct {
	Line   int               // on which it begins; the names of the columns stand on the first
	Fields map[string]string // by column; no value of it is longer than fieldBytes
	Fault  string            // what is wrong with the row as such; empty: nothing
}

const fieldBytes = 1 << 20

// Register is an old register as a text file: UTF-8, columns apart by semicolons or commas.
// RFC 4180.
type Register struct {
	r       *csv.Reader
	columns []string
}

// ErrRegister tells that a file is no register that can be read.
var ErrRegister = errors.New("this is no register that can be read")

// ReadRegister reads the names of the columns. One that is not among known is an error, so
// that nothing gets lost by a name that was written otherwise.
func ReadRegister(f io.Reader, known []string) (*Register, error) {
	b := bufio.NewReaderSize(f, 64<<10)
	if mark, _ := b.Peek(3); string(mark) == "\uFEFF" {
		_, _ = b.Discard(3)
	}
	head, _ := b.Peek(4 << 10)
	first, _, _ := strings.Cut(string(head), "\n")
	r := &Register{r: csv.NewReader(b)}
	if r.r.FieldsPerRecord = -1; strings.Count(first, ";") > strings.Count(first, ",") {
		r.r.Comma = ';'
	}
	names, err := r.r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: line 1: %w", ErrRegister, err)
	}
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !slices.Contains(known, name):
			return nil, fmt.Errorf("%w: line 1: there is no column %q; the columns are %s", ErrRegister, name, strings.Join(known, ", "))
		case slices.Contains(r.columns, name):
			return nil, fmt.Errorf("%w: line 1: the column %s is there twice", ErrRegister, name)
		}
		r.columns = append(r.columns, name)
	}
	return r, nil
}

// Has reports whether the register has a column.
func (r *Register) Has(column string) bool { return slices.Contains(r.columns, column) }

// Rows gives the rows, also those with which something is wrong; an error ends it.
func (r *Register) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			fields, err := r.r.Read()
			var bad *csv.ParseError
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.As(err, &bad):
				if !yield(Row{Line: bad.StartLine, Fault: "the quotes are not closed, or stand within a value"}, nil) {
					return
				}
			case err != nil:
				yield(Row{}, fmt.Errorf("read register: %w", err))
				return
			case !yield(r.row(fields), nil):
				return
			}
		}
	}
}

func (r *Register) row(fields []string) Row {
	line, _ := r.r.FieldPos(0)
	row := Row{Line: line, Fields: map[string]string{}}
	if len(fields) != len(r.columns) {
		row.Fault = fmt.Sprintf("%d values for %d columns", len(fields), len(r.columns))
		return row
	}
	for n, v := range fields {
		switch {
		case !utf8.ValidString(v):
			row.Fault = "column " + r.columns[n] + ": not UTF-8"
		case len(v) > fieldBytes:
			row.Fault = "column " + r.columns[n] + ": too long"
		}
		row.Fields[r.columns[n]] = strings.TrimSpace(v)
	}
	return row
}
