package public_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/storetest"
)

// houseOnBucket is a staffed instance whose sealed files lie in a bucket behind a line that
// can be made bad.
func houseOnBucket(t *testing.T) (*house, *storetest.S3, *storetest.WeakLine) {
	t.Helper()
	s := storetest.Bucket(t)
	s.KeepVersions(t)
	line := storetest.NewWeakLine(t, s)
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Bucket = s.Address(line.Host) })
	pages, _, _, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	return &house{i, team, &desk{t: t, clock: i.Clock, profile: i.Profile, handler: pages}}, s, line
}

func down(*http.Request) bool { return true }

func TestABucketThatIsDownCostsNobodyWhatTheyTyped(t *testing.T) {
	h, s, line := houseOnBucket(t)
	check := h.front.visitor().start("en").answer(basic("response-time"), nil, nil)
	line.Set(storetest.Fault{Hits: down, Before: storetest.Reset})
	files := check.v.get("/en/complaint/files")
	refused := files.press("next", files.fill(nil), upload{"letter.pdf", "%PDF"})
	if refused.status != http.StatusServiceUnavailable || !refused.says("letter.pdf was not added: our server cannot keep files now") {
		t.Errorf("a file answers %d: %.300s", refused.status, text(refused.document))
	}
	if p := refused.press("next", refused.fill(nil)); p.status != http.StatusOK {
		t.Errorf("going on without the file answers %d", p.status)
	}
	if !strings.Contains(h.Log.String(), "storage-down") {
		t.Error("the log does not tell the operator")
	}
	line.Set(storetest.Fault{})
	files = check.v.get("/en/complaint/files")
	if p := files.press("next", files.fill(nil), upload{"letter.pdf", strings.Repeat("%PDF", 3<<20)}); p.status != http.StatusOK { // 12 MiB: two parts
		t.Errorf("once it is back a file answers %d", p.status)
	}
	check.path = "/en/complaint/check"
	if p := check.sendOff(); p.h1() != "We received your complaint" {
		t.Errorf("sending ends at %q", p.h1())
	}
	if n := len(s.Objects(t)); n != 2 {
		t.Errorf("%d objects, want the two parts", n)
	}
}

// What lies in the bucket is damaged in every way: the file does not leave, the rest can be
// read, and doctor tells.
func TestASealedFileThatRotsInTheBucketDoesNotLeave(t *testing.T) {
	h, s, line := houseOnBucket(t)
	r := h.Complain("en", apptest.StrictAnswers("theft"), map[string]string{"proof.txt": strings.Repeat("the proof ", 1000)})
	c := h.Case(h.team.Manager, r.Number)
	reads := func() (string, error) {
		f, err := h.Casework.Open(t.Context(), h.team.Manager, r.Number, c.Story.Files[0].ID, casework.Take{})
		if err != nil {
			return "", err
		}
		got, err := io.ReadAll(f.Body)
		return string(got), err
	}
	if got, err := reads(); err != nil || len(got) != 10_000 {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	gets := storetest.Method(http.MethodGet)
	line.Set(storetest.Fault{Hits: gets, After: storetest.Lying})
	if got, err := reads(); !errors.Is(err, seal.ErrOpen) || got != "" {
		t.Errorf("a server that tells half as the whole: %q, %v", got, err)
	}
	line.Set(storetest.Fault{Hits: gets, After: storetest.Half, Times: 1})
	if got, err := reads(); err != nil || len(got) != 10_000 {
		t.Errorf("a line that breaks once: %d bytes, %v", len(got), err)
	}
	line.Set(storetest.Fault{Hits: gets, Before: storetest.Reset})
	if got, err := reads(); !errors.Is(err, fault.ErrDown) || got != "" {
		t.Errorf("a bucket that is down: %q, %v", got, err)
	}
	line.Set(storetest.Fault{})

	name := s.Objects(t)[0]
	whole, err := s.Client.GetObject(t.Context(), s.Bucket, name, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := io.ReadAll(whole)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, sealed...)
	flipped[len(flipped)/2] ^= 1
	for what, bytes := range map[string]string{"cut": string(sealed[:len(sealed)-1]), "empty": "", "longer": string(sealed) + "x", "rotten": string(flipped)} {
		if _, err := s.Client.PutObject(t.Context(), s.Bucket, name, strings.NewReader(bytes), int64(len(bytes)), minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		if got, err := reads(); !errors.Is(err, seal.ErrOpen) || got != "" {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	if err := s.Client.RemoveObject(t.Context(), s.Bucket, name, minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, err := reads(); err == nil || got != "" {
		t.Errorf("gone: %q, %v", got, err)
	}
	if c := h.Case(h.team.Manager, r.Number); c.Story == nil || c.Damaged {
		t.Error("the rest of the case cannot be read")
	}
	findings, err := h.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, f := range findings {
		if f.Bad {
			told += f.What + "\n"
		}
	}
	if !strings.Contains(told, "1 sealed files that the database refers to are not there") {
		t.Errorf("doctor tells: %s", told)
	}
}

// Files come in pieces, each kept when it is there; what nobody takes is swept, with all its
// versions.
func TestPiecesAndSweepInABucket(t *testing.T) {
	h, s, line := houseOnBucket(t)
	r := h.Complain("en", apptest.Answers("response-time"), nil)
	by := h.team.Service[0]
	content := strings.Repeat("what was found ", 20_000)
	a, err := h.Casework.BeginFile(t.Context(), by, r.Number, "found.txt", int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Casework.AppendFile(t.Context(), by, r.Number, a.ID, 0, strings.NewReader(content[:150_000])); err != nil {
		t.Fatal(err)
	}
	line.Set(storetest.Fault{Hits: down, Before: storetest.Reset})
	if _, err := h.Casework.AppendFile(t.Context(), by, r.Number, a.ID, 150_000, strings.NewReader(content[150_000:])); !errors.Is(err, fault.ErrDown) {
		t.Errorf("a piece, the bucket being down: %v", err)
	}
	line.Set(storetest.Fault{})
	h.Restart(func() {}) // it goes on in another process
	if _, err := h.Casework.AppendFile(t.Context(), by, r.Number, a.ID, 150_000, strings.NewReader(content[150_000:])); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Objects(t)); n != 2 {
		t.Fatalf("%d objects, want two pieces", n)
	}
	h.Clock.Set(time.Now().Add(48 * time.Hour)) // objects are as old as the server says
	sweeper := &custody.Sweeper{Store: h.Store, Blobs: h.Blobs, Custody: h.Custody}
	if err := errors.Join(sweeper.Sweep(t.Context()), sweeper.Sweep(t.Context())); err != nil {
		t.Fatal(err)
	}
	if left := s.Objects(t); len(left) != 0 {
		t.Errorf("the sweep left %v", left)
	}
}

func TestABucketThatCannotBeWrittenIsNotServedFrom(t *testing.T) {
	h, _, line := houseOnBucket(t)
	line.Set(storetest.Fault{Hits: storetest.Method(http.MethodPut), Before: storetest.Status(403, "AccessDenied")})
	err := h.Serve(t.Context(), func([]string) { t.Error("it serves") })
	if !errors.Is(err, fault.ErrDown) || !strings.Contains(err.Error(), "AccessDenied") && !strings.Contains(err.Error(), "as the test asks") {
		t.Errorf("%v", err)
	}
	findings, err := h.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Bad && strings.Contains(f.What, "sealed files cannot be kept") && strings.Contains(f.Do, "key may read, write, list and delete") {
			return
		}
	}
	t.Errorf("doctor tells %v", findings)
}
