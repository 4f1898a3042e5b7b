package audit

import (
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sample() Record {
	return Record{
		ID:     "0123456789abcdefghjkmnpqrs",
		At:     time.Date(2026, 3, 1, 9, 30, 0, 123_456_000, time.UTC),
		Kind:   IdentityOpened,
		Actor:  Actor{Kind: Member, ID: "1tzq4"},
		Case:   "2c5",
		Object: "3f9",
		Detail: map[string]string{"purpose": "to call back", "epoch": "2", "": "é"},
		Turn:   258, State: [32]byte{0: 3, 31: 4},
	}
}

// golden compares got with a file, which -update rewrites.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", path, diff)
	}
}

func TestRecordEncodingNeverChanges(t *testing.T) {
	salt := [32]byte{0: 1, 31: 2}
	b := sample().Encode()
	leaf := Leaf(salt, b)
	golden(t, "record.golden", []byte(hex.Dump(b)+"leaf "+hex.EncodeToString(leaf[:])+"\n"))
}

func TestDecodeIsTheInverseOfEncode(t *testing.T) {
	for name, r := range map[string]Record{
		"full":         sample(),
		"empty":        {At: time.UnixMicro(0).UTC()},
		"before 1970":  {At: time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC), Kind: Export},
		"unknown kind": {At: time.UnixMicro(1).UTC(), Kind: "of-a-later-version"},
		"odd bytes":    {At: time.UnixMicro(1).UTC(), ID: "\xff\x00", Detail: map[string]string{"\xfe": "\x00"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeRecord(r.Encode())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(r, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDifferentRecordsEncodeDifferently(t *testing.T) {
	at := time.UnixMicro(7).UTC()
	records := []Record{
		{At: at}, {At: at.Add(time.Microsecond)},
		{At: at, ID: "ab", Kind: "c"}, {At: at, ID: "a", Kind: "bc"},
		{At: at, Case: "x"}, {At: at, Object: "x"}, {At: at, Actor: Actor{ID: "x"}}, {At: at, Actor: Actor{Kind: "x"}},
		{At: at, Detail: map[string]string{"a": "bc"}}, {At: at, Detail: map[string]string{"ab": "c"}},
		{At: at, Detail: map[string]string{"a": "", "b": ""}}, {At: at, Detail: map[string]string{"a": "b"}},
		{At: at, Turn: 1}, {At: at, State: [32]byte{1}},
	}
	seen := map[string]int{}
	for i, r := range records {
		b := string(r.Encode())
		if j, ok := seen[b]; ok {
			t.Errorf("records %d and %d encode alike", i, j)
		}
		seen[b] = i
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := sample().Encode()
	altered := func(at int, to byte) []byte {
		b := append([]byte(nil), good...)
		b[at] = to
		return b
	}
	disordered := Record{Detail: map[string]string{"a": "1", "b": "2"}}.Encode()
	const tail = 8 + 32 // turn and state
	disordered[len(disordered)-15-tail], disordered[len(disordered)-5-tail] = 'b', 'a'
	repeated := Record{Detail: map[string]string{"a": "1", "b": "2"}}.Encode()
	repeated[len(repeated)-6-tail] = 'a'
	for name, b := range map[string][]byte{
		"nothing":             nil,
		"another version":     altered(0, 2),
		"a byte too few":      good[:len(good)-1],
		"a byte too many":     append(append([]byte(nil), good...), 0),
		"a huge length":       altered(9, 0xff),
		"details disordered":  disordered,
		"a detail said twice": repeated,
	} {
		t.Run(name, func(t *testing.T) {
			if r, err := DecodeRecord(b); !errors.Is(err, ErrRecord) {
				t.Errorf("DecodeRecord = %+v, %v", r, err)
			}
		})
	}
}

func TestLeafHidesTheRecord(t *testing.T) {
	b := sample().Encode()
	if Leaf([32]byte{1}, b) == Leaf([32]byte{2}, b) {
		t.Error("the salt does not enter the leaf")
	}
	if Leaf([32]byte{1}, b) == Leaf([32]byte{1}, b[1:]) {
		t.Error("the record does not enter the leaf")
	}
}

func TestKindsAreDistinct(t *testing.T) {
	seen := map[Kind]bool{}
	for _, k := range Kinds() {
		if k == "" || seen[k] {
			t.Errorf("kind %q is empty or twice", k)
		}
		seen[k] = true
	}
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add(sample().Encode())
	f.Add(Record{}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := DecodeRecord(b)
		if err != nil {
			return
		}
		if again := r.Encode(); string(again) != string(b) {
			t.Errorf("%x decodes to %+v, which encodes to %x", b, r, again)
		}
	})
}
