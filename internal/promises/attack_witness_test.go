package promises_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/cli"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/heads"
	"klankbord/internal/store"
)

// The attacks of the threat model on who watches the log from outside: by somebody who
// writes to the database as they like, and by one who has the whole server, with its
// keys. The latter can write any log; what they cannot do is show two of them, or an
// older one, without those who hold a checkpoint being able to tell.

// watched is an instance with two witnesses, who keep what they are sent.
type watched struct {
	*apptest.Instance
	team  apptest.Staff
	t     *testing.T
	files string // where the witnesses keep what they got
}

func firstWitness() string  { return "first@outside.example" }
func secondWitness() string { return "second@elsewhere.example" }

func newWatched(t *testing.T) *watched {
	t.Helper()
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) {
		c.Witness, c.WitnessEvery, c.WitnessLanguage = []string{firstWitness(), secondWitness()}, time.Hour, "en"
	})
	return &watched{i, team, t, t.TempDir()}
}

// goesOn lets something happen that is logged and signed.
func (w *watched) goesOn() {
	w.t.Helper()
	w.Complain("nl", apptest.StrictAnswers("theft"), nil)
	w.Sequence()
}

// sends lets the time of the next mail come, and returns the attachment that each
// witness then got; nil where nothing left.
func (w *watched) sends() map[string][]byte {
	w.t.Helper()
	w.Clock.Add(2 * time.Hour)
	_, err := w.Work.Witnesses.Step(ctx, "test")
	must(w.t, err)
	return w.arrives()
}

func (w *watched) arrives() map[string][]byte {
	w.t.Helper()
	before := len(w.Box.Mails())
	w.DeliverMail()
	mails := w.Box.Mails() // the newest first
	got := map[string][]byte{}
	for _, m := range mails[:len(mails)-before] {
		if m.Attachment != nil {
			got[m.To] = m.Attachment.Text
		}
	}
	return got
}

// refuses checks that nothing is signed and nothing leaves.
func (w *watched) refuses(with error) {
	w.t.Helper()
	w.sendsNothing(with)
	w.Complain("nl", apptest.StrictAnswers("theft"), nil)
	before := w.latest()
	if err := w.Work.Sequencer.Step(ctx, "test"); !errors.Is(err, with) {
		w.t.Errorf("the log is signed: %v, want %v", err, with)
	}
	if !bytes.Equal(before, w.latest()) {
		w.t.Error("there is another checkpoint")
	}
	if got := w.arrives(); len(got) != 0 {
		w.t.Errorf("%d checkpoints left", len(got))
	}
}

func (w *watched) sendsNothing(with error) {
	w.t.Helper()
	w.Clock.Add(2 * time.Hour)
	if n, err := w.Work.Witnesses.Step(ctx, "test"); n != 0 || !errors.Is(err, with) {
		w.t.Errorf("%d checkpoints are sent: %v, want %v", n, err, with)
	}
}

func (w *watched) latest() (signed []byte) {
	w.t.Helper()
	must(w.t, w.Store.Read(ctx, func(tx *store.Tx) error {
		c, err := tx.LatestCheckpoint()
		signed = c.Note
		return err
	}))
	return signed
}

func (w *watched) opened(signed []byte) audit.Checkpoint {
	w.t.Helper()
	c, err := audit.OpenCheckpoint(signed, w.Oversight.Verifier)
	must(w.t, err)
	return c
}

// follow is what a witness does with what they hold and what they got.
func (w *watched) follow(held, got []byte) error {
	w.t.Helper()
	older, err := audit.FindCheckpoint(held)
	must(w.t, err)
	update, err := audit.FindUpdate(got)
	must(w.t, err)
	_, err = update.Follow(w.opened(older), w.Oversight.Verifier)
	return err
}

// command runs a command as an operator does, or anybody who has the program.
func (w *watched) command(args ...string) (ok bool, said string) {
	var out, errOut strings.Builder
	code := cli.Main(ctx, args, &out, &errOut)
	return code == 0, out.String() + errOut.String()
}

// consistent holds files of witnesses against one another, the oldest first.
func (w *watched) consistent(files ...[]byte) (bool, string) {
	w.t.Helper()
	args := []string{"log", "consistent", "--key", w.Oversight.Key}
	for _, content := range files {
		args = append(args, w.file(content))
	}
	return w.command(args...)
}

// verifies holds the database against a checkpoint that somebody holds.
func (w *watched) verifies(held []byte) (bool, string) {
	w.t.Helper()
	return w.command("log", "verify", "--state", w.State, "--checkpoint", w.file(held))
}

func (w *watched) file(content []byte) string {
	w.t.Helper()
	f, err := os.CreateTemp(w.files, "witness-*.txt")
	must(w.t, err)
	_, err = f.Write(content)
	must(w.t, errors.Join(err, f.Close()))
	return f.Name()
}

// wantTold checks that a command fails and says why.
func wantTold(t *testing.T, what string, ok bool, said, why string) {
	t.Helper()
	if ok || !strings.Contains(said, why) {
		t.Errorf("%s: succeeds %v, want %q, says:\n%s", what, ok, why, said)
	}
}

