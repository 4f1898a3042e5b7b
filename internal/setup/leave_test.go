package setup_test

import (
	"errors"
	"slices"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

func onBoth(t *testing.T, test func(t *testing.T, i *apptest.Instance, s apptest.Staff)) {
	t.Helper()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		i, s := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = dsn })
		test(t, i, s)
	})
}

func says(err error, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Key == key
}

// rows counts what a member still has in the database.
func rows(t *testing.T, i *apptest.Instance, member staff.ID) (n int) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		for _, table := range []string{
			"session WHERE member_id", "envelope WHERE member_id", "keyring WHERE member_id", "read_mark WHERE member_id",
			"desk_draft WHERE member_id", "mail WHERE member_id", "lost_access WHERE member_id", "case_grant WHERE recipient_id", "case_file WHERE in_charge",
		} {
			var some int
			if err := tx.QueryRow("SELECT count(*) FROM "+table+" = $1", string(member)).Scan(&some); err != nil {
				return err
			}
			n += some
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A member leaves: what the colleague who signs can read is handed over under fresh
// keys at once; in every other case whoever writes next draws them.
func TestWhoLeavesHoldsNothingAndTheirCasesGoOn(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		ctx, leaver, signer := t.Context(), s.Service[0], s.Service[1]
		shared := i.Complain("nl", apptest.Answers("response-time"), nil).Number
		if err := i.Casework.Assign(ctx, leaver, shared, leaver.Member, i.Case(leaver, shared).Revision); err != nil {
			t.Fatal(err)
		}
		theirs := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
		if err := i.AddReader(s.Manager, theirs, leaver.Member); err != nil {
			t.Fatal(err)
		}
		if err := i.Casework.Assign(ctx, s.Manager, theirs, leaver.Member, i.Case(s.Manager, theirs).Revision); err != nil {
			t.Fatal(err)
		}
		i.Case(leaver, theirs)
		held, err := i.Casework.HeldBy(ctx, signer, leaver.Member)
		if err != nil || len(held) != 1 || held[0].Number != shared || !held[0].Charge || held[0].Subject == "" || len(held[0].Takers) != 2 {
			t.Fatalf("the colleague is shown %d cases, %v", len(held), err)
		}
		password := i.Password(signer)
		i.Password(leaver)
		l := setup.Leaving{Member: leaver.Member, Takers: map[casefile.Number]staff.ID{shared: s.Service[2].Member}, Password: password + "!"}
		if err := i.Setup.Leave(ctx, signer, l); !errors.Is(err, signin.ErrRefused) {
			t.Fatalf("with a wrong password: %v", err)
		}
		if i.Case(leaver, shared).Charge.ID != leaver.Member {
			t.Fatal("something was handed over without the password")
		}
		l.Password = password
		if err := i.Setup.Leave(ctx, signer, l); err != nil {
			t.Fatal(err)
		}
		if n := rows(t, i, leaver.Member); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if _, err := i.SignIn.Password(ctx, signin.Browser{}, "sofie.peeters@desk.example", password); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("whoever left signs in: %v", err)
		}
		c := i.Case(signer, shared)
		if c.Damaged || c.Charge.ID != s.Service[2].Member || !slices.ContainsFunc(c.Timeline, func(x casework.Item) bool {
			return x.Access != nil && x.Access.Act == casefile.AccessLeft && x.Person == leaver.Name
		}) {
			t.Errorf("damaged %v, in charge %q", c.Damaged, c.Charge.Name)
		}
		other := i.Case(s.Manager, theirs)
		if other.Damaged || other.Charge.ID != "" || !slices.ContainsFunc(other.Timeline, func(x casework.Item) bool {
			return x.Event == casework.EventLeft && x.Person == leaver.Name
		}) {
			t.Errorf("the case that the signer cannot read: damaged %v, in charge %q", other.Damaged, other.Charge.Name)
		}
		if o, err := i.Custody.OpenMember(ctx, s.Manager, theirs); err != nil || !o.Stale() {
			t.Errorf("no fresh keys are due: %v", err)
		}
		i.Write(s.Manager, theirs, casework.DraftNote, "after that")
		if o, err := i.Custody.OpenMember(ctx, s.Manager, theirs); err != nil || o.Stale() || o.Case.Epoch != 1 {
			t.Errorf("fresh keys were not drawn: %v", err)
		}
		if err := i.Setup.Leave(ctx, signer, l); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("leaving twice: %v", err)
		}
	})
}

