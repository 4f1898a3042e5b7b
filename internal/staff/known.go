package staff

// KnownKeys are the fingerprints of the reading keys that a directory ever named, of
// members by their id and of recovery keys by theirs. It does not verify anything:
// that is for Verify.
func KnownKeys(events []Event) (members, recovery map[string][]string) {
	members, recovery = map[string][]string{}, map[string][]string{}
	for _, e := range events {
		c, _, err := e.Reads()
		if err != nil {
			continue
		}
		if len(c.Reading) > 0 {
			members[string(c.Member)] = append(members[string(c.Member)], c.Reading.Fingerprint())
		}
		for _, r := range c.Recovery {
			recovery[r.ID] = append(recovery[r.ID], r.Key.Fingerprint())
		}
	}
	return members, recovery
}
