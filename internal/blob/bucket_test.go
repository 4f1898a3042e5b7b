package blob_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/blob"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/storetest"
)

func TestNoNameLeadsOutOfTheBucketsPrefix(t *testing.T) {
	s := storetest.Bucket(t)
	b := inBucket(t, s, "")
	for _, name := range []string{"", ".", "..", "../outside", "/outside", strings.Repeat("../", 8) + "ab", "a?versionId=x"} {
		if _, err := b.Open(t.Context(), name); !errors.Is(err, blob.ErrMissing) {
			t.Errorf("open %q: %v", name, err)
		}
		if _, err := b.CreateAs(t.Context(), name); err == nil {
			t.Errorf("created %q", name)
		}
		if err := b.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %q: %v", name, err)
		}
	}
}

// What is written waits without a name: nothing is left of it when the process is killed.
func TestWhatWaitsForABucketHasNoName(t *testing.T) {
	s := storetest.Bucket(t)
	b := inBucket(t, s, "")
	u := begin(t, b, "half")
	defer u.Abort()
	if left := s.Objects(t); len(left) != 0 {
		t.Errorf("in the bucket: %v", left)
	}
	found, err := filepath.Glob(filepath.Join(filepath.Dir(t.TempDir()), "*", "uploads", "*"))
	if err != nil || len(found) != 0 {
		t.Errorf("on the disk: %v, %v", found, err)
	}
}

// A copy is brought again as often as one likes, but never another one.
func TestABlobIsNotReplacedUnderItsName(t *testing.T) {
	s := storetest.Bucket(t)
	b := inBucket(t, s, "")
	name := ident.New()
	put := func(content string) error {
		u, err := b.CreateAs(t.Context(), name)
		if err != nil {
			return err
		}
		defer u.Abort()
		if _, err := u.Write([]byte(content)); err != nil {
			return err
		}
		return u.Commit()
	}
	if err := errors.Join(put("first"), put("first")); err != nil {
		t.Error(err)
	}
	if err := put("other"); err == nil {
		t.Error("it was replaced")
	}
	if got, err := read(t, b, name); err != nil || got != "first" {
		t.Errorf("it reads %q, %v", got, err)
	}
}

func TestABucketThatIsDownIsToldAndWritingGoesOnOnceItIsBack(t *testing.T) {
	s := storetest.Bucket(t)
	line := storetest.NewWeakLine(t, s)
	b := inBucket(t, s, line.Host)
	before := keep(t, b, "before")
	line.Set(storetest.Fault{Hits: func(*http.Request) bool { return true }, Before: storetest.Reset})
	u := begin(t, b, "half")
	if err := u.Commit(); !errors.Is(err, fault.ErrDown) {
		t.Errorf("commit: %v", err)
	}
	if _, err := read(t, b, before); !errors.Is(err, fault.ErrDown) || errors.Is(err, blob.ErrMissing) {
		t.Errorf("read: %v", err)
	}
	if err := b.Delete(t.Context(), before); !errors.Is(err, fault.ErrDown) {
		t.Errorf("delete: %v", err)
	}
	line.Set(storetest.Fault{})
	if got, err := read(t, b, before); err != nil || got != "before" {
		t.Errorf("once it is back: %q, %v", got, err)
	}
	if got := list(t, b); len(got) != 1 {
		t.Errorf("listed %v", got)
	}
	keep(t, b, "after")
}

func TestADiskWithoutRoomBeforeTheBucketIsFull(t *testing.T) {
	disk := storetest.SmallDisk(t, 2<<20)
	s := storetest.Bucket(t)
	b := inBucket(t, s, "")
	full, err := blob.NewBucket(bucketOf(t, s), filepath.Join(disk.Dir, "uploads"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = full.Close() })
	disk.Fill()
	u, err := full.Create(t.Context())
	if err == nil {
		defer u.Abort()
		_, err = u.Write([]byte(strings.Repeat("x", 1<<20)))
	}
	if !errors.Is(err, fault.ErrFull) {
		t.Errorf("%v", err)
	}
	if got := list(t, b); len(got) != 0 {
		t.Errorf("left %v", got)
	}
	disk.Clear()
	if left, err := os.ReadDir(filepath.Join(disk.Dir, "uploads")); err != nil || len(left) != 0 {
		t.Errorf("on the disk: %v, %v", left, err)
	}
	keep(t, full, "after")
}

func TestForeignObjectsAreNotListed(t *testing.T) {
	s := storetest.Bucket(t)
	b := inBucket(t, s, "")
	name, to := keep(t, b, "ours"), bucketOf(t, s)
	for _, foreign := range []string{"blobs/README", "other/" + ident.New(), ident.New()} {
		if err := to.Create(t.Context(), foreign, strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, b); len(got) != 1 || got[name] != 4 {
		t.Errorf("listed %v", got)
	}
	if !slices.Contains(s.Objects(t), "blobs/"+name) {
		t.Errorf("in the bucket: %v", s.Objects(t))
	}
}
