package casefile

import (
	"fmt"
	"log/slog"
)

// LinkKind says what two cases have to do with each other.
type LinkKind string

// The kinds.
const (
	LinkDuplicate LinkKind = "duplicate"   // the same complaint came twice
	LinkPerson    LinkKind = "same-person" // from the same complainant
	LinkRelated   LinkKind = "related"
)

// LinkKinds lists every kind.
func LinkKinds() []LinkKind { return []LinkKind{LinkDuplicate, LinkPerson, LinkRelated} }

// Link ties a case to another, or unties them again; each of the two holds one. Only who
// may read both is shown it.
type Link struct {
	Other  ID       `json:"other"`
	Number Number   `json:"number"` // of the other
	About  LinkKind `json:"about,omitempty"`
	Off    bool     `json:"off,omitempty"` // they are no longer linked
}

func (Link) kind() string { return "link" }

// String hides the content.
func (Link) String() string { return sealedText }

// Format hides the content from every verb.
func (Link) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Link) LogValue() slog.Value { return sealedValue() }
