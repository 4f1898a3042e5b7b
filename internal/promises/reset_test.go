package promises_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/storetest"
)

// an is a member of the Complaints team who came in with a password.
func an(i *apptest.Instance, team apptest.Staff) apptest.Enrolled {
	return i.Enrol(team.Manager, "An Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
}

// From a lost password to restored access: a configurator starts it and chooses no
// password, the member enrols with keys that open nothing, colleagues confirm by
// fingerprint, and give the cases back one by one.
func TestLostPasswordToRestoredAccess(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{
		"SQLite": func(testing.TB) string { return "" }, "PostgreSQL": func(t testing.TB) string { return storetest.PostgreSQL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := dsn(t)
			i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = at })
			lost := an(i, team)
			receipt := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
			one, two := receipt.Number, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
			i.Case(lost.Actor, one)
			before := lost.Actor

			again, renewed := i.StartReset(team.Manager, lost)
			wantSession(t, i, lost, signin.ErrSession)
			if _, err := i.SignInWith(again, apptest.NewPassword); !errors.Is(err, signin.ErrRefused) {
				t.Errorf("the new password before anybody confirmed: %v, want ErrRefused", err)
			}
			if c := i.Rekey(team.HR, lost.Member); c.Person.Fingerprint != renewed.Fingerprint {
				t.Error("colleagues see another fingerprint than the member")
			}
			from := i.Confirm(lost.Member, team.Manager, team.HR)
			if lost, err := i.SignInWith(lost, apptest.Password); err != nil {
				t.Errorf("the old password until the new keys hold: %v", err)
			} else {
				i.Case(lost.Actor, one)
			}
			i.Clock.Set(from.Add(time.Minute))
			i.DeliverMail()
			if _, err := i.SignInWith(lost, apptest.Password); !errors.Is(err, signin.ErrRefused) {
				t.Errorf("the old password afterwards: %v, want ErrRefused", err)
			}
			again, err := i.SignInWith(again, apptest.NewPassword)
			if err != nil {
				t.Fatalf("the new password: %v", err)
			}
			if again.Entry.Reading.Fingerprint() != renewed.Fingerprint || again.Keys.Public().Fingerprint() != renewed.Fingerprint {
				t.Error("the member has other keys than were confirmed")
			}
			for _, actor := range []access.Actor{before, again.Actor} {
				wantHidden(t, i, actor, one)
				wantHidden(t, i, actor, two)
			}
			if in, err := i.Casework.Inbox(ctx, again.Actor, casework.Filter{View: casework.ViewAll}); err != nil || len(in.Rows) != 0 {
				t.Errorf("the list shows %d cases: %v", len(in.Rows), err)
			}
			wantWaits(t, i, again.Actor, true)
			fresh := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
			i.Case(again.Actor, fresh) // what comes now reaches them
			// Nobody is called in because a member waits.
			i.Write(team.Manager, one, casework.DraftNote, "An komt terug.")
			wantHidden(t, i, team.Alternative, one)

			list, err := i.Casework.Lost(ctx, team.HR)
			if err != nil || len(list) != 1 || list[0].Cases != 2 || list[0].Fingerprint != renewed.Fingerprint {
				t.Fatalf("HR can restore %+v: %v", list, err)
			}
			if list, err := i.Casework.Lost(ctx, team.Service[0]); err != nil || len(list) != 0 {
				t.Errorf("a colleague without these cases is asked for %+v: %v", list, err)
			}
			if _, err := i.Casework.RestoreAccess(ctx, team.HR, lost.Member, nil, "another password altogether"); !errors.Is(err, signin.ErrRefused) {
				t.Errorf("restored without the password: %v", err)
			}
			wantHidden(t, i, again.Actor, one)
			restore(t, i, team.HR, lost.Member, casework.Restored{Done: 1}, one)
			wantHidden(t, i, again.Actor, two)
			restore(t, i, team.Manager, lost.Member, casework.Restored{Done: 1})
			wantWaits(t, i, again.Actor, false)
			for _, n := range []casefile.Number{one, two} {
				if c := i.Case(again.Actor, n); c.Damaged || c.Story == nil || !c.Identity.Sealed {
					t.Errorf("%s is damaged %t, its identity sealed %t", n, c.Damaged, c.Identity.Sealed)
				}
			}
			wantHidden(t, i, before, one) // the old keys open nothing any more
			i.Write(again.Actor, one, casework.DraftMessage, "Ik ben er weer.")
			if m, err := i.Dialogue.Mailbox(ctx, i.Enter(receipt.Code)); err != nil || m.Damaged || !hasMessage(m) {
				t.Errorf("the mailbox afterwards: %v", err)
			}
		})
	}
}

