package intake_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/apptest"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

func bytesOf(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

// However often an upload breaks off, and wherever, the file is what was sent, and no
// byte that was counted is asked for again.
func TestAFileThatComesInPiecesIsWholeInTheEnd(t *testing.T) {
	i, s := apptest.Staffed(t)
	all := bytesOf(3 << 20)
	rapid.Check(t, func(t *rapid.T) {
		tok := seal.NewToken()
		content := all[:rapid.IntRange(1, len(all)).Draw(t, "size")]
		a, err := i.Intake.BeginFile(ctx, tok, "nl", "../filmpje.mp4", int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		for a.Received < int64(len(content)) {
			before := a.Received
			n := min(rapid.IntRange(0, len(content)).Draw(t, "piece"), len(content)-int(before))
			var body io.Reader = bytes.NewReader(content[before : int(before)+n])
			broken := rapid.Bool().Draw(t, "breaks off")
			if broken {
				body = io.MultiReader(body, iotest.ErrReader(io.ErrUnexpectedEOF))
			}
			_, err := i.Intake.AppendFile(ctx, tok, a.ID, before, body)
			if a.Received = before; err != nil && !broken {
				t.Fatal(err)
			}
			if a, err = i.Intake.ArrivingFile(ctx, tok, a.ID); err != nil || a.Received != before+int64(n) {
				t.Fatalf("after %d and %d more there are %d, %v", before, n, a.Received, err)
			}
		}
		if _, err := i.Intake.AppendFile(ctx, tok, a.ID, a.Received, bytes.NewReader([]byte("more"))); err != nil {
			t.Fatalf("after the end: %v", err)
		}
		d, err := i.Intake.Draft(ctx, tok)
		if err != nil || len(d.Files) != 1 || d.Files[0].Name != "filmpje.mp4" || d.Files[0].Size != int64(len(content)) {
			t.Fatalf("%+v, %v", d.Files, err)
		}
	})
	tok := i.Draft("nl", apptest.StrictAnswers("theft"), nil)
	content := all[:400_000]
	a, err := i.Intake.BeginFile(ctx, tok, "nl", "opname.m4a", int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < len(content); from += 90_000 {
		if _, err := i.Intake.AppendFile(ctx, tok, a.ID, int64(from), bytes.NewReader(content[from:min(from+90_000, len(content))])); err != nil {
			t.Fatal(err)
		}
	}
	r, err := i.Intake.Submit(ctx, tok, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := filesOf(t, i, s.Manager, r.Number); !bytes.Equal(got["opname.m4a"], content) {
		t.Errorf("%d bytes on the desk, want %d", len(got["opname.m4a"]), len(content))
	}
}

// Bytes that do not follow are not taken, by whoever they come; another browser learns
// nothing.
func TestPiecesMustFollowOneAnother(t *testing.T) {
	i, _ := apptest.Staffed(t)
	tok := seal.NewToken()
	a, err := i.Intake.BeginFile(ctx, tok, "nl", "a.bin", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, offset := range []int64{1, 9, 10, 1 << 40} {
		if _, err := i.Intake.AppendFile(ctx, tok, a.ID, offset, bytes.NewReader([]byte("x"))); !errors.Is(err, custody.ErrOffset) {
			t.Errorf("at %d: %v", offset, err)
		}
	}
	if _, err := i.Intake.AppendFile(ctx, tok, a.ID, 0, bytes.NewReader([]byte("01234"))); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Intake.AppendFile(ctx, tok, a.ID, 0, bytes.NewReader([]byte("01234"))); !errors.Is(err, custody.ErrOffset) {
		t.Errorf("the same again: %v", err)
	}
	stranger := seal.NewToken()
	if _, err := i.Intake.Save(ctx, stranger, "nl", i.Profile.StepsFor(profile.Answers{})[0], profile.Answers{}); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Intake.ArrivingFile(ctx, stranger, a.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another browser: %v", err)
	}
	if _, err := i.Intake.AppendFile(ctx, stranger, a.ID, 5, bytes.NewReader([]byte("56789"))); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another browser goes on: %v", err)
	}
	for _, size := range []int64{0, -1, i.Intake.Limits.FileBytes + 1} {
		if _, err := i.Intake.BeginFile(ctx, tok, "nl", "a.bin", size); err == nil {
			t.Errorf("%d bytes are taken", size)
		}
	}
}

// What is given up leaves nothing: neither rows nor sealed parts.
func TestAnUploadThatIsGivenUpLeavesNothing(t *testing.T) {
	i, _ := apptest.Staffed(t)
	begun := func() (seal.Token, string) {
		tok := i.Draft("nl", apptest.StrictAnswers("theft"), nil)
		a, err := i.Intake.BeginFile(ctx, tok, "nl", "a.bin", 1000)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.Intake.AppendFile(ctx, tok, a.ID, 0, bytes.NewReader([]byte("half of it"))); err != nil {
			t.Fatal(err)
		}
		return tok, a.ID
	}
	tok, id := begun()
	if count(t, i, "upload") != 1 || count(t, i, "blob_ref") != 1 {
		t.Fatal("nothing is kept")
	}
	if err := i.Intake.DropFile(ctx, tok, id); err != nil {
		t.Fatal(err)
	}
	if count(t, i, "upload")+count(t, i, "blob_ref") != 0 {
		t.Error("what was dropped is there")
	}
	tok, _ = begun()
	if _, err := i.Intake.Submit(ctx, tok, ""); err != nil {
		t.Fatal(err)
	}
	if count(t, i, "upload")+count(t, i, "blob_ref") != 0 {
		t.Error("what was under way when the complaint was sent is there")
	}
	begun()
	i.Clock.Add(custody.UploadLife + time.Hour)
	if err := i.Work.Sweeper.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if count(t, i, "upload")+count(t, i, "blob_ref") != 0 {
		t.Error("what was given up is there a day later")
	}
}
