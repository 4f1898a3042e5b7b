package casefile

import (
	"fmt"
	"log/slog"
)

// Helper tells in a case that somebody who helped to look into it has a file, and with
// it a code, of their own. Who they are stands in that file alone.
type Helper struct {
	Number Number `json:"number"` // of their file
}

func (Helper) kind() string { return "helper" }

// String hides the content.
func (Helper) String() string { return sealedText }

// Format hides the content from every verb.
func (Helper) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Helper) LogValue() slog.Value { return sealedValue() }
