package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casework"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// The benchmarks below are for looking with pprof at what the measured figures are
// made of, in one process:
//
//	go test -run NONE -bench Submit -cpuprofile cpu.out ./bench

// draft fills in a complaint, all answers at once.
func draft(b *testing.B, i *apptest.Instance, a profile.Answers) seal.Token {
	b.Helper()
	tok, whole := seal.NewToken(), profile.Step{ID: i.Profile.Form.Steps[0].ID}
	for _, s := range i.Profile.Form.Steps {
		whole.Fields = append(whole.Fields, s.Fields...)
	}
	if _, err := i.Intake.Save(b.Context(), tok, "nl", whole, a); err != nil {
		b.Fatal(err)
	}
	if err := i.Intake.PrepareCode(b.Context(), tok, "nl"); err != nil {
		b.Fatal(err)
	}
	return tok
}

// BenchmarkSubmit is the final submit without HTTP, 16 at once.
func BenchmarkSubmit(b *testing.B) {
	i, _ := apptest.Staffed(b)
	drafts := make([]seal.Token, b.N)
	for n := range drafts {
		drafts[n] = draft(b, i, apptest.Answers("response-time"))
	}
	var next atomic.Int64
	b.SetParallelism(people / 2)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := i.Intake.Submit(b.Context(), drafts[next.Add(1)-1], ""); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkPost is the final submit as a request, 16 at once, with the work that
// follows from it.
func BenchmarkPost(b *testing.B) {
	i, _ := apptest.Staffed(b)
	_, _, all, err := i.Handlers()
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	var work sync.WaitGroup
	work.Go(func() { i.Work.Run(ctx) })
	defer work.Wait()
	defer stop()
	requests := make([]*http.Request, b.N)
	for n := range requests {
		tok := draft(b, i, apptest.Answers("response-time"))
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/nl/complaint/check", strings.NewReader("act=send"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = fmt.Sprintf("127.%d.%d.1:1", n/250, n%250)
		r.AddCookie(&http.Cookie{Name: "__Host-klankbord", Value: tok.Cookie()})
		requests[n] = r
	}
	var next atomic.Int64
	b.SetParallelism(people / 2)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := httptest.NewRecorder()
			all.ServeHTTP(w, requests[next.Add(1)-1])
			if w.Code != http.StatusSeeOther || !strings.HasSuffix(w.Header().Get("Location"), "/receipt") {
				b.Errorf("%d %s", w.Code, w.Header().Get("Location"))
			}
		}
	})
}

// BenchmarkBackground is what follows from a submit: its mail and its lines in the
// log.
func BenchmarkBackground(b *testing.B) {
	i, _ := apptest.Staffed(b)
	for range b.N {
		if _, err := i.Intake.Submit(b.Context(), draft(b, i, apptest.Answers("response-time")), ""); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	i.DeliverMail()
	for range b.N/100 + 1 {
		i.Sequence()
	}
}

// BenchmarkInbox is a page of 50 of a thousand cases.
func BenchmarkInbox(b *testing.B) {
	i, staff := apptest.Staffed(b)
	for range 1000 {
		if _, err := i.Intake.Submit(b.Context(), draft(b, i, apptest.Answers("response-time")), ""); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		in, err := i.Casework.Inbox(b.Context(), staff.Service[0], casework.Filter{View: casework.ViewAll})
		if err != nil || len(in.Rows) != casework.PageSize {
			b.Fatal(err)
		}
	}
}

// BenchmarkCase opens a case with 10 and with 100 entries.
func BenchmarkCase(b *testing.B) {
	for _, size := range []int{10, 100} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			i, staff := apptest.Staffed(b)
			r, err := i.Intake.Submit(b.Context(), draft(b, i, apptest.Answers("response-time")), "")
			if err != nil {
				b.Fatal(err)
			}
			for n := 3; n < size; n++ {
				note(b, i, staff, r)
			}
			for b.Loop() {
				if _, err := i.Casework.Case(b.Context(), staff.Service[0], r.Number); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func note(b *testing.B, i *apptest.Instance, staff apptest.Staff, r *intake.Receipt) {
	b.Helper()
	ctx, actor, number := b.Context(), staff.Service[0], r.Number
	d, err := i.Casework.SaveDraft(ctx, actor, number, casework.Writing{
		Kind: casework.DraftNote, Was: casework.DraftNote, Text: "Called back; nobody answered.", Lang: lang.NL,
	})
	if err != nil {
		b.Fatal(err)
	}
	err = i.Casework.Send(ctx, actor, number, casework.Sending{Kind: casework.DraftNote, ID: d.ID, Revision: d.Revision, Seen: d.Seen})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkUpload is a file of 100 MiB through the parts of a form that take it in.
func BenchmarkUpload(b *testing.B) {
	i, _ := apptest.Staffed(b)
	b.SetBytes(fileSize)
	for b.Loop() {
		tok := seal.NewToken()
		head := "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"
		body := io.MultiReader(strings.NewReader(head), newNoise(fileSize), strings.NewReader("\r\n--x--\r\n"))
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/", body)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		_, err := ui.ReadForm(r, ui.Limits{Fields: 10, TextBytes: 1 << 20, FileBytes: fileSize + 1}, func(u ui.Upload) error {
			_, err := i.Intake.AddFile(b.Context(), tok, "nl", u.Name, u.Body)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch looks for a word in two thousand cases: in a session that searched
// before, and in a new one.
func BenchmarkSearch(b *testing.B) {
	i, staff := apptest.Staffed(b)
	told := strings.Repeat("Sinds maart wacht ik op een antwoord. De brief van vijf februari bleef liggen, zegt uw collega. ", 12)
	for range 2000 {
		a := apptest.With(apptest.Answers("response-time"), profile.FieldStory, told)
		if _, err := i.Intake.Submit(b.Context(), draft(b, i, a), ""); err != nil {
			b.Fatal(err)
		}
	}
	actor := staff.Service[0]
	search := func(session string) {
		actor.Session = session
		if h, err := i.Casework.Search(b.Context(), actor, "antwoord", 1); err != nil || h.Total != 2000 {
			b.Fatal(err, h.Total)
		}
	}
	search("one")
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			search("one")
		}
	})
	b.Run("first", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			search(fmt.Sprint(n))
		}
	})
}
