package custody

import (
	"klankbord/internal/audit"
	"klankbord/internal/store"
)

// Granted is the line of the log that tells to whom keys of the new case were wrapped, and
// to which of their keys.
func (f *Foundation) Granted() store.Leaf {
	return Leaf(f.Key.Created, Event{Kind: audit.GrantMade, Actor: BySystem(), Case: f.Key.Case, Detail: fingerprints(f.Grants)})
}

func fingerprints(grants []store.Grant) map[string]string {
	detail := map[string]string{}
	for _, g := range grants {
		detail[string(g.Kind)+"/"+g.Recipient] = g.Fingerprint
	}
	return detail
}
