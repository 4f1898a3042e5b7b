package staff_test

import (
	"bytes"
	"errors"
	"maps"
	"strconv"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

func routing(value string) staff.Change {
	return staff.Change{Type: staff.Routing, Routing: map[string]string{"topics.theft.team": value}}
}

func (f *founding) routed(want string) {
	f.t.Helper()
	got := f.dir().Routing().Places
	if wanted := routing(want).Routing; want == "" && len(got) > 0 || want != "" && !maps.Equal(got, wanted) {
		f.t.Errorf("routing is %v, want %q", got, want)
	}
}

func TestRoutingHoldsAfterTheDelay(t *testing.T) {
	f := desk(t)
	f.routed("")
	if seq := f.dir().Routing().Seq; seq != -1 {
		t.Errorf("an untouched routing is said by event %d", seq)
	}
	f.add(routing("complaints"), "nele", "thomas")
	f.routed("")
	if list := f.dir().Upcoming(); len(list) != 1 || list[0].Change.Type != staff.Routing || !list[0].From.Equal(f.now.Add(delay)) {
		t.Errorf("on its way: %+v", list)
	}
	f.now = f.now.Add(delay)
	f.routed("complaints")
	first := f.dir().Routing().Seq
	f.add(staff.Change{Type: staff.Routing}, "nele", "thomas") // back to the profile
	f.routed("complaints")
	f.now = f.now.Add(delay)
	f.routed("")
	if seq := f.dir().Routing().Seq; seq <= first {
		t.Errorf("putting back is said by event %d, which is not after %d", seq, first)
	}
	if got := f.chain.At(f.now.Add(-1)).Routing().Seq; got != first {
		t.Errorf("before it was put back, event %d held, want %d", got, first)
	}
}

// What holds already is confirmed without a delay, which takes back what is on its way; with
// one place otherwise it must wait.
func TestKeepingTheRoutingTakesBackWhatIsOnItsWay(t *testing.T) {
	f := desk(t)
	f.add(routing("complaints"), "nele", "thomas")
	f.now = f.now.Add(delay)
	f.routed("complaints")
	f.add(routing("supporters-service"), "nele", "thomas")
	f.now = f.now.Add(delay / 2)
	if rule := f.chain.Rule(routing("complaints"), f.now); rule.Delay != 0 || rule.Signatures != 2 || !rule.Cosigners {
		t.Errorf("keeping it needs %+v", rule)
	}
	if rule := f.chain.Rule(staff.Change{Type: staff.Routing}, f.now); rule.Delay != delay {
		t.Errorf("putting the profile back waits %v", rule.Delay)
	}
	f.add(routing("complaints"), "nele", "thomas")
	if list := f.dir().Upcoming(); len(list) != 0 {
		t.Errorf("still on its way: %+v", list)
	}
	for range 3 {
		f.routed("complaints")
		f.now = f.now.Add(delay)
	}
}

func TestWhoSignsRouting(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele", casefile.ComplaintsTeam), staff.ByInstance)
	f.refuses(routing("complaints"), staff.ByInstance) // where a member can sign, the installation alone may not
	f.refuses(routing("complaints"), "nele")
	f.add(routing("complaints"), "nele", staff.ByInstance) // the first member, with the operator
	f.add(f.enrolment("thomas", casefile.ComplaintsTeam), "nele")
	f.add(f.enrolment("sofie", casefile.SupportersService), "nele")
	for name, by := range map[string][]string{
		"nobody": {}, "one": {"nele"}, "the same twice": {"nele", "nele"}, "one who is no cosigner": {"nele", "sofie"},
		"the installation alone": {staff.ByInstance}, "one and the installation": {"nele", staff.ByInstance},
		"two and the installation": {"nele", "thomas", staff.ByInstance},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.t = t
			f.refuses(routing("other"), by...)
		})
	}
	f.add(routing("other"), "nele", "thomas")
}

