package audit

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func exported(t *testing.T, l *tree, signed ...[]byte) []byte {
	t.Helper()
	text, err := VerifierKey("test", key(t, 1).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (ExportFile{text, signed, int64(len(l.entries))}).Write(&b, all(l.entries)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hide takes the records of every third entry away, as erasure does.
func (l *tree) hide() {
	for i := range l.entries {
		if i%3 == 2 {
			l.entries[i].Revealed, l.entries[i].Record, l.entries[i].Salt = false, nil, [32]byte{}
		}
	}
}

func TestExportFileNeverChanges(t *testing.T) {
	l := newTree(t)
	first, last := l.grow(t, 3), l.grow(t, 4)
	l.hide()
	golden(t, "export.golden", exported(t, l, first, last))
}

func gather(t *testing.T, list iter.Seq2[Entry, error]) (entries []Entry, err error) {
	t.Helper()
	for e, err := range list {
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func TestExportReadsBack(t *testing.T) {
	for _, size := range []int{0, 1, 7} {
		l := newTree(t)
		signed := l.grow(t, size)
		l.hide()
		file := exported(t, l, signed)
		for name, text := range map[string][]byte{"as written": file, "through a mail": bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n"))} {
			head, list, err := ReadExport(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if len(head.Checkpoints) != 1 || !bytes.Equal(head.Checkpoints[0], signed) || head.Leaves != int64(size) {
				t.Errorf("%s, %d leaves: head %+v", name, size, head)
			}
			entries, err := gather(t, list)
			if diff := cmp.Diff(l.entries, entries); err != nil || diff != "" {
				t.Errorf("%s, %d leaves: %v %s", name, size, err, diff)
			}
		}
	}
}

func TestFaultyExportsAreRefused(t *testing.T) {
	l := newTree(t)
	file := string(exported(t, l, l.grow(t, 3)))
	lines := strings.Split(file, "\n")
	for name, text := range map[string]string{
		"nothing":                "",
		"another file":           "hello\n",
		"no key":                 strings.Replace(file, "key ", "kee ", 1),
		"count of checkpoints":   strings.Replace(file, "checkpoints 1", "checkpoints 2", 1),
		"endless checkpoints":    strings.Replace(file, "checkpoints 1", "checkpoints 99999999", 1),
		"a leaf missing":         strings.Join(append(append([]string{}, lines[:len(lines)-2]...), ""), "\n"),
		"a leaf too many":        file + lines[len(lines)-2] + "\n",
		"a leaf that is no hash": file[:len(file)-2] + "\n",
		"a salt without record":  strings.Join(strings.SplitN(file, " ", 7)[:6], " ") + "\n",
		"a long line":            file + strings.Repeat("A", exportLine+1),
	} {
		t.Run(name, func(t *testing.T) {
			_, list, err := ReadExport(strings.NewReader(text))
			if err == nil {
				_, err = gather(t, list)
			}
			if !errors.Is(err, ErrExport) {
				t.Errorf("err = %v", err)
			}
		})
	}
	if err := (ExportFile{Leaves: 3}).Write(&bytes.Buffer{}, all(l.entries[1:])); err == nil {
		t.Error("a log with a gap is exported")
	}
	if err := (ExportFile{Leaves: 4}).Write(&bytes.Buffer{}, all(l.entries)); err == nil {
		t.Error("a log that ends early is exported")
	}
}

func FuzzReadExport(f *testing.F) {
	l := newTree(f)
	l.grow(f, 2)
	f.Add([]byte("klankbord-log@v1\nkey x\ncheckpoints 0\n\nleaves 0\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		_, list, err := ReadExport(bytes.NewReader(file))
		if err != nil {
			return
		}
		n := int64(0)
		for e, err := range list {
			if err == nil && e.Position != n {
				t.Errorf("entry %d at position %d", n, e.Position)
			}
			n++
		}
	})
}

func TestEveryCheckpointIsHeldAgainstTheLeaves(t *testing.T) {
	l := newTree(t)
	held, _ := updates(t, l, 0, 2, 5, 9)
	signed := l.sign(t, held[2])
	r, err := Verify(all(l.entries), signed, l.verifier(), held...)
	if err != nil || !r.OK() || r.Others != 3 || r.Newer != 9 {
		t.Errorf("%+v, %v", r, err)
	}
	false1, beyond := held[1], held[3]
	false1.Root[0]++
	beyond.Size++
	r, err = Verify(all(l.entries), signed, l.verifier(), false1, held[3], beyond)
	if err != nil || r.OK() || len(r.Forks) != 2 || r.Others != 1 || !r.RootHolds {
		t.Errorf("%+v, %v", r, err)
	}
	cut := append(append([]Entry{}, l.entries[:12]...), l.entries[13:]...)
	r, err = Verify(all(cut), signed, l.verifier(), held...)
	if err != nil || r.OK() || len(r.Forks) != 1 || !r.RootHolds {
		t.Errorf("a leaf after the checkpoint is missing: %+v, %v", r, err)
	}
}

func TestReceiptTellsNothingElse(t *testing.T) {
	r := NewReceipt("id", sample().At, "KB-7Q4M-9X")
	if n, err := ReceiptOf(r); err != nil || n != "KB-7Q4M-9X" {
		t.Errorf("%s, %v", n, err)
	}
	for name, alter := range map[string]func(*Record){
		"another kind": func(r *Record) { r.Kind = Submission },
		"no number":    func(r *Record) { r.Object = "" },
		"a case":       func(r *Record) { r.Case = "2c5" },
		"an actor":     func(r *Record) { r.Actor.ID = "x" },
		"a detail":     func(r *Record) { r.Detail = map[string]string{"route": "integrity"} },
		"a state":      func(r *Record) { r.Turn = 1 },
	} {
		r := NewReceipt("id", sample().At, "KB-7Q4M-9X")
		alter(&r)
		if n, err := ReceiptOf(r); !errors.Is(err, ErrReceipt) {
			t.Errorf("with %s: %s, %v", name, n, err)
		}
	}
}
