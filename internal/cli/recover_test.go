package cli_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/cli"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
)

// typed runs a command on an instance and wants an exit code and words.
func typed(t *testing.T, i *apptest.Instance, text string, code int, args []string, words ...string) {
	t.Helper()
	got, out, errOut := cli.Run(t.Context(), text, append(args, "--state", i.State)...)
	if got != code {
		t.Errorf("%v: exit %d, want %d: %s%s", args, got, code, out, errOut)
	}
	for _, w := range words {
		if !strings.Contains(out+errOut, w) {
			t.Errorf("%v does not say %q: %s%s", args, w, out, errOut)
		}
	}
}

func TestRecoverCasesShowsFirstAndThenDoes(t *testing.T) {
	ctx := t.Context()
	i := apptest.Kept(t, setup.Keeping{Shares: true})
	team := i.Staff()
	open := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	about := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "hr"), nil).Number
	late := i.Join("Lotte Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	two := i.Founded.Shares[2].Text() + "\n\n" + strings.ToLower(i.Founded.Shares[0].Text())
	ask := []string{"recover", "cases", "--to", "lotte.claes@desk.example", "--all"}

	typed(t, i, i.Founded.Shares[0].Text(), 1, ask, "Type another share", "two of its three shares")
	typed(t, i, two, 0, ask, "2 will be given to Lotte Claes", string(open), string(about), "Nothing was changed", "--yes")
	if _, err := i.Casework.Case(ctx, late, open); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a command that only showed gave the case: %v", err)
	}
	typed(t, i, two, 0, append(ask, "--yes"), "Lotte Claes can read 2 cases from now on")
	i.Case(late, open)
	typed(t, i, two, 1, ask, "2 can be read by Lotte Claes already", "nothing to give")
	typed(t, i, two, 1, []string{"recover", "cases", "--to", "thomas.dubois@desk.example", "--case", strings.ToLower(string(about)), "--yes"},
		"REFUSED: Thomas Dubois is excluded", string(about), "nothing to give")
	if _, err := i.Casework.Case(ctx, team.HR, about); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the excluded member opens the case: %v", err)
	}
	typed(t, i, two, 1, []string{"recover", "cases", "--to", "lotte.claes@desk.example", "--case", "KB-0000-00"}, "opens no such case")
}

func TestRecoverDrillProvesTheRecoveryKey(t *testing.T) {
	i, team := apptest.Staffed(t)
	if err := i.Setup.StartDrill(t.Context(), team.Manager); err != nil {
		t.Fatal(err)
	}
	drill := []string{"recover", "drill"}
	typed(t, i, "0000-0000-0000-0000-0000-0000-03XW", 1, drill, "not the recovery key of this instance")
	typed(t, i, i.Founded.Recovery.Text(), 0, drill, "opens the practice case of 20", "The word in it is")
	d, err := i.Setup.DrillDue(t.Context())
	if err != nil || d.Left() != 7 {
		t.Errorf("%d keys are left, want the seven members': %v", d.Left(), err)
	}
}

func TestRecoverMemberGivesALinkAndNothingElse(t *testing.T) {
	i, team := apptest.Staffed(t)
	lost := i.Enrol(team.Manager, "An Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	member := []string{"recover", "member", "--email"}
	typed(t, i, "", 1, append(member, "nobody@desk.example"), "no member of the desk has this address")
	code, out, errOut := cli.Run(t.Context(), "", append(member, lost.Email, "--state", i.State)...)
	at := strings.Index(out, "/desk/enrol/")
	if code != 0 || at < 0 {
		t.Fatalf("exit %d: %s%s", code, out, errOut)
	}
	again, _ := i.EnrolAgain(strings.TrimSpace(out[at:]), lost)
	if _, err := i.SignInWith(again, apptest.NewPassword); err == nil {
		t.Error("new keys that nobody confirmed sign in")
	}
	typed(t, i, "", 1, append(member, lost.Email), "waits for signatures already")
	i.Clock.Set(i.Confirm(lost.Member, team.Manager, team.HR).Add(time.Minute))
	i.DeliverMail()
	again, err := i.SignInWith(again, apptest.NewPassword)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Casework.Case(t.Context(), again.Actor, n); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("new keys open an earlier case: %v", err)
	}
	typed(t, i, i.Founded.Recovery.Text(), 0, []string{"recover", "cases", "--to", lost.Email, "--all", "--yes"}, "An Claes can read 1 case from now on")
	i.Case(again.Actor, n)
}
