package casework_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func status(t *testing.T, i *apptest.Instance, a access.Actor) *casework.Status {
	t.Helper()
	s, err := i.Casework.Status(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asleep changes rows behind the program's back.
func asleep(t *testing.T, i *apptest.Instance, statement string, args ...any) {
	t.Helper()
	if err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestStatusTellsWhatIsLate(t *testing.T) {
	i, team := apptest.Staffed(t)
	i.Complain("nl", apptest.Answers("response-time"), nil)
	i.DeliverMail()
	i.Sequence()
	if s := status(t, i, team.Service[0]); s.Late || s.ClockBack || s.Log.Stuck(s.Now) {
		t.Errorf("soon after all was done: late %t, clock %t", s.Late, s.ClockBack)
	}
	asleep(t, i, `INSERT INTO job (id, kind, ref, state, run_at) VALUES ('x', 'mail', 'none', 'waiting', $1)`, i.Clock.Now().Add(-5*time.Minute).UnixMicro())
	if s := status(t, i, team.Service[0]); s.Late {
		t.Error("a job is late that may be tried again in a minute")
	}
	i.Clock.Add(6 * time.Minute)
	if s := status(t, i, team.Service[0]); !s.Late {
		t.Error("nothing is told of a job that is eleven minutes late")
	}
	i.Clock.Add(-2 * time.Hour)
	if s := status(t, i, team.Service[0]); !s.ClockBack {
		t.Error("nothing is told of a clock that went back two hours")
	}
}

func TestStatusTellsHowBackupsStand(t *testing.T) {
	i, team := apptest.Staffed(t)
	now := i.Clock.Now()
	for name, c := range map[string]struct {
		archives func(context.Context) (time.Time, error)
		want     casework.Copies
		late     bool
	}{
		"none are made": {nil, casework.Copies{}, false},
		"none yet":      {func(context.Context) (time.Time, error) { return time.Time{}, nil }, casework.Copies{Made: true}, false},
		"the place is away": {
			func(context.Context) (time.Time, error) { return time.Time{}, errors.New("no such folder") },
			casework.Copies{Made: true, Trouble: true}, false,
		},
		"one of today": {
			func(context.Context) (time.Time, error) { return now.Add(-time.Hour), nil },
			casework.Copies{Made: true, Newest: now.Add(-time.Hour), Due: now.Add(23 * time.Hour)}, false,
		},
		"one of the day before yesterday": {
			func(context.Context) (time.Time, error) { return now.Add(-48 * time.Hour), nil },
			casework.Copies{Made: true, Newest: now.Add(-48 * time.Hour), Due: now.Add(-24 * time.Hour)}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			i.Casework.Around.Archives, i.Casework.Around.Every = c.archives, 24*time.Hour
			got := status(t, i, team.Service[0]).Copies
			if got != c.want || got.Late(now) != c.late {
				t.Errorf("%+v, late %t", got, got.Late(now))
			}
		})
	}
}

// A mail of a case that a member may not know of counts for those alone who may.
func TestStatusTellsNothingOfOthersCases(t *testing.T) {
	i, team := apptest.Staffed(t)
	i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	before := status(t, i, team.Service[0]).GivenUp
	asleep(t, i, `UPDATE mail SET state = 'dead', failed = $1 WHERE case_id <> '' AND member_id = ''`, i.Clock.Now().UnixMicro())
	if got := status(t, i, team.Service[0]).GivenUp; got != before {
		t.Errorf("Supporters Service sees %d mails of the Complaints team given up", got-before)
	}
	if got := status(t, i, team.Manager).GivenUp; got == 0 {
		t.Error("the integrity manager sees none")
	}
}

func TestStatusIsForThoseWhoWereVouchedFor(t *testing.T) {
	i, _ := apptest.Staffed(t)
	_, err := i.Casework.Status(t.Context(), access.Actor{Member: "x", Entry: staff.Entry{}})
	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody who waits for a vouch is told: %v", err)
	}
}
