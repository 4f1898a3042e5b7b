package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// Scope is what of a closed case is erased: all of it, or one of two parts before the
// rest.
type Scope string

// The scopes.
const (
	ScopeWhole    Scope = "whole"
	ScopeStory    Scope = "story"    // what was told, written and found, with every file
	ScopeIdentity Scope = "identity" // who the complainant is and how to reach them
)

// Known reports whether p is one of the scopes.
func (p Scope) Known() bool { return p == ScopeWhole || p == ScopeStory || p == ScopeIdentity }

// Takes reports whether an entry of a kind goes with a part. Raw mail tells both who
// wrote and what. With the story goes whatever is not needed to keep the rest well: who
// may not read the case, what happened to the code, and who the person is.
func (p Scope) Takes(k EntryKind) bool {
	switch p {
	case ScopeIdentity:
		return k.Compartment() == identityCompartment
	case ScopeStory:
		switch k {
		case EntryRouting, EntryAccess, EntryIdentity, EntryContactChange, EntryCode, EntryPart:
			return false
		default:
			return true
		}
	default:
		return true
	}
}

// PartEvent tells that a part of the case was erased, and what is still needed of it.
// Both sides see it.
type PartEvent struct {
	Part    Scope     `json:"part"`
	Rule    string    `json:"rule"`              // why it was kept until then
	Outcome Outcome   `json:"outcome,omitempty"` // empty: a question
	Closed  time.Time `json:"closed"`
	// Whom the complaint was about, and who must not read what follows from it, as the
	// story said: a complaint that follows is kept from them also when the story is gone.
	Concerns []string `json:"concerns,omitempty"`
	LeftOut  []string `json:"left_out,omitempty"`
}

func (PartEvent) kind() string { return "part-event" }

// String hides the content.
func (PartEvent) String() string { return sealedText }

// Format hides the content from every verb.
func (PartEvent) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (PartEvent) LogValue() slog.Value { return sealedValue() }
