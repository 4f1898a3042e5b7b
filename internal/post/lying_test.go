package post_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/post"
	"klankbord/internal/store"
)

// liar is an IMAP server that says what a test has it say.
type liar struct {
	line net.Listener

	mu       sync.Mutex
	caps     string                       // guarded by mu, as everything below
	allow    func(mech, line string) bool // at sign-in
	listing  string                       // what it tells of its mails
	uids     string                       // which it says that it has
	send     func(net.Conn)               // the answer to a mail that is fetched
	removed  int
	folders  string // that it has beside INBOX
	verb     string // at which it does something else
	instead  string
	commands []string
}

const allCaps = "IMAP4rev1 SASL-IR UIDPLUS IDLE MOVE AUTH=PLAIN"

func newLiar(t *testing.T) *liar {
	t.Helper()
	l := &liar{caps: allCaps, allow: func(string, string) bool { return true }}
	var err error
	if l.line, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.line.Close() })
	go func() {
		for {
			c, err := l.line.Accept()
			if err != nil {
				return
			}
			go l.talk(c)
		}
	}()
	return l
}

// has tells of one mail, whose size it may lie about.
func (l *liar) has(mail string, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.uids = "1"
	l.listing = fmt.Sprintf("* 1 FETCH (UID 1 RFC822.SIZE %d INTERNALDATE \"02-Mar-2026 08:00:00 +0000\")\r\n", size)
	l.send = func(c net.Conn) { _, _ = fmt.Fprintf(c, "* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n", len(mail), mail) }
}

// fault has it say something else at one verb, or nothing at all.
func (l *liar) fault(verb, say string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.verb, l.instead = verb, say
}

func (l *liar) setting(t *testing.T, more string) post.IMAPSettings {
	return setting(t, "imap", "box", l.line.Addr().String(), "&security=none"+more)
}

func (l *liar) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	l.mu.Lock()
	caps, verb, instead := l.caps, l.verb, l.instead
	l.mu.Unlock()
	if verb == "GREET" {
		_ = tell(c, instead)
		_ = tell(c, silence)
		return
	}
	say := func(f string, a ...any) { _, _ = fmt.Fprintf(c, f+"\r\n", a...) }
	say("* OK [CAPABILITY %s] ready", caps)
	for in := bufio.NewScanner(c); in.Scan(); {
		tag, rest, _ := strings.Cut(in.Text(), " ")
		l.mu.Lock()
		l.commands = append(l.commands, rest)
		up := strings.ToUpper(rest)
		if verb != "" && strings.HasPrefix(up, verb) {
			l.mu.Unlock()
			_ = tell(c, instead)
			_ = tell(c, silence)
			return
		}
		switch {
		case strings.HasPrefix(up, "CAPABILITY"):
			say("* CAPABILITY %s", caps)
		case strings.HasPrefix(up, "AUTHENTICATE"):
			words := strings.Fields(rest)
			if !l.allow(words[1], words[len(words)-1]) {
				say("%s NO [AUTHENTICATIONFAILED] no", tag)
				l.mu.Unlock()
				continue
			}
		case strings.HasPrefix(up, "SELECT"):
			say("* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* FLAGS ()")
		case strings.HasPrefix(up, "STATUS") && !strings.Contains(rest, l.folders), strings.HasPrefix(up, "STATUS") && l.folders == "":
			say("%s NO no such folder", tag)
			l.mu.Unlock()
			continue
		case strings.HasPrefix(up, "STATUS"):
			say("* STATUS %s (MESSAGES 0)", l.folders)
		case strings.HasPrefix(up, "UID SEARCH"):
			say("* SEARCH %s", l.uids)
		case strings.HasPrefix(up, "UID FETCH") && strings.Contains(up, "BODY"):
			send := l.send
			l.mu.Unlock()
			send(c)
			l.mu.Lock()
		case strings.HasPrefix(up, "UID FETCH"):
			_, _ = c.Write([]byte(l.listing))
		case strings.HasPrefix(up, "UID EXPUNGE"):
			l.removed, l.uids = l.removed+1, ""
		}
		say("%s OK done", tag)
		l.mu.Unlock()
	}
}

