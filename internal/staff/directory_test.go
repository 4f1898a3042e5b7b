package staff_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

const (
	instance = "test-instance"
	delay    = 24 * time.Hour
)

// founding is a directory under construction with every signing key at hand.
type founding struct {
	t        *testing.T
	now      time.Time
	instance *seal.Signer
	signers  map[staff.ID]*seal.Signer
	events   []staff.Event
	chain    *staff.Chain
}

func found(t *testing.T) *founding { t.Helper(); return foundBy(t, staff.Rules{}) }

func foundBy(t *testing.T, more staff.Rules) *founding {
	t.Helper()
	f := &founding{
		t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		instance: seal.NewInstanceKey().Signer(), signers: map[staff.ID]*seal.Signer{},
	}
	rules := staff.Rules{
		Profile: "p", Strict: []casefile.Team{casefile.ComplaintsTeam, casefile.Alternative}, Delay: int64(delay.Seconds()), Closed: more.Closed,
	}
	e, err := staff.Found(instance, f.now, rules, []staff.Recovery{recovery("r")}, f.instance)
	f.check(err)
	f.follow(e)
	return f
}

func recovery(id string, keepers ...staff.ID) staff.Recovery {
	return staff.Recovery{ID: id, Key: seal.NewCode().Keys(instance).Public(), Keepers: keepers}
}

func (f *founding) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *founding) follow(e staff.Event) {
	f.t.Helper()
	f.events = append(f.events, e)
	c, err := staff.Verify(instance, f.instance.Public(), f.events)
	f.check(err)
	f.chain = c
}

func (f *founding) dir() *staff.Directory { return f.chain.At(f.now) }

func (f *founding) sign(statement []byte, by ...string) (list []staff.Signature) {
	for _, b := range by {
		s := f.instance
		if b != staff.ByInstance {
			s = f.signers[staff.ID(b)]
		}
		list = append(list, staff.Sign(instance, b, s, statement))
	}
	return list
}

func (f *founding) compose(c staff.Change) []byte {
	f.t.Helper()
	statement, err := f.chain.Compose(f.now, c)
	f.check(err)
	return statement
}

// try asks for a change and gives it its place, if it may have one.
func (f *founding) try(c staff.Change, by ...string) (staff.Event, error) {
	f.t.Helper()
	statement := f.compose(c)
	return f.chain.Place(statement, f.sign(statement, by...), f.now, f.instance)
}

func (f *founding) add(c staff.Change, by ...string) {
	f.t.Helper()
	e, err := f.try(c, by...)
	f.check(err)
	f.follow(e)
}

func (f *founding) refuses(c staff.Change, by ...string) {
	f.t.Helper()
	if _, err := f.try(c, by...); !errors.Is(err, staff.ErrDirectory) {
		f.t.Errorf("%s %s signed by %v = %v, want ErrDirectory", c.Type, c.Member, by, err)
	}
}

func keys(id staff.ID) (staff.Change, *seal.Signer) {
	secret := seal.NewMemberSecret()
	reading := secret.Keys().Public()
	return staff.Change{
		Member: id, Reading: reading, Signing: secret.Signer().Public(),
		Proof: secret.Signer().Sign(staff.ProofContext(instance, id), reading),
	}, secret.Signer()
}

func handler(team casefile.Team) []staff.Assignment {
	return []staff.Assignment{{Role: staff.RoleHandler, Team: team}}
}

func (f *founding) enrolment(id staff.ID, team casefile.Team) staff.Change {
	c, signer := keys(id)
	f.signers[id] = signer
	c.Type, c.Assignments, c.Person = staff.Enrol, handler(team), staff.Commit(staff.Salt(), string(id), "")
	return c
}

// desk is nele and thomas of the Complaints team, the first two; sofie of Supporters
// Service; marc, the alternative recipient.
func desk(t *testing.T) *founding {
	f := found(t)
	f.add(f.enrolment("nele", casefile.ComplaintsTeam), staff.ByInstance)
	f.add(f.enrolment("thomas", casefile.ComplaintsTeam), "nele")
	f.add(f.enrolment("sofie", casefile.SupportersService), "nele")
	f.add(f.enrolment("marc", casefile.Alternative), "nele", "thomas")
	f.now = f.now.Add(delay)
	return f
}

