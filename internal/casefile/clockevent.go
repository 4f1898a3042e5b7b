package casefile

import (
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/lang"
)

// ClockAct is what members did about a deadline.
type ClockAct string

// The acts.
const (
	ClockExtended ClockAct = "extended" // gave it more time
	ClockPaused   ClockAct = "paused"   // let it stand still
	ClockResumed  ClockAct = "resumed"  // let it run again
	ClockRenewed  ClockAct = "renewed"  // told a new date after it was missed
	ClockFeedback ClockAct = "feedback" // said with which message the complainant was told what was done and why
	ClockBreach   ClockAct = "breach"   // noted since when a breach of personal data is known
	ClockRisk     ClockAct = "risk"     // decided that it is a high risk for people
)

// ClockActs lists every act.
func ClockActs() []ClockAct {
	return []ClockAct{ClockExtended, ClockPaused, ClockResumed, ClockRenewed, ClockFeedback, ClockBreach, ClockRisk}
}

// ClockEvent tells what members did about a deadline, and why.
type ClockEvent struct {
	Act   ClockAct  `json:"act"`
	Clock string    `json:"clock,omitempty"` // the id of its rule
	About string    `json:"about,omitempty"` // its kind
	From  time.Time `json:"from,omitzero"`   // the date that held before
	To    time.Time `json:"to,omitzero"`     // the date that holds now
	At    time.Time `json:"at,omitzero"`     // of the message, since when the breach is known, or of the decision
	Lang  lang.Lang `json:"lang,omitempty"`  // of the reason
	Why   string    `json:"why,omitempty"`
}

func (ClockEvent) kind() string { return "clock-event" }

// String hides the content.
func (ClockEvent) String() string { return sealedText }

// Format hides the content from every verb.
func (ClockEvent) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (ClockEvent) LogValue() slog.Value { return sealedValue() }
