package casefile

import (
	"fmt"
	"log/slog"

	"klankbord/internal/lang"
)

// Reread is an unfinished text that a member has colleagues read before it goes, or the
// same handed back by one of them. Only those may see it whom it names.
type Reread struct {
	Of      EntryID   `json:"of,omitempty"` // what is handed back; empty: a colleague is asked
	To      []string  `json:"to,omitempty"` // ids of the members who may see it beside its author; empty: all who may read the case
	Draft   string    `json:"draft"`        // the kind of draft
	Lang    lang.Lang `json:"lang,omitempty"`
	Text    string    `json:"text,omitempty"`
	Outcome Outcome   `json:"outcome,omitempty"`
	Found   string    `json:"found,omitempty"` // of an outcome: what we do or did
	Why     string    `json:"why,omitempty"`   // of an outcome: the grounds
	Words   string    `json:"words,omitempty"` // the question, or what the colleague says
}

func (Reread) kind() string { return "reread" }

// String hides the content.
func (Reread) String() string { return sealedText }

// Format hides the content from every verb.
func (Reread) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Reread) LogValue() slog.Value { return sealedValue() }
