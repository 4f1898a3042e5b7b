package custody

import (
	"crypto/rand"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Event is something to be told in the log.
type Event struct {
	Kind   audit.Kind
	Actor  audit.Actor
	Case   casefile.ID // empty: about no case
	Object string
	Detail map[string]string // never content, names or words that were typed
}

// Leaf makes the line of the log for an event, with a salt of its own. It is made
// before the transaction that writes it.
func Leaf(at time.Time, e Event) store.Leaf {
	record := audit.Record{
		ID: ident.New(), At: at, Kind: e.Kind, Actor: e.Actor, Case: string(e.Case), Object: e.Object, Detail: e.Detail,
	}
	encoded := record.Encode()
	var salt [32]byte
	_, _ = rand.Read(salt[:]) // never returns an error since Go 1.24
	hash := audit.Leaf(salt, encoded)
	return store.Leaf{
		ID: record.ID, Case: e.Case, At: at, Kind: string(e.Kind), Record: encoded, Salt: salt[:], Hash: hash[:],
	}
}

// ByMember is a member as the actor of an event.
func ByMember(id staff.ID) audit.Actor { return audit.Actor{Kind: audit.Member, ID: string(id)} }

// ByComplainant is the complainant as the actor of an event.
func ByComplainant() audit.Actor { return audit.Actor{Kind: audit.Complainant} }

// BySystem is the system itself as the actor of an event.
func BySystem() audit.Actor { return audit.Actor{Kind: audit.System} }