func TestRoutingBeforeTheOpeningHoldsAtOnce(t *testing.T) {
	f := foundBy(t, staff.Rules{Closed: true})
	f.add(f.enrolment("nele", casefile.ComplaintsTeam), staff.ByInstance)
	f.add(f.enrolment("thomas", casefile.ComplaintsTeam), "nele")
	f.refuses(routing("complaints"), "nele")
	f.add(routing("complaints"), "nele", "thomas")
	f.routed("complaints")
	f.add(staff.Change{Type: staff.Open}, "nele")
	f.add(routing("other"), "nele", "thomas")
	f.routed("complaints")
}

// A routing whose delay was cut out of its body, by whoever can sign a place, is refused.
func TestRoutingWithACutDelayIsRefused(t *testing.T) {
	f := desk(t)
	statement := f.compose(routing("complaints"))
	shut := foundBy(t, staff.Rules{Closed: true})
	e, err := f.chain.Place(statement, f.sign(statement, "nele", "thomas"), f.now, f.instance)
	f.check(err)
	late, now := strconv.AppendInt(nil, f.now.Add(delay).UnixMicro(), 10), strconv.AppendInt(nil, f.now.UnixMicro(), 10)
	cut := e
	cut.Body = bytes.Replace(e.Body, append([]byte(`"from":`), late...), append([]byte(`"from":`), now...), 1)
	if bytes.Equal(cut.Body, e.Body) {
		t.Fatal("nothing was cut")
	}
	cut = staff.Replaced(instance, cut, f.instance)
	if _, err := f.chain.Follow([]staff.Event{cut}); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("Follow = %v, want ErrDirectory", err)
	}
	if _, err := shut.chain.Follow([]staff.Event{e}); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("in another directory: %v, want ErrDirectory", err)
	}
	if _, err := f.chain.Follow([]staff.Event{e}); err != nil {
		t.Errorf("as it was placed: %v", err)
	}
}

// An older routing with its two signatures does not come back by being placed again.
func TestAnOlderRoutingIsNotReplayed(t *testing.T) {
	f := desk(t)
	older, rival := f.compose(routing("older")), f.compose(routing("rival"))
	signed, also := f.sign(older, "nele", "thomas"), f.sign(rival, "nele", "thomas")
	e, err := f.chain.Place(older, signed, f.now, f.instance)
	f.check(err)
	f.follow(e)
	f.add(routing("newer"), "nele", "thomas")
	for name, try := range map[string]func() error{
		"placed again":           func() error { _, err := f.chain.Place(older, signed, f.now, f.instance); return err },
		"asked at the same time": func() error { _, err := f.chain.Place(rival, also, f.now, f.instance); return err },
		"its row again":          func() error { _, err := f.chain.Follow([]staff.Event{e}); return err },
	} {
		if err := try(); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("%s: %v, want ErrDirectory", name, err)
		}
	}
	f.now = f.now.Add(delay)
	f.routed("newer")
}

func TestRoutingThatMakesNoSenseIsRefused(t *testing.T) {
	f := desk(t)
	about := routing("complaints")
	about.Member = "sofie"
	elsewhere := staff.Change{Type: staff.Revoke, Member: "sofie", Routing: about.Routing}
	unknown := routing("complaints")
	unknown.Type = "routes"
	for name, ch := range map[string]staff.Change{
		"about a member": about, "in a change of another kind": elsewhere, "of a type that is not known": unknown,
		"without an address":  {Type: staff.Routing, Routing: map[string]string{"": "x"}},
		"with a long value":   {Type: staff.Routing, Routing: map[string]string{"x": string(make([]byte, 201))}},
		"with assignments":    {Type: staff.Routing, Assignments: handler(casefile.ComplaintsTeam)},
		"with a recovery key": {Type: staff.Routing, Recovery: []staff.Recovery{recovery("r2")}},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.t = t
			f.refuses(ch, "nele", "thomas")
		})
	}
	statement := f.compose(routing("complaints"))
	for name, twin := range map[string][]byte{
		"an empty list written out": bytes.Replace(statement, []byte(`"routing":{"topics.theft.team":"complaints"}`), []byte(`"routing":{}`), 1),
		"an address twice":          bytes.Replace(statement, []byte(`{"topics.theft.team"`), []byte(`{"topics.theft.team":"x","topics.theft.team"`), 1),
	} {
		if bytes.Equal(twin, statement) {
			t.Fatal("nothing was changed")
		}
		if _, err := staff.DecodeChange(twin); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}
