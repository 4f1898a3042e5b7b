package promises_test

import (
	"errors"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
)

// erase erases a case whose time has come: from then on nobody opens anything of it,
// with whatever they hold or once held. Where two must agree and there is no second, it
// stays.
func (h *history) erase(t *rapid.T) {
	c := h.which(t, "nothing to erase", func(c *modelCase) bool { return c.closed && some(c.readers) })
	who, actor := h.reader(t, c, "")
	was := h.Case(actor, c.number).Erasure
	if was.After.IsZero() {
		t.Fatalf("%s is closed and has no day on which it may be erased", c.number)
	}
	if !h.Clock.Now().After(was.After) {
		if err := h.Casework.Erase(ctx, actor, c.number, h.Password(actor)); err == nil {
			t.Fatalf("%s is erased before its time", c.number)
		}
		h.Clock.Set(was.After.Add(time.Microsecond))
	}
	second := ""
	if c.team == casefile.ComplaintsTeam {
		second = h.agrees(t, c, who)
	}
	err := h.Casework.Erase(ctx, actor, c.number, h.Password(actor))
	if c.team == casefile.ComplaintsTeam && second == "" && !actor.Entry.In(casefile.Alternative) {
		if !errors.Is(err, casework.ErrNeedsApproval) {
			t.Fatalf("%s erases %s alone: %v", who, c.number, err)
		}
		return
	}
	allowed(t, true, err)
	h.DeliverMail()
	h.erased = append(h.erased, c)
	for i, other := range h.cases {
		if other == c {
			h.cases = append(h.cases[:i:i], h.cases[i+1:]...)
			break
		}
	}
}

// agrees lets somebody else who reads the case sign its erasure; empty: there is nobody.
func (h *history) agrees(t *rapid.T, c *modelCase, who string) string {
	for _, name := range h.names() {
		if name == who || !c.readers[name] {
			continue
		}
		id, err := h.Casework.Ask(ctx, h.people[who].actor, c.number, casework.Question{Matter: casefile.MatterErasure, Reason: "Its time has come."})
		allowed(t, true, err)
		h.Clock.Add(time.Minute)
		allowed(t, true, h.Decide(h.people[name].actor, c.number, id, casefile.VerdictApproved))
		h.Clock.Add(time.Minute)
		return name
	}
	return ""
}

// gone checks that an erased case answers everyone like one that never was.
func (h *history) gone(t *rapid.T, missing error) {
	for _, c := range h.erased {
		for _, name := range h.names() {
			if _, err := h.Casework.Case(ctx, h.people[name].actor, c.number); !errors.Is(err, fault.ErrNotFound) || err.Error() != missing.Error() {
				t.Fatalf("%s asks for %s, which is erased: %v", name, c.number, err)
			}
		}
		if _, err := h.Dialogue.Enter(ctx, c.code); err == nil {
			t.Fatalf("the code of %s, which is erased, opens", c.number)
		}
	}
}
