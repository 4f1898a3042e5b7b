package seal

import (
	"bytes"
	"testing"
)

func TestContextIsInjectiveWhereFieldsTouch(t *testing.T) {
	base := Context{Instance: "ab", Case: "c", Compartment: Dialogue, Kind: "d", Object: "e", Revision: 1}
	variants := []Context{
		base,
		{Instance: "a", Case: "bc", Compartment: Dialogue, Kind: "d", Object: "e", Revision: 1},
		{Instance: "ab", Case: "c", Compartment: Dialogue, Kind: "de", Object: "", Revision: 1},
		{Instance: "ab", Case: "c", Compartment: Dialogue, Kind: "", Object: "de", Revision: 1},
		{Instance: "ab", Case: "c", Compartment: Investigation, Kind: "d", Object: "e", Revision: 1},
		{Instance: "ab", Case: "c", Compartment: Dialogue, Kind: "d", Object: "e", Revision: 256},
		{Instance: "ab", Case: "c", Compartment: Dialogue, Kind: "d", Object: "e"},
	}
	seen := map[string]Context{}
	for _, v := range variants {
		if o, ok := seen[string(v.Encode())]; ok {
			t.Errorf("%v and %v have the same bytes", o, v)
		}
		seen[string(v.Encode())] = v
	}
}

func FuzzContextsDifferWhenTheirTuplesDo(f *testing.F) {
	f.Add("i", "c", byte(1), "k", "o", uint64(1), "ic", "", byte(1), "k", "o", uint64(1))
	f.Fuzz(func(t *testing.T, i1, c1 string, p1 byte, k1, o1 string, r1 uint64,
		i2, c2 string, p2 byte, k2, o2 string, r2 uint64) {
		a := Context{i1, c1, Compartment(p1), k1, o1, r1}
		b := Context{i2, c2, Compartment(p2), k2, o2, r2}
		if same := bytes.Equal(a.Encode(), b.Encode()); same != (a == b) {
			t.Fatalf("equal bytes %v, equal tuples %v: %+v %+v", same, a == b, a, b)
		}
		if back, err := ParseContext(a.Encode()); err != nil || back != a {
			t.Fatalf("parse(format(%+v)) = %+v, %v", a, back, err)
		}
	})
}

func FuzzParseContext(f *testing.F) {
	f.Add(note().Encode())
	f.Add([]byte{1, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseContext(b)
		if err == nil && !bytes.Equal(c.Encode(), b) {
			t.Fatalf("two encodings of one context: %x", b)
		}
	})
}