func wantAccepted(t *testing.T, what string, ok bool, said string) {
	t.Helper()
	if !ok {
		t.Errorf("%s is not accepted:\n%s", what, said)
	}
}

// twin opens a copy of the whole server, keys and files included, beside the first.
func (w *watched) twin() *watched {
	w.t.Helper()
	dir := w.t.TempDir()
	w.Restart(func() { must(w.t, os.CopyFS(dir, os.DirFS(w.State))) })
	c := w.Config
	c.State = dir
	a, err := app.Open(ctx, c, app.Options{Clock: w.Clock, Transport: w.Box, Log: slog.New(slog.DiscardHandler)})
	must(w.t, err)
	w.t.Cleanup(func() { must(w.t, a.Close()) })
	other := *w.Instance
	other.App, other.State = a, dir
	return &watched{&other, w.team, w.t, w.files}
}

// only leaves one witness among those to whom this server sends.
func (w *watched) only(address string) *watched {
	w.Work.Witnesses.List = []custody.Witness{custody.NewWitness(address)}
	return w
}

// AT12: a witness is sent a checkpoint again that they had, or an older one than they
// hold, so that what came after it can be taken back. It does not leave an honest
// server, and the witness sees it.
func TestAT12_WitnessIsNotTakenBack(t *testing.T) {
	// Two checkpoints on, each witness holds the second, and the attacker both.
	begun := func(t *testing.T) (w *watched, first, second []byte) {
		w = newWatched(t)
		w.goesOn()
		first = w.sends()[firstWitness()]
		w.goesOn()
		second = w.sends()[firstWitness()]
		if first == nil || second == nil {
			t.Fatal("no checkpoint came")
		}
		must(t, w.follow(first, second))
		return w, first, second
	}
	t.Run("by mail", func(t *testing.T) {
		w, first, second := begun(t)
		ok, said := w.consistent(first, second)
		wantAccepted(t, "the second after the first", ok, said)
		if err := w.follow(second, first); !errors.Is(err, audit.ErrOlder) {
			t.Errorf("the first is followed again: %v", err)
		}
		ok, said = w.consistent(second, first)
		wantTold(t, "the first after the second", ok, said, audit.ErrOlder.Error())
		ok, said = w.consistent(first, second, first)
		wantTold(t, "the first once more", ok, said, audit.ErrOlder.Error())
	})
	t.Run("the database is that of before", func(t *testing.T) {
		w, _, second := begun(t)
		var older string
		file := filepath.Join(w.State, "klankbord.db")
		w.Restart(func() { older = keepCopy(t, file) })
		w.goesOn()
		third := w.sends()[firstWitness()]
		must(t, w.follow(second, third))
		w.Restart(func() { putBack(t, file, older) })
		w.refuses(audit.ErrOlder)
		ok, said := w.verifies(third)
		wantTold(t, "the database of before", ok, said, "missing")
		t.Run("and nothing outside it tells", func(t *testing.T) {
			w.Restart(func() { must(t, os.Remove(filepath.Join(w.State, "heads"))) })
			w.refuses(custody.ErrHeadLost)
		})
	})
	t.Run("lines and checkpoints are taken out", func(t *testing.T) {
		w, first, second := begun(t)
		held, err := audit.FindCheckpoint(first)
		must(t, err)
		size := w.opened(held).Size
		behind(t, w.Store, "DELETE FROM checkpoint WHERE size > $1", size)
		behind(t, w.Store, "DELETE FROM log_leaf WHERE position >= $1", size)
		behind(t, w.Store, "DELETE FROM log_node WHERE id >= $1", audit.FirstIndex(size))
		w.refuses(audit.ErrOlder)
		ok, said := w.verifies(second)
		wantTold(t, "the shorter log", ok, said, "missing")
		// Who has the server's files as well takes back what was seen outside, too. Only
		// the list of what the witnesses got is left to say no.
		must(t, heads.In(w.State).Accept(w.seenAt(first)))
		w.sendsNothing(audit.ErrOlder)
		// And with that list gone it leaves, and each witness sees it.
		behind(t, w.Store, "DELETE FROM witness_mail WHERE size > $1", size)
		w.Sequence()
		again := w.sends()[firstWitness()]
		if again == nil {
			t.Fatal("nothing was sent")
		}
		if err := w.follow(second, again); !errors.Is(err, audit.ErrForked) && !errors.Is(err, audit.ErrOlder) && !errors.Is(err, audit.ErrProof) {
			t.Errorf("a witness follows the shorter log: %v", err)
		}
		ok, said = w.verifies(second)
		wantTold(t, "the log that grew again", ok, said, "root         differs")
	})
	t.Run("the list of what they got is altered", func(t *testing.T) {
		for name, sql := range map[string]string{
			"they got less": "UPDATE witness_mail SET size = (SELECT min(size) FROM checkpoint), note = (SELECT note FROM checkpoint ORDER BY size LIMIT 1) WHERE old > 0",
			"they got none": "DELETE FROM witness_mail",
		} {
			w, _, second := begun(t)
			w.goesOn()
			behind(t, w.Store, sql)
			if !found(t, w.Instance, "checkpoint sent ") {
				t.Errorf("%s: the check of the log does not name it", name)
			}
			third := w.sends()[firstWitness()]
			if third == nil {
				t.Fatalf("%s: nothing was sent", name)
			}
			if err := w.follow(second, third); !errors.Is(err, audit.ErrProof) {
				t.Errorf("%s: a witness follows a proof that begins elsewhere: %v", name, err)
			}
		}
	})
}

