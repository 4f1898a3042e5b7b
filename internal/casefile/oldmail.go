package casefile

import (
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/lang"
)

// OldMail is an e-mail of a correspondence that was kept elsewhere before it was brought onto
// the desk: what the complainant wrote after the first mail, or the organisation wrote to
// them. It stands at the time it had then. The desk did not send it, nobody answers for it
// here, and no deadline is met by it.
type OldMail struct {
	Ours    bool      `json:"ours,omitempty"` // the organisation wrote it; otherwise the complainant
	At      time.Time `json:"at"`
	Lang    lang.Lang `json:"lang,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text,omitempty"`
	Quoted  string    `json:"quoted,omitempty"` // what it only repeats of an earlier one
	Files   []EntryID `json:"files,omitempty"`
	Raw     EntryID   `json:"raw,omitempty"` // where the whole of it lies; empty: what was found about it says so
}

func (OldMail) kind() string { return "old-mail" }

// String hides the content.
func (OldMail) String() string { return sealedText }

// Format hides the content from every verb.
func (OldMail) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (OldMail) LogValue() slog.Value { return sealedValue() }
