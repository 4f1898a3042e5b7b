package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/cli"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// correspondence is three mails of a correspondence in a mailbox file.
func correspondence(n int) string {
	mail := func(k int, from, to, fields, text string) string {
		return fmt.Sprintf("From x Mon Mar  1 08:00:0%d 2021\nFrom: %s\nTo: %s\nSubject: Zaak %d\nDate: Mon, 1 Mar 2021 0%d:00:00 +0000\nMessage-ID: <c%d.%d@x>\n%s\n%s\n\n", k, from, to, n, k, n, k, fields, text)
	}
	person, ours := fmt.Sprintf("jan%d@example.org", n), "klachten@desk.example"
	return mail(1, person, ours, "", "Een klacht.") + mail(2, ours, person, fmt.Sprintf("In-Reply-To: <c%d.1@x>\n", n), "Een antwoord.") +
		mail(3, person, ours, fmt.Sprintf("References: <c%d.1@x> <c%d.2@x>\n", n, n), "Nog iets.")
}

var served = regexp.MustCompile(`http://[0-9.:]+`)

// serving runs the desk as a process of its own until the test ends it.
func serving(t *testing.T, state string) (address string, end func()) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "klankbord", "serve", "--state", state, "--listen", "127.0.0.1:0", "--log-level", "error")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 200)
	n, err := out.Read(line)
	if address = served.FindString(string(line[:n])); address == "" {
		t.Fatalf("it does not serve: %v %s", err, said.String())
	}
	return address, func() {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		_, _ = io.Copy(io.Discard, out)
		if err := c.Wait(); err != nil || said.Len() > 0 {
			t.Errorf("it ended with %v: %s", err, said.String())
		}
	}
}

// submitting sends complaints until it is told to stop, and gives back their numbers.
func submitting(ctx context.Context, t *testing.T, a *app.App, enough <-chan struct{}) (sent []casefile.Number) {
	answers := apptest.StrictAnswers("theft")
	for {
		select {
		case <-enough:
			return sent
		default:
		}
		tok := seal.NewToken()
		for _, step := range a.Profile.StepsFor(answers) {
			if _, err := a.Intake.Save(ctx, tok, "en", step, answers); err != nil {
				t.Error(err)
				return sent
			}
		}
		r, err := a.Intake.Submit(ctx, tok, "")
		if err != nil {
			t.Error(err)
			return sent
		}
		sent = append(sent, r.Number)
	}
}

func TestAnImportBesideAServingDeskLosesNothingOfEither(t *testing.T) {
	i, team := apptest.Staffed(t)
	const many = 40
	var text strings.Builder
	for n := range many {
		text.WriteString(correspondence(n))
	}
	box := write(t, filepath.Join(t.TempDir(), "klachten.mbox"), text.String())
	address, end := serving(t, i.State)
	a, err := cli.Open(t.Context(), i.State)
	if err != nil {
		t.Fatal(err)
	}
	enough, sent := make(chan struct{}), make(chan []casefile.Number)
	go func() { sent <- submitting(t.Context(), t, a, enough) }()
	ask := []string{"import", "mbox", box, "--route", "integrity", "--own", "klachten@desk.example", "--yes", "--state", i.State}
	first, kill := context.WithCancel(t.Context())
	c := exec.CommandContext(first, "klankbord", ask...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 2000)); err != nil { // somewhere in the middle
		t.Fatal(err)
	}
	kill()
	var killed *exec.ExitError
	if err := c.Wait(); !errors.As(err, &killed) {
		t.Errorf("the first run was not ended in the middle: %v", err)
	}
	typed(t, i, "", 0, ask[:len(ask)-2], fmt.Sprintf("%6d  in all", 3*many))
	r, err := http.Get(address + "/healthz")
	if err != nil || r.StatusCode != http.StatusNoContent {
		t.Errorf("the desk does not answer: %v", err)
	} else if err := r.Body.Close(); err != nil {
		t.Error(err)
	}
	close(enough)
	numbers := <-sent
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for unsigned(t, i) > 0 { // the serving desk signs what the others wrote
		time.Sleep(50 * time.Millisecond)
	}
	end()
	i.Clock.Add(time.Since(apptest.Start))
	if len(numbers) == 0 {
		t.Error("nothing was sent meanwhile")
	}
	for _, n := range numbers {
		if c := i.Case(team.Manager, n); c.Damaged || c.Story == nil {
			t.Errorf("what was sent meanwhile is not whole: %v", n)
		}
	}
	brought, messages := 0, 0
	for _, n := range emailed(t, i) {
		if c := i.Case(team.Manager, n); c.Channel == casefile.ChannelEmail {
			brought++
			for _, it := range c.Timeline {
				if it.Old != nil {
					messages++
				}
			}
		}
	}
	if brought != many || messages != 2*many {
		t.Errorf("%d cases with %d messages of %d correspondences", brought, messages, many)
	}
	_, point, _ := cli.Run(t.Context(), "", "log", "checkpoint", "--state", i.State)
	typed(t, i, "", 0, []string{"log", "verify", "--checkpoint", write(t, filepath.Join(t.TempDir(), "point"), point)}, "The log is as it was signed, and the database is as the log says.")
}

// unsigned counts the lines of the log that have no position yet.
func unsigned(t *testing.T, i *apptest.Instance) (n int) {
	t.Helper()
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		lines, err := tx.WaitingLeaves(1)
		n = len(lines)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// emailed lists the cases that came by e-mail.
func emailed(t *testing.T, i *apptest.Instance) (list []casefile.Number) {
	t.Helper()
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT number FROM case_file WHERE channel = 'email'`)
		if err != nil {
			return err
		}
		for rows.Next() {
			var n casefile.Number
			if err := rows.Scan(&n); err != nil {
				return err
			}
			list = append(list, n)
		}
		return errors.Join(rows.Err(), rows.Close())
	}); err != nil {
		t.Fatal(err)
	}
	return list
}
