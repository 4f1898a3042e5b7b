package backup

import (
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"klankbord/internal/store"
)

// An archive is an age file; in it lies what gzip packed: lines of JSON. The first tells
// what it is; then come the tables, each with a line of its columns and a line per row,
// an array of text, numbers, null, and bytes in Base64; then a line per sealed file, and
// a last one with how many there were of each.
const format = "klankbord-backup/1"

type head struct {
	Format   string    `json:"format"`
	Instance string    `json:"instance"`
	Program  string    `json:"program"`
	Made     time.Time `json:"made"`
}

// line is any line that is no row; one of its fields is set.
type line struct {
	Table   string      `json:"table,omitempty"`
	Columns [][2]string `json:"columns,omitempty"`
	File    string      `json:"file,omitempty"`
	End     *totals     `json:"end,omitempty"`
}

type totals struct {
	Rows  int64 `json:"rows"`
	Files int64 `json:"files"`
}

// ErrArchive means that what an archive holds is not what this program writes.
var ErrArchive = errors.New("this is no whole backup of this program")

// writer writes an archive. The first error stays and is that of end.
type writer struct {
	gz    *gzip.Writer
	buf   *bufio.Writer
	rows  int64
	files int64
	err   error
}

func newWriter(w io.Writer) *writer {
	gz, err := gzip.NewWriterLevel(w, gzip.BestSpeed) // what fills it is sealed: only Base64 can be packed
	return &writer{gz: gz, buf: bufio.NewWriterSize(gz, 64<<10), err: err}
}

func (w *writer) line(v any) error {
	if w.err != nil {
		return w.err
	}
	b, err := json.Marshal(v)
	if err == nil {
		_, err = w.buf.Write(append(b, '\n'))
	}
	w.err = err
	return err
}

func (w *writer) head(h head)      { _ = w.line(h) }
func (w *writer) file(name string) { w.files++; _ = w.line(line{File: name}) }

func (w *writer) table(t store.Table) error {
	l := line{Table: t.Name}
	for _, c := range t.Columns {
		l.Columns = append(l.Columns, [2]string{c.Name, c.Kind})
	}
	return w.line(l)
}

func (w *writer) row(values []any) error {
	w.rows++
	return w.line(values)
}

func (w *writer) end() error {
	_ = w.line(line{End: &totals{w.rows, w.files}})
	if w.err != nil {
		return fmt.Errorf("write archive: %w", w.err)
	}
	return errors.Join(w.buf.Flush(), w.gz.Close())
}

// reader reads an archive as store.Dumped gives it, and then its files.
type reader struct {
	in    *bufio.Reader
	head  head
	next  *line // the line that was read and is no row
	at    store.Table
	rows  int64
	files int64
}

// lineMost bounds one line: a row holds what is sealed in the database, never a file.
const lineMost = 64 << 20

func newReader(r io.Reader) (*reader, error) {
	gz, err := gzip.NewReader(r)
	if err != nil {
		return nil, ErrArchive
	}
	return readLines(gz)
}

func readLines(r io.Reader) (*reader, error) {
	a := &reader{in: bufio.NewReaderSize(r, 64<<10)}
	text, err := a.text()
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(text, &a.head) != nil || a.head.Format != format {
		return nil, ErrArchive
	}
	return a, nil
}

func (a *reader) text() ([]byte, error) {
	var whole []byte
	for {
		part, err := a.in.ReadSlice('\n')
		whole = append(whole, part...)
		switch {
		case len(whole) > lineMost:
			return nil, ErrArchive
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrArchive, err)
		}
		return whole, nil
	}
}

// peek reads the next line that is no row.
func (a *reader) peek() (*line, error) {
	if a.next != nil {
		return a.next, nil
	}
	text, err := a.text()
	if err != nil {
		return nil, err
	}
	l := &line{}
	if err := json.Unmarshal(text, l); err != nil {
		return nil, ErrArchive
	}
	a.next = l
	return l, nil
}

// Next begins the next table; io.EOF after the last.
func (a *reader) Next() (store.Table, error) {
	l, err := a.peek()
	if err != nil {
		return store.Table{}, err
	}
	if l.Table == "" {
		return store.Table{}, io.EOF
	}
	a.next, a.at = nil, store.Table{Name: l.Table}
	for _, c := range l.Columns {
		a.at.Columns = append(a.at.Columns, store.Column{Name: c[0], Kind: c[1]})
	}
	return a.at, nil
}

// Row reads the next row of the table; io.EOF after the last.
func (a *reader) Row() ([]any, error) {
	if a.next != nil {
		return nil, io.EOF
	}
	text, err := a.text()
	if err != nil {
		return nil, err
	}
	if text[0] != '[' {
		a.next = &line{}
		if err := json.Unmarshal(text, a.next); err != nil {
			return nil, ErrArchive
		}
		return nil, io.EOF
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil || len(raw) != len(a.at.Columns) {
		return nil, ErrArchive
	}
	a.rows++
	values := make([]any, len(raw))
	for i, v := range raw {
		if values[i], err = value(v, a.at.Columns[i].Kind); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func value(text json.RawMessage, kind string) (any, error) {
	if string(text) == "null" {
		return nil, nil //nolint:nilnil // the value is NULL
	}
	var err error
	switch kind {
	case store.IntColumn:
		var n int64
		err = json.Unmarshal(text, &n)
		return n, wrap(err)
	case store.TextColumn:
		var s string
		err = json.Unmarshal(text, &s)
		return s, wrap(err)
	case store.BytesColumn:
		var s string
		if err = json.Unmarshal(text, &s); err == nil {
			var b []byte
			b, err = base64.StdEncoding.DecodeString(s)
			return b, wrap(err)
		}
		return nil, wrap(err)
	default:
		return nil, ErrArchive
	}
}

func wrap(err error) error {
	if err != nil {
		return ErrArchive
	}
	return nil
}

// file reads the name of the next sealed file; io.EOF after the last, once the totals
// were found to be right.
func (a *reader) file() (string, error) {
	l, err := a.peek()
	if err != nil {
		return "", err
	}
	if l.End != nil {
		if *l.End != (totals{a.rows, a.files}) {
			return "", ErrArchive
		}
		if _, err := a.in.ReadByte(); !errors.Is(err, io.EOF) { // also whether age and gzip end as they must
			return "", errors.Join(ErrArchive, err)
		}
		return "", io.EOF
	}
	if l.File == "" {
		return "", ErrArchive
	}
	a.next = nil
	a.files++
	return l.File, nil
}
