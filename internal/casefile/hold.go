package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// HoldAct is what happened to a legal hold, or to the day until which a case is kept because
// somebody can still claim something.
type HoldAct string

// The acts.
const (
	HoldSet    HoldAct = "set"
	HoldLifted HoldAct = "lifted"
	TermSet    HoldAct = "term-set"   // it is kept until a claim is time-barred
	TermEnded  HoldAct = "term-ended" // and no longer for that
)

// HoldEvent tells that nothing of a case may be erased, or that it may be again, and
// why. A hold stands until it is lifted, also after the day on which it was to be looked
// at again. GDPR art. 17(3)(b) and (e).
type HoldEvent struct {
	Act    HoldAct   `json:"act"`
	Why    string    `json:"why"`
	Review time.Time `json:"review"`         // of one that was set: when it is looked at again
	Until  time.Time `json:"until,omitzero"` // of TermSet: the end of the last day
}

func (HoldEvent) kind() string { return "hold" }

// String hides the content.
func (HoldEvent) String() string { return sealedText }

// Format hides the content from every verb.
func (HoldEvent) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (HoldEvent) LogValue() slog.Value { return sealedValue() }
