package custody_test

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
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// onBoth runs a test on an instance on each database.
func onBoth(t *testing.T, test func(t *testing.T, i *apptest.Instance, team apptest.Staff)) {
	t.Helper()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = dsn })
		test(t, i, team)
	})
}

// turn lets a member add a note together with a change of who may read.
func turn(t *testing.T, i *apptest.Instance, by access.Actor, n casefile.Number, note string, change func(*access.Want, *custody.Turn)) *custody.Addition {
	t.Helper()
	o, err := i.Custody.OpenMember(ctx, by, n)
	if err != nil {
		t.Fatal(err)
	}
	d, err := i.Custody.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w, turn := o.Want(d), custody.Turn{}
	change(&w, &turn)
	turn.To = access.Recipients(d, w)
	a, err := i.Custody.Turn(d, o, turn, custody.Item{
		Kind: casefile.EntryNote, Compartment: seal.Investigation, AuthorKind: custody.AuthorMember, AuthorID: string(by.Member), Payload: []byte(note),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Store.Write(ctx, a.Insert); err != nil {
		t.Fatal(err)
	}
	return a
}

func without(members ...staff.ID) func(*access.Want, *custody.Turn) {
	return func(w *access.Want, _ *custody.Turn) { w.Without.Members = append(w.Without.Members, members...) }
}

// opens fails the test unless a member opens the case whole, every entry of it but
// the identity behind its gate.
func opens(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) *custody.Opened {
	t.Helper()
	o, err := i.Custody.OpenMember(ctx, actor, n)
	if err != nil {
		t.Fatalf("%s cannot open the case: %v", actor.Name, err)
	}
	if o.Damaged {
		t.Errorf("the case is damaged for %s", actor.Name)
	}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked && e.Compartment != seal.Identity {
			t.Errorf("%s cannot read %s of epoch %d", actor.Name, e.Kind, e.Epoch)
		}
	}
	return o
}

func enters(t *testing.T, i *apptest.Instance, r *intake.Receipt) *custody.Opened {
	t.Helper()
	code, err := seal.ParseCode(r.Code)
	if err != nil {
		t.Fatal(err)
	}
	o, err := i.Custody.OpenCode(ctx, code)
	if err != nil || o.Damaged {
		t.Fatalf("the code opens nothing, or a damaged case: %v", err)
	}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked != (e.Compartment == seal.Investigation) {
			t.Errorf("the complainant and %s of epoch %d: locked %v", e.Kind, e.Epoch, e.Locked)
		}
	}
	return o
}

func rowsOf(t *testing.T, i *apptest.Instance, member staff.ID) (n int) {
	t.Helper()
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		for _, table := range []string{
			"case_grant WHERE recipient_id = $1", "keyring WHERE member_id = $1", "read_mark WHERE member_id = $1",
			"desk_draft WHERE member_id = $1", "mail WHERE member_id = $1",
		} {
			var some int
			if err := tx.QueryRow("SELECT count(*) FROM "+table, member).Scan(&some); err != nil {
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

func TestWhoGoesHoldsNothingAndNeverHadWhatFollows(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, team apptest.Staff) {
		r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
		i.Case(team.HR, r.Number) // keyring row and read mark
		if rowsOf(t, i, team.HR.Member) == 0 {
			t.Fatal("there is nothing to lose")
		}
		before := opens(t, i, team.Manager, r.Number).Case
		a := turn(t, i, team.Manager, r.Number, "from here on", without(team.HR.Member))
		if n := rowsOf(t, i, team.HR.Member); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if _, err := i.Custody.OpenMember(ctx, team.HR, r.Number); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("who went opens the case: %v", err)
		}
		o := opens(t, i, team.Manager, r.Number)
		if o.Case.Epoch != before.Epoch+1 || o.Case.Head.Count <= before.Head.Count || !a.Turned() {
			t.Errorf("epoch %d, %d items after %d", o.Case.Epoch, o.Case.Head.Count, before.Head.Count)
		}
		if last := o.Entries[len(o.Entries)-1]; last.Epoch != o.Case.Epoch {
			t.Error("what follows lies under the old epoch")
		}
		if !slices.Equal(a.Came(), []staff.ID{team.Alternative.Member}) {
			t.Errorf("%v came, want the alternative recipient, as one is left", a.Came())
		}
		opens(t, i, team.Alternative, r.Number)
		enters(t, i, r)
	})
}

