package casefile

import (
	"fmt"
	"log/slog"
)

// AccessAct says how somebody gained or lost the keys of a case.
type AccessAct string

// The acts.
const (
	AccessAside       AccessAct = "stepped-aside" // by own recusal
	AccessExcluded    AccessAct = "excluded"      // by a colleague: the case turned out to be about them
	AccessReturned    AccessAct = "returned"      // two others undid the exclusion
	AccessAdded       AccessAct = "added"         // by name
	AccessAlternative AccessAct = "alternative"   // the alternative recipient, as too few were left
	AccessLeft        AccessAct = "left"          // left the desk
	AccessRestored    AccessAct = "restored"      // after their keys were renewed
	AccessMoved       AccessAct = "moved"         // the case went to another route or team
	AccessNotAbout    AccessAct = "not-about"     // a name in the case is not this member's; changes no key
)

// AccessActs returns every act.
func AccessActs() []AccessAct {
	return []AccessAct{
		AccessAside, AccessExcluded, AccessReturned, AccessAdded, AccessAlternative, AccessLeft,
		AccessRestored, AccessMoved, AccessNotAbout,
	}
}

// AccessEvent is a change of who may read a case, and why. It lies in the
// investigation, so that the complainant does not read who it was and why.
type AccessEvent struct {
	Act    AccessAct `json:"act"`
	Member string    `json:"member,omitempty"` // id of whom it is about; empty when the case moved
	Why    string    `json:"why,omitempty"`
	Held   bool      `json:"held,omitempty"` // whoever is left out held the keys until then
	// From and To are set when the case moved.
	From *Place `json:"from,omitempty"`
	To   *Place `json:"to,omitempty"`
}

// Place is where a case is handled.
type Place struct {
	Route Route `json:"route"`
	Team  Team  `json:"team"`
}

func (AccessEvent) kind() string { return "access" }

// String hides the content.
func (AccessEvent) String() string { return sealedText }

// Format hides the content from every verb.
func (AccessEvent) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (AccessEvent) LogValue() slog.Value { return sealedValue() }
