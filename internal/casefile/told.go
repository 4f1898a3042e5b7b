package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// Consent is what somebody who spoke said about a recording of it.
type Consent string

// The answers. Directive (EU) 2019/1937 art. 18(2).
const (
	NotRecorded     Consent = "none" // nothing was recorded
	ConsentGiven    Consent = "yes"  // agreed to it, and it may be kept
	ConsentWithheld Consent = "no"   // did not agree: nothing may be kept
)

// Consents returns every answer.
func Consents() []Consent { return []Consent{NotRecorded, ConsentGiven, ConsentWithheld} }

// Told is how a member came to register a complaint that somebody did not write in the form
// themselves. Who registered it stands in the case for good. Who told it is not in it.
type Told struct {
	Member    string    `json:"member"` // id
	Channel   Channel   `json:"channel"`
	At        time.Time `json:"at"`                  // when it was received
	Unknown   bool      `json:"unknown,omitempty"`   // a letter without a sender
	Consent   Consent   `json:"consent,omitempty"`   // of what was spoken
	Recording EntryID   `json:"recording,omitempty"` // the file of it
	Minutes   EntryID   `json:"minutes,omitempty"`   // the slip on which the person checks the words
	LeftOut   bool      `json:"left_out,omitempty"`  // the member did not get its keys
	Sounds    []Sound   `json:"sounds,omitempty"`    // among its files, but for the recording
}

func (Told) kind() string { return "told" }

// String hides the content.
func (Told) String() string { return sealedText }

// Format hides the content from every verb.
func (Told) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Told) LogValue() slog.Value { return sealedValue() }
