package post_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/post"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

var ctx = context.Background()

// scripted answers each attempt with the next error.
type scripted struct {
	answers []error
	sent    []letter.Mail
}

func (s *scripted) Send(_ context.Context, m letter.Mail) error {
	s.sent = append(s.sent, m)
	if len(s.answers) == 0 {
		return nil
	}
	err := s.answers[0]
	s.answers = s.answers[1:]
	return err
}

func with(s *scripted) apptest.Option {
	return func(_ *config.Config, o *app.Options) { o.Transport = s }
}

func state(t *testing.T, i *apptest.Instance) (state, class string) {
	t.Helper()
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT state, error FROM mail").Scan(&state, &class)
	})
	if err != nil {
		t.Fatal(err)
	}
	return state, class
}

func TestMailIsTriedAgainWithTheSameMessageID(t *testing.T) {
	s := &scripted{answers: []error{errors.New("busy"), errors.New("busy"), nil}}
	i, _ := apptest.Staffed(t, with(s))
	i.Complain("nl", apptest.Answers("communication"), nil)
	for range 3 {
		i.DeliverMail()
		i.Clock.Add(2 * time.Minute)
	}
	if len(s.sent) != 3 {
		t.Fatalf("%d attempts, want 3", len(s.sent))
	}
	if s.sent[0].MessageID != s.sent[2].MessageID || s.sent[0].MessageID == "" {
		t.Errorf("message ids %q and %q", s.sent[0].MessageID, s.sent[2].MessageID)
	}
	if got, _ := state(t, i); got != "sent" {
		t.Errorf("state = %s", got)
	}
	i.DeliverMail()
	i.Clock.Add(24 * time.Hour)
	i.DeliverMail()
	if len(s.sent) != 3 {
		t.Errorf("sent again: %d attempts", len(s.sent))
	}
}

func TestRefusedMailIsDeadAndVisible(t *testing.T) {
	s := &scripted{answers: []error{&post.Permanent{Class: "refused-550"}}}
	i, team := apptest.Staffed(t, with(s))
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	if got, class := state(t, i); got != "dead" || class != "refused-550" {
		t.Errorf("state = %s, %s", got, class)
	}
	if c := i.Case(team.Manager, r.Number); c.State != "received" {
		t.Errorf("state of the case = %s: nobody was told yet", c.State)
	}
	var unreached bool
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		c, err := tx.Case(r.Case)
		unreached = c.Unreached
		return err
	})
	if err != nil || !unreached {
		t.Errorf("the desk is not told to acknowledge by post or phone: %v", err)
	}
}

func TestUnreachableServerEndsInADeadMail(t *testing.T) {
	s := &scripted{}
	for range 20 {
		s.answers = append(s.answers, errors.New("down"))
	}
	i, _ := apptest.Staffed(t, with(s))
	i.Complain("nl", apptest.Answers("communication"), nil)
	for range 20 {
		i.DeliverMail()
		i.Clock.Add(7 * time.Hour)
	}
	if got, class := state(t, i); got != "dead" || class != "unreachable" {
		t.Errorf("state = %s, %s after %d attempts", got, class, len(s.sent))
	}
	if n := len(s.sent); n != 18 {
		t.Errorf("%d attempts", n)
	}
}

func TestPausesGrow(t *testing.T) {
	apart := map[time.Duration]bool{}
	for k := range 50 {
		id, total := fmt.Sprint("mail-", k), time.Duration(0)
		for n := 1; n < 18; n++ {
			p := post.Pause(id, n)
			if whole := min(30*time.Second<<(n-1), 6*time.Hour); p > whole || p < whole*3/4 || p != post.Pause(id, n) {
				t.Errorf("pause %d is %v", n, p)
			}
			total += p
		}
		if total < 36*time.Hour || total > 60*time.Hour {
			t.Errorf("a mail is given up after %v", total)
		}
		apart[post.Pause(id, 17)] = true
	}
	if len(apart) < 40 {
		t.Errorf("50 mails come back at %d times", len(apart))
	}
}