// A grant that somebody with access to the database removes is not one that was
// taken away by the desk, and one put back is not one that was never taken away.
func TestOnlyTheDeskTakesGrantsAway(t *testing.T) {
	for name, sql := range map[string]string{
		"removed":             "DELETE FROM case_grant WHERE case_id = $1 AND recipient_kind = 'recovery'",
		"put back":            "INSERT INTO case_grant SELECT * FROM kept WHERE case_id = $1",
		"the epoch put back":  "UPDATE case_file SET epoch = epoch - 1 WHERE id = $1",
		"the number put back": "UPDATE case_file SET head_count = head_count - 1 WHERE id = $1",
		"key of the code":     "UPDATE code SET public_key = (SELECT dialogue FROM case_key WHERE case_id = $1 AND epoch = 0) WHERE case_id = $1",
		"row of the code":     "DELETE FROM code WHERE case_id = $1",
		"a gate opened":       "UPDATE case_key SET gate_box = (SELECT gate_box FROM case_key WHERE case_id = $1 AND epoch = 1) WHERE case_id = $1 AND epoch = 0",
	} {
		t.Run(name, func(t *testing.T) {
			i, team := apptest.Staffed(t)
			r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
			tamper(t, i, "CREATE TABLE kept AS SELECT * FROM case_grant WHERE case_id = $1 AND recipient_id = $2", r.Case, team.HR.Member)
			turn(t, i, team.Manager, r.Number, "x", without(team.HR.Member))
			opens(t, i, team.Manager, r.Number)
			tamper(t, i, sql, r.Case)
			o, err := i.Custody.OpenMember(ctx, team.Manager, r.Number)
			if err == nil && !o.Damaged {
				t.Error("the case is shown as genuine")
			}
			if name == "put back" {
				o, err := i.Custody.OpenMember(ctx, team.HR, r.Number)
				if err == nil && !o.Damaged {
					t.Error("who was excluded reads the case again as if nothing were wrong")
				}
			}
		})
	}
}

// Whoever writes next after somebody left the desk draws a fresh epoch, the
// complainant as well as a member, and everyone who stays reads on.
func TestWhoeverWritesNextDrawsAFreshEpoch(t *testing.T) {
	writers := map[string]func(*apptest.Instance, apptest.Staff, *intake.Receipt) error{
		"a member": func(i *apptest.Instance, team apptest.Staff, r *intake.Receipt) error {
			i.Write(team.Manager, r.Number, "note", "seen")
			return nil
		},
		"the complainant": func(i *apptest.Instance, _ apptest.Staff, r *intake.Receipt) error {
			return i.Dialogue.Reply(ctx, i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Nog iets.", nil)
		},
	}
	for name, write := range writers {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, i *apptest.Instance, team apptest.Staff) {
				r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
				i.Case(team.HR, r.Number)
				if err := i.Custody.Release(ctx, team.HR.Member, custody.BySystem()); err != nil {
					t.Fatal(err)
				}
				if n := rowsOf(t, i, team.HR.Member); n != 0 {
					t.Errorf("%d rows are left", n)
				}
				if o := opens(t, i, team.Manager, r.Number); !o.Stale() || o.Case.Epoch != 0 {
					t.Fatalf("stale %v, epoch %d", o.Stale(), o.Case.Epoch)
				}
				if err := write(i, team, r); err != nil {
					t.Fatal(err)
				}
				o := opens(t, i, team.Manager, r.Number)
				if o.Stale() || o.Case.Epoch != 1 {
					t.Errorf("stale %v, epoch %d after the next who wrote", o.Stale(), o.Case.Epoch)
				}
				enters(t, i, r)
				i.Write(team.Manager, r.Number, "note", "once more")
				if o := opens(t, i, team.Manager, r.Number); o.Case.Epoch != 1 {
					t.Errorf("epoch %d, although nobody lost a key", o.Case.Epoch)
				}
			})
		})
	}
}

// The list and the mailbox go on over several epochs.
func TestEveryReaderReadsOverEpochs(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, team apptest.Staff) {
		r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "first"})
		i.Write(team.Manager, r.Number, "message", "Eerste bericht.")
		if err := i.Custody.Release(ctx, team.HR.Member, custody.BySystem()); err != nil {
			t.Fatal(err)
		}
		i.Write(team.Manager, r.Number, "message", "Tweede bericht.")
		c := i.Case(team.Manager, r.Number)
		if c.Damaged || c.Subject == "" || len(c.Timeline) < 2 || c.Story == nil || len(c.Story.Files) != 1 {
			t.Errorf("damaged %v, subject %q, %d items", c.Damaged, c.Subject, len(c.Timeline))
		}
		m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code))
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, x := range m.Thread {
			texts = append(texts, x.Text)
		}
		if m.Damaged || !slices.Equal(texts, []string{"Tweede bericht.", "Eerste bericht."}) {
			t.Errorf("damaged %v, the complainant reads %q", m.Damaged, texts)
		}
		for _, actor := range []access.Actor{team.Manager, team.Alternative} {
			list, err := i.Casework.Inbox(ctx, actor, casework.Filter{View: casework.ViewAll, Page: 1})
			if err != nil || len(list.Rows) != 1 || list.Rows[0].Damaged {
				t.Errorf("the list of %s: %d rows, %v", actor.Name, len(list.Rows), err)
			}
		}
	})
}

