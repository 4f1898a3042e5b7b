package post_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/smtp"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/intake"
	"klankbord/internal/post"
	"klankbord/internal/store"
)

const secret = "klankbord"

// reader is a mailbox that is read into an instance.
type reader struct {
	*post.Pickup
	i   *apptest.Instance
	log *apptest.Buffer
}

func setting(t *testing.T, scheme, user, server, more string) post.IMAPSettings {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := post.ParseMailbox(scheme + "://" + url.QueryEscape(user) + "@" + server + "/INBOX?route=general&password-file=" + url.QueryEscape(file) + more)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reading(i *apptest.Instance, s post.IMAPSettings) *reader {
	log := &apptest.Buffer{}
	return &reader{&post.Pickup{
		Settings: s, Take: i.Intake.TakeMail, Room: &custody.Mailroom{Store: i.Store}, Log: slog.New(slog.NewTextHandler(log, nil)),
	}, i, log}
}

// cases counts what came in.
func cases(t *testing.T, i *apptest.Instance) (n int) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error { return tx.QueryRow(`SELECT count(*) FROM case_file`).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func eml(id, text string) string {
	return "From: Jan Maes <jan@example.org>\r\nTo: klachten@desk.example\r\nSubject: Klacht\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <" + id + "@example.org>\r\n\r\n" + text + "\r\n"
}

// TestMailComesInThroughPostfixAndDovecot sends mail to a real server and reads it there.
func TestMailComesInThroughPostfixAndDovecot(t *testing.T) {
	server, ca := needs(t, "KLANKBORD_TEST_IMAP"), needs(t, "KLANKBORD_TEST_SMTP_CA")
	maildir := needs(t, "KLANKBORD_TEST_MAILDIR")
	for _, c := range []struct {
		after       string
		left, moved int
	}{{"delete", 0, 0}, {"keep", 1, 0}, {"move&to=Done", 0, 1}} {
		t.Run(c.after, func(t *testing.T) {
			i, team := apptest.Staffed(t)
			box := "box-" + ident.New()[:8] + "@example.test"
			s := setting(t, "imap", box, server, "&ca-file="+url.QueryEscape(ca)+"&after="+c.after)
			raw := eml(ident.New(), "Ik wil een klacht indienen over uw dienst.")
			deliver(t, box, raw)
			if c.moved > 0 {
				folder(t, maildir, box, "Done")
			}
			r := reading(i, s)
			for range 3 { // once, and twice for nothing
				if err := r.Look(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n := cases(t, i); n != 1 {
				t.Fatalf("%d cases of one mail", n)
			}
			if n := count(maildir, box, "cur", "new"); n != c.left {
				t.Errorf("%d left in the mailbox, want %d", n, c.left)
			}
			if n := count(maildir, box, ".Done/cur", ".Done/new"); n != c.moved {
				t.Errorf("%d moved, want %d", n, c.moved)
			}
			in := inbox(t, i)
			state, _, err := r.Room.State(t.Context(), s.ID)
			if err != nil || state.Looked.IsZero() || state.Trouble != "" {
				t.Errorf("%+v, %v", state, err)
			}
			if c := i.Case(team.Service[0], in); c.Subject != "Klacht" {
				t.Errorf("subject %q", c.Subject)
			}
		})
	}
}

func TestNewMailIsTakenInWhileTheServerIsListenedTo(t *testing.T) {
	server, ca := needs(t, "KLANKBORD_TEST_IMAP"), needs(t, "KLANKBORD_TEST_SMTP_CA")
	i, _ := apptest.Staffed(t)
	box := "box-" + ident.New()[:8] + "@example.test"
	r := reading(i, setting(t, "imap", box, server, "&ca-file="+url.QueryEscape(ca)))
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.Run(ctx) })
	defer running.Wait()
	defer end()
	until(t, "the mailbox to be read", func() bool {
		s, _, err := r.Room.State(ctx, r.Settings.ID)
		return err == nil && !s.Looked.IsZero()
	})
	start := time.Now()
	deliver(t, box, eml("live", "Ik wil een klacht indienen."))
	until(t, "the mail to come in", func() bool { return cases(t, i) == 1 })
	t.Logf("taken in %v after it was sent", time.Since(start).Round(time.Millisecond))
}

// TestTwoInstancesReadOneMailboxOnce has both want it: one waits, and no mail is doubled.
func TestTwoInstancesReadOneMailboxOnce(t *testing.T) {
	f := newFake(t, 0)
	i, _ := apptest.Staffed(t)
	f.add(t, eml("a", "een"), eml("b", "twee"))
	one, two := reading(i, f.setting(t, "")), reading(i, f.setting(t, ""))
	if err := one.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := two.Look(t.Context()); err == nil {
		t.Error("both read the mailbox at the same time")
	}
	i.Clock.Add(2 * time.Minute) // the first one died
	if err := two.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := cases(t, i); n != 2 {
		t.Errorf("%d cases of two mails", n)
	}
}

func TestMailIsTakenOnceWhateverBreaks(t *testing.T) {
	for name, cut := range map[string]func(fromClient, fromServer []byte) bool{
		"before the server's copy is marked":  func(c, _ []byte) bool { return bytes.Contains(c, []byte("STORE")) },
		"before the server's copy is removed": func(c, _ []byte) bool { return bytes.Contains(c, []byte("EXPUNGE")) },
		"before anything is fetched":          func(c, _ []byte) bool { return bytes.Contains(c, []byte("FETCH")) },
		"in the middle of the mail":           func(_, s []byte) bool { return bytes.Contains(s, []byte("half a")) },
		"at sign-in":                          func(c, _ []byte) bool { return bytes.Contains(c, []byte("AUTHENTICATE")) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, 0)
			i, _ := apptest.Staffed(t)
			f.add(t, eml("a", strings.Repeat("een klacht. ", 8000)+"half a mail"+strings.Repeat(" en nog wat.", 8000)))
			r := reading(i, f.setting(t, ""))
			f.cut(cut)
			if err := r.Look(t.Context()); err == nil {
				t.Fatal("nothing broke: the test could not fail")
			}
			f.cut(nil)
			if err := r.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := cases(t, i); n != 1 {
				t.Errorf("%d cases of one mail", n)
			}
			if n := f.left(t); n != 0 {
				t.Errorf("%d left on the server", n)
			}
			if strings.Contains(r.log.String(), "jan@") || strings.Contains(r.log.String(), "klacht") {
				t.Errorf("the log holds something of the mail: %s", r.log)
			}
		})
	}
}

