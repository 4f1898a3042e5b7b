package promises_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
)

// The acts of a history that change who may read a case.

// reader draws a member who reads a case and is in no alternative place only, or skips.
func (h *history) reader(t *rapid.T, c *modelCase, but string) (string, access.Actor) {
	var list []string
	for _, name := range h.names() {
		if c.readers[name] && name != but && !h.people[name].left {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		drawAgain(t, "nobody reads it")
	}
	name := rapid.SampledFrom(list).Draw(t, "reader")
	return name, h.people[name].actor
}

func (h *history) stepAside(t *rapid.T) {
	c := h.anyCase(t)
	who, actor := h.anyone(t)
	may := c.readers[who]
	err := h.StepAside(actor, c.number)
	allowed(t, may, err)
	if may {
		c.out[who], c.held[who] = true, true
		h.again(c, nil)
	}
}

func (h *history) exclude(t *rapid.T) {
	c := h.anyCase(t)
	_, actor := h.reader(t, c, "")
	who, _ := h.anyone(t)
	err := h.Exclude(actor, c.number, h.people[who].actor.Member)
	if c.out[who] {
		if err == nil {
			t.Fatalf("%s was excluded twice", who)
		}
		return
	}
	allowed(t, true, err)
	c.out[who], c.held[who], c.waiting[who] = true, c.readers[who], false
	h.again(c, nil)
}

func (h *history) addReader(t *rapid.T) {
	c := h.anyCase(t)
	_, actor := h.reader(t, c, "")
	who, _ := h.anyone(t)
	err := h.AddReader(actor, c.number, h.people[who].actor.Member)
	if c.readers[who] || c.out[who] || len(h.people[who].teams) == 0 {
		if err == nil {
			t.Fatalf("%s was added, who reads it or must not", who)
		}
		return
	}
	allowed(t, true, err)
	c.waiting[who] = false
	h.again(c, func(r map[string]bool) { r[who] = true })
}

// letBackIn undoes an exclusion, by two others.
func (h *history) letBackIn(t *rapid.T) {
	c := h.which(t, "nobody is left out", func(c *modelCase) bool { return some(h.stillHere(c.out)) })
	asks, actor := h.reader(t, c, "")
	approves, second := h.reader(t, c, asks)
	who := h.oneOf(t, "not left out", h.stillHere(c.out), approves)
	held := c.held[who]
	err := h.LetBackIn(actor, second, c.number, h.people[who].actor.Member)
	allowed(t, true, err)
	c.out[who] = false
	h.again(c, func(r map[string]bool) { r[who] = held || h.people[who].handles(c.team) })
}

func (h *history) move(t *rapid.T) {
	c := h.anyCase(t)
	who, actor := h.reader(t, c, "")
	to := rapid.SampledFrom([]casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}).Draw(t, "route")
	err := h.Hand(actor, c.number, to)
	if err != nil {
		var f *fault.Fault
		if !errors.As(err, &f) || f.Kind != fault.Invalid { // there already, not stricter, closed, nobody there
			t.Fatalf("%s moves %s to %s: %v", who, c.number, to, err)
		}
		return
	}
	c.team = casefile.ComplaintsTeam
	if to == casefile.General {
		c.team = casefile.SupportersService
	}
	c.apart = c.apart || to != casefile.General
	for name := range c.waiting {
		c.waiting[name] = c.waiting[name] && h.people[name].handles(c.team)
	}
	h.settle(c, h.inTeam(c.team))
}

// leave takes a colleague off the desk.
func (h *history) leave(t *rapid.T) {
	by, actor := h.anyone(t)
	who, _ := h.anyone(t)
	if by == who || h.people[who].function != "" || len(h.people[by].teams) == 0 {
		drawAgain(t, "stays")
	}
	err := h.Setup.Leave(ctx, actor, setup.Leaving{Member: h.people[who].actor.Member, Password: h.Password(actor)})
	if err != nil {
		var f *fault.Fault
		if !errors.As(err, &f) || f.Kind != fault.Invalid { // nobody else has the task, or would read a case
			t.Fatalf("%s takes %s off the desk: %v", by, who, err)
		}
		return
	}
	h.people[who].left = true
	for _, c := range h.cases {
		c.waiting[who] = false
		switch others := len(c.readers); {
		case !c.readers[who]:
		case c.readers[by] && (!c.closed || others < 3):
			h.again(c, nil)
		default:
			c.lost(who)
		}
	}
}

// renewKeys gives somebody new keys, as after a lost password: they open nothing.
func (h *history) renewKeys(t *rapid.T) {
	who, _ := h.anyone(t)
	if h.renewed >= 2 || h.people[who].function != "" {
		drawAgain(t, "keeps the keys")
	}
	h.loseKeys(who)
}

// loseKeys gives new keys to somebody, who reads nothing with them.
func (h *history) loseKeys(who string) {
	actor := h.people[who].actor
	h.renewed++
	h.burglar(fmt.Sprintf("the former keys of %s, %d", who, h.renewed), actor.Keys)
	secret := seal.NewMemberSecret()
	reading := secret.Keys().Public()
	h.Change(staff.Change{
		Type: staff.Rekey, Member: actor.Member, Reading: reading, Signing: secret.Signer().Public(),
		Proof: secret.Signer().Sign(staff.ProofContext(h.Instance.Instance(), actor.Member), reading),
	})
	h.Clock.Add(time.Minute)
	must(h.T, h.Custody.Lapse(ctx, actor.Member, custody.BySystem()))
	behind(h.T, h.Store, "DELETE FROM envelope WHERE member_id = $1", actor.Member)
	h.Knows(actor.Member, secret)
	actor.Keys = secret.Keys()
	dir, err := h.Custody.Directory(ctx)
	must(h.T, err)
	actor.Entry, _ = dir.Entry(actor.Member)
	h.people[who].actor = actor
	h.Present(actor)
	h.burglars[who] = &burglar{keys: actor.Keys, loot: h.burglars[who].loot}
	for _, c := range h.cases {
		if c.readers[who] {
			c.lost(who)
			c.waiting[who] = true
		}
	}
}

// restore gives a colleague back what they lost, by somebody who reads it. Where nobody
// lost anything, somebody loses their keys first.
func (h *history) restore(t *rapid.T) {
	if !slices.ContainsFunc(h.cases, func(c *modelCase) bool { return some(c.waiting) }) {
		h.loses(t)
	}
	c := h.which(t, "nobody waits", func(c *modelCase) bool { return some(c.waiting) && some(c.readers) })
	who := h.oneOf(t, "does not wait", c.waiting)
	_, actor := h.reader(t, c, who)
	done, err := h.Casework.RestoreAccess(ctx, actor, h.people[who].actor.Member, []casefile.Number{c.number}, h.Password(actor))
	if err != nil || done.Done != 1 {
		t.Fatalf("%d cases given back to %s: %v", done.Done, who, err)
	}
	c.waiting[who] = false
	h.again(c, func(r map[string]bool) { r[who] = true })
}

// loses lets somebody lose their keys who is not alone on a case.
func (h *history) loses(t *rapid.T) {
	c := h.which(t, "nobody can give it back", func(c *modelCase) bool { return len(c.readers) > 1 })
	ordinary := maps.Clone(c.readers)
	maps.DeleteFunc(ordinary, func(name string, _ bool) bool { return h.people[name].function != "" })
	who := h.oneOf(t, "their keys stay", ordinary)
	if h.renewed >= 4 {
		drawAgain(t, "enough keys were lost")
	}
	h.loseKeys(who)
}
