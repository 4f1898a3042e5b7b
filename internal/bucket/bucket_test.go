package bucket_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"klankbord/internal/bucket"
	"klankbord/internal/fault"
	"klankbord/internal/storetest"
)

func short() bucket.Limits {
	return bucket.Limits{Connect: time.Second, Answer: 300 * time.Millisecond, Pause: 300 * time.Millisecond, Whole: 3 * time.Second, Attempts: 3}
}

func open(t *testing.T, s *storetest.S3, host string) *bucket.Bucket {
	t.Helper()
	at, err := bucket.ParseAddress(s.Address(host))
	if err != nil {
		t.Fatal(err)
	}
	b, err := bucket.Open(at, short())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func create(t *testing.T, b *bucket.Bucket, name, content string) {
	t.Helper()
	if err := b.Create(t.Context(), name, strings.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, b *bucket.Bucket, name string) (string, error) {
	t.Helper()
	r, err := b.Open(t.Context(), name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	return string(got), err
}

func TestAnObjectIsNeverOverwritten(t *testing.T) {
	s := storetest.Bucket(t)
	b := open(t, s, "")
	create(t, b, "a", "first")
	if err := b.Create(t.Context(), "a", strings.NewReader("other"), 5); !errors.Is(err, bucket.ErrThere) {
		t.Errorf("overwriting: %v", err)
	}
	create(t, b, "a", "first") // the same once more is what a retry does
	if got, err := read(t, b, "a"); got != "first" || err != nil {
		t.Errorf("it reads %q, %v", got, err)
	}
	if err := b.Try(t.Context()); err != nil {
		t.Error(err)
	}
	if left := s.Objects(t); !slices.Equal(left, []string{"a"}) {
		t.Errorf("trying left %v", left)
	}
}

func TestDeletingTakesEveryVersion(t *testing.T) {
	s := storetest.Bucket(t)
	s.KeepVersions(t)
	b := open(t, s, "")
	for _, content := range []string{"one", "two", "three"} {
		err := b.Put(t.Context(), "kept", func(w io.Writer) error {
			_, err := io.WriteString(w, content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	create(t, b, "kept-longer", "other")
	// Somebody deletes it by hand: only a mark is put before the versions.
	if err := s.Client.RemoveObject(t.Context(), s.Bucket, "kept", minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Objects(t)); n < 5 {
		t.Fatalf("%d versions and marks: the server does not keep them", n)
	}
	listed := map[string]bool{}
	if err := b.List(t.Context(), "", func(i bucket.Item) error { listed[i.Name] = true; return nil }); err != nil || !listed["kept"] {
		t.Errorf("what has only older versions is not listed: %v, %v", listed, err)
	}
	for range 2 {
		if err := b.Delete(t.Context(), "kept"); err != nil {
			t.Fatal(err)
		}
	}
	if left := s.Objects(t); !slices.Equal(left, []string{"kept-longer"}) {
		t.Errorf("left %v", left)
	}
}

// What a bad line does to one attempt is not noticed; what it does to all of them ends in
// time, and in words.
func TestABadLine(t *testing.T) {
	s := storetest.Bucket(t)
	line := storetest.NewWeakLine(t, s)
	b := open(t, s, line.Host)
	content := strings.Repeat("sealed", 100_000)
	create(t, b, "there", content)
	writes, reads := storetest.Method(http.MethodPut), storetest.Method(http.MethodGet)
	faults := map[string]storetest.Fault{
		"500 to a write":       {Hits: writes, Before: storetest.Status(500, "InternalError")},
		"503 to a write":       {Hits: writes, Before: storetest.Status(503, "SlowDown")},
		"write cut":            {Hits: writes, Before: storetest.Reset},
		"write unheard":        {Hits: writes, After: storetest.Unheard},
		"no answer to a write": {Hits: writes, Before: storetest.Hang},
		"500 to a read":        {Hits: reads, Before: storetest.Status(500, "InternalError")},
		"read cut":             {Hits: reads, Before: storetest.Reset},
		"half of a read":       {Hits: reads, After: storetest.Half},
		"read stands still":    {Hits: reads, After: storetest.Still},
		"no answer to a read":  {Hits: reads, Before: storetest.Hang},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			try := func() error {
				if strings.Contains(name, "write") {
					return b.Create(t.Context(), "new "+name, strings.NewReader(content), int64(len(content)))
				}
				got, err := read(t, b, "there")
				if err == nil && got != content {
					t.Errorf("%d bytes that are not those", len(got))
				}
				return err
			}
			f.Times = 1
			line.Set(f)
			if err := try(); err != nil {
				t.Errorf("once: %v", err)
			}
			if line.Met() == 0 {
				t.Error("nothing happened")
			}
			f.Times = 0
			line.Set(f)
			begun := time.Now()
			err := try()
			if name == "write unheard" { // it is there: the first attempt brought it
				if err != nil && !errors.Is(err, fault.ErrDown) {
					t.Errorf("always: %v", err)
				}
			} else if !errors.Is(err, fault.ErrDown) {
				t.Errorf("always: %v", err)
			}
			if taken := time.Since(begun); taken > 10*time.Second {
				t.Errorf("it took %v", taken)
			}
			line.Set(storetest.Fault{})
			if err := try(); err != nil {
				t.Errorf("once the line is well: %v", err)
			}
		})
	}
}

func TestWhatABucketSaysIsToldApart(t *testing.T) {
	s := storetest.Bucket(t)
	line := storetest.NewWeakLine(t, s)
	b := open(t, s, line.Host)
	if _, err := read(t, b, "none"); !errors.Is(err, bucket.ErrMissing) {
		t.Errorf("no object: %v", err)
	}
	if _, err := b.Size(t.Context(), "none"); !errors.Is(err, bucket.ErrMissing) {
		t.Errorf("size of no object: %v", err)
	}
	line.Set(storetest.Fault{Hits: storetest.Method(http.MethodPut), Before: storetest.Status(507, "XMinioStorageFull")})
	if err := b.Create(t.Context(), "full", strings.NewReader("x"), 1); !errors.Is(err, fault.ErrFull) {
		t.Errorf("no room: %v", err)
	}
	line.Set(storetest.Fault{Hits: func(*http.Request) bool { return true }, Before: storetest.Status(403, "AccessDenied")})
	for what, err := range map[string]error{
		"write": b.Create(t.Context(), "denied", strings.NewReader("x"), 1), "try": b.Try(t.Context()), "delete": b.Delete(t.Context(), "denied"),
		"list": b.List(t.Context(), "", func(bucket.Item) error { return nil }),
	} {
		if !errors.Is(err, fault.ErrDown) {
			t.Errorf("%s, not allowed: %v", what, err)
		}
	}
	line.Set(storetest.Fault{})
	s.Bucket += "-none"
	none := open(t, s, "")
	_, size := none.Size(t.Context(), "x")
	_, reading := read(t, none, "x")
	for what, err := range map[string]error{"size": size, "read": reading, "try": none.Try(t.Context())} {
		if !errors.Is(err, fault.ErrDown) || errors.Is(err, bucket.ErrMissing) {
			t.Errorf("%s, no bucket: %v", what, err)
		}
	}
}

func TestABucketThatOverwritesIsRefused(t *testing.T) {
	s := storetest.Bucket(t)
	line := storetest.NewWeakLine(t, s)
	// As a server that does not know If-None-Match: a second write is taken.
	writes, seen := storetest.Method(http.MethodPut), 0
	line.Set(storetest.Fault{Hits: func(r *http.Request) bool {
		if writes(r) {
			seen++
		}
		return writes(r) && seen > 1
	}, Before: storetest.Status(200, "")})
	if err := open(t, s, line.Host).Try(t.Context()); err == nil || !strings.Contains(err.Error(), "overwrites") {
		t.Errorf("%v", err)
	}
}

func TestAStreamOfAnyLengthIsThereWholeOrNotAtAll(t *testing.T) {
	s := storetest.Bucket(t)
	b := open(t, s, "")
	piece := bytes.Repeat([]byte("0123456789abcdef"), 64<<10) // 1 MiB
	pieces := func(n int, end error) func(io.Writer) error {
		return func(w io.Writer) error {
			for range n {
				if _, err := w.Write(piece); err != nil {
					return err
				}
			}
			return end
		}
	}
	if err := b.Put(t.Context(), "long", pieces(40, nil)); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Size(t.Context(), "long"); n != 40<<20 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	stop := errors.New("stop")
	if err := b.Put(t.Context(), "half", pieces(20, stop)); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := b.Put(ctx, "ended", func(w io.Writer) error {
		_, err := w.Write(piece)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := (minio.Core{Client: s.Client}).NewMultipartUpload(t.Context(), s.Bucket, "begun", minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for u := range s.Client.ListIncompleteUploads(t.Context(), s.Bucket, "", true) {
		t.Errorf("%s is left half, %v", u.Key, u.Err)
	}
	if left := s.Objects(t); !slices.Equal(left, []string{"long"}) {
		t.Errorf("left %v", left)
	}
}

func TestAddresses(t *testing.T) {
	good := "https://s3.example.org/complaints/desk?key-file=/etc/key&region=eu-1"
	a, err := bucket.ParseAddress(good)
	if err != nil || a.Host != "s3.example.org" || a.Bucket != "complaints" || a.Prefix != "desk/" || a.Region != "eu-1" || a.KeyFile != "/etc/key" {
		t.Errorf("%+v, %v", a, err)
	}
	for _, bad := range []string{
		"", "s3.example.org/b", "http://s3.example.org/bucket?key-file=k", "https://s3.example.org/bucket", "https://s3.example.org/?key-file=k",
		"https://id:secret@s3.example.org/bucket?key-file=k", "https://s3.example.org/bucket?key-file=k&secret=x", "https://s3.example.org/bucket/../x?key-file=k",
		"https://s3.example.org/bucket?key-file=k&key-file=l", "https://s3.example.org/ab?key-file=k", "ftp://s3.example.org/bucket?key-file=k",
	} {
		if got, err := bucket.ParseAddress(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, got)
		}
	}
}

func TestAKeyIsNeverTold(t *testing.T) {
	s := storetest.Bucket(t)
	file := filepath.Join(t.TempDir(), "key")
	for _, content := range []string{"wrongid\nthesecretofit\n", "one thesecretofit three\n", ""} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s.KeyFile = file
		at, err := bucket.ParseAddress(s.Address(""))
		if err != nil {
			t.Fatal(err)
		}
		b, err := bucket.Open(at, short())
		if err == nil {
			err = b.Try(t.Context())
		}
		if err == nil || strings.Contains(err.Error(), "thesecretofit") {
			t.Errorf("%q: %v", content, err)
		}
	}
}