// seenAt is what was seen outside the database when a checkpoint was the newest.
func (w *watched) seenAt(held []byte) heads.Seen {
	w.t.Helper()
	seen, err := heads.In(w.State).Seen()
	must(w.t, err)
	signed, err := audit.FindCheckpoint(held)
	must(w.t, err)
	seen.Log = heads.Log{Size: w.opened(signed).Size, Note: signed, At: seen.Log.At}
	return seen
}

// AT12: two witnesses are shown two logs, both well signed, by somebody who has the
// server and its keys. Each alone sees nothing; what they hold does not go together.
func TestAT12_TwoWitnessesSeeOneLog(t *testing.T) {
	w := newWatched(t)
	w.goesOn()
	common := w.sends()
	other := w.twin().only(secondWitness())
	w.only(firstWitness())
	// Of the same length: in one of them a complaint came, in the other another.
	w.goesOn()
	other.goesOn()
	shown, shownOther := w.sends()[firstWitness()], other.sends()[secondWitness()]
	if shown == nil || shownOther == nil {
		t.Fatal("no checkpoint came")
	}
	must(t, w.follow(common[firstWitness()], shown))
	must(t, w.follow(common[secondWitness()], shownOther))
	sizes := []int64{sizeOf(t, w, shown), sizeOf(t, w, shownOther)}
	if sizes[0] != sizes[1] {
		t.Fatalf("logs of %v lines, want the same", sizes)
	}
	t.Run("the witnesses compare", func(t *testing.T) {
		if err := w.follow(shown, shownOther); !errors.Is(err, audit.ErrForked) {
			t.Errorf("they go together: %v", err)
		}
		ok, said := w.consistent(common[firstWitness()], shown, shownOther)
		wantTold(t, "one after the other", ok, said, audit.ErrForked.Error())
	})
	t.Run("an auditor holds each against the other", func(t *testing.T) {
		for name, c := range map[string]struct {
			server *watched
			held   []byte
			holds  bool
		}{
			"the first by its own": {w, shown, true}, "the second by its own": {other, shownOther, true},
			"the first by the other's": {w, shownOther, false}, "the second by the other's": {other, shown, false},
		} {
			ok, said := c.server.verifies(c.held)
			if c.holds {
				wantAccepted(t, name, ok, said)
			} else {
				wantTold(t, name, ok, said, "root         differs")
			}
		}
	})
	t.Run("one of them is longer", func(t *testing.T) {
		other.goesOn()
		// The proof that the longer log makes from the length on that the first witness holds.
		u, err := other.Oversight.Update(ctx, sizes[0])
		must(t, err)
		if err := w.follow(shown, u.Encode()); !errors.Is(err, audit.ErrForked) {
			t.Errorf("a witness of one log follows the other: %v", err)
		}
		ok, said := w.consistent(shown, u.Encode())
		wantTold(t, "the longer after the shorter", ok, said, audit.ErrForked.Error())
	})
	t.Run("both are put into one database", func(t *testing.T) {
		signed, err := audit.FindCheckpoint(shownOther)
		must(t, err)
		w.goesOn()
		behind(t, w.Store, "UPDATE checkpoint SET note = $1 WHERE size = $2", signed, sizes[0])
		if !found(t, w.Instance, "checkpoint ") {
			t.Error("the check of the log does not name the checkpoint of another log")
		}
		other.goesOn()
		longer := other.latest()
		behind(t, w.Store, "INSERT INTO checkpoint (size, note, at) VALUES ($1, $2, 1)", sizeOf(t, w, longer), longer)
		w.refuses(audit.ErrForked)
	})
}

func sizeOf(t *testing.T, w *watched, held []byte) int64 {
	t.Helper()
	signed, err := audit.FindCheckpoint(held)
	must(t, err)
	return w.opened(signed).Size
}

// found reports whether the check of the whole log, as this installation makes it,
// names something whose name begins as given; empty: whether anything is wrong.
func found(t *testing.T, i *apptest.Instance, about string) bool {
	t.Helper()
	r, err := i.Work.Checker.Check(ctx)
	must(t, err)
	return names(r, about)
}

func names(r *custody.Examined, about string) bool {
	if about == "" {
		return !r.Sound()
	}
	return slices.ContainsFunc(r.Findings, func(f custody.Finding) bool { return strings.HasPrefix(f.About, about) })
}