func (l *liar) gone() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.removed
}

func TestAServerThatLiesAboutAMailLosesAndDoublesNothing(t *testing.T) {
	mail := eml("a", "Ik wil een klacht indienen.")
	for name, lie := range map[string]struct {
		tell func(*liar)
		bad  bool // it cannot be taken in while the server goes on so
	}{
		"too small a size":      {func(l *liar) { l.has(mail, 1) }, false},
		"too large a size":      {func(l *liar) { l.has(mail, 100<<20) }, false},
		"one number twice":      {func(l *liar) { l.has(mail, len(mail)); l.uids = "1 1"; l.listing += l.listing }, false},
		"a number twice within": {func(l *liar) { l.has(mail, len(mail)); s := l.send; l.send = func(c net.Conn) { s(c); s(c) } }, false},
		"the text twice": {func(l *liar) {
			l.has(mail, len(mail))
			l.send = func(c net.Conn) {
				_, _ = fmt.Fprintf(c, "* 1 FETCH (UID 1 BODY[] {%d}\r\n%s BODY[] {3}\r\nabc)\r\n", len(mail), mail)
			}
		}, false},
		"more announced than comes": {func(l *liar) {
			l.has(mail, len(mail))
			l.send = func(c net.Conn) {
				_, _ = fmt.Fprintf(c, "* 1 FETCH (UID 1 BODY[] {%d}\r\n%s", len(mail)+100, mail)
				_ = c.Close()
			}
		}, true},
		"a mail that never ends": {func(l *liar) {
			l.has(mail, len(mail))
			l.send = func(c net.Conn) {
				_, _ = fmt.Fprintf(c, "* 1 FETCH (UID 1 BODY[] {4294967295}\r\n%s", mail)
				for {
					if _, err := c.Write([]byte("drop")); err != nil {
						return
					}
					time.Sleep(20 * time.Millisecond)
				}
			}
		}, true},
		"no mail at all": {func(l *liar) { l.has(mail, len(mail)); l.send = func(net.Conn) {} }, true},
		"an answer that is none": {func(l *liar) {
			l.has(mail, len(mail))
			l.send = func(c net.Conn) { _, _ = c.Write([]byte("* 1 FETCH (UID x BODY[] {}\r\n")) }
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLiar(t)
			lie.tell(l)
			i, _ := apptest.Staffed(t)
			r := reading(i, l.setting(t, ""))
			r.Patience = time.Second
			err := r.Look(t.Context())
			if lie.bad {
				if n := cases(t, i); n != 0 || l.gone() != 0 {
					t.Fatalf("%d cases, %d removed of what never came whole (%v)", n, l.gone(), err)
				}
				l.has(mail, len(mail)) // it is honest again
				i.Clock.Add(7 * time.Hour)
				if err := r.Look(t.Context()); err != nil && name != "no mail at all" {
					t.Fatal(err)
				}
			}
			if name == "no mail at all" { // as if another program had removed it: nothing to take
				return
			}
			if n := cases(t, i); n != 1 || l.gone() == 0 {
				t.Errorf("%d cases, %d times removed, want one mail, removed (%v)", n, l.gone(), err)
			}
		})
	}
}

