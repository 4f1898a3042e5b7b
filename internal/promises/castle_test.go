package promises_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// castle is a staffed instance with a case that could be closed, watched while its
// directory is under attack.
type castle struct {
	*apptest.Instance
	t      *testing.T
	team   apptest.Staff
	before *intake.Receipt
	keys   map[string]string // what each recipient of a new case is called, and the key
}

func newCastle(t *testing.T) *castle {
	t.Helper()
	i, team := apptest.Staffed(t)
	c := &castle{Instance: i, t: t, team: team}
	c.before = i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	c.keys = c.wrapped(c.before.Case)
	i.DeliverMail()
	i.Move(team.Manager, c.before.Number, casefile.StateTriage)
	i.Move(team.Manager, c.before.Number, casefile.StateDecision)
	return c
}

// wrapped are the keys, but for the code's, to which a case was wrapped.
func (c *castle) wrapped(id casefile.ID) map[string]string {
	c.t.Helper()
	keys := map[string]string{}
	must(c.t, c.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Grants(id)
		for _, g := range list {
			if g.Kind != seal.RecipientCode {
				keys[string(g.Kind)+"/"+g.Recipient] = g.Fingerprint
			}
		}
		return err
	}))
	return keys
}

// stands checks that an alarm of the kind stands, that nothing is granted, signed or
// closed, and that a complaint is taken in all the same, for the keys of before.
func (c *castle) stands(kind custody.AlarmKind) {
	c.t.Helper()
	must(c.t, c.Custody.Watch(ctx))
	if !slices.ContainsFunc(c.Custody.Alarms(), func(a custody.Alarm) bool { return a.Kind == kind }) {
		c.t.Errorf("alarms %v, want %s", c.Custody.Alarms(), kind)
	}
	c.stopped()
	c.takesIn(c.keys)
	if leaves(c.t, c.Instance, audit.DirectoryAlarm) == 0 {
		c.t.Error("the alarm does not stand in the log")
	}
}

func (c *castle) stopped() {
	c.t.Helper()
	if _, err := c.Custody.Granting(ctx); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("grants go on: %v", err)
	}
	before := c.wrapped(c.before.Case)
	if err := c.Casework.AddReader(ctx, c.team.Manager, c.before.Number, c.team.Alternative.Member, "a second pair of eyes"); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("a colleague is added to a case: %v", err)
	}
	if !maps.Equal(before, c.wrapped(c.before.Case)) {
		c.t.Error("grants were written")
	}
	if err := c.TryClose(c.team.Manager, c.before.Number, casefile.OutcomeUpheld, "We zetten het recht.", "Het klopte niet."); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("a case is closed: %v", err)
	}
	if c.Case(c.team.Manager, c.before.Number).State == casefile.StateClosed {
		c.t.Error("the case is closed")
	}
	if _, err := c.Setup.AskAssignments(ctx, c.team.Manager, c.team.HR.Member, c.team.Auditor.Entry.Assignments); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("a change of the directory is asked for: %v", err)
	}
}

// takesIn makes a complaint and checks to which keys it was wrapped. What the person
// sees is what they always see.
func (c *castle) takesIn(want map[string]string) *intake.Receipt {
	c.t.Helper()
	r := c.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "proof"})
	if got := c.wrapped(r.Case); !maps.Equal(got, want) {
		c.t.Errorf("a new case went to %v, want %v", got, want)
	}
	if r.OnlyOutside || r.Alternative != c.before.Alternative || r.Team != c.before.Team || r.Mail != c.before.Mail {
		c.t.Errorf("the complainant notices something: %+v", r)
	}
	if _, err := c.Dialogue.Mailbox(ctx, c.Enter(r.Code)); err != nil {
		c.t.Errorf("the mailbox: %v", err)
	}
	if c.Case(c.team.HR, r.Number).Damaged {
		c.t.Error("the member who receives it reads it as damaged")
	}
	return r
}

// calm checks that nothing is wrong and grants go on.
func (c *castle) calm() {
	c.t.Helper()
	must(c.t, c.Custody.Watch(ctx))
	if _, err := c.Custody.Granting(ctx); err != nil || len(c.Custody.Alarms()) > 0 {
		c.t.Errorf("alarms %v, %v; want none", c.Custody.Alarms(), err)
	}
}

// both runs an attack on a running instance, and once more on one that starts after
// it.
func both(t *testing.T, kind custody.AlarmKind, attack func(*castle)) {
	t.Helper()
	t.Run("while it runs", func(t *testing.T) {
		c := newCastle(t)
		attack(c)
		c.stands(kind)
	})
	t.Run("before it starts", func(t *testing.T) {
		c := newCastle(t)
		attack(c)
		c.Reopen()
		c.stands(kind)
	})
}

func (c *castle) sql(statement string, args ...any) {
	c.t.Helper()
	behind(c.t, c.Store, statement, args...)
}

func (c *castle) events() (list []staff.Event) {
	c.t.Helper()
	must(c.t, c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.DirectoryEvents(-1)
		return err
	}))
	return list
}

func (c *castle) insert(e staff.Event) {
	c.t.Helper()
	c.sql("INSERT INTO directory_event (seq, body, signatures, hash, place) VALUES ($1, $2, $3, $4, $5)", e.Seq, e.Body, e.Signatures, e.Hash, e.Place)
}

// entryOf is the event by which a member entered.
func (c *castle) entryOf(id staff.ID) staff.Event {
	c.t.Helper()
	for _, e := range c.events() {
		if ch, _, err := e.Reads(); err == nil && ch.Type == staff.Enrol && ch.Member == id {
			return e
		}
	}
	c.t.Fatal("no such member")
	return staff.Event{}
}

// waiting brings somebody up to the point where members must sign for them, and
// returns the change that waits.
func (c *castle) waiting(a ...staff.Assignment) string {
	c.t.Helper()
	path, err := c.Setup.Invite(ctx, c.team.Manager, setup.Person{Name: "Els De Smet", Email: "els@desk.example", Language: "nl", Assignments: a})
	must(c.t, err)
	tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
	must(c.t, err)
	start, err := c.SignIn.Enrol(ctx, tok, apptest.Password)
	must(c.t, err)
	_, _, err = c.SignIn.ConfirmTOTP(ctx, tok, c.Digits(apptest.Enrolled{TOTP: start.TOTPSecret}))
	must(c.t, err)
	var id string
	must(c.t, c.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.DirectoryChanges()
		if len(list) == 1 {
			id = list[0].ID
		}
		return err
	}))
	return id
}

// nele is the manager with a password, as one who enrolled.
func (c *castle) nele() access.Actor {
	c.t.Helper()
	c.Password(c.team.Manager)
	return c.team.Manager
}

// signs checks that a signature is refused with a fault.
func (c *castle) signs(by access.Actor, id, digest, key string) error {
	c.t.Helper()
	err := c.Setup.Sign(ctx, by, setup.Signing{Change: id, Digest: digest, Password: apptest.Password})
	if f, ok := fault.As(err); ok && f.Key == key {
		return nil
	}
	return errors.Join(errors.New("want "+key), err)
}

// statement is what is signed of a change that waits.
func (c *castle) statement(id string) (ch staff.Change) {
	c.t.Helper()
	must(c.t, c.Store.Read(ctx, func(tx *store.Tx) error {
		row, err := tx.DirectoryChange(id)
		if err != nil {
			return err
		}
		ch, err = staff.DecodeChange(row.Statement)
		return err
	}))
	return ch
}
