package setup_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func toComplaints() map[string]string {
	return map[string]string{"topics.communication.team": "complaints"}
}

func TestTwoMembersChangeWhereComplaintsGo(t *testing.T) {
	i, team := apptest.Staffed(t)
	look, err := i.Setup.LookAtRouting(ctx, team.Manager, toComplaints())
	must(t, err)
	moves := look.Moves
	if !look.Delayed || !look.From.Equal(i.Clock.Now().Add(delay)) {
		t.Errorf("it would hold from %v", look.From)
	}
	service := []string{"Julie Lambert", "Karim Benali", "Sofie Peeters"}
	complaints := []string{"Nele Janssens", "Thomas Dubois"}
	if len(moves) != 1 || len(moves[0].Places) != 1 || moves[0].Places[0].Before != "" || moves[0].Places[0].After != "complaints" ||
		!slices.Equal(moves[0].Gains, complaints) || !slices.Equal(moves[0].Loses, service) ||
		!slices.Equal(moves[0].Before[0].Names, service) || !slices.Equal(moves[0].Then[0].Names, complaints) {
		t.Fatalf("it would mean %+v", moves)
	}
	id, err := i.Setup.AskRouting(ctx, team.Manager, toComplaints())
	must(t, err)
	c, err := i.Setup.Change(ctx, team.HR, id)
	must(t, err)
	if c.Type != staff.Routing || c.More != 2 || !c.Delayed || !c.From.Equal(i.Clock.Now().Add(delay)) || !c.MaySign || len(c.Moves) != 1 || !slices.Equal(c.Moves[0].Gains, complaints) {
		t.Errorf("a colleague sees %+v", c)
	}
	_, err = i.Setup.AskRouting(ctx, team.Manager, map[string]string{"topics.theft.route": "privacy"})
	refused(t, err, "error.change-open")
	refused(t, sign(i, team.Service[0], id), "error.change-newcomer")
	must(t, sign(i, team.Manager, id))
	refused(t, sign(i, team.Manager, id), "error.change-signed")
	r, err := i.Setup.Routes(ctx, team.Manager)
	must(t, err)
	if r.Waiting != id || len(r.Coming) != 0 {
		t.Errorf("before the second signature: %+v", r)
	}
	must(t, sign(i, team.HR, id))
	r, err = i.Setup.Routes(ctx, team.Manager)
	must(t, err)
	if r.Waiting != "" || len(r.Coming) != 1 || !r.Coming[0].From.Equal(i.Clock.Now().Add(delay)) || thing(t, r, "communication").Ways[0].Team != casefile.SupportersService {
		t.Errorf("on its way: %+v", r.Coming)
	}
	i.Clock.Add(delay)
	r, err = i.Setup.Routes(ctx, team.Manager)
	must(t, err)
	if at := thing(t, r, "communication"); len(r.Coming) != 0 || at.Ways[0].Team != casefile.ComplaintsTeam || !slices.Equal(at.Ways[0].Names, complaints) {
		t.Errorf("in force: %+v", at)
	}
	if got := routingLines(t, i); !maps.Equal(got, map[audit.Kind]int{audit.ChangeAsked: 1, audit.ChangeSigned: 2, audit.DirectoryEvent: 1}) {
		t.Errorf("the log tells of %v", got)
	}
}

func thing(t *testing.T, r *setup.Routes, group string) setup.Thing {
	t.Helper()
	at := slices.IndexFunc(r.Things, func(x setup.Thing) bool { return x.Group == group })
	if at < 0 {
		t.Fatalf("nothing is said of %s", group)
	}
	return r.Things[at]
}

// routingLines counts the log's lines about where complaints go, by their kind.
func routingLines(t *testing.T, i *apptest.Instance) map[audit.Kind]int {
	t.Helper()
	lines := map[audit.Kind]int{}
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		for _, kind := range []audit.Kind{audit.ChangeAsked, audit.ChangeSigned, audit.ChangeDropped, audit.DirectoryEvent} {
			leaves, err := tx.DeskLeaves(kind)
			if err != nil {
				return err
			}
			for _, l := range leaves {
				if r, err := audit.DecodeRecord(l.Record); err == nil && r.Object == string(staff.Routing) && r.Detail["type"] == r.Object {
					lines[kind]++
				}
			}
		}
		return nil
	}))
	return lines
}

func TestWhoIsLeftOutIsShownByName(t *testing.T) {
	i, team := apptest.Staffed(t)
	look, err := i.Setup.LookAtRouting(ctx, team.Manager, map[string]string{"options.concerns.hr.function": "", "options.concerns.board.alternative": "false"})
	must(t, err)
	moves := look.Moves
	if len(moves) != 2 || moves[0].Group != "concerns.hr" || !slices.Equal(moves[0].Gains, []string{"Thomas Dubois"}) || len(moves[0].Loses) != 1 ||
		moves[0].Loses[0] != "Marc Verstraete" || !slices.Equal(moves[1].Loses, []string{"Marc Verstraete"}) || len(moves[1].Gains) != 0 {
		t.Errorf("it would mean %+v", moves)
	}
	way := slices.IndexFunc(moves[0].Before, func(w setup.Way) bool { return slices.Contains(w.LeftOut, "Thomas Dubois") && w.Alternative })
	if way < 0 {
		t.Errorf("nobody is left out before: %+v", moves[0].Before)
	}
}

