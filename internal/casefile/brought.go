package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// BroughtFrom is what a case lay in before.
type BroughtFrom string

// What a case can have lain in; each is the name of a command as well.
const (
	FromMbox    BroughtFrom = "mbox"
	FromMaildir BroughtFrom = "maildir"
	FromCSV     BroughtFrom = "csv"
)

// Brought is how a case stood where it was kept before it was brought onto the desk by a
// command. The desk vouches for none of it but that it was brought, and when.
type Brought struct {
	From      BroughtFrom `json:"from"`
	Channel   Channel     `json:"channel"`
	Received  time.Time   `json:"received"`
	Closed    time.Time   `json:"closed,omitzero"` // before; zero: it is open
	Outcome   Outcome     `json:"outcome,omitempty"`
	Reference string      `json:"reference,omitempty"` // the number that the register gave it
	Note      string      `json:"note,omitempty"`      // what else stood there
	Unknown   bool        `json:"unknown,omitempty"`   // it says nothing of who complained
	LeftOut   bool        `json:"left_out,omitempty"`  // a member did not receive it because their name stands in it
}

func (Brought) kind() string { return "brought" }

// String hides the content.
func (Brought) String() string { return sealedText }

// Format hides the content from every verb.
func (Brought) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Brought) LogValue() slog.Value { return sealedValue() }
