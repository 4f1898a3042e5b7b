package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func health(t *testing.T, i *apptest.Instance, actor access.Actor) *casework.Health {
	t.Helper()
	v, err := i.Casework.Health(t.Context(), actor, 1)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// visited moves the sign-ins of a member, as when they come back after a while.
func visited(t *testing.T, i *apptest.Instance, id staff.ID, before time.Time) {
	t.Helper()
	alter(t, i, `UPDATE member SET signed_in = $1, signed_before = $2 WHERE id = $3`, i.Clock.Now().UnixMicro(), before.UnixMicro(), id)
}

func alter(t *testing.T, i *apptest.Instance, sql string, args ...any) {
	t.Helper()
	err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
		n, err := tx.Exec(sql, args...)
		if n == 0 {
			t.Errorf("nothing was changed by %s", sql)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMemberSeesWhichCasesTheirKeyDoesNotOpen(t *testing.T) {
	i, s := apptest.Staffed(t)
	good := i.Complain("nl", apptest.Answers("response-time"), nil)
	broken := i.Complain("nl", apptest.Answers("response-time"), nil)
	sealed := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	if v := health(t, i, s.Service[0]); v.Total != 2 || v.From != 1 || v.To != 2 || len(v.Failed) != 0 {
		t.Fatalf("it tried %d to %d of %d and %v failed", v.From, v.To, v.Total, v.Failed)
	}
	alter(t, i, `UPDATE summary SET stamp = $1 WHERE case_id = $2`, []byte(strings.Repeat("x", 32)), broken.Case)
	v := health(t, i, s.Service[0])
	if !slices.Equal(v.Failed, []casefile.Number{broken.Number}) {
		t.Errorf("%v failed; %s is the broken one, %s and %s are not", v.Failed, broken.Number, good.Number, sealed.Number)
	}
	if len(v.Ask) != 2 {
		t.Errorf("to be asked are %v", v.Ask)
	}
	if v := health(t, i, s.Auditor); !v.NoCases || v.Total != 0 {
		t.Errorf("an auditor is told of %d cases", v.Total)
	}
}

func TestWhatIsNewTellsNothingOfACaseThatGoesAroundTheMember(t *testing.T) {
	i, s := apptest.Staffed(t)
	old := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.Clock.Add(time.Hour)
	since := i.Clock.Now()
	i.Clock.Add(time.Hour)
	fresh := i.Complain("nl", apptest.StrictAnswers("corruption"), nil).Number
	about := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	if err := i.Exclude(s.Manager, about.Number, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	alter(t, i, `UPDATE mail SET state = 'dead', failed = 1 WHERE case_id = $1 AND member_id = ''`, about.Case)
	visited(t, i, s.HR.Member, since)
	visited(t, i, s.Manager.Member, since)
	mine := health(t, i, s.HR)
	if got := rowNumbers(mine.Came); !slices.Equal(got, []casefile.Number{fresh}) {
		t.Errorf("new for the one who was left out are %v, not only %s (%s is older)", got, fresh, old)
	}
	if mine.Total != 2 || len(mine.Undelivered) != 0 {
		t.Errorf("they are told of %d cases, and of mail in %v", mine.Total, mine.Undelivered)
	}
	theirs := health(t, i, s.Manager)
	if len(theirs.Came) != 2 || !slices.Equal(theirs.Undelivered, []casefile.Number{about.Number}) {
		t.Errorf("whoever reads it is told of %v, and of mail in %v", rowNumbers(theirs.Came), theirs.Undelivered)
	}
}

func TestWhoCameAndLeftSinceIsTold(t *testing.T) {
	i, s := apptest.Staffed(t)
	if v := health(t, i, s.Manager); !v.Since.IsZero() && len(v.Entered) != 0 {
		t.Errorf("before anything happened, new are %v since %v", v.Entered, v.Since)
	}
	since := i.Clock.Now()
	i.Clock.Add(time.Hour)
	i.Join("Lotte Maes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
	i.Clock.Add(40 * 24 * time.Hour)
	i.Revoke(s.Alternative.Member)
	i.Clock.Add(40 * 24 * time.Hour)
	visited(t, i, s.Manager.Member, since)
	v := health(t, i, s.Manager)
	if len(v.Entered) != 1 || v.Entered[0].Name != "Lotte Maes" || len(v.Left) != 1 || v.Left[0].Name != "Marc Verstraete" {
		t.Errorf("came %v, left %v", v.Entered, v.Left)
	}
}

func rowNumbers(rows []casework.Row) (list []casefile.Number) {
	for _, r := range rows {
		list = append(list, r.Number)
	}
	return list
}
