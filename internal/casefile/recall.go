package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// Recall takes back a message to the complainant before they read it. The message stays
// in the case; the complainant is shown that one was withdrawn, or nothing where it had
// not gone yet.
type Recall struct {
	Message EntryID `json:"message"`
	Undone  bool    `json:"undone,omitempty"` // before it went
}

func (Recall) kind() string { return "recall" }

// String hides the content.
func (Recall) String() string { return sealedText }

// Format hides the content from every verb.
func (Recall) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Recall) LogValue() slog.Value { return sealedValue() }

// Waits reports whether the complainant is not shown a message yet.
func (m Message) Waits(now time.Time) bool { return now.Before(m.Goes) }
