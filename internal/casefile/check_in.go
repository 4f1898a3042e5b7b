package casefile

import (
	"fmt"
	"log/slog"
	"slices"

	"klankbord/internal/lang"
)

// Treatment is how somebody says that they are treated since they spoke.
type Treatment string

// The answers. Declined is no answer: the person wants no more questions.
const (
	TreatedWell     Treatment = "well"
	TreatedWorse    Treatment = "worse"
	TreatedBadly    Treatment = "badly"
	TreatedDeclined Treatment = "declined"
)

// Treatments lists the answers that can be given to the question.
func Treatments() []Treatment { return []Treatment{TreatedWell, TreatedWorse, TreatedBadly} }

// Known reports whether t is an answer to the question.
func (t Treatment) Known() bool { return slices.Contains(Treatments(), t) }

// CheckIn is what the complainant answers to a check-in after closing: how they are
// treated since they spoke, and whether there is something that must be done.
type CheckIn struct {
	Lang    lang.Lang `json:"lang"`
	Clock   string    `json:"clock,omitempty"` // which check-in; empty: all that would follow
	Treated Treatment `json:"treated"`
	Wish    string    `json:"wish,omitempty"` // what must be done
}

// Asks reports whether somebody has to look at the answer.
func (c CheckIn) Asks() bool {
	return c.Treated == TreatedWorse || c.Treated == TreatedBadly || c.Treated != TreatedDeclined && c.Wish != ""
}

func (CheckIn) kind() string { return "check-in" }

// String hides the content.
func (CheckIn) String() string { return sealedText }

// Format hides the content from every verb.
func (CheckIn) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (CheckIn) LogValue() slog.Value { return sealedValue() }
