package heads_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"klankbord/internal/heads"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func upTo(count int64) func(*heads.Seen) {
	return func(s *heads.Seen) { s.Directory = heads.Directory{Count: count, Hash: []byte{byte(count)}, At: now} }
}

func TestWhatWasSeenMovesForwardsOnly(t *testing.T) {
	f := heads.In(t.TempDir())
	if _, err := f.Seen(); !errors.Is(err, heads.ErrNone) {
		t.Fatalf("Seen = %v before anything was kept", err)
	}
	for _, err := range []error{
		f.Advance("i", upTo(3)),
		f.Advance("i", func(s *heads.Seen) { s.Log = heads.Log{Size: 7, Note: []byte("note"), At: now} }),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, back := range map[string]func(*heads.Seen){
		"directory": upTo(2), "log": func(s *heads.Seen) { s.Log.Size = 6 }, "acceptance": func(s *heads.Seen) { s.Accepted = 9 },
	} {
		if err := f.Advance("i", back); !errors.Is(err, heads.ErrBack) {
			t.Errorf("%s: %v, want ErrBack", name, err)
		}
	}
	s, err := f.Seen()
	if err != nil || s.Directory.Count != 3 || s.Log.Size != 7 || s.Instance != "i" {
		t.Errorf("seen %+v, %v", s, err)
	}
}

func TestAcceptMovesBackAndForgetsWhatWasWrong(t *testing.T) {
	f := heads.In(t.TempDir())
	for _, err := range []error{f.Advance("i", upTo(3)), f.NoteAlarm("older", now), f.NoteAlarm("older", now.Add(time.Hour))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if alarms, err := f.Alarms(); err != nil || !alarms["older"].Equal(now) {
		t.Errorf("alarms %v, %v; want since the first time", alarms, err)
	}
	s, err := f.Seen()
	if err != nil {
		t.Fatal(err)
	}
	upTo(1)(&s)
	if err := f.Accept(s); err != nil {
		t.Fatal(err)
	}
	if s, err = f.Seen(); err != nil || s.Directory.Count != 1 || s.Accepted != 1 {
		t.Errorf("seen %+v, %v after it was accepted", s, err)
	}
	if alarms, err := f.Alarms(); err != nil || len(alarms) != 0 {
		t.Errorf("alarms %v, %v", alarms, err)
	}
}

func TestChangeByAnotherProcessIsSeen(t *testing.T) {
	dir := t.TempDir()
	mine, theirs := heads.In(dir), heads.In(dir)
	for count := int64(1); count < 20; count++ {
		if err := theirs.Advance("i", upTo(count)); err != nil {
			t.Fatal(err)
		}
		if s, err := mine.Seen(); err != nil || s.Directory.Count != count {
			t.Fatalf("seen %d, %v; want %d", s.Directory.Count, err, count)
		}
	}
}

func TestTwoProcessesNeverMoveBack(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 4 {
		f := heads.In(dir)
		all.Go(func() {
			for count := int64(1); count <= 25; count++ {
				if err := f.Advance("i", upTo(count)); err != nil && !errors.Is(err, heads.ErrBack) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if s, err := heads.In(dir).Seen(); err != nil || s.Directory.Count != 25 {
		t.Errorf("seen %d, %v; want 25", s.Directory.Count, err)
	}
}

func TestDamagedFileIsToldApartFromAMissingOne(t *testing.T) {
	dir := t.TempDir()
	f := heads.In(dir)
	if err := f.KeepCopy([]byte("copy")); err != nil {
		t.Fatal(err)
	}
	if b, err := f.Copy(); err != nil || string(b) != "copy" {
		t.Errorf("copy %q, %v", b, err)
	}
	for _, content := range []string{"", "{", `{"version":2,"instance":"i"}`, `{"version":1}`} {
		if err := os.WriteFile(filepath.Join(dir, "heads"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Seen(); !errors.Is(err, heads.ErrDamaged) {
			t.Errorf("%q: %v, want ErrDamaged", content, err)
		}
		if err := f.Advance("i", upTo(1)); !errors.Is(err, heads.ErrDamaged) {
			t.Errorf("%q is written over: %v", content, err)
		}
	}
}
