package casefile

import (
	"fmt"
	"io"
	"log/slog"
)

// sealedText is all that a payload ever shows of itself in a log, a format string
// or a test failure.
const sealedText = "[sealed]"

func sealedFormat(f fmt.State) { _, _ = io.WriteString(f, sealedText) }
func sealedValue() slog.Value  { return slog.StringValue(sealedText) }

// String hides the content.
func (Story) String() string { return sealedText }

// Format hides the content from every verb.
func (Story) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Story) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (Message) String() string { return sealedText }

// Format hides the content from every verb.
func (Message) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Message) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (Note) String() string { return sealedText }

// Format hides the content from every verb.
func (Note) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Note) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (Identity) String() string { return sealedText }

// Format hides the content from every verb.
func (Identity) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Identity) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (OutcomeRecord) String() string { return sealedText }

// Format hides the content from every verb.
func (OutcomeRecord) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (OutcomeRecord) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (Summary) String() string { return sealedText }

// Format hides the content from every verb.
func (Summary) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Summary) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (MeetingRequest) String() string { return sealedText }

// Format hides the content from every verb.
func (MeetingRequest) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (MeetingRequest) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (Withdrawal) String() string { return sealedText }

// Format hides the content from every verb.
func (Withdrawal) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Withdrawal) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (StateEvent) String() string { return sealedText }

// Format hides the content from every verb.
func (StateEvent) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (StateEvent) LogValue() slog.Value { return sealedValue() }
