package backup

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"klankbord/internal/fuzztest"
	"klankbord/internal/store"
)

// lines is a small archive as it is before it is packed and sealed.
func lines() []byte {
	var b bytes.Buffer
	w := newWriter(nil)
	w.buf.Reset(&b)
	w.head(head{Format: format, Instance: "i", Program: "p", Made: time.Unix(0, 0).UTC()})
	table := store.Table{Name: "t", Columns: []store.Column{{Name: "a", Kind: store.TextColumn}, {Name: "b", Kind: store.IntColumn}, {Name: "c", Kind: store.BytesColumn}}}
	_ = w.table(table)
	_ = w.row([]any{"text\n\u2028<b>", int64(-1 << 63), []byte{0, 255}})
	_ = w.row([]any{nil, int64(1<<63 - 1), []byte{}})
	_ = w.table(store.Table{Name: "empty"})
	w.file("one")
	_ = w.line(line{End: &totals{w.rows, w.files}})
	_ = w.buf.Flush()
	return b.Bytes()
}

func TestArchiveGivesBackWhatWasWritten(t *testing.T) {
	a, err := readLines(bytes.NewReader(lines()))
	if err != nil {
		t.Fatal(err)
	}
	table, err := a.Next()
	if err != nil || table.Name != "t" || len(table.Columns) != 3 {
		t.Fatalf("%v %v", table, err)
	}
	first, err1 := a.Row()
	second, err2 := a.Row()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if first[0] != "text\n\u2028<b>" || first[1] != int64(-1<<63) || !slices.Equal(first[2].([]byte), []byte{0, 255}) {
		t.Errorf("%#v", first)
	}
	if b, ok := second[2].([]byte); second[0] != nil || second[1] != int64(1<<63-1) || !ok || b == nil {
		t.Errorf("NULL and no bytes are not told apart: %#v", second)
	}
}

func FuzzArchive(f *testing.F) {
	for _, b := range fuzztest.Mutated(lines(), 200) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fuzztest.Bounded(t, "archive", b, func(b []byte) {
			a, err := readLines(bytes.NewReader(b))
			if err == nil {
				_, err = readAll(a)
			}
			if err != nil && !errors.Is(err, ErrArchive) {
				t.Errorf("%v", err)
			}
		})
	})
}
