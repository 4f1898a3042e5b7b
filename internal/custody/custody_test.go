package custody_test

import (
	"context"
	"errors"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

var ctx = context.Background()

// tamper runs one statement on the database behind everybody's back.
func tamper(t *testing.T, i *apptest.Instance, sql string, args ...any) {
	t.Helper()
	err := i.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(sql, args...)
		if err == nil && n == 0 {
			t.Errorf("the statement touched nothing: %s", sql)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func story(o *custody.Opened) (casefile.Story, bool) {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryStory && !e.Damaged && !e.Locked {
			s, err := casefile.DecodePayload[casefile.Story](e.Payload)
			return s, err == nil
		}
	}
	return casefile.Story{}, false
}

func TestTeamAndCodeOpenACase(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	for name, actor := range map[string]access.Actor{"manager": team.Manager, "hr": team.HR} {
		o, err := i.Custody.OpenMember(ctx, actor, r.Number)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, ok := story(o); !ok || o.Damaged {
			t.Errorf("%s reads no story, damaged %v", name, o.Damaged)
		}
		if !o.Gated {
			t.Errorf("%s: the identity of an integrity case is not behind its gate", name)
		}
	}
	code, err := seal.ParseCode(r.Code)
	if err != nil {
		t.Fatal(err)
	}
	o, err := i.Custody.OpenCode(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := story(o); !ok {
		t.Error("the code opens no story")
	}
	for _, e := range o.Entries {
		if e.Compartment == seal.Investigation && !e.Locked {
			t.Errorf("the code opens %s of the investigation", e.Kind)
		}
	}
}

func TestOthersGetNothing(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	for name, actor := range map[string]access.Actor{
		"supporters service": team.Service[0], "alternative": team.Alternative, "auditor": team.Auditor,
	} {
		_, missing := i.Custody.OpenMember(ctx, actor, "KB-0000-00")
		_, err := i.Custody.OpenMember(ctx, actor, r.Number)
		if !errors.Is(err, fault.ErrNotFound) || err.Error() != missing.Error() {
			t.Errorf("%s: %v for the case, %v for one that does not exist; want the same", name, err, missing)
		}
	}
}

func TestExcludedMemberHasNoRowAnywhere(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "hr"), nil)
	if _, err := i.Custody.OpenMember(ctx, team.HR, r.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the excluded member opens the case: %v", err)
	}
	for _, actor := range []access.Actor{team.Manager, team.Alternative} {
		if _, err := i.Custody.OpenMember(ctx, actor, r.Number); err != nil {
			t.Errorf("%s cannot open it: %v", actor.Name, err)
		}
	}
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		for _, table := range []string{"case_grant WHERE recipient_id = $1", "keyring WHERE member_id = $1", "read_mark WHERE member_id = $1", "opening WHERE member_id = $1"} {
			var n int
			if err := tx.QueryRow("SELECT count(*) FROM "+table, team.HR.Member).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestIdentityOpensOnlyThroughTheGate(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("corruption"), nil)
	open := func() (*custody.Opened, bool) {
		o, err := i.Custody.OpenMember(ctx, team.Manager, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range o.Entries {
			if e.Kind == casefile.EntryIdentity {
				return o, !e.Locked && len(e.Payload) > 0
			}
		}
		t.Fatal("no identity entry")
		return nil, false
	}
	o, read := open()
	if read {
		t.Fatal("the identity is readable before anyone opened it")
	}
	op, err := i.Custody.LiftGate(o, team.Manager.Member, ident.New(), []byte("call back"), i.Clock.Now().Add(1800e9))
	if err != nil {
		t.Fatal(err)
	}
	keepOpening(t, i, op)
	if o, read = open(); !read {
		t.Error("the identity stays closed after a recorded opening")
	}
	if got := i.Custody.Purpose(o, op); got != "call back" {
		t.Errorf("purpose = %q", got)
	}
	i.Clock.Add(1801e9)
	if _, read = open(); read {
		t.Error("the identity is still readable after its time")
	}
	other, err := i.Custody.OpenMember(ctx, team.HR, r.Number)
	if err != nil || !other.Gated {
		t.Errorf("one member's opening opened the identity for another: gated %v, %v", other.Gated, err)
	}
}

// AT5, AT13, AT14 and AT18 on the stored rows of a case: whatever is inserted,
// altered, swapped, removed or rolled back is shown as damaged, never as genuine.
func TestTamperedRowsAreNeverGenuine(t *testing.T) {
	for name, sql := range map[string]string{
		"AT14 an entry removed":       "DELETE FROM entry WHERE case_id = $1 AND kind = 'file'",
		"AT5 content swapped":         "UPDATE entry SET box = (SELECT box FROM entry WHERE case_id = $1 AND kind = 'identity') WHERE case_id = $1 AND kind = 'story'",
		"AT5 kind changed":            "UPDATE entry SET kind = 'note' WHERE case_id = $1 AND kind = 'story'",
		"AT5 compartment changed":     "UPDATE entry SET compartment = 3 WHERE case_id = $1 AND kind = 'story'",
		"author changed":              "UPDATE entry SET author_kind = 'member', author_id = 'x' WHERE case_id = $1 AND kind = 'story'",
		"time changed":                "UPDATE entry SET created = created - 1 WHERE case_id = $1 AND kind = 'story'",
		"order changed":               "UPDATE entry SET seq = seq + 100 WHERE case_id = $1 AND kind = 'story'",
		"AT13 an entry inserted":      "INSERT INTO entry SELECT case_id, 'forged', seq + 50, epoch, compartment, kind, parent, author_kind, author_id, appended, derived, box, gone, created, stamp FROM entry WHERE case_id = $1 AND kind = 'story'",
		"AT18 head rolled back":       "UPDATE case_file SET head_count = head_count - 1 WHERE id = $1",
		"AT1 a compartment key":       "UPDATE case_key SET dialogue = investigation WHERE case_id = $1",
		"AT4 a grant of another made": "UPDATE case_grant SET fingerprint = 'x' WHERE case_id = $1 AND recipient_kind = 'code'",
	} {
		t.Run(name, func(t *testing.T) {
			i, team := apptest.Staffed(t)
			r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "a receipt"})
			tamper(t, i, sql, r.Case)
			o, err := i.Custody.OpenMember(ctx, team.Manager, r.Number)
			if err != nil {
				return // refusing to open is as good
			}
			if name == "AT4 a grant of another made" {
				code, _ := seal.ParseCode(r.Code)
				if _, err := i.Custody.OpenCode(ctx, code); !errors.Is(err, fault.ErrNotFound) {
					t.Errorf("a grant whose stamp does not hold opens the case: %v", err)
				}
				return
			}
			if !o.Damaged {
				t.Error("the case is shown as genuine")
			}
			if _, err := i.Custody.Add(o, custody.Item{Kind: casefile.EntryNote, Compartment: seal.Investigation, Payload: []byte("x")}); err == nil {
				t.Error("something can be added to a damaged case as if nothing were wrong")
			}
		})
	}
}

// AT4 and AT10: a grant to an attacker's key, and one copied from another case,
// open nothing.
func TestForgedGrantOpensNothing(t *testing.T) {
	i, team := apptest.Staffed(t)
	secret := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	own := i.Complain("nl", apptest.Answers("response-time"), nil)
	attacker := team.Service[0]
	tamper(t, i, `INSERT INTO case_grant SELECT $1, epoch, recipient_kind, recipient_id, 99, fingerprint, box, created, stamp
FROM case_grant WHERE case_id = $2 AND recipient_id = $3`, secret.Case, own.Case, attacker.Member)
	if _, err := i.Custody.OpenMember(ctx, attacker, secret.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a copied grant opens another case: %v", err)
	}
	o, err := i.Custody.OpenMember(ctx, team.Manager, secret.Number)
	if err != nil || !o.Damaged {
		t.Errorf("the ghost recipient is not noticed: %v", err)
	}
}

func TestTwoWhoAddAtOnceBothArrive(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	add := func(actor access.Actor) error {
		return custody.Retry(func() error {
			o, err := i.Custody.OpenMember(ctx, actor, r.Number)
			if err != nil {
				return err
			}
			a, err := i.Custody.Add(o, custody.Item{
				Kind: casefile.EntryNote, Compartment: seal.Investigation, AuthorKind: custody.AuthorMember,
				AuthorID: string(actor.Member), Payload: []byte("note"),
			})
			if err != nil {
				return err
			}
			return i.Store.Write(ctx, func(tx *store.Tx) error {
				return errors.Join(a.Insert(tx), tx.InsertLeaf(custody.Leaf(tx.Now(), custody.Event{Kind: audit.EntryAdded, Case: r.Case})))
			})
		})
	}
	done := make(chan error)
	for range 3 {
		go func() { done <- add(team.Manager) }()
		go func() { done <- add(team.HR) }()
	}
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	o, err := i.Custody.OpenMember(ctx, team.Manager, r.Number)
	if err != nil || o.Damaged {
		t.Fatalf("damaged %v, %v", o.Damaged, err)
	}
	notes := 0
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryNote {
			notes++
		}
	}
	if notes != 6 {
		t.Errorf("%d notes, want 6", notes)
	}
}

