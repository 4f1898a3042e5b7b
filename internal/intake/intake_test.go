package intake_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

var ctx = context.Background()

func count(t *testing.T, i *apptest.Instance, table string) int {
	t.Helper()
	var n int
	err := i.Store.Read(ctx, func(tx *store.Tx) error { return tx.QueryRow("SELECT count(*) FROM " + table).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDraftKeepsEveryAnswerAsTyped(t *testing.T) {
	i, _ := apptest.Staffed(t)
	tok := seal.NewToken()
	a := apptest.StrictAnswers("theft")
	a[profile.FieldStory] = []string{"  <script>alert(1)</script>\n\nZoë 😀 \u202e end "}
	a[profile.FieldEmail] = []string{"not an address"}
	for _, step := range i.Profile.StepsFor(a) {
		if _, err := i.Intake.Save(ctx, tok, "fr", step, a); err != nil {
			t.Fatal(err)
		}
	}
	d, err := i.Intake.Draft(ctx, tok)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range a {
		if got := d.Answers[key]; strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	if d.Lang != "fr" {
		t.Errorf("language = %q", d.Lang)
	}
	if _, err := i.Intake.Draft(ctx, seal.NewToken()); !errors.Is(err, intake.ErrNoDraft) {
		t.Errorf("another browser reads the draft: %v", err)
	}
}

func TestDraftLivesTwentyHoursAndFourteenDaysWithACode(t *testing.T) {
	i, _ := apptest.Staffed(t)
	tok := i.Draft("nl", apptest.Answers("communication"), nil)
	i.Clock.Add(19*time.Hour + 59*time.Minute)
	if _, err := i.Intake.Draft(ctx, tok); err != nil {
		t.Fatalf("after 19:59: %v", err)
	}
	code, expires, err := i.Intake.KeepForLater(ctx, tok)
	if err != nil {
		t.Fatal(err)
	}
	if want := i.Clock.Now().Add(14 * 24 * time.Hour); !expires.Equal(want) {
		t.Errorf("expires %v, want %v", expires, want)
	}
	i.Clock.Add(14*24*time.Hour - time.Minute)
	elsewhere := seal.NewToken()
	if err := i.Intake.Resume(ctx, elsewhere, code); err != nil {
		t.Fatal(err)
	}
	d, err := i.Intake.Draft(ctx, elsewhere)
	if err != nil || d.Answers.One(profile.FieldLastName) != "Maes" {
		t.Fatalf("resumed draft: %v", err)
	}
	if _, err := i.Intake.Draft(ctx, tok); !errors.Is(err, intake.ErrNoDraft) {
		t.Errorf("the draft is in two browsers: %v", err)
	}
	if err := i.Intake.Resume(ctx, seal.NewToken(), seal.NewCode()); !errors.Is(err, intake.ErrNoDraft) {
		t.Errorf("any code resumes: %v", err)
	}
	i.Clock.Add(2 * time.Minute)
	if _, err := i.Intake.Draft(ctx, elsewhere); !errors.Is(err, intake.ErrNoDraft) {
		t.Errorf("after its time: %v", err)
	}
}

func TestTwoTabsBothKeepWhatTheySave(t *testing.T) {
	i, _ := apptest.Staffed(t)
	tok := seal.NewToken()
	a := apptest.Answers("communication")
	if _, err := i.Intake.Ensure(ctx, tok, "nl"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, step := range i.Profile.StepsFor(a) {
		all.Go(func() {
			if _, err := i.Intake.Save(ctx, tok, "nl", step, a); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d, err := i.Intake.Draft(ctx, tok)
	if err != nil {
		t.Fatal(err)
	}
	for key := range a {
		if !d.Answers.Given(key) {
			t.Errorf("%s was lost", key)
		}
	}
}

func TestSubmitTwiceGivesOneCaseAndTheSameCode(t *testing.T) {
	i, _ := apptest.Staffed(t)
	tok := i.Draft("nl", apptest.StrictAnswers("corruption"), map[string]string{"a.txt": "proof"})
	d, err := i.Intake.Draft(ctx, tok)
	if err != nil {
		t.Fatal(err)
	}
	receipts := make([]*intake.Receipt, 8)
	var all sync.WaitGroup
	for n := range receipts {
		all.Go(func() {
			var err error
			if receipts[n], err = i.Intake.Submit(ctx, tok, d.ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	late, err := i.Intake.Submit(ctx, tok, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range receipts {
		if r == nil || r.Number != late.Number || r.Code != late.Code {
			t.Fatalf("receipts differ: %+v, %+v", r, late)
		}
	}
	if n := count(t, i, "case_file"); n != 1 {
		t.Errorf("%d cases, want 1", n)
	}
	if n := count(t, i, "draft"); n != 0 {
		t.Errorf("%d drafts are left", n)
	}
	if _, err := i.Intake.Submit(ctx, seal.NewToken(), d.ID); err == nil {
		t.Error("another browser gets the receipt")
	}
}

func TestConfirmedCodeIsForgotten(t *testing.T) {
	i, _ := apptest.Staffed(t)
	tok := i.Draft("nl", apptest.Answers("question"), nil)
	r, err := i.Intake.Submit(ctx, tok, "")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := i.Intake.Receipt(ctx, tok); err != nil || again.Code != r.Code {
		t.Fatalf("the receipt is not shown again: %v", err)
	}
	if err := i.Intake.Confirm(ctx, tok, r.Draft); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Intake.Receipt(ctx, tok); !errors.Is(err, intake.ErrNoReceipt) {
		t.Errorf("after confirming: %v", err)
	}
}

func TestIncompleteComplaintIsRefusedAndKept(t *testing.T) {
	i, _ := apptest.Staffed(t)
	for _, field := range []string{profile.FieldFirstName, profile.FieldEmail, profile.FieldStory, profile.FieldTopics, profile.FieldPrivacyRead} {
		t.Run(field, func(t *testing.T) {
			a := apptest.Answers("response-time")
			delete(a, field)
			tok := seal.NewToken()
			for _, step := range i.Profile.StepsFor(apptest.Answers("response-time")) {
				if _, err := i.Intake.Save(ctx, tok, "nl", step, a); err != nil {
					t.Fatal(err)
				}
			}
			_, err := i.Intake.Submit(ctx, tok, "")
			if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid {
				t.Errorf("Submit = %v, want a fault that says what is missing", err)
			}
			if d, err := i.Intake.Draft(ctx, tok); err != nil || d.Answers.One(profile.FieldLastName) != "Maes" {
				t.Errorf("what was typed is gone: %v", err)
			}
		})
	}
	if n := count(t, i, "case_file"); n != 0 {
		t.Errorf("%d cases were made", n)
	}
}

// filesOf reads the files of a case by name, as a member who opens it.
func filesOf(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) map[string][]byte {
	t.Helper()
	o, err := i.Custody.OpenMember(ctx, actor, n)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]byte{}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryFile {
			continue
		}
		m, err := seal.DecodeManifest(e.Payload)
		if err != nil {
			t.Fatal(err)
		}
		if got[m.Name], err = io.ReadAll(custody.OpenFile(ctx, i.Blobs, m)); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

func TestFilesComeBackByteForByte(t *testing.T) {
	i, team := apptest.Staffed(t)
	big := bytes.Repeat([]byte("0123456789abcdef"), seal.PartSize/16+1000)
	tok := i.Draft("nl", apptest.StrictAnswers("theft"), nil)
	want := map[string][]byte{"één foto.png": []byte("\x89PNG\r\n\x1a\nfake"), "../../etc/passwd": []byte("x"), "film.mp4": big}
	for name, content := range want {
		if _, err := i.Intake.AddFile(ctx, tok, "nl", name, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := i.Intake.Submit(ctx, tok, "")
	if err != nil {
		t.Fatal(err)
	}
	got := filesOf(t, i, team.Manager, r.Number)
	for name, content := range want {
		if name == "../../etc/passwd" {
			name = "passwd" // only the last element of a name is kept
		}
		if !bytes.Equal(got[name], content) {
			t.Errorf("%s: %d bytes, want %d", name, len(got[name]), len(content))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

func TestRefusedFilesLeaveTheRest(t *testing.T) {
	i, _ := apptest.Staffed(t)
	i.Intake.Limits.FileBytes, i.Intake.Limits.Files = 10, 2
	tok := i.Draft("nl", apptest.StrictAnswers("theft"), map[string]string{"good.txt": "good"})
	for name, c := range map[string]struct{ content, key string }{
		"big.txt": {strings.Repeat("x", 11), "error.file-too-big"}, "empty.txt": {"", "error.file-empty"},
	} {
		_, err := i.Intake.AddFile(ctx, tok, "nl", name, strings.NewReader(c.content))
		if f, ok := fault.As(err); !ok || f.Key != c.key || f.Args["name"] != name {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
	if _, err := i.Intake.AddFile(ctx, tok, "nl", "exact.txt", strings.NewReader("0123456789")); err != nil {
		t.Errorf("a file of exactly the limit: %v", err)
	}
	_, err := i.Intake.AddFile(ctx, tok, "nl", "third.txt", strings.NewReader("x"))
	if f, ok := fault.As(err); !ok || f.Key != "error.file-too-many" {
		t.Errorf("a third file: %v", err)
	}
	d, err := i.Intake.Draft(ctx, tok)
	if err != nil || len(d.Files) != 2 {
		t.Fatalf("%d files, %v", len(d.Files), err)
	}
	if err := i.Intake.RemoveFile(ctx, tok, d.Files[0].ID); err != nil {
		t.Fatal(err)
	}
	if d, err = i.Intake.Draft(ctx, tok); err != nil || len(d.Files) != 1 {
		t.Errorf("%d files after removing one, %v", len(d.Files), err)
	}
}

func TestSweepRemovesOnlyBlobsThatNobodyHolds(t *testing.T) {
	i, _ := apptest.Staffed(t)
	kept := i.Draft("nl", apptest.Answers("communication"), map[string]string{"kept.txt": "kept"})
	if _, err := i.Intake.Submit(ctx, kept, ""); err != nil {
		t.Fatal(err)
	}
	gone := i.Draft("nl", apptest.Answers("communication"), map[string]string{"gone.txt": "gone"})
	if err := i.Intake.Discard(ctx, gone); err != nil {
		t.Fatal(err)
	}
	blobs := func() (n int) {
		err := i.Blobs.List(ctx, func(string, int64, time.Time) error { n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := i.Work.Sweeper.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if n := blobs(); n != 2 {
		t.Fatalf("%d blobs at once, want both: a day has not passed", n)
	}
	i.Clock.Set(time.Now().Add(25 * time.Hour)) // blobs carry the file system's time
	if err := i.Work.Sweeper.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if n := blobs(); n != 1 {
		t.Errorf("%d blobs after a day, want 1", n)
	}
}

func TestNamesOfRecipientsAreAskedAbout(t *testing.T) {
	i, team := apptest.Staffed(t)
	for name, c := range map[string]struct {
		story string
		want  int
	}{
		"full name":              {"Gisteren heeft Thomas Dubois mij dit gezegd in de gang van het kantoor.", 1},
		"family name, no accent": {"It was mister DUBOIS who signed for the goods, twice, without any reason.", 1},
		"first name only":        {"It was Thomas who signed for the goods, twice, without any reason given.", 0},
		"inside another word":    {"The company Duboisson signed for the goods, twice, without any reason.", 0},
		"nobody":                 {"Somebody signed for the goods, twice, without any reason that I know.", 0},
	} {
		t.Run(name, func(t *testing.T) {
			tok := i.Draft("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, c.story), nil)
			r, err := i.Intake.Review(ctx, tok)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Matches) != c.want {
				t.Fatalf("%d matches, want %d", len(r.Matches), c.want)
			}
			if c.want == 0 {
				return
			}
			if _, err := i.Intake.Submit(ctx, tok, ""); err == nil {
				t.Fatal("sent although the question was not answered")
			}
			if _, err := i.Intake.Name(ctx, tok, "nl", map[string]string{string(r.Matches[0].Member): "yes"}); err != nil {
				t.Fatal(err)
			}
			receipt, err := i.Intake.Submit(ctx, tok, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.Custody.OpenMember(ctx, team.HR, receipt.Number); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("the member whom it is about opens it: %v", err)
			}
			if !receipt.Excluded || !receipt.Alternative {
				t.Errorf("receipt = %+v", receipt)
			}
		})
	}
}

func TestComplaintIsDeliveredToSomeoneWhoeverItIsAbout(t *testing.T) {
	i, team := apptest.Staffed(t)
	both := apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "integrity-manager", "hr")
	r := i.Complain("nl", both, nil)
	if _, err := i.Custody.OpenMember(ctx, team.Alternative, r.Number); err != nil {
		t.Errorf("the alternative recipient alone: %v", err)
	}
	if r.OnlyOutside {
		t.Error("the complainant is told that nobody receives it")
	}
	everyone := i.Draft("nl", both, nil)
	if _, err := i.Intake.Name(ctx, everyone, "nl", map[string]string{string(team.Alternative.Member): "yes"}); err != nil {
		t.Fatal(err)
	}
	last, err := i.Intake.Submit(ctx, everyone, "")
	if err != nil {
		t.Fatal(err)
	}
	if !last.OnlyOutside {
		t.Error("the complainant is not told to turn to the external bodies")
	}
	var recovery int
	err = i.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM case_grant WHERE case_id = $1 AND recipient_kind = 'recovery'`, last.Case).Scan(&recovery)
	})
	if err != nil || recovery != 1 {
		t.Errorf("%d recovery grants, %v", recovery, err)
	}
}

func TestATeamWithoutMembersTakesNothingInAndLosesNothing(t *testing.T) {
	i, ctx := apptest.New(t), t.Context()
	i.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
	i.Join("Marc Verstraete", staff.Assignment{Role: staff.RoleHandler, Team: casefile.Alternative})
	tok := i.Draft("de", apptest.Answers("communication"), map[string]string{"letter.txt": "kept"})
	review, err := i.Intake.Review(ctx, tok)
	if err != nil || !review.Closed || review.Ready() || review.OnlyOutside {
		t.Errorf("the check page is told %+v, %v", review, err)
	}
	if _, err := i.Intake.Submit(ctx, tok, review.Draft.ID); !errors.Is(err, intake.ErrClosed) {
		t.Errorf("sending answers %v", err)
	}
	if d, err := i.Intake.Draft(ctx, tok); err != nil || len(d.Files) != 1 || !d.Answers.Given(profile.FieldStory) {
		t.Errorf("of the draft is left %v, %v", d, err)
	}
	i.Join("Sofie Peeters", staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
	if _, err := i.Intake.Submit(ctx, tok, review.Draft.ID); err != nil {
		t.Errorf("once somebody is there sending answers %v", err)
	}
}
