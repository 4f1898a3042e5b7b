package setup_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

var ctx = context.Background()

const delay = 24 * time.Hour

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func handles(team casefile.Team) staff.Assignment {
	return staff.Assignment{Role: staff.RoleHandler, Team: team}
}

// enrolled brings somebody up to the point where members must sign for them.
func enrolled(t *testing.T, i *apptest.Instance, by access.Actor, email string, a ...staff.Assignment) string {
	t.Helper()
	path, err := i.Setup.Invite(ctx, by, setup.Person{Name: "Els De Smet", Email: email, Language: "nl", Assignments: a})
	must(t, err)
	tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
	must(t, err)
	start, err := i.SignIn.Enrol(ctx, tok, apptest.Password)
	must(t, err)
	_, _, err = i.SignIn.ConfirmTOTP(ctx, tok, i.Digits(apptest.Enrolled{TOTP: start.TOTPSecret}))
	must(t, err)
	people, err := i.Setup.People(ctx, by)
	must(t, err)
	at := slices.IndexFunc(people, func(c setup.Colleague) bool { return c.Email == email && c.State == setup.Waiting })
	if at < 0 {
		t.Fatal("nobody waits")
	}
	return people[at].Invitation
}

func sign(i *apptest.Instance, by access.Actor, id string) error {
	c, err := i.Setup.Change(ctx, by, id)
	if err != nil {
		return err
	}
	return i.Setup.Sign(ctx, by, setup.Signing{Change: id, Digest: c.Digest, Password: i.Password(by)})
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if f, ok := fault.As(err); !ok || f.Key != key {
		t.Errorf("%v, want %s", err, key)
	}
}

func TestTwoMembersLetSomebodyIntoTheComplaintsTeam(t *testing.T) {
	i, team := apptest.Staffed(t)
	id := enrolled(t, i, team.Manager, "els@desk.example", handles(casefile.ComplaintsTeam))
	c, err := i.Setup.Change(ctx, team.Manager, id)
	must(t, err)
	if c.More != 2 || !c.Delayed || !c.From.Equal(i.Clock.Now().Add(delay)) || !c.MaySign || c.Person.Name != "Els De Smet" || c.Person.Fingerprint == "" {
		t.Fatalf("the change shows %+v", c)
	}
	if !slices.Equal(c.Cosigners, []string{"Nele Janssens", "Thomas Dubois", "Marc Verstraete"}) {
		t.Errorf("may sign: %v", c.Cosigners)
	}
	refused(t, sign(i, team.Service[0], id), "error.change-newcomer")
	must(t, sign(i, team.Manager, id))
	refused(t, sign(i, team.Manager, id), "error.change-signed")
	i.DeliverMail()
	var to []string
	for _, m := range i.Box.Mails() {
		if !strings.Contains(m.Text, "https://desk.example/desk/people/change/"+id) {
			continue
		}
		to = append(to, m.To)
		if strings.Contains(m.Subject+m.Text, "Els") {
			t.Errorf("the mail says %q", m.Text)
		}
	}
	slices.Sort(to)
	if !slices.Equal(to, []string{"marc.verstraete@desk.example", "thomas.dubois@desk.example"}) {
		t.Errorf("mailed %v", to)
	}
	waits, err := i.Setup.ToSign(ctx, team.HR)
	must(t, err)
	if len(waits) != 1 || waits[0].ID != id || waits[0].Signed[0].Name != "Nele Janssens" {
		t.Errorf("waits for Thomas: %+v", waits)
	}
	must(t, sign(i, team.HR, id))
	// It is signed, and holds tomorrow.
	all, err := i.Setup.Changes(ctx, team.Manager)
	must(t, err)
	if len(all.Waiting) != 0 || len(all.Coming) != 1 || all.Coming[0].Name != "Els De Smet" || !all.Coming[0].From.Equal(i.Clock.Now().Add(delay)) {
		t.Errorf("changes %+v", all)
	}
	before := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Clock.Add(delay)
	after := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	for r, want := range map[casefile.ID]int{before.Case: 2, after.Case: 3} {
		if got := members(t, i, r); got != want {
			t.Errorf("%d members received a case, want %d", got, want)
		}
	}
	refused(t, sign(i, team.HR, id), "error.not-found")
}