func TestLogHoldsEverySubmissionAndVerifies(t *testing.T) {
	i, _ := apptest.Staffed(t)
	for range 3 {
		i.Complain("nl", apptest.Answers("communication"), nil)
	}
	i.Sequence()
	i.Complain("nl", apptest.Answers("communication"), nil)
	i.Sequence()
	var last store.Checkpoint
	kinds := map[string]int{}
	err := i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if last, err = tx.LatestCheckpoint(); err != nil {
			return err
		}
		leaves, err := tx.Leaves(0, 1000)
		for n, l := range leaves {
			if l.Position != int64(n) {
				t.Errorf("leaf %d has position %d", n, l.Position)
			}
			kinds[l.Kind]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if kinds[string(audit.Submission)] != 4 || kinds[string(audit.GrantMade)] != 4 {
		t.Errorf("log holds %v", kinds)
	}
	if total := kinds[string(audit.Submission)] + kinds[string(audit.GrantMade)] + kinds[string(audit.Receipt)] + kinds[string(audit.DirectoryEvent)]; last.Size != int64(total) {
		t.Errorf("checkpoint over %d leaves, want %d", last.Size, total)
	}
}

// keepOpening keeps an opening, with its line in the log.
func keepOpening(t *testing.T, i *apptest.Instance, op store.Opening) {
	t.Helper()
	leaf := custody.Leaf(i.Clock.Now(), custody.Event{Kind: audit.IdentityOpened, Actor: custody.ByMember(op.Member), Case: op.Case})
	if err := i.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(tx.InsertOpening(op), tx.InsertLeaf(leaf)) }); err != nil {
		t.Fatal(err)
	}
}
