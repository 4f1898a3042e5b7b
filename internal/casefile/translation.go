package casefile

import (
	"fmt"
	"log/slog"
	"time"
)

// ToTranslate is the one text that somebody outside the team translates, in the file that
// their code opens. Nothing else of the case is in that file.
type ToTranslate struct {
	Case  ID        `json:"case"`  // where the translation goes
	Entry EntryID   `json:"entry"` // of which it is the text
	Text  string    `json:"text"`
	To    string    `json:"to"`   // the language, as a member wrote it
	Name  string    `json:"name"` // who translates
	Until time.Time `json:"until"`
}

// Translation is what came back. It stands beside the text and never in its place.
type Translation struct {
	Of     EntryID `json:"of"`
	Number Number  `json:"number"` // of the translator's file, which holds what they were shown
	By     string  `json:"by"`
	To     string  `json:"to"`
	Text   string  `json:"text"`
}

func (ToTranslate) kind() string { return "to-translate" }
func (Translation) kind() string { return "translation" }

// String hides the content.
func (ToTranslate) String() string { return sealedText }

// Format hides the content from every verb.
func (ToTranslate) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (ToTranslate) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (Translation) String() string { return sealedText }

// Format hides the content from every verb.
func (Translation) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Translation) LogValue() slog.Value { return sealedValue() }
