package custody

import (
	"os"
	"path/filepath"
	"testing"

	"klankbord/internal/fuzztest"
	"klankbord/internal/heads"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// What lies outside the database, and what a member's key or the installation's
// signature covers, is read with the same care as what lies in it.
func FuzzWhatWasSeen(f *testing.F) {
	for _, seed := range []string{
		`{"version":1,"instance":"i","accepted":0,"directory":{"count":1,"hash":"AA==","at":"2026-03-02T08:30:00Z"},"log":{"size":0,"at":"2026-03-02T08:30:00Z"}}`,
		`{"version":1,"events":[{"Seq":0,"Body":"e30=","Signatures":"W10=","Hash":"AA==","Place":"AA=="}],"people":[{"id":"m","name":"n"}]}`,
		`{"instance":"i","at":"2026-03-02T08:30:00Z","reason":"r","from":{"count":2},"to":{"count":1},"log_from":9,"log_to":8}`,
	} {
		for _, b := range fuzztest.Mutated([]byte(seed), 40) {
			f.Add(b)
		}
	}
	dir, keys := f.TempDir(), seal.NewMemberSecret().Keys()
	c := &Custody{instance: "i", signer: seal.NewInstanceKey().Signer(), outside: heads.In(dir)}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{"heads", "directory", "alarms"} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		fuzztest.Bounded(t, "what was seen", b, func(b []byte) {
			_, _ = heads.In(dir).Seen()
			_, _ = heads.In(dir).Alarms()
			_ = c.last(nil, heads.Seen{})
			_, _ = c.openPin("m", keys, keys.Personal().Seal(c.pinContext("m"), b))
			_, _ = c.accepted(store.Acceptance{Record: b, Signature: c.signer.Sign(acceptanceContext("i"), b)})
		})
	})
}
