package demo_test

import (
	"errors"

	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/demo"
	"klankbord/internal/fault"
	"klankbord/internal/post"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
)

// founded is a demo that was founded for a test, on a Wednesday afternoon.
type founded struct {
	*app.App
	guide  *demo.Guide
	box    *post.Sink
	pages  *demo.Demo
	clock  *clock.Fixed
	config config.Config
}

func found(t *testing.T) *founded {
	t.Helper()
	return foundWith(t, "wwf-belgium")
}

func foundWith(t *testing.T, profileName string) *founded {
	t.Helper()
	ctx := t.Context()
	c := config.Config{State: filepath.Join(t.TempDir(), "state"), Listen: "127.0.0.1:8080", MaxFileMB: 100, SessionIdle: 30 * time.Minute}
	f := &founded{box: &post.Sink{}, clock: clock.NewFixed(time.Date(2026, time.June, 17, 14, 20, 0, 0, time.UTC)), config: c}
	log := discard()
	began := time.Now()
	var err error
	if f.guide, err = demo.Found(ctx, c, profileName, f.box, log, f.clock.Now()); err != nil {
		t.Fatal(err)
	}
	t.Logf("founded in %v", time.Since(began).Round(time.Millisecond))
	f.pages = demo.New(f.guide, f.box, f.clock)
	if f.App, err = app.Open(ctx, c, app.Options{Clock: f.clock, Transport: f.box, Log: log, Demo: f.pages}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	f.pages.Attach(f.SignIn, c.Public())
	return f
}

// as signs in as a member with what the guide tells.
func (f *founded) as(t *testing.T, key string) access.Actor {
	t.Helper()
	i := slices.IndexFunc(f.guide.SignIns, func(s demo.SignInAs) bool { return s.Key == key })
	if i < 0 {
		t.Fatalf("no member %s in the guide", key)
	}
	s, ctx := f.guide.SignIns[i], t.Context()
	pending, err := f.SignIn.Password(ctx, signin.Browser{}, s.Email, s.Password)
	if err != nil {
		t.Fatal(err)
	}
	code, err := s.Code(f.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	entered, err := f.SignIn.TOTP(ctx, pending, code)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := f.SignIn.Session(ctx, entered.Session)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// inbox is every case that a member sees, by its subject.
func (f *founded) inbox(t *testing.T, actor access.Actor) map[string]casework.Row {
	t.Helper()
	in, err := f.Casework.Inbox(t.Context(), actor, casework.Filter{View: casework.ViewAll})
	if err != nil {
		t.Fatal(err)
	}
	if in.Total != len(in.Rows) {
		t.Fatalf("%d cases, %d on the first page", in.Total, len(in.Rows))
	}
	rows := map[string]casework.Row{}
	for _, r := range in.Rows {
		subject := r.Subject // "topics: what the person wrote in short"
		if _, short, ok := strings.Cut(subject, ": "); ok {
			subject = short
		}
		rows[subject] = r
	}
	if len(rows) != len(in.Rows) {
		t.Fatal("two cases have the same subject")
	}
	return rows
}

const (
	aboutHR      = "Onder druk gezet om een gesprek te vergeten"
	aboutManager = "Mijn klacht van twee jaar geleden werd doorverteld"
	aboutService = "Uitgelachen aan de telefoon"
	aboutDirect  = "Permit fee paid in cash, signed off from the top"
	// Thomas sat in the selection that it is about.
	steppedAside = "Poste attribué au beau-frère du chef de service"
)

// All of it looks at one demo, because founding one takes seconds.
func TestDemo(t *testing.T) {
	f := found(t)
	nele, thomas, sofie, marc := f.as(t, "nele"), f.as(t, "thomas"), f.as(t, "sofie"), f.as(t, "marc")
	see := map[string]map[string]casework.Row{
		"nele": f.inbox(t, nele), "thomas": f.inbox(t, thomas), "sofie": f.inbox(t, sofie), "marc": f.inbox(t, marc),
	}
	t.Run("there is a case of every kind", func(t *testing.T) { everyKind(t, f, see) })
	t.Run("members see the cases of their team and no other", func(t *testing.T) { onlyTheirs(t, see) })
	t.Run("whom a case is about cannot open it", func(t *testing.T) {
		for subject, who := range map[string]access.Actor{aboutHR: thomas, aboutManager: nele, aboutService: sofie} {
			number := numberOf(t, see, subject)
			if _, err := f.Casework.Case(t.Context(), who, number); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s opens %q: %v", who.Member, subject, err)
			}
		}
	})
	t.Run("configurator and auditor see no case", func(t *testing.T) {
		for _, key := range []string{"els", "anke"} {
			in, err := f.Casework.Inbox(t.Context(), f.as(t, key), casework.Filter{})
			if err != nil || !in.NoCases || len(in.Rows) > 0 {
				t.Errorf("%s sees %d cases, %v", key, len(in.Rows), err)
			}
		}
	})
	t.Run("one mail became a case and one waits", func(t *testing.T) {
		list, err := f.Casework.UnsortedMails(t.Context(), sofie)
		if err != nil || len(list) != 1 || !strings.Contains(list[0].Subject, "verlof") {
			t.Errorf("%d wait: %v", len(list), err)
		}
		if _, ok := see["sofie"]["Twee keer dezelfde brief voor mijn overleden moeder"]; !ok {
			t.Error("the complaint that came by mail is not among the cases")
		}
	})
	t.Run("the log is as it was signed", func(t *testing.T) { logHolds(t, f) })
	t.Run("mails hold no code and no content", func(t *testing.T) { mailsAreEmpty(t, f, see) })
	t.Run("the codes of the samples open their messages", func(t *testing.T) { samplesOpen(t, f) })
	t.Run("nothing is damaged and much is told", func(t *testing.T) { casesAreWhole(t, f, nele, see["nele"]) })
	t.Run("pages", func(t *testing.T) { pagesAnswer(t, f) })
	t.Run("a folder with an instance is not taken", func(t *testing.T) {
		_, err := demo.Found(t.Context(), f.config, "wwf-belgium", f.box, discard(), f.clock.Now())
		if !errors.Is(err, setup.ErrFounded) {
			t.Errorf("founded again: %v", err)
		}
		if _, err := demo.ReadGuide(t.TempDir()); !errors.Is(err, demo.ErrNoGuide) {
			t.Errorf("a guide where there is none: %v", err)
		}
		if g, err := demo.ReadGuide(f.config.State); err != nil || len(g.SignIns) != len(f.guide.SignIns) {
			t.Errorf("the guide does not read back: %v", err)
		}
	})
}

func numberOf(t *testing.T, see map[string]map[string]casework.Row, subject string) casefile.Number {
	for _, rows := range see {
		if r, ok := rows[subject]; ok {
			return r.Number
		}
	}
	t.Fatalf("nobody sees %q", subject)
	return ""
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestTheDemoShowsAnotherProfile plays the same months with the one that has least of its
// own.
func TestTheDemoShowsAnotherProfile(t *testing.T) {
	f := foundWith(t, "generic")
	if f.Profile.Name != "generic" {
		t.Errorf("the demo shows %s", f.Profile.Name)
	}
	if len(f.guide.Samples) == 0 || len(f.guide.SignIns) == 0 {
		t.Error("nothing happened in it")
	}
}
