package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// Helper tells in a case that somebody who helped to look into it, or translates a text of
// it, has a file, and with it a code, of their own. Who helped stands in that file alone.
type Helper struct {
	Number Number `json:"number"` // of their file
	// Of somebody who translates one text: which, who it is, into which language and until
	// when they can read it.
	Text  EntryID   `json:"text,omitempty"`
	Name  string    `json:"name,omitempty"`
	To    string    `json:"to,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

func (Helper) kind() string { return "helper" }

// String hides the content.
func (Helper) String() string { return sealedText }

// Format hides the content from every verb.
func (Helper) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Helper) LogValue() slog.Value { return sealedValue() }
