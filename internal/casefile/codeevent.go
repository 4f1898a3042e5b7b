package casefile

import (
	"fmt"
	"log/slog"
)

// CodeAct is what happened to the code of a case.
type CodeAct string

// The acts.
const (
	CodeAsked    CodeAct = "asked"    // a member started a new code for somebody who lost theirs
	CodeStopped  CodeAct = "stopped"  // it was called off
	CodeReplaced CodeAct = "replaced" // the new code holds, the one before is dead
	CodeHanded   CodeAct = "handed"   // a member gave the person a code
	CodeOwn      CodeAct = "own"      // the person drew a code that nobody else knows
)

// CodeActs lists every act.
func CodeActs() []CodeAct {
	return []CodeAct{CodeAsked, CodeStopped, CodeReplaced, CodeHanded, CodeOwn}
}

// CodeEvent tells both sides what happened to the code of a case. It never holds a
// code.
type CodeEvent struct {
	Act CodeAct `json:"act"`
	Why string  `json:"why,omitempty"`
}

func (CodeEvent) kind() string { return "code-event" }

// String hides the content.
func (CodeEvent) String() string { return sealedText }

// Format hides the content from every verb.
func (CodeEvent) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (CodeEvent) LogValue() slog.Value { return sealedValue() }