// The list of cases to hand over tells nobody of a case that they may not read, not
// even how many there are.
func TestHandingOverTellsNobodyOfACaseAboutThem(t *testing.T) {
	i, s := apptest.Staffed(t)
	ctx := t.Context()
	n := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "integrity-manager"), nil).Number
	for _, actor := range []access.Actor{s.Manager, s.Auditor, s.Service[0]} {
		held, err := i.Casework.HeldBy(ctx, actor, s.HR.Member)
		if err != nil || len(held) != 0 {
			t.Errorf("%s is shown %d cases, %v", actor.Name, len(held), err)
		}
	}
	i.Join("Fatima El Amrani", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	if err := i.Setup.Leave(ctx, s.Manager, setup.Leaving{Member: s.HR.Member, Password: i.Password(s.Manager)}); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Casework.Case(ctx, s.Manager, n); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("whom it is about opens the case: %v", err)
	}
	if c := i.Case(s.Alternative, n); c.Damaged || c.Story == nil {
		t.Error("the alternative recipient does not read it")
	}
}

func TestNobodyLeavesWhoseTaskNobodyElseHas(t *testing.T) {
	i, s := apptest.Staffed(t)
	ctx := t.Context()
	for name, member := range map[string]staff.ID{"the only configurator": s.Manager.Member, "the only alternative recipient": s.Alternative.Member} {
		if err := i.Setup.Leave(ctx, s.HR, setup.Leaving{Member: member, Password: i.Password(s.HR)}); !says(err, "error.leave-successor") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		actor  access.Actor
		member staff.ID
		want   error
	}{
		"an auditor signs":     {s.Auditor, s.HR.Member, fault.New(fault.Denied, "error.not-allowed")},
		"somebody unknown":     {s.HR, "nobody", fault.ErrNotFound},
		"an auditor may leave": {s.Manager, s.Auditor.Member, nil},
	} {
		err := i.Setup.MayLeave(ctx, c.actor, c.member)
		if (err == nil) != (c.want == nil) || err != nil && err.Error() != c.want.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever leaves by their own hand brings in the alternative recipient where too few
// would be left, and leaves no case to nobody.
func TestWhoLeavesHandsOverWhatOnlyTheyCanRead(t *testing.T) {
	i, s := apptest.Staffed(t)
	ctx := t.Context()
	few := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	if err := i.Setup.Leave(ctx, s.HR, setup.Leaving{Member: s.HR.Member, Password: i.Password(s.HR)}); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Casework.Case(ctx, s.HR, few); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("whoever handed over still reads: %v", err)
	}
	if c := i.Case(s.Alternative, few); c.Damaged || c.Story == nil || len(i.Case(s.Manager, few).People) != 2 {
		t.Error("the alternative recipient was not called in where one was left")
	}
	i.Join("Fatima El Amrani", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	successor := i.Join("Piet Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.Alternative})
	alone := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "director"), nil).Number
	// Everyone is taken off but the one who leaves.
	p, err := i.Casework.Readers(ctx, s.Alternative, alone)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Readers {
		if r.ID != s.Alternative.Member {
			if err := i.Exclude(s.Alternative, alone, r.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	leave := setup.Leaving{Member: s.Alternative.Member, Password: i.Password(s.Alternative)}
	if err := i.Setup.Leave(ctx, s.Alternative, leave); !says(err, "error.leave-unread") {
		t.Fatalf("a case is left to nobody: %v", err)
	}
	if c := i.Case(s.Alternative, alone); c.Damaged {
		t.Error("something changed although leaving was refused")
	}
	if err := i.LetBackIn(s.Alternative, s.Alternative, alone, successor.Member); err == nil {
		t.Error("one member alone undoes an exclusion")
	}
	if err := i.AddReader(s.Alternative, alone, s.Service[0].Member); err != nil {
		t.Fatal(err)
	}
	if err := i.Setup.Leave(ctx, s.Alternative, leave); err != nil {
		t.Fatal(err)
	}
	leave.Password = i.Password(s.Manager)
	if err := i.Setup.Leave(ctx, s.Manager, leave); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, i, s.Alternative.Member); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if c := i.Case(s.Service[0], alone); c.Damaged || c.Story == nil {
		t.Error("whoever was added does not read it")
	}
}

// What an interrupted leaving left is swept, and so is a case whose keys were lost
// before.
func TestAnInterruptedLeavingIsFinishedByTheSweep(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		for range 3 {
			i.Complain("nl", apptest.Answers("response-time"), nil)
		}
		lost := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
		err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
			file, err := tx.CaseFor(s.Manager.Member, lost)
			if err != nil {
				return err
			}
			leaf := custody.Leaf(tx.Now(), custody.Event{Kind: audit.AccessChanged, Actor: custody.BySystem(), Case: file.ID})
			lapsed := store.LostAccess{Case: file.ID, Member: s.Service[0].Member, Seq: 1, Stamp: []byte("x")}
			return errors.Join(tx.LapseCase(lapsed), tx.InsertLeaf(leaf))
		})
		if err != nil {
			t.Fatal(err)
		}
		i.Revoke(s.Service[0].Member)
		if rows(t, i, s.Service[0].Member) == 0 {
			t.Fatal("nothing is left to sweep")
		}
		if err := i.Work.Sweeper.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := rows(t, i, s.Service[0].Member); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}
