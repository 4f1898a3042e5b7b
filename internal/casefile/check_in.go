package casefile

import (
	"fmt"
	"log/slog"

	"klankbord/internal/lang"
)

// CheckIn tells that the complainant answered a check-in after closing, and what they
// ask of those who handled the case. How they are treated is never in it: whether the
// answer was good or bad must not show in this case.
type CheckIn struct {
	Lang     lang.Lang `json:"lang"`
	Clock    string    `json:"clock,omitempty"`    // which check-in
	Wish     string    `json:"wish,omitempty"`     // what must be done
	Declined bool      `json:"declined,omitempty"` // no answer: the person wants no more questions
}

// Asks reports whether somebody has to look at the answer.
func (c CheckIn) Asks() bool { return c.Wish != "" }

func (CheckIn) kind() string { return "check-in" }

// String hides the content.
func (CheckIn) String() string { return sealedText }

// Format hides the content from every verb.
func (CheckIn) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (CheckIn) LogValue() slog.Value { return sealedValue() }
