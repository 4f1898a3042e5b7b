package custody

import (
	"crypto/rand"
	"maps"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
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
// before the transaction that writes it, which adds how the change leaves the case.
func Leaf(at time.Time, e Event) store.Leaf {
	return leaf(e.Case, audit.Record{
		ID: ident.New(), At: at, Kind: e.Kind, Actor: e.Actor, Case: string(e.Case), Object: e.Object, Detail: e.Detail,
	})
}

// LeafStamps stamps lines of the log as written by this installation. What the
// stamp covers stays after erasure.
func LeafStamps(instance string, stamps *seal.Stamper) func(hash []byte) []byte {
	return func(hash []byte) []byte { return stamps.Stamp(leafContext(instance), 0, hash, AuthorSystem) }
}

// LeafHolds returns what tells whether this installation wrote a line of the log.
func LeafHolds(instance string, stamps *seal.Stamper) func(store.Leaf) bool {
	return func(l store.Leaf) bool { return stamps.Verify(leafContext(instance), 0, l.Hash, AuthorSystem, l.Stamp) }
}

func leafContext(instance string) seal.Context {
	return seal.Context{Instance: instance, Kind: "log-leaf"}
}

// OpeningEvent tells that a member opened something of a case: kind is CaseRead,
// FileRead or IdentityOpened, object what was opened within the case. It names the
// row that the complainant is shown, so that none of them goes unnoticed.
func OpeningEvent(op store.Opening, kind audit.Kind, object string, detail map[string]string) Event {
	all := map[string]string{"opening": op.ID}
	maps.Copy(all, detail)
	return Event{Kind: kind, Actor: ByMember(op.Member), Case: op.Case, Object: object, Detail: all}
}

// OpeningLeaf makes the line of the log for OpeningEvent.
func OpeningLeaf(op store.Opening, kind audit.Kind, object string, detail map[string]string) store.Leaf {
	return Leaf(op.At, OpeningEvent(op, kind, object, detail))
}

// Receipt makes the line that a complainant can have proved to others: that a
// complaint with this number was registered, and nothing else.
func Receipt(at time.Time, id casefile.ID, n casefile.Number) store.Leaf {
	return leaf(id, audit.NewReceipt(ident.New(), at, string(n)))
}

func leaf(id casefile.ID, r audit.Record) store.Leaf {
	salt := make([]byte, 32)
	_, _ = rand.Read(salt) // never returns an error since Go 1.24
	return store.Leaf{ID: r.ID, Case: id, At: r.At, Kind: string(r.Kind), Record: r.Encode(), Salt: salt}
}

// ByMember is a member as the actor of an event.
func ByMember(id staff.ID) audit.Actor { return audit.Actor{Kind: audit.Member, ID: string(id)} }

// ByComplainant is the complainant as the actor of an event.
func ByComplainant() audit.Actor { return audit.Actor{Kind: audit.Complainant} }

// ByOperator is whoever gave a command on the server as the actor of an event.
func ByOperator() audit.Actor { return audit.Actor{Kind: audit.Operator} }

// BySystem is the system itself as the actor of an event.
func BySystem() audit.Actor { return audit.Actor{Kind: audit.System} }
