package casefile

import (
	"fmt"
	"log/slog"

	"klankbord/internal/lang"
)

// ReviewRequest is the wish that somebody else looks at a closed case again. It can be made
// once.
type ReviewRequest struct {
	Lang lang.Lang `json:"lang"`
	Why  string    `json:"why"` // what is not right about the outcome
}

func (ReviewRequest) kind() string { return "review-request" }

// String hides the content.
func (ReviewRequest) String() string { return sealedText }

// Format hides the content from every verb.
func (ReviewRequest) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (ReviewRequest) LogValue() slog.Value { return sealedValue() }
