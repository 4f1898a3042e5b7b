package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// Matter is what a member asks the others on a case to agree to, because nobody
// may decide it alone.
type Matter string

// The matters.
const (
	MatterIdentity  Matter = "identity"  // open who the complainant is, for the one who asks
	MatterExclusion Matter = "exclusion" // let a member in again who was left out
	MatterCode      Matter = "code"      // a code for a person whom no verified channel reaches
	MatterClosing   Matter = "closing"   // close with an outcome that needs two
	MatterErasure   Matter = "erasure"   // erase the case, whose time has come
	MatterRedaction Matter = "redaction" // remove something from the case for good
	MatterHold      Matter = "hold"      // lift what stops the erasure
	MatterSpam      Matter = "spam"      // erase at once what is manifestly no complaint
)

// Matters lists every matter.
func Matters() []Matter {
	return []Matter{MatterIdentity, MatterExclusion, MatterCode, MatterClosing, MatterErasure, MatterHold, MatterSpam, MatterRedaction}
}

// Verdict is a step that ends a request or an agreement.
type Verdict string

// The verdicts. Approved and refused are given by another member and signed;
// withdrawn and used come from the member who asked.
const (
	VerdictApproved  Verdict = "approved"
	VerdictRefused   Verdict = "refused"
	VerdictWithdrawn Verdict = "withdrawn"
	VerdictUsed      Verdict = "used"
)

// Request asks the other members of a case to agree to something. Who asks is the
// author of the entry.
type Request struct {
	Matter Matter    `json:"matter"`
	For    string    `json:"for,omitempty"`    // id of the member it is for; empty: the one who asks
	Object string    `json:"object,omitempty"` // what exactly, such as the entry to be sent; may be empty
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"` // lapses then, unless somebody decided
}

// Decision is a verdict on a request. The signature of an approval or a refusal is
// by the author of the entry, over the request and everything here but itself.
type Decision struct {
	Request   EntryID `json:"request"`
	Verdict   Verdict `json:"verdict"`
	Words     string  `json:"words,omitempty"`
	Signature []byte  `json:"signature,omitempty"`
}

func (Request) kind() string  { return "request" }
func (Decision) kind() string { return "decision" }

// String hides the content.
func (Request) String() string { return sealedText }

// Format hides the content from every verb.
func (Request) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Request) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (Decision) String() string { return sealedText }

// Format hides the content from every verb.
func (Decision) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Decision) LogValue() slog.Value { return sealedValue() }