func TestMembersEnterByInstanceThenByVouch(t *testing.T) {
	f := desk(t)
	if got := len(f.dir().Active()); got != 4 {
		t.Fatalf("%d active members, want 4", got)
	}
	if _, ok := f.dir().Recipient("thomas"); !ok {
		t.Error("a member who was vouched for is no recipient")
	}
	if _, ok := f.dir().RecoveryRecipient("r"); !ok {
		t.Error("the recovery key is no recipient")
	}
	for id, want := range map[staff.ID]bool{"nele": true, "thomas": true, "sofie": false, "marc": true} {
		if e, _ := f.dir().Entry(id); e.Cosigner != want {
			t.Errorf("%s is a cosigner: %v, want %v", id, e.Cosigner, want)
		}
	}
}

func TestWhoMustSign(t *testing.T) {
	rekey := func(id staff.ID) staff.Change { c, _ := keys(id); c.Type = staff.Rekey; return c }
	assign := func(id staff.ID, team casefile.Team) staff.Change {
		return staff.Change{Type: staff.Assign, Member: id, Assignments: handler(team)}
	}
	f := desk(t)
	for name, c := range map[string]struct {
		change staff.Change
		good   [][]string
		bad    [][]string
	}{
		"entry into Supporters Service": {
			f.enrolment("new", casefile.SupportersService), [][]string{{"sofie"}, {"nele"}},
			[][]string{{}, {"new"}, {staff.ByInstance}, {"nele", staff.ByInstance}},
		},
		"entry into the Complaints team": {
			f.enrolment("new", casefile.ComplaintsTeam), [][]string{{"nele", "thomas"}, {"marc", "nele"}, {"nele", "thomas", "marc"}},
			[][]string{{}, {"nele"}, {"nele", "nele"}, {"nele", "sofie"}, {"nele", "new"}, {"nele", staff.ByInstance}, {"nele", "thomas", "sofie"}},
		},
		"an alternative recipient": {f.enrolment("new", casefile.Alternative), [][]string{{"nele", "thomas"}}, [][]string{{"nele"}}},
		"assignment to the Complaints team": {
			assign("sofie", casefile.ComplaintsTeam), [][]string{{"nele", "marc"}}, [][]string{{"nele"}, {"nele", "sofie"}},
		},
		"another assignment within it":       {assign("thomas", casefile.Alternative), [][]string{{"nele", "marc"}}, [][]string{{"nele", "thomas"}, {"nele"}}},
		"assignment to Supporters Service":   {assign("thomas", casefile.SupportersService), [][]string{{"nele"}, {"sofie"}}, [][]string{{"thomas"}, {}}},
		"new keys of the alternative":        {rekey("marc"), [][]string{{"nele", "thomas"}}, [][]string{{"nele"}, {"nele", "marc"}}},
		"new keys within Supporters Service": {rekey("sofie"), [][]string{{"thomas"}}, [][]string{{"sofie"}, {}}},
		"another recovery key": {
			staff.Change{Type: staff.Recover, Recovery: []staff.Recovery{recovery("r2", "nele")}}, [][]string{{"nele", "thomas"}},
			[][]string{{"nele"}, {staff.ByInstance}, {"nele", "sofie"}},
		},
		"a member who leaves": {staff.Change{Type: staff.Revoke, Member: "marc"}, [][]string{{"nele"}, {"sofie"}}, [][]string{{"marc"}, {}}},
	} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			for _, by := range c.good {
				if _, err := f.try(c.change, by...); err != nil {
					t.Errorf("signed by %v: %v", by, err)
				}
			}
			for _, by := range c.bad {
				f.refuses(c.change, by...)
			}
		})
	}
}

func TestWhatNeedsTwoHoldsAfterTheDelay(t *testing.T) {
	f := desk(t)
	old, _ := f.dir().Recipient("thomas")
	rekey, _ := keys("thomas")
	rekey.Type = staff.Rekey
	f.add(f.enrolment("new", casefile.ComplaintsTeam), "nele", "thomas")
	f.add(staff.Change{Type: staff.Assign, Member: "sofie", Assignments: handler(casefile.ComplaintsTeam)}, "nele", "marc")
	f.add(rekey, "nele", "marc")
	f.add(staff.Change{Type: staff.Recover, Recovery: []staff.Recovery{recovery("r2", "marc")}}, "nele", "marc")
	check := func(when time.Duration, want bool) {
		t.Helper()
		d := f.chain.At(f.now.Add(when))
		_, entered := d.Recipient("new")
		sofie, _ := d.Entry("sofie")
		now, _ := d.Recipient("thomas")
		_, replaced := d.RecoveryRecipient("r2")
		if entered != want || sofie.In(casefile.ComplaintsTeam) != want || (now.Fingerprint() != old.Fingerprint()) != want || replaced != want {
			t.Errorf("after %s: entered %v, assigned %v, new key %v, recovery key %v; want all %v", when, entered,
				sofie.In(casefile.ComplaintsTeam), now.Fingerprint() != old.Fingerprint(), replaced, want)
		}
		if n := len(d.Upcoming()); (n == 0) != want {
			t.Errorf("after %s: %d changes on their way", when, n)
		}
	}
	check(delay-time.Microsecond, false)
	check(delay, true)
}

