package post_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/store"
)

// elsewhere removes a mail as another program does that has the same mailbox open.
func (f *fake) elsewhere(t *testing.T, uid imap.UID) {
	conn, err := net.Dial("tcp", f.inner)
	if err != nil {
		t.Error(err)
		return
	}
	c := imapclient.New(conn, nil)
	defer func() { _ = c.Close() }()
	for _, do := range []func() error{
		func() error { return c.Login("box", secret).Wait() },
		func() error { _, err := c.Select("INBOX", nil).Wait(); return err },
		func() error {
			return c.Store(imap.UIDSetNum(uid), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
		},
		func() error { return c.UIDExpunge(imap.UIDSetNum(uid)).Close() },
	} {
		if err := do(); err != nil {
			t.Error(err)
		}
	}
}

func TestAMailThatAnotherProgramRemovesMeanwhileStopsNothing(t *testing.T) {
	for name, gone := range map[string]imap.UID{"the one that is asked for": 1, "one that comes later": 2, "one that was taken": 0} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, 0)
			i, _ := apptest.Staffed(t)
			f.add(t, eml("a", "een"), eml("b", "twee"), eml("c", "drie"))
			var once sync.Once
			f.cut(func(c, _ []byte) bool {
				switch {
				case gone > 0 && bytes.Contains(c, []byte("BODY.PEEK")):
					once.Do(func() { f.elsewhere(t, gone) })
				case gone == 0 && bytes.Contains(c, []byte("EXPUNGE")):
					once.Do(func() { f.elsewhere(t, 1) })
				}
				return false
			})
			r := reading(i, f.setting(t, ""))
			for range 2 {
				if err := r.Look(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			want := 2
			if gone == 0 {
				want = 3
			}
			if n := cases(t, i); n != want || f.left(t) != 0 {
				t.Errorf("%d cases, %d left on the server", n, f.left(t))
			}
			if s, _, err := r.Room.State(t.Context(), r.Settings.ID); err != nil || s.Stuck != 0 || s.Trouble != "" {
				t.Errorf("members are told %+v, %v", s, err)
			}
		})
	}
}

func TestALineThatDropsWhileTheServerIsListenedToIsTakenUpAgain(t *testing.T) {
	f := newFake(t, 0)
	i, _ := apptest.Staffed(t)
	r := reading(i, f.setting(t, ""))
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.Run(ctx) })
	defer running.Wait()
	defer end()
	var idle atomic.Bool
	f.cut(func(c, _ []byte) bool {
		if bytes.Contains(c, []byte("IDLE")) {
			idle.Store(true)
		}
		return false
	})
	until(t, "the server to be listened to", idle.Load)
	f.drop()
	f.add(t, eml("a", "een klacht terwijl de lijn weg was"))
	until(t, "the mail that came meanwhile", func() bool { return cases(t, i) == 1 && f.left(t) == 0 })
}

// TestAServerThatSaysNothingOrNonsenseIsLeftInTime does so at each step of looking into a mailbox.
func TestAServerThatSaysNothingOrNonsenseIsLeftInTime(t *testing.T) {
	mail := eml("a", "Ik wil een klacht indienen.")
	huge := "{4294967295}\r\n" + strings.Repeat("drop", 1<<18)
	for name, fault := range map[string]struct{ verb, say string }{
		"no greeting":                     {"GREET", silence},
		"a greeting that is none":         {"GREET", "220 mx.example ESMTP"},
		"a greeting that never ends":      {"GREET", "* OK " + huge},
		"nothing at sign-in":              {"AUTHENTICATE", silence},
		"nothing when it is opened":       {"SELECT", silence},
		"a number that is none":           {"SELECT", "* OK [UIDVALIDITY x] x"},
		"nothing when it is searched":     {"UID SEARCH", silence},
		"numbers that never end":          {"UID SEARCH", "* SEARCH " + huge},
		"numbers that are none":           {"UID SEARCH", "* SEARCH -1 99999999999 x"},
		"nothing about its mails":         {"UID FETCH", silence},
		"a size that is none":             {"UID FETCH", "* 1 FETCH (UID 1 RFC822.SIZE -5)"},
		"a size that never ends":          {"UID FETCH", "* 1 FETCH (UID 1 RFC822.SIZE " + huge},
		"brackets that never end":         {"UID FETCH", "* 1 FETCH " + strings.Repeat("(", 1<<18)},
		"a mail that was never asked for": {"UID FETCH", "* 9 FETCH (UID 99 BODY[] " + huge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLiar(t)
			l.has(mail, len(mail))
			l.fault(fault.verb, fault.say)
			i, _ := apptest.Staffed(t)
			r := reading(i, l.setting(t, ""))
			r.Patience = 2 * time.Second
			start, before := time.Now(), inUse()
			err := r.Look(t.Context())
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v to leave it", took)
			}
			if more := int64(inUse()) - int64(before); more > 64<<20 {
				t.Errorf("it took %d MB", more>>20)
			}
			if n := cases(t, i); n != 0 || l.gone() != 0 {
				t.Fatalf("%d cases, %d removed (%v)", n, l.gone(), err)
			}
			l.fault("", "")
			i.Clock.Add(7 * time.Hour)
			if err := r.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := cases(t, i); n != 1 || l.gone() != 1 {
				t.Errorf("%d cases, %d removed once it is itself again", n, l.gone())
			}
		})
	}
}

func inUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

func TestAMailOf50MBComesInWhole(t *testing.T) {
	f := newFake(t, 0)
	i, team := apptest.Staffed(t)
	raw := eml("large", strings.Repeat("Ik klaag al vijftig megabyte lang.\r\n", 50<<20/36))
	f.add(t, raw, eml("small", "Ik wil een klacht indienen."))
	if err := reading(i, f.setting(t, "")).Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := cases(t, i); n != 2 || f.left(t) != 0 {
		t.Fatalf("%d cases, %d left", n, f.left(t))
	}
	var numbers []casefile.Number
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT number FROM case_file`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var n casefile.Number
			if err := rows.Scan(&n); err != nil {
				return err
			}
			numbers = append(numbers, n)
		}
		return rows.Err()
	}); err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, n := range numbers {
		for _, it := range i.Case(team.Service[0], n).Timeline {
			if it.Facts != nil && len(it.Files) == 1 && it.Files[0].Size == int64(len(raw)) && i.Download(team.Service[0], n, it.Files[0].ID) == raw {
				whole++
			}
		}
	}
	if whole != 1 {
		t.Error("it is not kept byte by byte")
	}
}

// TestAFloodOfBouncesMakesNoComplaintAndNoMail has some of the ten thousand of fault F9; all of
// them where there is time.
func TestAFloodOfBouncesMakesNoComplaintAndNoMail(t *testing.T) {
	many := 500
	if os.Getenv("KLANKBORD_FULL") != "" {
		many = 10_000
	}
	i, team := apptest.Staffed(t)
	box := intake.Mailbox{ID: "klachten@imap.example/INBOX", Name: "klachten@desk.example", Route: casefile.General, Lang: lang.NL}
	take := func(raw string) {
		if _, err := i.Intake.TakeMail(t.Context(), box, intake.Arrived{At: i.Clock.Now(), Body: strings.NewReader(raw)}); err != nil {
			t.Error(err)
		}
	}
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for n := w; n < many; n += 8 {
				take("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: klachten@desk.example\r\nMessage-ID: <" + fmt.Sprint(n) + "@mx.example>\r\nSubject: Undelivered\r\n" +
					"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n" +
					"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <made-up-" + fmt.Sprint(n) + "@desk.example>\r\n--b--")
			}
		})
	}
	all.Wait()
	start := time.Now()
	take(eml("person", "Ik wil een klacht indienen over uw dienst."))
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("a complaint among them took %v", took)
	}
	i.DeliverMail()
	if n := len(i.Box.Mails()); n != 1 {
		t.Errorf("%d mails went out, want one to the one person", n)
	}
	var waiting, clocks int
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		if err := tx.QueryRow(`SELECT count(*) FROM case_file WHERE state = 'unsorted'`).Scan(&waiting); err != nil {
			return err
		}
		return tx.QueryRow(`SELECT count(*) FROM case_clock c JOIN case_file f ON f.id = c.case_id WHERE f.state = 'unsorted'`).Scan(&clocks)
	}); err != nil {
		t.Fatal(err)
	}
	if n := cases(t, i) - waiting; n != 1 || waiting != many || clocks != 0 {
		t.Errorf("%d complaints, %d wait, %d deadlines run for those", n, waiting, clocks)
	}
	start = time.Now()
	list, err := i.Casework.UnsortedMails(t.Context(), team.Service[0])
	if err != nil || len(list) == 0 || len(list) > many {
		t.Fatalf("members see %d: %v", len(list), err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the list of what waits took %v", took)
	}
}