func TestOtherNumbersOnTheServerDoubleNothing(t *testing.T) {
	before := newFake(t, 0)
	i, _ := apptest.Staffed(t)
	before.add(t, eml("a", "een"), eml("b", "twee"))
	s := before.setting(t, "&after=keep")
	if err := reading(i, s).Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := newFake(t, 3) // the same mailbox, restored: other UIDVALIDITY, other order
	after.add(t, eml("b", "twee"), eml("c", "drie"), eml("a", "een"))
	s2 := after.setting(t, "&after=keep")
	s2.ID = s.ID
	i.Clock.Add(2 * time.Minute)
	r := reading(i, s2)
	for range 2 {
		if err := r.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := cases(t, i); n != 3 {
		t.Errorf("%d cases of three mails", n)
	}
}

// TestOneMailThatBreaksDoesNotStopTheOthers has the taking of one mail fail each time.
func TestOneMailThatBreaksDoesNotStopTheOthers(t *testing.T) {
	f := newFake(t, 0)
	i, _ := apptest.Staffed(t)
	f.add(t, eml("a", "vergiftigd"), eml("b", "gezond"))
	r := reading(i, f.setting(t, ""))
	tries := 0
	r.Take = func(ctx context.Context, box intake.Mailbox, a intake.Arrived) (intake.Taken, error) {
		raw, err := io.ReadAll(a.Body)
		if err != nil {
			return intake.Taken{}, err
		}
		if bytes.Contains(raw, []byte("vergiftigd")) {
			tries++
			return intake.Taken{}, fmt.Errorf("it breaks")
		}
		return i.Intake.TakeMail(ctx, box, intake.Arrived{At: a.At, Body: bytes.NewReader(raw)})
	}
	for range 6 {
		_ = r.Look(t.Context())
	}
	if n := cases(t, i); n != 1 || tries != 3 {
		t.Errorf("%d cases after %d tries", n, tries)
	}
	s, _, err := r.Room.State(t.Context(), r.Settings.ID)
	if err != nil || s.Stuck != 1 || s.Trouble != "" {
		t.Errorf("members are told %+v, %v", s, err)
	}
	if n := f.left(t); n != 1 {
		t.Errorf("%d left on the server: it must not be thrown away", n)
	}
	i.Clock.Add(7 * time.Hour) // it is tried again now and then
	r.Take = i.Intake.TakeMail
	if err := r.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := cases(t, i); n != 2 || f.left(t) != 0 {
		t.Errorf("%d cases, %d left", n, f.left(t))
	}
}

func TestTroubleIsToldInAWord(t *testing.T) {
	server := needs(t, "KLANKBORD_TEST_IMAP")
	ca := "&ca-file=" + url.QueryEscape(needs(t, "KLANKBORD_TEST_SMTP_CA"))
	i, _ := apptest.Staffed(t)
	box := "box-" + ident.New()[:8] + "@example.test"
	wrong := setting(t, "imap", box, server, ca)
	if err := os.WriteFile(wrong.PasswordFile, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := setting(t, "imap", box, server, ca)
	folder.Folder = "Nowhere"
	for want, s := range map[string]post.IMAPSettings{
		post.TroubleTLS: setting(t, "imap", box, server, ""), post.TroubleSignIn: wrong, post.TroubleFolder: folder,
		post.TroubleReach: setting(t, "imap", box, "127.0.0.1:1", ca),
	} {
		s.ID = want
		r := reading(i, s)
		if err := r.Look(t.Context()); err == nil {
			t.Errorf("%s: no trouble", want)
		}
		if state, _, err := r.Room.State(t.Context(), want); err != nil || state.Trouble != want {
			t.Errorf("told %q, want %q (%v)", state.Trouble, want, err)
		}
	}
}

func TestSettingsOfMailboxesThatCannotBe(t *testing.T) {
	good := "imaps://k@imap.example/INBOX?route=general&password-file=/p"
	if _, err := post.ParseMailbox(good); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"password in the address":  "imaps://k:geheim@imap.example/?route=general&password-file=/p",
		"no route":                 "imaps://k@imap.example/?password-file=/p",
		"no password":              "imaps://k@imap.example/?route=general",
		"password and token":       good + "&token-file=/t",
		"plain over a network":     "imap://k@imap.example/?route=general&password-file=/p&security=none",
		"move nowhere":             good + "&after=move",
		"unknown word":             good + "&rute=general",
		"another scheme":           "pop3://k@imap.example/?route=general&password-file=/p",
		"a milder team":            "imaps://k@imap.example/?route=integrity&team=supporters-service&password-file=/p",
		"no user":                  "imaps://imap.example/?route=general&password-file=/p",
		"looked into all the time": good + "&every=1s",
	} {
		_, err := post.ParseMailbox(text)
		if err == nil {
			t.Errorf("%s is accepted", name)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error holds the password", name)
		}
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 400 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("waited twenty seconds for %s", what)
}

// deliver sends a mail through Postfix, which hands it to Dovecot over LMTP.
func deliver(t *testing.T, box, raw string) {
	t.Helper()
	hand(t, box, raw)
	dir := needs(t, "KLANKBORD_TEST_MAILDIR")
	until(t, "the mail to arrive", func() bool { return count(dir, box, "new", "cur") > 0 || delivered(dir, box) })
}

// hand gives a mail to Postfix.
func hand(t *testing.T, to, raw string) {
	t.Helper()
	if err := smtp.SendMail(needs(t, "KLANKBORD_TEST_SMTP"), nil, "jan@example.org", []string{to}, []byte(raw)); err != nil {
		// The certificate is the test's own; without STARTTLS the server takes it as well.
		c, err := smtp.Dial(needs(t, "KLANKBORD_TEST_SMTP"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		for _, step := range []func() error{
			func() error { return c.Mail("jan@example.org") }, func() error { return c.Rcpt(to) },
			func() error {
				w, err := c.Data()
				if err != nil {
					return err
				}
				if _, err := w.Write([]byte(raw)); err != nil {
					return err
				}
				return w.Close()
			},
			c.Quit,
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// delivered reports whether the box exists: its mail may have been taken already.
func delivered(dir, box string) bool {
	_, err := os.Stat(filepath.Join(dir, box))
	return err == nil
}

func count(dir, box string, folders ...string) (n int) {
	for _, f := range folders {
		files, _ := filepath.Glob(filepath.Join(dir, box, f, "*"))
		n += len(files)
	}
	return n
}

// folder makes a folder of a mailbox over IMAP, as its owner would.
func folder(t *testing.T, _, box, name string) {
	t.Helper()
	c, err := net.Dial("tcp", needs(t, "KLANKBORD_TEST_IMAP"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := fmt.Fprintf(c, "a LOGIN %s %s\r\nb CREATE %s\r\nc LOGOUT\r\n", box, secret, name); err != nil {
		t.Fatal(err)
	}
	if out, err := io.ReadAll(c); err != nil || !bytes.Contains(out, []byte("b OK")) {
		t.Fatalf("make folder: %v %s", err, out)
	}
}

// inbox is the number of the only case.
func inbox(t *testing.T, i *apptest.Instance) (n casefile.Number) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error { return tx.QueryRow(`SELECT number FROM case_file`).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}