func TestMemberWhoLeavesBeforeTheDelayIsOverNeverEnters(t *testing.T) {
	f := desk(t)
	f.add(f.enrolment("new", casefile.ComplaintsTeam), "nele", "thomas")
	f.add(staff.Change{Type: staff.Revoke, Member: "new"}, "sofie")
	if _, ok := f.chain.At(f.now.Add(2 * delay)).Recipient("new"); ok {
		t.Error("a member receives keys who was taken out before they entered")
	}
	if n := len(f.dir().Upcoming()); n != 0 {
		t.Errorf("%d changes on their way", n)
	}
}

// Somebody whose assignment to a strict team is on its way cannot get other keys by
// one signature meanwhile.
func TestNewKeysAreJudgedByWhatIsOnItsWay(t *testing.T) {
	f := desk(t)
	f.add(staff.Change{Type: staff.Assign, Member: "sofie", Assignments: handler(casefile.ComplaintsTeam)}, "nele", "thomas")
	c, _ := keys("sofie")
	c.Type = staff.Rekey
	f.refuses(c, "nele")
}

// The exception for the first two does not come back when members leave: one who
// takes the others out cannot let a ghost in.
func TestExceptionAtSetUpEndsWithTheSecondMember(t *testing.T) {
	f := desk(t)
	for _, id := range []staff.ID{"thomas", "sofie", "marc"} {
		f.add(staff.Change{Type: staff.Revoke, Member: id}, "nele")
	}
	ghost := f.enrolment("ghost", casefile.ComplaintsTeam)
	f.refuses(ghost, "nele")
	f.refuses(ghost, staff.ByInstance)
	f.add(f.enrolment("puppet", casefile.SupportersService), "nele")
	f.refuses(ghost, "nele", "puppet")
	e, err := f.try(ghost, "nele", staff.ByInstance) // an operator stands in, after the delay
	f.check(err)
	f.follow(e)
	if _, ok := f.dir().Recipient("ghost"); ok {
		t.Error("there is no delay where an operator stands in")
	}
}

func TestOperatorStandsInWhenNobodyIsLeft(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele", casefile.ComplaintsTeam), staff.ByInstance)
	c, _ := keys("nele")
	c.Type = staff.Rekey
	f.add(c, staff.ByInstance) // the only member lost everything
	f.now = f.now.Add(delay)
	if r, _ := f.dir().Recipient("nele"); r.Fingerprint() != c.Reading.Fingerprint() {
		t.Error("the only member has no new key")
	}
}

func TestSignaturesOutliveOtherChanges(t *testing.T) {
	f := desk(t)
	statement := f.compose(f.enrolment("new", casefile.ComplaintsTeam))
	first := f.sign(statement, "nele")
	if _, more, err := f.chain.Signed(statement, first, f.now); err != nil || more != 1 {
		t.Fatalf("%d more signatures, %v; want 1", more, err)
	}
	f.add(f.enrolment("karim", casefile.SupportersService), "sofie") // another comes first
	e, err := f.chain.Place(statement, append(first, f.sign(statement, "thomas")...), f.now, f.instance)
	f.check(err)
	f.follow(e)
}

