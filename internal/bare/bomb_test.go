package bare

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"testing"
)

// flateBomb is a document one of whose objects must be unpacked, filter by filter, to so
// many MB before anything of it can be read.
func flateBomb(t testing.TB, megabytes int) []byte {
	t.Helper()
	var once, twice bytes.Buffer
	w := zlib.NewWriter(&once)
	_, _ = w.Write([]byte("4 0 <<>>"))
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range megabytes {
		if _, err := w.Write(blanks); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	w = zlib.NewWriter(&twice)
	_, _ = w.Write(once.Bytes())
	_ = w.Close()
	var b bytes.Buffer
	at := make([]int, 6)
	object := func(n int, text string) {
		at[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, text)
	}
	b.WriteString("%PDF-1.5\n")
	object(1, "<</Type/Catalog/Pages 2 0 R>>")
	object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Resources 4 0 R>>")
	// The document's objects lie in a packed stream: whoever opens it must unpack that.
	object(5, fmt.Sprintf("<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n%s\nendstream", twice.Len(), twice.String()))
	xref := b.Len()
	var table bytes.Buffer
	row := func(kind byte, a, c int) { table.Write([]byte{kind, byte(a >> 16), byte(a >> 8), byte(a), byte(c)}) }
	row(0, 0, 0)
	row(1, at[1], 0)
	row(1, at[2], 0)
	row(1, at[3], 0)
	row(2, 5, 0)
	row(1, at[5], 0)
	row(1, xref, 0)
	fmt.Fprintf(&b, "6 0 obj\n<</Type/XRef/Size 7/W[1 3 1]/Root 1 0 R/Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF", table.Len(), table.String(), xref)
	return b.Bytes()
}
