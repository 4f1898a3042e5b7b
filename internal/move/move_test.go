package move_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/blob"
	"klankbord/internal/clock"
	"klankbord/internal/ident"
	"klankbord/internal/move"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// moving is an instance with a file, and an empty place for it.
func moving(t *testing.T) (*apptest.Instance, *move.Move) {
	t.Helper()
	i, _ := apptest.Staffed(t)
	i.Complain("fr", apptest.StrictAnswers("theft"), map[string]string{"preuve.txt": strings.Repeat("preuve ", 9000)})
	i.Sequence()
	to, err := store.Open(t.Context(), storetest.Open(t, storetest.PostgreSQL(t)), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	folder, err := blob.NewFolder(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	return i, &move.Move{From: i.Store, To: to, Files: i.Blobs, NewFiles: folder}
}

func TestAMoveThatWasCutOffIsTakenUpAgain(t *testing.T) {
	_, m := moving(t)
	first, err := m.Run(t.Context())
	if err != nil || first.Files != 1 || first.Copied != 1 || first.Rows < 50 || first.Tables < 50 {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := m.Run(t.Context()) // as after a kill before it was said to be done
	if err != nil || again.Files != 1 || again.Copied != 0 || again.Rows != first.Rows {
		t.Errorf("%+v, %v", again, err)
	}
	// What arrived cut or otherwise is sent again.
	err = m.NewFiles.List(t.Context(), func(name string, _ int64, _ time.Time) error {
		if err := m.NewFiles.Delete(t.Context(), name); err != nil {
			return err
		}
		u, err := m.NewFiles.CreateAs(t.Context(), name)
		if err != nil {
			return err
		}
		_, err = io.WriteString(u, "half")
		return errors.Join(err, u.Commit())
	})
	if err != nil {
		t.Fatal(err)
	}
	if third, err := m.Run(t.Context()); err != nil || third.Copied != 1 {
		t.Errorf("%+v, %v", third, err)
	}
}

func TestAMoveRefusesWhatIsInUse(t *testing.T) {
	i, m := moving(t)
	serve := func(s *store.Store, d time.Duration) {
		t.Helper()
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.Serve("somebody", d) }); err != nil {
			t.Fatal(err)
		}
	}
	serve(i.Store, time.Minute)
	if _, err := m.Run(t.Context()); !errors.Is(err, move.ErrServing) {
		t.Errorf("while it is served: %v", err)
	}
	if err := i.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.StopServing("somebody") }); err != nil {
		t.Fatal(err)
	}
	foreign, err := m.NewFiles.CreateAs(t.Context(), ident.New())
	if err == nil {
		_, err = io.WriteString(foreign, "another's")
		err = errors.Join(err, foreign.Commit())
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Run(t.Context()); !errors.Is(err, move.ErrForeign) {
		t.Errorf("among the files of another: %v", err)
	}
	if err := m.NewFiles.Delete(t.Context(), foreign.Name()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.Complain("fr", apptest.Answers("response-time"), nil)
	if _, err := m.Run(t.Context()); !errors.Is(err, move.ErrInUse) {
		t.Errorf("over one that was moved before: %v", err)
	}
}

// busy lets something happen while a file is read.
type busy struct {
	blob.Place
	do func()
}

func (b busy) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	b.do()
	return b.Place.Open(ctx, name)
}

func TestWhatChangesDuringAMoveIsNotBelieved(t *testing.T) {
	i, m := moving(t)
	once := false
	m.Files = busy{i.Blobs, func() {
		if !once {
			once = true
			i.Complain("nl", apptest.Answers("response-time"), nil)
		}
	}}
	if _, err := m.Run(t.Context()); !errors.Is(err, move.ErrDiffers) && !errors.Is(err, move.ErrChanged) {
		t.Errorf("%v", err)
	}
}

func TestAMissingFileIsToldAndTheRestMoves(t *testing.T) {
	i, m := moving(t)
	err := i.Blobs.List(t.Context(), func(name string, _ int64, _ time.Time) error { return i.Blobs.Delete(t.Context(), name) })
	if err != nil {
		t.Fatal(err)
	}
	done, err := m.Run(t.Context())
	if err != nil || len(done.Missing) != 1 || done.Files != 0 {
		t.Errorf("%+v, %v", done, err)
	}
}