func TestATokenIsReadAnewAtEachSignIn(t *testing.T) {
	for mech, form := range map[string]string{
		"XOAUTH2": "user=box\x01auth=Bearer %s\x01\x01", "OAUTHBEARER": "n,a=box,\x01auth=Bearer %s\x01\x01",
	} {
		l := newLiar(t)
		l.caps = "IMAP4rev1 SASL-IR AUTH=" + mech
		good := "first"
		l.allow = func(m, line string) bool {
			b, err := base64.StdEncoding.DecodeString(line)
			return err == nil && m == mech && string(b) == fmt.Sprintf(form, good)
		}
		file := filepath.Join(t.TempDir(), "token")
		write := func(token string) {
			if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := l.setting(t, "")
		s.PasswordFile, s.TokenFile = "", file
		i, _ := apptest.Staffed(t)
		r := reading(i, s)
		write("first")
		if err := r.Look(t.Context()); err != nil {
			t.Errorf("%s: %v", mech, err)
		}
		l.mu.Lock()
		good = "second" // the first has run out
		l.mu.Unlock()
		var trouble *post.Trouble
		if err := r.Look(t.Context()); !errors.As(err, &trouble) || trouble.Class != post.TroubleSignIn {
			t.Errorf("%s: a token that has run out: %v", mech, err)
		}
		write("second")
		if err := r.Look(t.Context()); err != nil {
			t.Errorf("%s: the fresh token is not read: %v", mech, err)
		}
		if strings.Contains(r.log.String(), "first") || strings.Contains(r.log.String(), "second") {
			t.Errorf("%s: the log holds a token", mech)
		}
	}
}

func TestAServerThatTellsOfNothingIsLookedIntoAgain(t *testing.T) {
	l := newLiar(t)
	l.caps = strings.Replace(allCaps, " IDLE", "", 1)
	i, _ := apptest.Staffed(t)
	s := l.setting(t, "")
	s.Every = 50 * time.Millisecond
	r := reading(i, s)
	ctx, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { r.Run(ctx); close(done) }()
	until(t, "the first look", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return strings.Contains(strings.Join(l.commands, "\n"), "NOOP")
	})
	mail := eml("later", "Ik wil een klacht indienen.")
	l.has(mail, len(mail))
	until(t, "the mail that came later", func() bool { return l.gone() > 0 })
	end()
	<-done
	if n := cases(t, i); n != 1 {
		t.Errorf("%d cases", n)
	}
	if strings.Contains(strings.ToUpper(strings.Join(l.commands, "\n")), "IDLE") {
		t.Error("a server was asked to tell of news that cannot")
	}
}

// The same mail again, another mail under the same id, and mails that nobody answers:
// faults F8 and F9 of the threat model.
func TestTheSameIDHidesNothingAndBouncesAnswerNothing(t *testing.T) {
	f := newFake(t, 0)
	i, _ := apptest.Staffed(t)
	first := eml("a", "Ik wil een klacht indienen.")
	f.add(t, first, first, eml("a", "Ik wil een andere klacht indienen."))
	for n := range 50 {
		f.add(t, "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Undelivered "+fmt.Sprint(n)+"\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n--b--")
	}
	if err := reading(i, f.setting(t, "")).Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	count := func(state casefile.State) (n int) {
		if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(`SELECT count(*) FROM case_file WHERE state = $1`, state).Scan(&n)
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := count(casefile.StateUnsorted); got != 50 {
		t.Errorf("%d bounces wait, want 50", got)
	}
	if n := cases(t, i) - 50; n != 2 {
		t.Errorf("%d complaints, want one of each text", n)
	}
	if n := len(i.Box.Mails()); n != 1 {
		t.Errorf("%d automatic mails, want one to the one person", n)
	}
}

func TestAMailboxIsLookedOverWithoutReadingMail(t *testing.T) {
	l := newLiar(t)
	l.has(eml("a", "x"), 10)
	try := func(s post.IMAPSettings) string {
		err := post.Try(t.Context(), s)
		var trouble *post.Trouble
		if err != nil && !errors.As(err, &trouble) {
			t.Fatal(err)
		}
		if err == nil {
			return ""
		}
		return trouble.Class
	}
	move := l.setting(t, "&after=move&to=Done")
	if got := try(l.setting(t, "")); got != "" {
		t.Errorf("trouble %q", got)
	}
	if got := try(move); got != post.TroubleTarget {
		t.Errorf("no folder to move to: %q", got)
	}
	l.mu.Lock()
	l.folders = "Done"
	l.mu.Unlock()
	if got := try(move); got != "" {
		t.Errorf("trouble %q with the folder there", got)
	}
	l.mu.Lock()
	l.allow = func(string, string) bool { return false }
	for _, c := range l.commands {
		if strings.Contains(c, "FETCH") || strings.Contains(c, "STORE") {
			t.Errorf("it did %s", c)
		}
	}
	l.mu.Unlock()
	if got := try(move); got != post.TroubleSignIn {
		t.Errorf("a refused password: %q", got)
	}
	_ = l.line.Close()
	if got := try(move); got != post.TroubleReach {
		t.Errorf("nobody there: %q", got)
	}
}
