package promises_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/storetest"
)

// AT15: a share of the recovery key that is mistyped, doubled, altered, or of another
// ceremony is recognised as what it is, and gives nothing.
func TestAT15_WrongShareOfTheRecoveryKeyIsRecognised(t *testing.T) {
	i := apptest.Kept(t, setup.Keeping{Shares: true})
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	keys, mine := dir.RecoveryKeys(), i.Founded.Shares
	foreign := apptest.Kept(t, setup.Keeping{Shares: true}).Founded.Shares
	altered := i.Founded.Recovery.Split() // right ceremony and number, and not the ones that were made
	for n, s := range mine {
		if err := staff.CheckShare(keys, s); err != nil {
			t.Errorf("share %d: %v", n+1, err)
		}
		if err := staff.CheckShare(keys, foreign[n]); !errors.Is(err, staff.ErrShareOther) {
			t.Errorf("share %d of another ceremony: %v, want ErrShareOther", n+1, err)
		}
		if err := staff.CheckShare(keys, altered[n]); !errors.Is(err, staff.ErrShareWrong) {
			t.Errorf("altered share %d: %v, want ErrShareWrong", n+1, err)
		}
		typed := s.Text()
		wrong := "0"
		if strings.HasSuffix(typed, wrong) {
			wrong = "1"
		}
		if _, err := seal.ParseShare(typed[:len(typed)-1] + wrong); !errors.Is(err, seal.ErrShareTypo) {
			t.Errorf("mistyped share %d: %v, want ErrShareTypo", n+1, err)
		}
	}
	for name, c := range map[string]struct {
		shares []seal.CodeShare
		want   error
	}{
		"one alone":                    {mine[:1], seal.ErrShareFew},
		"the same twice":               {[]seal.CodeShare{mine[1], mine[1]}, seal.ErrShareTwice},
		"with one of another ceremony": {[]seal.CodeShare{mine[0], foreign[1]}, seal.ErrShareCeremony},
		"with an altered one":          {[]seal.CodeShare{mine[0], altered[1]}, seal.ErrShareWrong},
	} {
		if _, err := seal.JoinShares(c.shares...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for skip := range mine {
		two := slices.Delete(slices.Clone(mine), skip, skip+1)
		code, err := seal.JoinShares(two...)
		if err != nil {
			t.Fatalf("without share %d: %v", skip+1, err)
		}
		if _, err := i.Setup.RecoveryKey(ctx, code); err != nil {
			t.Errorf("without share %d: %v", skip+1, err)
		}
	}
	if _, err := i.Setup.RecoveryKey(ctx, seal.NewCode()); !errors.Is(err, staff.ErrCodeOther) {
		t.Errorf("another code: %v, want ErrCodeOther", err)
	}
}

// recovery is a use of the recovery key of an instance for one member.
func recovery(t *testing.T, i *apptest.Instance, to access.Actor, numbers ...casefile.Number) casework.RecoveryPlan {
	t.Helper()
	key, err := i.Setup.RecoveryKey(ctx, i.Founded.Recovery)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := i.Casework.PlanRecovery(ctx, casework.Recovery{
		Code: i.Founded.Recovery, Key: key, Numbers: numbers,
		To: strings.ReplaceAll(strings.ToLower(to.Name), " ", ".") + "@desk.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// When all else is lost, the recovery key gives the cases to a member of the
// directory: logged, told to every member, and shown on the desk. The identity stays
// behind its gate.
func TestRecoveryKeyGivesCasesToAMember(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{
		"SQLite": func(testing.TB) string { return "" }, "PostgreSQL": func(t testing.TB) string { return storetest.PostgreSQL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := dsn(t)
			i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = at })
			receipt := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
			one := receipt.Number
			two := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
			general := i.Complain("nl", apptest.Answers("communication"), nil).Number
			i.DeliverMail()
			late := i.Join("Lotte Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
			wantHidden(t, i, late, one)

			plan := recovery(t, i, late)
			if plan.Count(casework.RecoverGive) != 2 || plan.Count(casework.RecoverOther) != 1 {
				t.Fatalf("the plan is %+v", plan.Cases)
			}
			wantHidden(t, i, late, one) // a plan changes nothing
			plan = recovery(t, i, late, one)
			if n, err := i.Casework.Recover(ctx, plan); err != nil || n != 1 {
				t.Fatalf("gave %d: %v", n, err)
			}
			c := i.Case(late, one)
			if c.Story == nil || c.Damaged || !c.Identity.Sealed {
				t.Errorf("the case is damaged %t, its identity sealed %t", c.Damaged, c.Identity.Sealed)
			}
			wantHidden(t, i, late, two)
			wantHidden(t, i, late, general)
			i.Case(team.Manager, one) // whoever read it still does
			i.Write(late, one, casework.DraftMessage, "Ik neem uw klacht over.")
			if m, err := i.Dialogue.Mailbox(ctx, i.Enter(receipt.Code)); err != nil || m.Damaged {
				t.Errorf("the mailbox afterwards: %v", err)
			}

			if n := leaves(t, i, audit.RecoveryUsed); n != 3 {
				t.Errorf("%d lines of the recovery key in the log, want two plans and one use", n)
			}
			i.DeliverMail()
			told := slices.DeleteFunc(i.Box.Mails(), func(m letter.Mail) bool {
				return !strings.Contains(m.Subject, "herstelsleutel")
			})
			if len(told) != 8 {
				t.Errorf("%d mails, want one to each of 8 members", len(told))
			}
			for _, m := range told {
				if strings.Contains(m.Subject+m.Text, string(one)) || strings.Contains(m.Subject+m.Text, "Lotte") {
					t.Error("the mail names the case or the member")
				}
			}
			uses, err := i.Setup.RecoveryUses(ctx, team.Auditor, apptest.Start)
			if err != nil || len(uses) != 1 || uses[0].Name != late.Name {
				t.Errorf("the desk shows %+v: %v", uses, err)
			}
			if plan := recovery(t, i, late, one); plan.Count(casework.RecoverHas) != 1 {
				t.Errorf("a second time the plan is %+v", plan.Cases)
			}
		})
	}
}

func wantHidden(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) {
	t.Helper()
	if _, err := i.Casework.Case(ctx, actor, n); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("%s opens %s: %v, want ErrNotFound", actor.Name, n, err)
	}
}

// Whoever is excluded from a case gets nothing of it, not with the recovery key
// either, whatever the plan says.
func TestRecoveryKeyGivesNothingToTheExcluded(t *testing.T) {
	i, team := apptest.Staffed(t)
	about := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "hr"), nil).Number
	plan := recovery(t, i, team.HR, about)
	if plan.Count(casework.RecoverExcluded) != 1 || len(plan.Cases) != 1 {
		t.Fatalf("the plan is %+v", plan.Cases)
	}
	plan.Cases[0].Verdict = casework.RecoverGive
	if n, err := i.Casework.Recover(ctx, plan); n != 0 || !errors.Is(err, custody.ErrNoRecipient) {
		t.Errorf("gave %d: %v, want ErrNoRecipient", n, err)
	}
	wantHidden(t, i, team.HR, about)
}

