package staff

import (
	"encoding/json"

	"klankbord/internal/seal"
)

// KnownKeys are the fingerprints of the reading keys that a directory ever named, of
// members by their id and of recovery keys by theirs. It is for events that were
// verified before.
func KnownKeys(events []Event) (members, recovery map[string][]string) {
	members, recovery = map[string][]string{}, map[string][]string{}
	for _, e := range events {
		var c struct {
			Member   string     `json:"member"`
			Reading  []byte     `json:"reading"`
			Recovery []Recovery `json:"recovery"`
		}
		if json.Unmarshal(e.Body, &c) != nil {
			continue
		}
		if len(c.Reading) > 0 {
			members[c.Member] = append(members[c.Member], seal.PublicKey(c.Reading).Fingerprint())
		}
		for _, r := range c.Recovery {
			recovery[r.ID] = append(recovery[r.ID], r.Key.Fingerprint())
		}
	}
	return members, recovery
}
