package custody

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// drop chooses the entries that go with a part of a case. Those that do not open, or are
// damaged, go by their kind as well.
func (s *shift) drop() {
	if s.t.Part != casefile.ScopeStory && s.t.Part != casefile.ScopeIdentity {
		return
	}
	for _, e := range s.o.Entries {
		if s.t.Part.Takes(e.Kind) {
			s.dropped = append(s.dropped, e.Entry)
		}
	}
}

// forgets reports whether the secrets that opened the identity go, with everybody who
// has them: every grant is made anew without them, and every gate is another.
func (s *shift) forgets() bool { return s.t.Part == casefile.ScopeIdentity }

// renew makes a grant of somebody who stays anew.
func (s *shift) renew(g store.Grant) {
	s.removed = append(s.removed, g)
	if g.Kind == seal.RecipientMember {
		s.rings = append(s.rings, g)
	}
}

// share lists the compartments that a recipient gets of an epoch. Where the identity was
// erased nobody has its secret, so that nobody can be given it.
func (s *shift) share(keys *seal.CaseKeys, to seal.Recipient) seal.Share {
	share := seal.Share{seal.Identity, seal.Dialogue, seal.Investigation}
	if to.Kind() == seal.RecipientCode {
		share = seal.Share{seal.Identity, seal.Dialogue}
	}
	_, open := keys.Compartment(seal.Identity)
	if old := keys.Epoch() <= s.o.Case.Epoch; old && s.forgets() || !open && !keys.IdentityGated() {
		share = slices.DeleteFunc(share, func(c seal.Compartment) bool { return c == seal.Identity })
	}
	return share
}