func hasMessage(m *dialogue.Mailbox) bool { return len(m.Thread) > 0 }

func wantSession(t *testing.T, i *apptest.Instance, e apptest.Enrolled, want error) {
	t.Helper()
	if _, err := i.SignIn.Session(ctx, e.Session); !errors.Is(err, want) {
		t.Errorf("session: %v, want %v", err, want)
	}
}

func wantWaits(t *testing.T, i *apptest.Instance, actor access.Actor, want bool) {
	t.Helper()
	if waits, err := i.Casework.Waits(ctx, actor); err != nil || waits != want {
		t.Errorf("waits %t, want %t: %v", waits, want, err)
	}
}

func restore(t *testing.T, i *apptest.Instance, by access.Actor, member staff.ID, want casework.Restored, numbers ...casefile.Number) {
	t.Helper()
	got, err := i.Casework.RestoreAccess(ctx, by, member, numbers, i.Password(by))
	if err != nil || got != want {
		t.Fatalf("restored %+v, want %+v: %v", got, want, err)
	}
}

// renewed takes a member through a reset up to a session with their new keys.
func renewed(t *testing.T, i *apptest.Instance, team apptest.Staff, lost apptest.Enrolled) apptest.Enrolled {
	t.Helper()
	again, _ := i.StartReset(team.Manager, lost)
	i.Clock.Set(i.Confirm(lost.Member, team.Manager, team.HR).Add(time.Minute))
	i.DeliverMail()
	again, err := i.SignInWith(again, apptest.NewPassword)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// Digits that were used of the app before do not count against those of the new one,
// however late they were.
func TestNewAppBeginsItsOwnCount(t *testing.T) {
	i, team := apptest.Staffed(t)
	lost := an(i, team)
	execute(t, i, `UPDATE member SET totp_step = totp_step + 1000000 WHERE id = '`+string(lost.Member)+`'`)
	if _, err := i.SignInWith(lost, apptest.Password); !errors.Is(err, signin.ErrRefused) {
		t.Fatalf("digits of a step before the last one: %v", err)
	}
	renewed(t, i, team, lost)
}

// Whoever is excluded from a case never gets it back by a reset: not when they were
// before, not when they are while they wait, not after the case went elsewhere.
func TestExcludedMemberNeverRegainsByReset(t *testing.T) {
	i, team := apptest.Staffed(t)
	lost := an(i, team)
	complain := func() casefile.Number { return i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number }
	earlier, while, planted, kept := complain(), complain(), complain(), complain()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(i.Exclude(team.Manager, earlier, lost.Member))
	again := renewed(t, i, team, lost)
	check(i.Exclude(team.Manager, while, lost.Member))
	check(i.Exclude(team.Manager, planted, lost.Member))
	// Somebody with the database says that the member waits for these, with the words
	// of a row that was once right.
	execute(t, i, `INSERT INTO lost_access (member_id, case_id, seq, stamp)
SELECT l.member_id, c.id, l.seq, l.stamp FROM case_file c, lost_access l WHERE c.number IN ('`+string(earlier)+`', '`+string(planted)+`')
AND l.case_id = (SELECT id FROM case_file WHERE number = '`+string(kept)+`')`)

	restore(t, i, team.Manager, lost.Member, casework.Restored{Done: 1, Refused: 2})
	i.Case(again.Actor, kept)
	for _, n := range []casefile.Number{earlier, while, planted} {
		wantHidden(t, i, again.Actor, n)
		if plan := recovery(t, i, again.Actor, n); plan.Count(casework.RecoverExcluded) != 1 {
			t.Errorf("the recovery key would give %+v", plan.Cases)
		}
	}
}

// A row of the database alone does not say that somebody waits for a case: a
// colleague cannot be led to give it to one who never had it.
func TestPlantedLossRestoresNothing(t *testing.T) {
	i, team := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	thief := team.Service[0]
	execute(t, i, `INSERT INTO lost_access (member_id, case_id, seq, stamp) SELECT '`+string(thief.Member)+`', id, 1, head_stamp FROM case_file`)
	restore(t, i, team.Manager, thief.Member, casework.Restored{Refused: 1})
	wantHidden(t, i, thief, n)

	o, err := i.Custody.OpenMember(ctx, team.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Custody.Restore(dir, o, thief.Member); !errors.Is(err, custody.ErrNoRecipient) {
		t.Errorf("Restore = %v, want ErrNoRecipient", err)
	}
}

// A case that went to another team while a member waited for it is not theirs to have
// back.
func TestCaseThatMovedIsNotRestored(t *testing.T) {
	i, team := apptest.Staffed(t)
	lost := i.Enrol(team.Manager, "Lien Maes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
	moved, stays := i.Complain("nl", apptest.Answers("communication"), nil).Number, i.Complain("nl", apptest.Answers("communication"), nil).Number
	again := renewed(t, i, team, lost)
	if err := i.Hand(team.Service[0], moved, casefile.Integrity); err != nil {
		t.Fatal(err)
	}
	restore(t, i, team.Service[1], lost.Member, casework.Restored{Done: 1})
	i.Case(again.Actor, stays)
	wantHidden(t, i, again.Actor, moved)
	if list, err := i.Casework.Lost(ctx, team.Manager); err != nil || len(list) != 0 {
		t.Errorf("the new team is asked for %+v: %v", list, err)
	}
}

// A configurator who starts a reset and uses the link for themselves gains nothing:
// nobody confirms keys whose fingerprint the member does not read out, and the member
// calls it off with the password that still works.
func TestResetAloneGivesNothing(t *testing.T) {
	i, team := apptest.Staffed(t)
	lost := an(i, team)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	for name, c := range map[string]struct {
		by   access.Actor
		want error
	}{"one who configures nothing": {team.HR, nil}, "for themselves": {team.Manager, nil}} {
		member := lost.Member
		if c.by.Member == team.Manager.Member {
			member = team.Manager.Member
		}
		if _, err := i.Setup.Reset(ctx, c.by, member, i.Password(c.by)); err == nil {
			t.Errorf("%s starts a reset", name)
		}
	}
	if _, err := i.Setup.Reset(ctx, team.Manager, lost.Member, "another password altogether"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("started without the password: %v", err)
	}
	thief, _ := i.StartReset(team.Manager, lost)
	change := i.Rekey(team.Manager, lost.Member)
	if err := i.Setup.Sign(ctx, team.Manager, setup.Signing{Change: change.ID, Digest: change.Digest, Password: i.Password(team.Manager)}); err != nil {
		t.Fatal(err)
	}
	i.Clock.Add(48 * time.Hour)
	i.DeliverMail()
	if _, err := i.SignInWith(thief, apptest.NewPassword); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("keys that one alone confirmed sign in: %v", err)
	}
	lost, err := i.SignInWith(lost, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	i.Case(lost.Actor, n)
	if where, err := i.Setup.ResetOf(ctx, lost.Actor); err != nil || where != setup.ChangePath(change.ID) {
		t.Errorf("the member is led to %q: %v", where, err)
	}
	if err := i.Setup.Withdraw(ctx, lost.Actor, change.ID); err != nil {
		t.Fatal(err)
	}
	if err := i.Setup.Sign(ctx, team.HR, setup.Signing{Change: change.ID, Digest: change.Digest, Password: i.Password(team.HR)}); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a reset that was called off is signed: %v", err)
	}
	i.Case(lost.Actor, n)

	path, err := i.Setup.Reset(ctx, team.Manager, lost.Member, i.Password(team.Manager))
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Setup.CancelReset(ctx, lost.Actor, lost.Member); err != nil {
		t.Fatal(err)
	}
	tok, err := seal.ParseToken(path[len("/desk/enrol/"):])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.SignIn.Enrol(ctx, tok, apptest.NewPassword); !errors.Is(err, signin.ErrInvitation) {
		t.Errorf("a link that was called off: %v, want ErrInvitation", err)
	}
}

// A database that says another member enrolled again, or another key, is not signed.
func TestAlteredResetIsNotConfirmed(t *testing.T) {
	for name, sql := range map[string]string{
		"for another member": `UPDATE invitation SET member_id = 'x' WHERE kind = 'reset'`,
		"as an entry":        `UPDATE invitation SET kind = 'entry' WHERE kind = 'reset'`,
		"with another key": `UPDATE invitation SET request = (SELECT request FROM invitation o WHERE o.kind = 'entry' AND o.request <> invitation.request AND length(o.request) > 2 LIMIT 1)
WHERE kind = 'reset'`,
	} {
		t.Run(name, func(t *testing.T) {
			i, team := apptest.Staffed(t)
			lost := an(i, team)
			i.StartReset(team.Manager, lost)
			change := i.Rekey(team.HR, lost.Member)
			execute(t, i, sql)
			err := i.Setup.Sign(ctx, team.HR, setup.Signing{Change: change.ID, Digest: change.Digest, Password: i.Password(team.HR)})
			if err == nil {
				t.Error("it is signed")
			}
		})
	}
}
