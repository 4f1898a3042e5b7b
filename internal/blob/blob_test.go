package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/bucket"
	"klankbord/internal/ident"
	"klankbord/internal/storetest"
)

func folder(t *testing.T) (*blob.Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "blobs")
	f, err := blob.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

// each runs a test on a folder and on a bucket, whose server keeps what is deleted.
func each(t *testing.T, test func(t *testing.T, f blob.Place)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		f, _ := folder(t)
		test(t, f)
	})
	t.Run("bucket", func(t *testing.T) {
		s := storetest.Bucket(t)
		s.KeepVersions(t)
		test(t, inBucket(t, s, ""))
	})
}

func inBucket(t *testing.T, s *storetest.S3, host string) *blob.Bucket {
	t.Helper()
	s2 := *s
	if host != "" {
		s2.Host = host
	}
	b, err := blob.NewBucket(bucketOf(t, &s2), filepath.Join(t.TempDir(), "uploads"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func bucketOf(t *testing.T, s *storetest.S3) *bucket.Bucket {
	t.Helper()
	at, err := bucket.ParseAddress(s.Address(""))
	if err != nil {
		t.Fatal(err)
	}
	limits := bucket.DefaultLimits()
	limits.Answer, limits.Pause = time.Second, time.Second
	to, err := bucket.Open(at, limits)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func begin(t *testing.T, f blob.Place, content string) blob.Upload {
	t.Helper()
	u, err := f.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(u, content); err != nil {
		t.Fatal(err)
	}
	return u
}

func keep(t *testing.T, f blob.Place, content string) string {
	t.Helper()
	u := begin(t, f, content)
	defer u.Abort()
	if err := u.Commit(); err != nil {
		t.Fatal(err)
	}
	return u.Name()
}

func read(t *testing.T, f blob.Place, name string) (string, error) {
	t.Helper()
	r, err := f.Open(t.Context(), name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

func list(t *testing.T, f blob.Place) map[string]int64 {
	t.Helper()
	found := map[string]int64{}
	err := f.List(t.Context(), func(name string, size int64, modified time.Time) error {
		if since := time.Since(modified); since < -time.Minute || since > time.Minute {
			t.Errorf("%s was modified %v ago", name, since)
		}
		found[name] = size
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCommittedBlobIsReadAsWritten(t *testing.T) {
	f, dir := folder(t)
	want := strings.Repeat("sealed", 100_000)
	name := keep(t, f, want)
	again, err := blob.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got, err := read(t, again, name); err != nil || got != want {
		t.Errorf("read %d bytes, %v; want %d", len(got), err, len(want))
	}
	if got := list(t, again)[name]; got != int64(len(want)) {
		t.Errorf("listed with size %d, want %d", got, len(want))
	}
}

func TestBlobIsInvisibleUntilCommitted(t *testing.T) {
	each(t, func(t *testing.T, f blob.Place) {
		u := begin(t, f, "half")
		if _, err := read(t, f, u.Name()); !errors.Is(err, blob.ErrMissing) {
			t.Errorf("open before commit: %v", err)
		}
		if err := u.Commit(); err != nil {
			t.Fatal(err)
		}
		if got, err := read(t, f, u.Name()); err != nil || got != "half" {
			t.Errorf("open after commit: %q, %v", got, err)
		}
	})
}

func TestAbortedUploadLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, f blob.Place) {
		u := begin(t, f, "half")
		u.Abort()
		if got := list(t, f); len(got) != 0 {
			t.Errorf("left %v", got)
		}
		if err := u.Commit(); err == nil {
			t.Error("committed after Abort")
		}
		if _, err := u.Write([]byte("x")); err == nil {
			t.Error("wrote after Abort")
		}
	})
}

func TestAbortAfterCommitKeepsTheBlob(t *testing.T) {
	each(t, func(t *testing.T, f blob.Place) {
		u := begin(t, f, "whole")
		if err := u.Commit(); err != nil {
			t.Fatal(err)
		}
		u.Abort()
		if got, err := read(t, f, u.Name()); err != nil || got != "whole" {
			t.Errorf("read %q, %v", got, err)
		}
		if err := u.Commit(); err == nil {
			t.Error("committed twice")
		}
	})
}

func TestInterruptedUploadIsListedAndCanBeSwept(t *testing.T) {
	f, _ := folder(t)
	name := begin(t, f, "half").Name() // neither committed nor aborted, as after a kill
	if got := list(t, f); got[name] != 4 {
		t.Fatalf("listed %v, want %s", got, name)
	}
	if err := f.Delete(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if got := list(t, f); len(got) != 0 {
		t.Errorf("left %v", got)
	}
}

func TestDeletedBlobIsMissingAndDeletingRepeats(t *testing.T) {
	each(t, func(t *testing.T, f blob.Place) {
		name, other := keep(t, f, "one"), keep(t, f, "other")
		for range 2 {
			if err := f.Delete(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := read(t, f, name); !errors.Is(err, blob.ErrMissing) {
			t.Errorf("open after delete: %v", err)
		}
		if got, err := read(t, f, other); err != nil || got != "other" {
			t.Errorf("the other blob: %q, %v", got, err)
		}
	})
}

func TestForeignFilesAreNotListed(t *testing.T) {
	f, dir := folder(t)
	name := keep(t, f, "ours")
	if err := os.Mkdir(filepath.Join(dir, "00"), 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	for _, at := range []string{"README", "00/notes", ident.New()} {
		if err := os.WriteFile(filepath.Join(dir, at), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, f); len(got) != 1 || got[name] != 4 {
		t.Errorf("listed %v, want %s alone", got, name)
	}
}

func TestEndedContextStopsEverything(t *testing.T) {
	each(t, func(t *testing.T, f blob.Place) {
		name := keep(t, f, "blob")
		ctx, cancel := context.WithCancel(t.Context())
		u, err := f.Create(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.Open(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		cancel()
		_, wrote := u.Write([]byte("x"))
		_, read := io.Copy(io.Discard, r)
		_, created := f.Create(ctx)
		_, opened := f.Open(ctx, name)
		listed := f.List(ctx, func(string, int64, time.Time) error { return nil })
		for what, err := range map[string]error{
			"write": wrote, "commit": u.Commit(), "read": read, "create": created, "open": opened,
			"delete": f.Delete(ctx, name), "list": listed,
		} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if got := list(t, f); len(got) != 1 {
			t.Errorf("listed %v, want the first blob alone", got)
		}
	})
}

func TestManyUploadsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, f blob.Place) {
		names := make([]string, 64)
		var all sync.WaitGroup
		for i := range names {
			all.Go(func() {
				u, err := f.Create(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				defer u.Abort()
				_, wrote := u.Write(bytes.Repeat([]byte{byte(i)}, i+1))
				if err := errors.Join(wrote, u.Commit()); err != nil {
					t.Error(err)
				}
				names[i] = u.Name()
			})
		}
		all.Wait()
		found := list(t, f)
		for i, name := range names {
			if found[name] != int64(i)+1 {
				t.Errorf("blob %d has %d bytes", i, found[name])
			}
		}
		if len(found) != len(names) {
			t.Errorf("%d blobs, want %d", len(found), len(names))
		}
	})
}

func TestListEndsWithTheFirstError(t *testing.T) {
	each(t, func(t *testing.T, f blob.Place) {
		keep(t, f, "one")
		keep(t, f, "two")
		stop, calls := errors.New("stop"), 0
		err := f.List(t.Context(), func(string, int64, time.Time) error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("List = %v after %d calls", err, calls)
		}
	})
}

// A start makes no subfolder: only an upload makes the one it needs, and what has none is
// still read, listed and deleted as nothing.
func TestSubfoldersAreMadeByTheUploadThatNeedsThem(t *testing.T) {
	f, dir := folder(t)
	lies := func(want int) {
		t.Helper()
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != want {
			t.Errorf("%d subfolders, %v; want %d", len(entries), err, want)
		}
	}
	lies(0)
	missing := ident.New()
	if _, err := read(t, f, missing); !errors.Is(err, blob.ErrMissing) {
		t.Errorf("open where nothing lies: %v", err)
	}
	if err := f.Delete(t.Context(), missing); err != nil {
		t.Errorf("delete where nothing lies: %v", err)
	}
	if found := list(t, f); len(found) != 0 {
		t.Errorf("found %v", found)
	}
	name := keep(t, f, "sealed")
	lies(1)
	again, err := blob.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for range 300 { // more than there are subfolders: some are used twice, by two processes
		keep(t, f, "sealed")
		keep(t, again, "sealed")
	}
	if err := again.Delete(t.Context(), name); err != nil {
		t.Error(err)
	}
	if found := list(t, f); len(found) != 600 {
		t.Errorf("found %d blobs, want 600", len(found))
	}
}