func members(t *testing.T, i *apptest.Instance, id casefile.ID) (n int) {
	t.Helper()
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Grants(id)
		for _, g := range list {
			if g.Kind == seal.RecipientMember {
				n++
			}
		}
		return err
	}))
	return n
}

func TestOneMemberLetsSomebodyIntoSupportersService(t *testing.T) {
	i, team := apptest.Staffed(t)
	id := enrolled(t, i, team.Manager, "els@desk.example", handles(casefile.SupportersService))
	must(t, sign(i, team.Service[0], id))
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	if got := members(t, i, r.Case); got != 4 {
		t.Errorf("%d members received a case, want 4", got)
	}
}

func TestOtherTasksAreAskedForAndSigned(t *testing.T) {
	i, team := apptest.Staffed(t)
	sofie := team.Service[0]
	for name, by := range map[string]access.Actor{"a member": team.HR, "nobody": {}} {
		if _, err := i.Setup.AskAssignments(ctx, by, sofie.Member, []staff.Assignment{handles(casefile.ComplaintsTeam)}); err == nil {
			t.Errorf("%s asks", name)
		}
	}
	_, err := i.Setup.AskAssignments(ctx, team.Manager, sofie.Member, nil)
	refused(t, err, "error.assignment-missing")
	_, err = i.Setup.AskAssignments(ctx, team.Manager, sofie.Member, sofie.Entry.Assignments)
	refused(t, err, "error.assignment-same")
	_, err = i.Setup.AskAssignments(ctx, team.Manager, "nobody", []staff.Assignment{handles(casefile.ComplaintsTeam)})
	refused(t, err, "error.not-found")
	id, err := i.Setup.AskAssignments(ctx, team.Manager, sofie.Member, []staff.Assignment{handles(casefile.ComplaintsTeam)})
	must(t, err)
	_, err = i.Setup.AskAssignments(ctx, team.Manager, sofie.Member, []staff.Assignment{handles(casefile.Alternative)})
	refused(t, err, "error.change-open")
	refused(t, sign(i, sofie, id), "error.change-concerned")
	must(t, sign(i, team.Manager, id))
	must(t, sign(i, team.Alternative, id))
	i.Clock.Add(delay)
	dir, err := i.Custody.Directory(ctx)
	must(t, err)
	if e, _ := dir.Entry(sofie.Member); !e.In(casefile.ComplaintsTeam) || e.In(casefile.SupportersService) || !e.Cosigner {
		t.Errorf("Sofie does %+v", e.Assignments)
	}
	// Back to what one may sign: at once.
	id, err = i.Setup.AskAssignments(ctx, team.Manager, sofie.Member, []staff.Assignment{handles(casefile.SupportersService)})
	must(t, err)
	must(t, sign(i, team.Service[1], id))
	if dir, err = i.Custody.Directory(ctx); err != nil {
		t.Fatal(err)
	}
	if e, _ := dir.Entry(sofie.Member); e.In(casefile.ComplaintsTeam) {
		t.Error("Sofie still receives the cases of the Complaints team")
	}
}

func TestChangeIsTakenBack(t *testing.T) {
	i, team := apptest.Staffed(t)
	id, err := i.Setup.AskAssignments(ctx, team.Manager, team.Service[0].Member, []staff.Assignment{handles(casefile.ComplaintsTeam)})
	must(t, err)
	must(t, sign(i, team.Manager, id))
	if err := i.Setup.Withdraw(ctx, team.HR, id); err == nil {
		t.Error("a member takes back what they did not ask for")
	}
	must(t, i.Setup.Withdraw(ctx, team.Manager, id))
	refused(t, sign(i, team.HR, id), "error.not-found")

	entry := enrolled(t, i, team.Manager, "els@desk.example", handles(casefile.ComplaintsTeam))
	must(t, i.Setup.Withdraw(ctx, team.Manager, entry))
	people, err := i.Setup.People(ctx, team.Manager)
	must(t, err)
	if slices.ContainsFunc(people, func(c setup.Colleague) bool { return c.Email == "els@desk.example" }) {
		t.Error("whoever was taken back is still on their way")
	}
	if _, err := i.SignIn.Password(ctx, signin.Browser{}, "els@desk.example", apptest.Password); err == nil {
		t.Error("whoever was taken back signs in")
	}
}

