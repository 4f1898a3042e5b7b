package custody

import (
	"fmt"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// shift is a turn in the making. Numbers are given in order; nothing is written.
type shift struct {
	turned

	c    *Custody
	d    *staff.Directory
	o    *Opened
	t    Turn
	seq  int64
	at   time.Time
	keys *seal.CaseKeys // under which the items will lie

	// There is an alarm: keys are taken from whoever is Out, and none is given.
	stopped bool
}

func (s *shift) next() int64 {
	s.seq++
	return s.seq
}

// stays reports whether the holder of a grant keeps it.
func (s *shift) stays(g store.Grant) bool {
	if s.stopped {
		return g.Kind != seal.RecipientMember || !slices.Contains(s.t.Out, staff.ID(g.Recipient))
	}
	switch g.Kind {
	case seal.RecipientMember:
		id := staff.ID(g.Recipient)
		return slices.Contains(s.t.To.Members, id) && !slices.Contains(s.t.Anew, id)
	case seal.RecipientRecovery:
		return slices.Contains(s.t.To.Recovery, g.Recipient)
	default:
		return s.t.Code == nil || s.t.Code.Lookup == g.Recipient
	}
}

// takeAway removes the grants of whoever goes.
func (s *shift) takeAway() error {
	s.directory, s.out = count(s.d), slices.Clone(s.t.Out)
	for _, g := range s.o.Grants {
		if s.stays(g) {
			if s.forgets() {
				s.renew(g)
			}
			continue
		}
		s.removed = append(s.removed, g)
		id := staff.ID(g.Recipient)
		switch {
		case g.Kind == seal.RecipientCode && !slices.Contains(s.dead, g.Recipient):
			s.dead = append(s.dead, g.Recipient)
		case g.Kind == seal.RecipientMember && slices.Contains(s.t.Anew, id):
			s.rings = append(s.rings, g)
		case g.Kind == seal.RecipientMember && !slices.Contains(s.out, id):
			s.out = append(s.out, id)
		}
	}
	return nil
}

func (s *shift) place() casefile.Place {
	if s.t.Place == (casefile.Place{}) {
		return casefile.Place{Route: s.o.Case.Route, Team: s.o.Case.Team}
	}
	return s.t.Place
}

// apart reports whether the identity lies under a gate from here on. Once it did, it
// does on every route.
func (s *shift) apart() bool {
	return s.o.Apart() || s.place().Route.SealsIdentityApart()
}

// putUnderGate gives a gate to each epoch that has none, where the identity is
// sealed apart from here on; members who stay get their keys anew in that form.
func (s *shift) putUnderGate() error {
	if !s.apart() {
		return nil
	}
	for _, epoch := range s.o.epochs() {
		k := s.o.caseKey[epoch]
		if len(k.Gate) > 0 && !s.forgets() {
			continue
		}
		was := k.Stamp
		s.c.gate(&k)
		s.c.stampKey(&k)
		s.o.caseKey[epoch] = k
		s.turned.gated = append(s.turned.gated, gated{k, was})
		for _, g := range s.o.Grants {
			if g.Kind == seal.RecipientMember && g.Epoch == epoch && s.stays(g) && !s.goes(g.Seq) {
				s.removed, s.rings = append(s.removed, g), append(s.rings, g)
			}
		}
	}
	return nil
}

// gate draws a gate for the identity of an epoch.
func (c *Custody) gate(k *store.CaseKey) {
	k.Gate = seal.NewKey().Wrap(c.gates, c.gateContext(k.Case, k.Epoch))
}

// passOver leaves a number out where anything is removed, so that no two heads of a
// case share one, and a renewal that failed is still seen to be due.
func (s *shift) passOver() error {
	if len(s.removed)+len(s.dropped) > 0 {
		s.next()
	}
	return nil
}

// bring wraps the epochs that are there to whoever lacks one. A giver who cannot
// read the investigation brings nobody but their own new code.
func (s *shift) bring() error {
	_, whole := s.o.latest().Compartment(seal.Investigation)
	if s.stopped || !whole && s.t.Code == nil {
		return nil
	}
	to, err := s.recipients()
	if err != nil {
		return err
	}
	for _, r := range to {
		if !whole && r.Kind() != seal.RecipientCode {
			continue
		}
		if r.Kind() == seal.RecipientMember && !s.held(r.ID()) {
			s.came = append(s.came, staff.ID(r.ID()))
		}
		for _, epoch := range s.o.epochs() {
			keys, ok := s.o.keys[epoch]
			if s.holds(r, epoch) {
				continue
			}
			if !ok {
				return errOlder
			}
			if err := s.grant(keys, s.o.caseKey[epoch], r); err != nil {
				return err
			}
		}
	}
	return nil
}

// held reports whether a member had any grant before the turn.
func (s *shift) held(id string) bool {
	return slices.ContainsFunc(s.o.Grants, func(g store.Grant) bool {
		return g.Kind == seal.RecipientMember && g.Recipient == id
	})
}

// holds reports whether a recipient has a grant of an epoch and keeps it.
func (s *shift) holds(r seal.Recipient, epoch uint32) bool {
	return slices.ContainsFunc(s.o.Grants, func(g store.Grant) bool {
		return g.Kind == r.Kind() && g.Recipient == r.ID() && g.Epoch == epoch && !s.goes(g.Seq)
	})
}

func (s *shift) goes(seq int64) bool {
	return slices.ContainsFunc(s.removed, func(g store.Grant) bool { return g.Seq == seq })
}

// recipients are the verified keys of everyone who has the keys from here on.
func (s *shift) recipients() ([]seal.Recipient, error) {
	var list []seal.Recipient
	for _, id := range s.t.To.Members {
		r, ok := s.d.Recipient(id)
		if !ok {
			return nil, fmt.Errorf("grant to a member: %w", staff.ErrDirectory)
		}
		list = append(list, r)
	}
	for _, id := range s.t.To.Recovery {
		r, ok := s.d.RecoveryRecipient(id)
		if !ok {
			return nil, fmt.Errorf("grant to recovery key: %w", staff.ErrDirectory)
		}
		list = append(list, r)
	}
	codes := s.o.codes
	if s.t.Code != nil {
		s.code, codes = s.t.Code, []store.Code{*s.t.Code}
	}
	for _, k := range codes {
		r, err := s.c.codeRecipient(k)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// freshen draws the epoch that whoever went never had.
func (s *shift) freshen() error {
	if s.stopped || len(s.removed)+len(s.dropped) == 0 && !s.o.stale() {
		return nil
	}
	id, epoch := s.o.Case.ID, s.o.Case.Epoch+1
	s.keys = seal.NewCaseKeys(s.c.instance, string(id), epoch)
	k := store.CaseKey{Case: id, Epoch: epoch, Seq: s.next(), Public: s.keys.PublicKeys(), Created: s.at}
	if s.apart() {
		s.c.gate(&k)
	}
	s.c.stampKey(&k)
	s.fresh = &k
	to, err := s.recipients()
	if err != nil {
		return err
	}
	for _, r := range to {
		if err := s.grant(s.keys, k, r); err != nil {
			return err
		}
	}
	return nil
}

// grant wraps what a recipient is to have of one epoch. The recovery key and the
// code have the identity open also where the giver has it under the gate only; it is
// lifted in a copy that nobody reads from.
func (s *shift) grant(keys *seal.CaseKeys, k store.CaseKey, to seal.Recipient) error {
	share := s.share(keys, to)
	var gate *seal.Key
	if len(k.Gate) > 0 && share[0] == seal.Identity {
		var err error
		if gate, err = seal.UnwrapKey(s.c.gates, s.c.gateContext(k.Case, k.Epoch), k.Gate); err != nil {
			return fmt.Errorf("open gate: %w", err)
		}
	}
	if gate != nil && to.Kind() != seal.RecipientMember {
		keys = keys.Clone()
		if err := keys.LiftGate(gate); err != nil {
			return fmt.Errorf("lift gate: %w", err)
		}
		gate = nil
	}
	box, err := keys.Grant(to, share, gate)
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	g := store.Grant{
		Case: k.Case, Epoch: k.Epoch, Kind: to.Kind(), Recipient: to.ID(), Seq: s.next(),
		Fingerprint: to.Fingerprint(), Box: box, Created: s.at,
	}
	s.c.stampGrant(&g)
	s.grants = append(s.grants, g)
	return nil
}
