package casework_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// rows counts the rows of a table.
func rows(t *testing.T, i *apptest.Instance, table string) (n int) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error { return tx.QueryRow("SELECT count(*) FROM " + table).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// pieces sends a file to a case, piece by piece, up to some bytes of it.
func pieces(t *testing.T, i *apptest.Instance, by access.Actor, n casefile.Number, name, content string, upTo int) string {
	t.Helper()
	a, err := i.Casework.BeginFile(t.Context(), by, n, name, int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < upTo; from += 40_000 {
		if _, err := i.Casework.AppendFile(t.Context(), by, n, a.ID, int64(from), strings.NewReader(content[from:min(from+40_000, upTo)])); err != nil {
			t.Fatal(err)
		}
	}
	return a.ID
}

func TestAFileThatAMemberAddsInPiecesGoesWithTheirMessageOnce(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n := s.Manager, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	content := strings.Repeat("what was found ", 10_000)
	id := pieces(t, i, me, n, "../nota.txt", content, len(content))
	half := pieces(t, i, me, n, "half.txt", content, 40_000)
	writing := casework.Writing{Kind: casework.DraftMessage, Was: casework.DraftMessage, Text: "Zie de nota."}
	for range 2 { // the button was pressed twice
		came, err := i.Casework.TakeFiles(t.Context(), me, n, []string{id, id, half, "another"})
		if err != nil {
			t.Fatal(err)
		}
		writing.Add = came
		d, err := i.Casework.SaveDraft(t.Context(), me, n, writing)
		if err != nil || len(d.Files) != 1 || d.Files[0].Name != "nota.txt" {
			t.Fatalf("%d files, %v", len(d.Files), err)
		}
		writing.Revision = d.Revision
	}
	c := i.Case(me, n)
	d := c.Drafts[0]
	if err := i.Casework.Send(t.Context(), me, n, casework.Sending{Kind: d.Kind, ID: d.ID, Revision: d.Revision, Seen: c.Seen}); err != nil {
		t.Fatal(err)
	}
	f, err := i.Casework.Open(t.Context(), me, n, id, casework.Take{Original: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f.Body); err != nil || string(got) != content {
		t.Errorf("%d bytes on the desk, want %d; %v", len(got), len(content), err)
	}
	if rows(t, i, "upload") != 1 { // the half one
		t.Errorf("%d uploads are left", rows(t, i, "upload"))
	}
}

func TestAnUploadOnTheDeskIsItsMembersInThatCaseAndNoOthers(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n, other := s.Manager, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	id := pieces(t, i, me, n, "a.txt", "0123456789", 5)
	for who, x := range map[string]struct {
		by access.Actor
		n  casefile.Number
	}{"a colleague who reads the case": {s.HR, n}, "the member in another case": {me, other}, "a member of another team": {s.Service[0], n}} {
		if _, err := i.Casework.ArrivingFile(t.Context(), x.by, x.n, id); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s sees it: %v", who, err)
		}
		if _, err := i.Casework.AppendFile(t.Context(), x.by, x.n, id, 5, strings.NewReader("56789")); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s goes on with it: %v", who, err)
		}
	}
	if _, err := i.Casework.AppendFile(t.Context(), me, n, id, 4, strings.NewReader("456789")); !errors.Is(err, custody.ErrOffset) {
		t.Errorf("bytes that do not follow: %v", err)
	}
	for _, size := range []int64{0, -1, i.Casework.Limits.FileBytes + 1} {
		if _, err := i.Casework.BeginFile(t.Context(), me, n, "a.txt", size); err == nil {
			t.Errorf("%d bytes are taken", size)
		}
	}
	if err := i.Exclude(s.HR, n, me.Member); err != nil {
		t.Fatal(err)
	}
	if rows(t, i, "upload") != 0 || rows(t, i, "blob_ref") != 0 {
		t.Error("what a member sent is there after their keys were taken away")
	}
	if _, err := i.Casework.AppendFile(t.Context(), me, n, id, 5, strings.NewReader("56789")); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a member without keys goes on: %v", err)
	}
}

func TestAnUploadOnTheDeskThatNobodyTakesLeavesNothing(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n := s.Manager, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	content := string(bytes.Repeat([]byte("x"), 50_000))
	nothing := func(when string) {
		t.Helper()
		if u, b := rows(t, i, "upload"), rows(t, i, "blob_ref"); u+b != 0 {
			t.Errorf("%s there are %d uploads and %d blobs", when, u, b)
		}
	}
	for _, upTo := range []int{40_000, len(content)} { // half of it, and all of it
		id := pieces(t, i, me, n, "a.txt", content, upTo)
		if err := i.Casework.DropFile(t.Context(), me, n, id); err != nil {
			t.Fatal(err)
		}
		nothing("given up")
		pieces(t, i, me, n, "a.txt", content, upTo)
		i.Clock.Add(custody.UploadLife + time.Hour)
		if err := i.Work.Sweeper.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		nothing("a day later")
	}
	id := pieces(t, i, me, n, "a.txt", content, len(content))
	came, err := i.Casework.TakeFiles(t.Context(), me, n, []string{id})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Casework.SaveDraft(t.Context(), me, n, casework.Writing{Kind: casework.DraftNote, Was: casework.DraftNote, Add: came}); err != nil {
		t.Fatal(err)
	}
	i.Clock.Add(custody.UploadLife + time.Hour)
	if err := i.Work.Sweeper.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows(t, i, "blob_ref") == 0 {
		t.Error("the file of a text that waits was swept")
	}
}

// A text that is refused takes no file with it, and the stored text stays.
func TestATextThatIsTooLongKeepsItsFiles(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n := s.Manager, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	if _, err := i.Casework.SaveDraft(t.Context(), me, n, casework.Writing{Kind: casework.DraftNote, Text: "Kort."}); err != nil {
		t.Fatal(err)
	}
	in, err := i.Casework.Receive(t.Context(), me, n, "a.txt", strings.NewReader("content"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = i.Casework.SaveDraft(t.Context(), me, n, casework.Writing{
		Kind: casework.DraftMessage, Was: casework.DraftNote, Text: strings.Repeat("x", casework.TextMost+1), Add: []*casework.Incoming{in},
	})
	if !isFault(err, "error.text-too-long") {
		t.Fatal(err)
	}
	d := i.Case(me, n).Drafts
	if len(d) != 1 || d[0].Kind != casework.DraftNote || d[0].Text != "Kort." || len(d[0].Files) != 1 {
		t.Errorf("%d drafts are kept, the file or the text is not", len(d))
	}
}