func TestOnlyAConfiguratorLooksAtAndAsksForRouting(t *testing.T) {
	i, team := apptest.Staffed(t)
	for _, who := range []access.Actor{team.HR, team.Service[0], team.Alternative, team.Auditor} {
		if _, err := i.Setup.Routes(ctx, who); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s sees it: %v", who.Name, err)
		}
		if _, err := i.Setup.LookAtRouting(ctx, who, toComplaints()); err == nil {
			t.Errorf("%s looks at a change", who.Name)
		}
		if _, err := i.Setup.AskRouting(ctx, who, toComplaints()); err == nil {
			t.Errorf("%s asks for a change", who.Name)
		}
	}
}

func TestARoutingThatCannotHoldIsNotAskedFor(t *testing.T) {
	i, team := apptest.Staffed(t)
	_, err := i.Setup.AskRouting(ctx, team.Manager, map[string]string{"topics.communication.team": ""})
	refused(t, err, "error.routing-same")
	for address, value := range map[string]string{"topics.theft.team": "complaints", "topics.nothing.route": "general", "topics.retaliation.route": "general"} {
		var no *profile.RoutingRefused
		if _, err := i.Setup.AskRouting(ctx, team.Manager, map[string]string{address: value}); !errors.As(err, &no) || no.Address != address {
			t.Errorf("%s: %v", address, err)
		}
	}
	if lines := routingLines(t, i); len(lines) > 0 {
		t.Errorf("the log tells of %v", lines)
	}
}

// agreed is asked for and signed by two.
func agreed(t *testing.T, i *apptest.Instance, team apptest.Staff, typed map[string]string) {
	t.Helper()
	id, err := i.Setup.AskRouting(ctx, team.Manager, typed)
	must(t, err)
	must(t, sign(i, team.Manager, id))
	must(t, sign(i, team.HR, id))
}

func TestARoutingIsTakenBackOrReplacedByANewOne(t *testing.T) {
	i, team := apptest.Staffed(t)
	id, err := i.Setup.AskRouting(ctx, team.Manager, toComplaints())
	must(t, err)
	must(t, sign(i, team.HR, id))
	must(t, i.Setup.Withdraw(ctx, team.Manager, id))
	if err := sign(i, team.Manager, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("signed after it was taken back: %v", err)
	}
	agreed(t, i, team, toComplaints())
	i.Clock.Add(delay / 2)
	agreed(t, i, team, map[string]string{"topics.communication.team": "", "topics.response-time.team": "complaints"}) // before the first holds
	r, err := i.Setup.Routes(ctx, team.Manager)
	must(t, err)
	if len(r.Coming) != 2 || r.Coming[0].Moves[0].Places[0].After != "complaints" || len(r.Coming[1].Moves) != 2 {
		t.Errorf("on their way: %+v", r.Coming)
	}
	for _, want := range []casefile.Team{casefile.ComplaintsTeam, casefile.SupportersService} {
		i.Clock.Add(delay / 2)
		r, err := i.Setup.Routes(ctx, team.Manager)
		must(t, err)
		if got := thing(t, r, "communication").Ways[0].Team; got != want {
			t.Errorf("it goes to %s, want %s", got, want)
		}
	}
}

// Two members stop what is on its way before it holds: that holds at once, and what was on
// its way never does.
func TestWhatIsOnItsWayIsStopped(t *testing.T) {
	i, team := apptest.Staffed(t)
	agreed(t, i, team, toComplaints())
	i.Clock.Add(delay / 2)
	agreed(t, i, team, map[string]string{"topics.response-time.team": "complaints"})
	r, err := i.Setup.Routes(ctx, team.Manager)
	must(t, err)
	look, err := i.Setup.LookAtRouting(ctx, team.Manager, r.KeepRouting())
	must(t, err)
	if look.Delayed || len(look.Moves) != 2 || len(r.Coming) != 2 {
		t.Errorf("stopping %d would mean %+v", len(r.Coming), look)
	}
	agreed(t, i, team, r.KeepRouting())
	for range 3 {
		r, err = i.Setup.Routes(ctx, team.Manager)
		must(t, err)
		if got := thing(t, r, "communication").Ways[0].Team; got != casefile.SupportersService || len(r.Coming) != 0 {
			t.Errorf("it goes to %s, and on its way is %+v", got, r.Coming)
		}
		i.Clock.Add(delay / 2)
	}
	_, err = i.Setup.LookAtRouting(ctx, team.Manager, r.KeepRouting())
	refused(t, err, "error.routing-same")
}

func TestBeforeTheOpeningARoutingHoldsAtOnce(t *testing.T) {
	onBothClosed(t, setup.Keeping{}, func(t *testing.T, i *apptest.Instance) {
		team := i.Staff()
		id, err := i.Setup.AskRouting(ctx, team.Manager, toComplaints())
		must(t, err)
		must(t, sign(i, team.Manager, id))
		before := i.Clock.Now()
		must(t, sign(i, team.HR, id))
		if got := i.Current().Route(apptest.Answers("communication")).Team; got != casefile.ComplaintsTeam || !i.Clock.Now().Equal(before) {
			t.Errorf("once it is signed, it goes to %s", got)
		}
	})
}