func TestSignedChangeIsPlacedOnceAndInTime(t *testing.T) {
	f := desk(t)
	change := staff.Change{Type: staff.Assign, Member: "sofie", Assignments: handler(casefile.ComplaintsTeam)}
	statement := f.compose(change)
	signatures := f.sign(statement, "nele", "thomas")
	place := func() error {
		_, err := f.chain.Place(statement, signatures, f.now, f.instance)
		return err
	}
	t.Run("not after it ran out", func(t *testing.T) {
		_, err := f.chain.Place(statement, signatures, f.now.Add(staff.Lifetime+time.Second), f.instance)
		if !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("Place = %v, want ErrDirectory", err)
		}
	})
	f.add(change, "nele", "marc")
	f.add(staff.Change{Type: staff.Assign, Member: "sofie", Assignments: handler(casefile.SupportersService)}, "nele")
	t.Run("not after another change of the same member", func(t *testing.T) {
		if err := place(); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("Place = %v, want ErrDirectory", err)
		}
	})
	t.Run("not on another chain", func(t *testing.T) {
		g := desk(t)
		g.signers, g.instance = f.signers, f.instance
		if _, err := g.chain.Place(statement, signatures, f.now, f.instance); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("Place = %v, want ErrDirectory", err)
		}
	})
}

func TestLeaverVouchesForNobody(t *testing.T) {
	f := desk(t)
	f.add(staff.Change{Type: staff.Revoke, Member: "thomas"}, "nele")
	if _, ok := f.dir().Recipient("thomas"); ok {
		t.Error("a member who left still receives keys")
	}
	f.refuses(f.enrolment("late", casefile.SupportersService), "thomas")
}

func TestPersonIsBoundWithoutBeingTold(t *testing.T) {
	salt := staff.Salt()
	e := staff.Entry{Person: staff.Commit(salt, "Nele Janssens", "nele@desk.example")}
	if !e.Named(salt, "Nele Janssens", "nele@desk.example") {
		t.Error("the person is not recognised")
	}
	if e.Named(salt, "Nele Janssensn", "ele@desk.example") || e.Named(staff.Salt(), "Nele Janssens", "nele@desk.example") {
		t.Error("somebody else is taken for the person")
	}
}

func TestAssignmentsRoundTrip(t *testing.T) {
	list := []staff.Assignment{
		{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam, Function: staff.HumanResources}, {Role: staff.RoleAuditor},
	}
	got, err := staff.ParseAssignments(staff.FormatAssignments(list))
	if err != nil || len(got) != 2 || got[0] != list[0] || got[1] != list[1] {
		t.Fatalf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "handler//", "king/complaints/", "auditor/complaints/", "handler/complaints", ident.New()} {
		if _, err := staff.ParseAssignments(bad); err == nil {
			t.Errorf("ParseAssignments(%q) accepted", bad)
		}
	}
}

// While a desk is set up there is nothing that anybody could read, so that nobody waits for
// the delay; it begins with the opening, which happens once and by a member.
func TestTheDelayBeginsWhenTheDeskOpens(t *testing.T) {
	f := foundBy(t, staff.Rules{Closed: true})
	f.add(f.enrolment("nele", casefile.ComplaintsTeam), staff.ByInstance)
	f.add(f.enrolment("thomas", casefile.ComplaintsTeam), "nele")
	f.refuses(f.enrolment("marc", casefile.Alternative), "nele") // two sign all the same
	f.add(f.enrolment("marc", casefile.Alternative), "nele", "thomas")
	if _, ok := f.dir().Recipient("marc"); !ok {
		t.Error("the alternative recipient waits for a delay in a desk that is not open")
	}
	if f.dir().Opened() {
		t.Error("the desk is open before anybody opened it")
	}
	before := f.now
	f.now = f.now.Add(time.Hour)
	open := staff.Change{Type: staff.Open}
	f.refuses(open)
	f.refuses(open, staff.ByInstance)
	f.refuses(staff.Change{Type: staff.Open, Member: "nele"}, "thomas")
	f.add(open, "thomas")
	if !f.dir().Opened() || f.chain.At(before).Opened() {
		t.Error("the desk opens at another moment than it was opened")
	}
	f.refuses(open, "nele")
	f.add(f.enrolment("late", casefile.ComplaintsTeam), "nele", "thomas")
	if _, ok := f.dir().Recipient("late"); ok {
		t.Error("after the opening nobody waits for the delay any more")
	}
	f.now = f.now.Add(delay)
	if _, ok := f.dir().Recipient("late"); !ok {
		t.Error("after the delay the member receives nothing")
	}
}

func TestADeskThatWasFoundedOpenCannotBeOpened(t *testing.T) {
	f := desk(t)
	if !f.dir().Opened() {
		t.Error("it is closed")
	}
	f.refuses(staff.Change{Type: staff.Open}, "nele")
}
