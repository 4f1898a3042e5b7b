package promises_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
)

// known is everything that tells a member of cases: lists, counts, the next
// deadline, what waits for them, what they may hand over, and their view of the log.
func known(t *testing.T, i *apptest.Instance, actor access.Actor) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprint(&b, inbox(t, i, actor))
	for _, view := range casework.Views() {
		list, err := i.Casework.Inbox(ctx, actor, casework.Filter{View: view, Page: 1})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "next %s ", list.Next.Number)
		for _, r := range list.Rows {
			fmt.Fprintf(&b, "%s %s %v; ", r.Number, r.State, r.Unread)
		}
	}
	waiting, err := i.Casework.Waiting(ctx, actor)
	if err != nil {
		t.Fatal(err)
	}
	held, err := i.Casework.HeldBy(ctx, actor, actor.Member)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%d requests, %d cases to hand over", len(waiting), len(held))
	return b.String()
}

// neverAgain leaves a member out of a case after it was opened and holds everything
// that they can see against what they saw before there was such a case.
func neverAgain(t *testing.T, leaveOut func(*apptest.Instance, apptest.Staff, casefile.Number) error) {
	i, team := apptest.Staffed(t)
	first := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Case(team.HR, first.Number)
	before := known(t, i, team.HR)

	r := i.Complain("nl", apptest.StrictAnswers("abuse-of-power"), map[string]string{"bewijs.txt": "bewijs"})
	i.Write(team.HR, r.Number, casework.DraftNote, "from before")
	if err := i.Casework.Assign(ctx, team.HR, r.Number, team.HR.Member, i.Case(team.HR, r.Number).Revision); err != nil {
		t.Fatal(err)
	}
	if known(t, i, team.HR) == before {
		t.Fatal("the case made no difference while it was theirs")
	}
	if err := leaveOut(i, team, r.Number); err != nil {
		t.Fatal(err)
	}
	sent := len(i.Box.Mails())
	err := i.Dialogue.Reply(ctx, i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Nog iets.", nil)
	if err != nil {
		t.Fatal(err)
	}
	i.Write(team.Manager, r.Number, casework.DraftNote, "after it")
	if _, err := i.Casework.Ask(ctx, team.Manager, r.Number, casework.Question{Matter: casefile.MatterIdentity, Reason: "De klager terugbellen"}); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	if after := known(t, i, team.HR); after != before {
		t.Errorf("what the excluded member sees went from\n%s to\n%s", before, after)
	}
	mails := i.Box.Mails() // newest first
	for _, m := range mails[:len(mails)-sent] {
		if strings.HasPrefix(m.To, "thomas") {
			t.Error("the excluded member got a mail")
		}
	}
	_, mine := i.Casework.Case(ctx, team.HR, r.Number)
	_, none := i.Casework.Case(ctx, team.HR, "KB-0000-00")
	if mine == nil || mine.Error() != none.Error() {
		t.Errorf("the case answers %v, one that does not exist %v", mine, none)
	}
	if err := i.Casework.Assign(ctx, team.Manager, r.Number, team.HR.Member, i.Case(team.Manager, r.Number).Revision); err == nil {
		t.Error("the case can be assigned to the excluded member")
	}
	neverHadTheKeys(t, i, team, r.Number)
}

// neverHadTheKeys opens what was written afterwards with everything that the
// excluded member had, taken from a copy of the database from before.
func neverHadTheKeys(t *testing.T, i *apptest.Instance, team apptest.Staff, n casefile.Number) {
	t.Helper()
	o, err := i.Custody.OpenMember(ctx, team.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	epochs := map[uint32]int{}
	for _, e := range o.Entries {
		epochs[e.Epoch]++
	}
	if len(epochs) != 2 || o.Case.Epoch != 1 {
		t.Errorf("entries by epoch %v, present epoch %d", epochs, o.Case.Epoch)
	}
	for _, g := range o.Grants {
		if g.Epoch != 1 {
			continue
		}
		if _, err := team.HR.Keys.OpenGrant(i.Instance(), string(o.Case.ID), 1, g.Kind, g.Recipient, g.Box); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("the excluded member's key opens the grant of %s: %v", g.Recipient, err)
		}
	}
}

// question is something that a member asks about a case by its number.
type question struct {
	name string
	ask  func(i *apptest.Instance, actor access.Actor, n casefile.Number) error
}

func questions() []question {
	return []question{
		{"the case", func(i *apptest.Instance, a access.Actor, n casefile.Number) error {
			_, err := i.Casework.Case(ctx, a, n)
			return err
		}},
		{"who can read it", func(i *apptest.Instance, a access.Actor, n casefile.Number) error {
			_, err := i.Casework.Readers(ctx, a, n)
			return err
		}},
		{"a file", func(i *apptest.Instance, a access.Actor, n casefile.Number) error {
			_, err := i.Casework.Open(ctx, a, n, "x", casework.Take{Original: true})
			return err
		}},
		{"the identity", func(i *apptest.Instance, a access.Actor, n casefile.Number) error {
			return i.Casework.OpenIdentity(ctx, a, n, "De klager terugbellen")
		}},
		{"a step", func(i *apptest.Instance, a access.Actor, n casefile.Number) error {
			return i.Casework.ChangeState(ctx, a, n, casework.Transition{To: casefile.StateTriage})
		}},
	}
}

// slower estimates how likely a time of x is above one of y: a half where nothing
// tells them apart, near one or nought where something does. It looks at order only,
// so a pause of the machine counts as one time among many.
func slower(x, y []time.Duration) float64 {
	sorted := slices.Clone(y)
	slices.Sort(sorted)
	sum := 0.0
	for _, d := range x {
		below, _ := slices.BinarySearch(sorted, d)
		above, _ := slices.BinarySearch(sorted, d+1)
		sum += float64(below) + float64(above-below)/2
	}
	return sum / float64(len(x)*len(y))
}

// How far slower may be from a half. For this many times of equal things its standard
// deviation is 0.02; the one row more that is found for a number that exists moves it
// by 0.1, less than half a microsecond; opening anything of a case before asking whose
// it is moves it to the end, 0.5. A machine that changes its pace is asked again.
const (
	rounds  = 500
	apart   = 0.2
	repeats = 3
)

// timesAlike asks about an excluded case and about two that do not exist, in random
// order, and reports how far the first stands from the second, and the third does.
func timesAlike(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number, q question) (excluded, control float64) {
	t.Helper()
	numbers := []casefile.Number{n, "KB-7Q4M-9X", "KB-2B3C-4D"}
	times := make([][]time.Duration, len(numbers))
	for range rounds {
		for _, which := range rand.Perm(len(numbers)) {
			start := time.Now()
			err := q.ask(i, actor, numbers[which])
			times[which] = append(times[which], time.Since(start))
			if !errors.Is(err, fault.ErrNotFound) {
				t.Fatalf("%s of %s: %v", q.name, numbers[which], err)
			}
		}
	}
	return slower(times[0], times[1]) - 0.5, slower(times[2], times[1]) - 0.5
}

// TestExcludedAndAbsentTakeTheSameTime compares what a member is answered about a
// case from which they are excluded with what they are answered about one that does
// not exist.
func TestExcludedAndAbsentTakeTheSameTime(t *testing.T) {
	i, team := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "a"}).Number
	for range 20 { // a case with something in it
		i.Write(team.Manager, n, casework.DraftNote, "note")
	}
	if err := i.StepAside(team.HR, n); err != nil {
		t.Fatal(err)
	}
	for _, q := range questions() {
		t.Run(q.name, func(t *testing.T) {
			var excluded, control float64
			for range repeats {
				excluded, control = timesAlike(t, i, team.HR, n, q)
				if max(excluded, -excluded) < apart {
					return
				}
			}
			t.Errorf("a time of the excluded case is above one of no case with chance %.2f, want about 0.50 (control %.2f)", 0.5+excluded, 0.5+control)
		})
	}
}