func TestDeclinedMailGoesNowhere(t *testing.T) {
	s := &scripted{}
	i, _ := apptest.Staffed(t, with(s))
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	err := i.Store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteNotice(r.Case), tx.InsertLeaf(custody.Leaf(tx.Now(), custody.Event{Kind: audit.ContactChanged, Case: r.Case})))
	})
	if err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	if len(s.sent) != 0 {
		t.Errorf("%d mails to somebody without an address", len(s.sent))
	}
}

func TestServerWithoutTLSIsRefused(t *testing.T) {
	for server, ok := range map[string]bool{"127.0.0.1:25": true, "localhost:25": true, "[::1]:25": true, "mail.example:25": false, "10.0.0.1:25": false} {
		_, err := post.NewSMTP(post.SMTPSettings{Server: server, Security: "none", HelloName: "desk.example"})
		if (err == nil) != ok {
			t.Errorf("%s without TLS: %v", server, err)
		}
	}
}

// needs returns a variable that `make test` sets while it runs the real servers.
func needs(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("%s is not set: run `make test`, or `tools/test.sh ./internal/post`, which start Postfix", name)
	}
	return v
}

func TestMailArrivesThroughPostfix(t *testing.T) {
	server, ca := needs(t, "KLANKBORD_TEST_SMTP"), needs(t, "KLANKBORD_TEST_SMTP_CA")
	for _, security := range []string{"none", "starttls"} {
		t.Run(security, func(t *testing.T) {
			transport, err := post.NewSMTP(post.SMTPSettings{Server: server, Security: security, CAFile: ca, HelloName: "desk.example"})
			if err != nil {
				t.Fatal(err)
			}
			i, _ := apptest.Staffed(t, func(_ *config.Config, o *app.Options) { o.Transport = transport })
			box := "klager-" + ident.New()[:8] + "@example.test"
			r := i.Complain("de", apptest.With(apptest.With(apptest.StrictAnswers("theft"), profile.FieldEmail, box), profile.FieldLanguage, "de"), nil)
			i.DeliverMail()
			text := arrived(t, box)
			for _, want := range []string{"Subject:", string(r.Number), "Auto-Submitted: auto-generated"} {
				if !strings.Contains(text, want) {
					t.Errorf("the mail lacks %q:\n%s", want, text)
				}
			}
			for what, secret := range map[string]string{"code": r.Code, "name": "Maes", "agent": "go-mail", "topic": "Diebstahl"} {
				if strings.Contains(text, secret) {
					t.Errorf("the mail holds the %s", what)
				}
			}
		})
	}
}

// arrived waits for the one mail of an address.
func arrived(t *testing.T, address string) string {
	t.Helper()
	dir := filepath.Join(needs(t, "KLANKBORD_TEST_MAILDIR"), strings.ToLower(address), "new")
	for range 200 {
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if len(files) > 0 {
			b, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no mail for %s within ten seconds", address)
	return ""
}

func TestPostfixRefusalsAreToldApart(t *testing.T) {
	server, ca := needs(t, "KLANKBORD_TEST_SMTP"), needs(t, "KLANKBORD_TEST_SMTP_CA")
	transport, err := post.NewSMTP(post.SMTPSettings{Server: server, Security: "starttls", CAFile: ca, HelloName: "desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	m := letter.Mail{FromAddress: "desk@example.test", To: "refused@example.test", Lang: "nl", Subject: "x", Text: "x", MessageID: "<aaaaaaaa@desk.example>", Date: apptest.Start}
	var p *post.Permanent
	if err := transport.Send(ctx, m); !errors.As(err, &p) || strings.Contains(err.Error(), "example.test") {
		t.Errorf("550: %v, want a permanent refusal without the address", err)
	}
	m.To = "later@example.test"
	if err := transport.Send(ctx, m); err == nil || errors.As(err, &p) || strings.Contains(err.Error(), "example.test") {
		t.Errorf("450: %v, want to try again, without the address", err)
	}
	wrongCA, err := post.NewSMTP(post.SMTPSettings{Server: server, Security: "starttls", HelloName: "desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := wrongCA.Send(ctx, m); err == nil {
		t.Error("a server whose certificate does not hold gets the mail")
	}
}
