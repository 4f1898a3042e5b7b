package casefile

import (
	"fmt"
	"log/slog"
	"slices"
)

// TagsMost and TagLongest bound the tags of a case, and the characters of one.
const (
	TagsMost   = 10
	TagLongest = 40
)

// DistressLongest bounds the sentence that warns of something distressing, in characters.
const DistressLongest = 200

// Tag puts a word of the members' own on a case, or takes it off. One that warns the next
// reader of something distressing says in one sentence what it is; it is an entry of the
// same kind, so that what stands in the clear tells neither from the other.
type Tag struct {
	Word     string  `json:"word"`
	Off      bool    `json:"off,omitempty"`
	Distress bool    `json:"distress,omitempty"`
	File     EntryID `json:"file,omitempty"` // what is distressing; empty: what was told
}

// Apply returns tags with one more or one less. Two that differ only in capitals or accents
// are the same; full reports that there is no room.
func (t Tag) Apply(tags []string) (next []string, full bool) {
	next = slices.DeleteFunc(slices.Clone(tags), func(s string) bool { return Fold(s) == Fold(t.Word) })
	switch {
	case t.Off:
		return next, false
	case len(next) >= TagsMost:
		return tags, true
	default:
		return append(next, t.Word), false
	}
}

func (Tag) kind() string { return "tag" }

// String hides the content.
func (Tag) String() string { return sealedText }

// Format hides the content from every verb.
func (Tag) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Tag) LogValue() slog.Value { return sealedValue() }
