package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// HoldAct is what happened to a legal hold.
type HoldAct string

// The acts.
const (
	HoldSet    HoldAct = "set"
	HoldLifted HoldAct = "lifted"
)

// HoldEvent tells that nothing of a case may be erased, or that it may be again, and
// why. A hold stands until it is lifted, also after the day on which it was to be looked
// at again. GDPR art. 17(3)(b) and (e).
type HoldEvent struct {
	Act    HoldAct   `json:"act"`
	Why    string    `json:"why"`
	Review time.Time `json:"review"` // of one that was set: when it is looked at again
}

func (HoldEvent) kind() string { return "hold" }

// String hides the content.
func (HoldEvent) String() string { return sealedText }

// Format hides the content from every verb.
func (HoldEvent) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (HoldEvent) LogValue() slog.Value { return sealedValue() }