func TestChangeThatRanOutIsAskedForAgain(t *testing.T) {
	i, team := apptest.Staffed(t)
	id := enrolled(t, i, team.Manager, "els@desk.example", handles(casefile.ComplaintsTeam))
	must(t, sign(i, team.Manager, id))
	i.Clock.Add(staff.Lifetime + time.Minute)
	c, err := i.Setup.Change(ctx, team.HR, id)
	must(t, err)
	if !c.Broken || c.MaySign {
		t.Fatalf("it can be signed after it ran out: %+v", c)
	}
	refused(t, sign(i, team.HR, id), "error.change-broken")
	if err := i.Setup.Renew(ctx, team.HR, id); err == nil {
		t.Error("a member asks again for what they did not ask for")
	}
	must(t, i.Setup.Renew(ctx, team.Manager, id))
	if c, err = i.Setup.Change(ctx, team.HR, id); err != nil || c.Broken || c.More != 2 {
		t.Fatalf("asked for again: %+v, %v; want no signature", c, err)
	}
	must(t, sign(i, team.HR, id))
	must(t, sign(i, team.Manager, id))
}

// What is signed is what was looked at, whatever became of the row meanwhile.
func TestWhoeverSignsSignsWhatTheySaw(t *testing.T) {
	i, team := apptest.Staffed(t)
	first, err := i.Setup.AskAssignments(ctx, team.Manager, team.Service[0].Member, []staff.Assignment{handles(casefile.SupportersService), {Role: staff.RoleAuditor}})
	must(t, err)
	second, err := i.Setup.AskAssignments(ctx, team.Manager, team.Service[1].Member, []staff.Assignment{handles(casefile.SupportersService), {Role: staff.RoleConfigurator}})
	must(t, err)
	seen, err := i.Setup.Change(ctx, team.HR, first)
	must(t, err)
	must(t, i.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE directory_change SET statement = (SELECT statement FROM directory_change WHERE id = $1) WHERE id = $2", second, first)
		return err
	}))
	err = i.Setup.Sign(ctx, team.HR, setup.Signing{Change: first, Digest: seen.Digest, Password: i.Password(team.HR)})
	refused(t, err, "error.change-differs")
}

func TestTwoWhoSignAtOncePlaceItOnce(t *testing.T) {
	i, team := apptest.Staffed(t)
	i.Password(team.Manager)
	i.Password(team.HR)
	id, err := i.Setup.AskAssignments(ctx, team.Manager, team.Service[0].Member, []staff.Assignment{handles(casefile.ComplaintsTeam)})
	must(t, err)
	var all sync.WaitGroup
	for _, by := range []access.Actor{team.Manager, team.HR} {
		all.Go(func() {
			if err := sign(i, by, id); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	changes, err := i.Setup.Changes(ctx, team.Manager)
	must(t, err)
	if len(changes.Waiting) != 0 || len(changes.Coming) != 1 {
		t.Errorf("%d wait, %d come", len(changes.Waiting), len(changes.Coming))
	}
}

func TestWhoKeepsTheRecoveryKeyIsNotedByTwo(t *testing.T) {
	i, team := apptest.Staffed(t)
	keepers := []staff.ID{team.HR.Member}
	_, err := i.Setup.AskKeepers(ctx, team.HR, setup.RecoveryID, keepers)
	refused(t, err, "error.not-allowed")
	_, err = i.Setup.AskKeepers(ctx, team.Manager, setup.RecoveryID, nil)
	refused(t, err, "error.keeper-same")
	_, err = i.Setup.AskKeepers(ctx, team.Manager, setup.RecoveryID, []staff.ID{team.HR.Member, team.HR.Member})
	refused(t, err, "error.keeper-twice")
	id, err := i.Setup.AskKeepers(ctx, team.Manager, setup.RecoveryID, keepers)
	must(t, err)
	c, err := i.Setup.Change(ctx, team.Manager, id)
	must(t, err)
	if c.More != 2 || len(c.Recovery) != 1 || c.Recovery[0].New || c.Recovery[0].Keepers[0].Name != "Thomas Dubois" {
		t.Errorf("the change shows %+v", c)
	}
	must(t, sign(i, team.Manager, id))
	must(t, sign(i, team.Alternative, id))
	i.Clock.Add(delay)
	dir, err := i.Custody.Directory(ctx)
	must(t, err)
	if keys := dir.RecoveryKeys(); len(keys) != 1 || !slices.Equal(keys[0].Keepers, keepers) {
		t.Errorf("recovery keys %+v", keys)
	}
}
