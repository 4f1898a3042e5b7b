package app_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/config"
	"klankbord/internal/configure"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// at puts an instance into a database.
func at(dsn string) apptest.Option {
	return func(c *config.Config, _ *app.Options) { c.Database = dsn }
}

// signRouting asks that complaints go as typed, and lets two members sign it.
func signRouting(t *testing.T, i *apptest.Instance, team apptest.Staff, typed map[string]string) {
	t.Helper()
	id, err := i.Setup.AskRouting(t.Context(), team.Manager, typed)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []access.Actor{team.Manager, team.HR} {
		c, err := i.Setup.Change(t.Context(), by, id)
		if err == nil {
			err = i.Setup.Sign(t.Context(), by, setup.Signing{Change: id, Digest: c.Digest, Password: i.Password(by)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// caseAs is a complaint as it stands in the database, with who can open it.
func caseAs(t *testing.T, i *apptest.Instance, id casefile.ID) (team casefile.Team, route casefile.Route, readers []string) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		row, err := tx.Case(id)
		if err != nil {
			return err
		}
		team, route = row.Team, row.Route
		grants, err := tx.Grants(id)
		for _, g := range grants {
			if g.Kind == seal.RecipientMember && !slices.Contains(readers, g.Recipient) {
				readers = append(readers, g.Recipient)
			}
		}
		slices.Sort(readers)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return team, route, readers
}

// What came in before a change holds goes by what held then, and stays there; what comes in
// after goes by the change. That is so in every process, and after a restart.
func TestComplaintsGoByWhatHoldsWhenTheyComeIn(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		i, team := apptest.Staffed(t, at(dsn))
		other, err := beside(t, i)
		if err != nil {
			t.Fatal(err)
		}
		signRouting(t, i, team, map[string]string{"topics.communication.team": "complaints"})
		complain := func(want casefile.Team) *intake.Receipt {
			t.Helper()
			for _, a := range []*app.App{i.App, other} {
				if err := a.Follow(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			i.Intake = i.Serving()
			r := i.Complain("nl", apptest.Answers("communication"), nil)
			if got, _, _ := caseAs(t, i, r.Case); got != want {
				t.Errorf("it went to %s, want %s", got, want)
			}
			if got := other.Current().Route(apptest.Answers("communication")).Team; got != want {
				t.Errorf("in another process it would go to %s, want %s", got, want)
			}
			return r
		}
		first := complain(casefile.SupportersService)
		_, _, readers := caseAs(t, i, first.Case)
		i.Clock.Add(24*time.Hour - time.Second)
		complain(casefile.SupportersService)
		i.Clock.Add(time.Second)
		second := complain(casefile.ComplaintsTeam)
		if _, _, now := caseAs(t, i, second.Case); slices.Equal(now, readers) {
			t.Errorf("both are read by %v", now)
		}
		if got, _, now := caseAs(t, i, first.Case); got != casefile.SupportersService || !slices.Equal(now, readers) {
			t.Errorf("one that was there is with %s now, read by %v", got, now)
		}
		if _, err := i.Custody.OpenMember(t.Context(), team.Service[0], second.Number); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("the team that it would have gone to opens it: %v", err)
		}
		signRouting(t, i, team, map[string]string{"topics.communication.team": ""})
		i.Clock.Add(24 * time.Hour)
		complain(casefile.SupportersService)
		signRouting(t, i, team, map[string]string{"topics.communication.team": "complaints"})
		i.Clock.Add(24 * time.Hour)
		i.Reopen()
		complain(casefile.ComplaintsTeam)
	})
}

// A form is shown for a case as it was when that came in: which questions it has depends on
// where complaints went.
func TestAnOldCaseKeepsTheFormOfItsTime(t *testing.T) {
	i, team := apptest.Staffed(t)
	before := i.Clock.Now()
	signRouting(t, i, team, map[string]string{"topics.theft.route": "privacy"})
	i.Clock.Add(24 * time.Hour)
	if err := i.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	for when, want := range map[time.Time]casefile.Route{before: casefile.Integrity, i.Clock.Now(): casefile.Privacy} {
		p, err := i.Settings.At(t.Context(), when)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Route(apptest.StrictAnswers("theft")).Route; got != want {
			t.Errorf("at %s theft was %s, want %s", when, got, want)
		}
	}
	if got := i.Current().Route(apptest.StrictAnswers("theft")).Route; got != casefile.Privacy {
		t.Errorf("theft is %s now", got)
	}
}

// A version of the configuration must hold with what the directory says and with what is on
// its way there, and the other way round.
func TestConfigurationAndRoutingHoldTogether(t *testing.T) {
	i, team := apptest.Staffed(t)
	moved := map[string]string{}
	for _, x := range i.Current().TopicsOn(casefile.Privacy)[1:] {
		moved["topics."+x.ID+".route"] = "integrity"
	}
	last := i.Current().TopicsOn(casefile.Privacy)[0].ID
	off := profile.Changes{"topics." + last + ".on": []byte("false")}
	signRouting(t, i, team, moved)
	for _, stage := range []string{"on its way", "in force"} {
		var no *configure.Refused
		if _, err := i.Settings.Save(t.Context(), team.Manager, configure.Set{Changes: off}); !errors.As(err, &no) || no.Problems["topics."+last+".on"] != profile.ProblemRule {
			t.Errorf("%s: a version that leaves a route without a topic: %v", stage, err)
		}
		i.Clock.Add(24 * time.Hour)
	}
	signRouting(t, i, team, map[string]string{"topics.communication.team": "complaints"})
	for address := range moved {
		moved[address] = "privacy"
	}
	signRouting(t, i, team, moved)
	i.Clock.Add(24 * time.Hour)
	if _, err := i.Settings.Save(t.Context(), team.Manager, configure.Set{Changes: off}); err != nil {
		t.Fatal(err)
	}
	for address := range moved {
		moved[address] = "integrity"
	}
	_, err := i.Setup.AskRouting(t.Context(), team.Manager, moved)
	if !errors.Is(err, profile.ErrRouting) {
		t.Errorf("a routing that leaves a route without a topic: %v", err)
	}
	if err := i.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := i.Current().Route(apptest.Answers("communication")).Team; got != casefile.ComplaintsTeam {
		t.Errorf("after a version was saved, it goes to %s", got)
	}
}

// Somebody who can write the database cannot bring in a routing: an event with one signature,
// or with none, leaves the directory unverified and where complaints go as it was.
func TestARoutingInTheDatabaseAloneTakesNoEffect(t *testing.T) {
	i, team := apptest.Staffed(t)
	ch := staff.Change{Type: staff.Routing, Routing: map[string]string{"topics.theft.route": "general"}}
	for name, by := range map[string][]string{"one": {string(team.Manager.Member)}, "the installation": {staff.ByInstance}, "none": nil} {
		if _, err := i.SignedBy(ch, by...); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("signed by %s: %v", name, err)
		}
	}
	event, _ := i.Signed(ch)
	event.Body = []byte(strings.Replace(string(event.Body), `"general"`, `"privacy"`, 1))
	err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
		line := custody.Event{Kind: audit.DirectoryEvent, Actor: custody.BySystem(), Object: string(staff.Routing)}
		return errors.Join(tx.InsertDirectoryEvent(event), tx.InsertLeaf(custody.Leaf(tx.Now(), line)))
	})
	if err != nil {
		t.Fatal(err)
	}
	i.Clock.Add(24 * time.Hour)
	if err := i.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := i.Current().Route(apptest.StrictAnswers("theft")).Route; got != casefile.Integrity {
		t.Errorf("theft is %s now", got)
	}
	if len(i.Custody.Alarms()) == 0 {
		t.Error("nothing is said of an altered directory")
	}
}