// A recovery key that the person keeps whom a complaint is about is given nothing of
// it: to its holder the case is as one that does not exist.
func TestRecoveryKeyOfTheExcludedKeeperOpensNothing(t *testing.T) {
	i := apptest.Kept(t, setup.Keeping{First: []int{1}})
	start, err := i.SignIn.Enrol(ctx, i.Founded.Enrol, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	digits, err := totp.GenerateCode(start.TOTPSecret, i.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := i.SignIn.ConfirmTOTP(ctx, i.Founded.Enrol, digits); err != nil {
		t.Fatal(err)
	}
	i.Complain("nl", apptest.With(apptest.StrictAnswers("corruption"), profile.FieldConcerns, "integrity-manager"), nil)
	other := i.Complain("nl", apptest.StrictAnswers("corruption"), nil).Number
	key, err := i.Setup.RecoveryKey(ctx, i.Founded.Recovery)
	if err != nil || len(key.Holders()) != 1 {
		t.Fatalf("keepers %v: %v", key.Holders(), err)
	}
	plan, err := i.Casework.PlanRecovery(ctx, casework.Recovery{Code: i.Founded.Recovery, Key: key, To: "nele@desk.example"})
	if err != nil || len(plan.Cases) != 1 || plan.Cases[0].Number != other {
		t.Errorf("the recovery key opens %+v: %v", plan.Cases, err)
	}
}