// A case that goes to a route that seals the identity apart is gated in every epoch,
// also where the members before had it open.
func TestIdentityGoesUnderAGateWithTheRoute(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, team apptest.Staff) {
		r := i.Complain("nl", apptest.Answers("response-time"), nil)
		if o := opens(t, i, team.Service[0], r.Number); o.Gated {
			t.Fatal("the identity of a general complaint lies behind a gate")
		}
		to := casefile.Place{Route: casefile.Integrity, Team: casefile.ComplaintsTeam}
		turn(t, i, team.Service[0], r.Number, "more than it seemed", func(w *access.Want, c *custody.Turn) {
			w.Team, w.Now, c.Place = to.Team, nil, to
		})
		for _, actor := range team.Service {
			if _, err := i.Custody.OpenMember(ctx, actor, r.Number); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s still opens it: %v", actor.Name, err)
			}
		}
		o := opens(t, i, team.HR, r.Number)
		if !o.Gated {
			t.Error("the identity lies open for the new team")
		}
		for _, e := range o.Entries {
			if e.Kind == casefile.EntryIdentity && !e.Locked {
				t.Error("the identity of the first epoch is readable")
			}
		}
		if err := i.Casework.OpenIdentity(ctx, team.HR, r.Number, "De klager terugbellen"); err != nil {
			t.Fatal(err)
		}
		if o := opens(t, i, team.HR, r.Number); o.Gated {
			t.Error("the identity does not open with a purpose")
		}
		enters(t, i, r)
	})
}

// What is wrapped again for the recovery key holds the identity, although the member
// who wraps has it under the gate only.
func TestRecoveryKeyReadsTheIdentityOfEveryEpoch(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	turn(t, i, team.Manager, r.Number, "x", without(team.HR.Member))
	keys := i.Founded.Recovery.Keys(i.Instance())
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		grants, err := tx.Grants(r.Case)
		n := 0
		for _, g := range grants {
			if g.Kind != seal.RecipientRecovery {
				continue
			}
			ck, err := keys.OpenGrant(i.Instance(), string(r.Case), g.Epoch, g.Kind, g.Recipient, g.Box)
			if err != nil {
				return err
			}
			if _, ok := ck.Compartment(seal.Identity); !ok {
				t.Errorf("no identity in epoch %d", g.Epoch)
			}
			n++
		}
		if n != 2 {
			t.Errorf("%d grants to the recovery key, want one for each epoch", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNobodyWhoLeftMeanwhileReceivesAKey(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	o, err := i.Custody.OpenMember(ctx, team.Manager, r.Number)
	if err != nil {
		t.Fatal(err)
	}
	d, err := i.Custody.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w := o.Want(d)
	w.Without.Members = []staff.ID{team.HR.Member}
	a, err := i.Custody.Turn(d, o, custody.Turn{To: access.Recipients(d, w)})
	if err != nil {
		t.Fatal(err)
	}
	i.Join("Somebody New", staff.Assignment{Role: staff.RoleAuditor}) // the directory grows
	if err := i.Store.Write(ctx, a.Insert); !errors.Is(err, store.ErrStale) {
		t.Errorf("keys are wrapped by an old directory: %v", err)
	}
}

func TestTurnsAreLogged(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	turn(t, i, team.Manager, r.Number, "x", without(team.HR.Member))
	var lost, made int
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.LeavesOf(r.Case)
		for _, l := range leaves {
			record, err := audit.DecodeRecord(l.Record)
			if err != nil {
				return err
			}
			switch {
			case record.Kind == audit.GrantDeleted && record.Object == string(team.HR.Member):
				lost++
			case record.Kind == audit.GrantMade && record.Detail["epoch"] == "1" && record.Actor.ID == string(team.Manager.Member):
				made++
			}
		}
		return err
	})
	if err != nil || lost != 1 || made != 1 {
		t.Errorf("%d lines of the loss, %d of the fresh epoch, want one each; %v", lost, made, err)
	}
}
