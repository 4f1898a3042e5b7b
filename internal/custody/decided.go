package custody

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Decided lists the members who decided the case before a review of it was asked for: who
// wrote an outcome until then. Who wrote it stands beside the entry, so that whoever
// holds the code can tell as well.
func (o *Opened) Decided() (list []staff.ID) {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryReview {
			break
		}
		if id := staff.ID(e.AuthorID); e.Kind == casefile.EntryOutcome && e.AuthorKind == AuthorMember && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}
