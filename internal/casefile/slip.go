package casefile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"klankbord/internal/lang"
)

// SlipKind names what members put before a complainant.
type SlipKind string

// The kinds of slip.
const (
	SlipMinutes    SlipKind = "minutes"    // Directive (EU) 2019/1937 art. 18(3) and (4)
	SlipConsent    SlipKind = "consent"    // Directive (EU) 2019/1937 art. 16(1)
	SlipDisclosure SlipKind = "disclosure" // Directive (EU) 2019/1937 art. 16(3)
)

// SlipKinds lists every kind.
func SlipKinds() []SlipKind { return []SlipKind{SlipMinutes, SlipConsent, SlipDisclosure} }

// Sheet is the sheet from which a slip is made; empty for one that is written anew.
func (k SlipKind) Sheet() Sheet {
	switch k {
	case SlipMinutes:
		return SheetInterview
	case SlipDisclosure:
		return SheetDisclosure
	default:
		return ""
	}
}

// SlipOf is what is made from a sheet; empty for most.
func SlipOf(s Sheet) SlipKind {
	i := slices.IndexFunc(SlipKinds(), func(k SlipKind) bool { return s != "" && k.Sheet() == s })
	if i < 0 {
		return ""
	}
	return SlipKinds()[i]
}

// Slip is put before the complainant in the mailbox: minutes to check, correct and
// sign; a question whether their name may be given to somebody; word of what a law
// makes us tell an authority. It is never altered: a later one stands beside it.
type Slip struct {
	Kind    SlipKind  `json:"kind"`
	Lang    lang.Lang `json:"lang"`
	Record  EntryID   `json:"record,omitempty"`  // of which it was made
	Version EntryID   `json:"version,omitempty"` // of that record
	On      string    `json:"on,omitempty"`      // day of the conversation, written 2006-01-02
	Whom    string    `json:"whom,omitempty"`    // who would learn the name, or the authority
	Basis   string    `json:"basis,omitempty"`   // the law that makes us tell
	Text    string    `json:"text"`              // the minutes, or what would be told
	Why     string    `json:"why,omitempty"`
}

// SlipAct is what somebody does about a slip.
type SlipAct string

// The acts. All but the last are the complainant's.
const (
	SlipSign     SlipAct = "signed"
	SlipCorrect  SlipAct = "corrected"
	SlipRefuse   SlipAct = "refused" // to sign, for a reason
	SlipAgree    SlipAct = "agreed"
	SlipDecline  SlipAct = "declined"
	SlipWithdraw SlipAct = "withdrawn"
	SlipTakeBack SlipAct = "taken-back" // by a member, before it was settled
)

// SlipActs lists every act.
func SlipActs() []SlipAct {
	return []SlipAct{SlipSign, SlipCorrect, SlipRefuse, SlipAgree, SlipDecline, SlipWithdraw, SlipTakeBack}
}

// SlipAnswer is one act. Its parent is the slip, and Print fixes the words of it that
// were read.
type SlipAnswer struct {
	Act   SlipAct   `json:"act"`
	Lang  lang.Lang `json:"lang"`
	Name  string    `json:"name,omitempty"`  // typed by who signs
	Words string    `json:"words,omitempty"` // corrections, or a reason
	Print string    `json:"print"`
}

func (Slip) kind() string       { return "slip" }
func (SlipAnswer) kind() string { return "slip-answer" }

// String hides the content.
func (Slip) String() string { return sealedText }

// Format hides the content from every verb.
func (Slip) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Slip) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (SlipAnswer) String() string { return sealedText }

// Format hides the content from every verb.
func (SlipAnswer) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (SlipAnswer) LogValue() slog.Value { return sealedValue() }

// SlipPrint is the fingerprint of an encoded slip, in hexadecimal. Both sides see it, so
// that either can tell which version was signed.
func SlipPrint(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

// PrintGroups writes a fingerprint in groups, to be compared by eye.
func PrintGroups(hexadecimal string) string {
	var groups []string
	for g := range slices.Chunk([]byte(hexadecimal), 8) {
		groups = append(groups, string(g))
	}
	return strings.Join(groups, " ")
}

// Put is a slip with what became of it.
type Put struct {
	Slip
	ID       EntryID
	By       string // id of the member
	At       time.Time
	Print    string
	Turns    []SlipTurn // oldest first
	Redacted time.Time  // when something was removed from it since; zero: never
	Replaced bool       // a later one about the same record stands beside it
	Seq      int64
}

// SlipTurn is an answer and when it was given.
type SlipTurn struct {
	SlipAnswer
	At   time.Time
	Seq  int64
	Ours bool // by a member
}

// SlipState says how a slip stands.
type SlipState string

// The states. Those that an act leaves are named after it.
const (
	SlipWaits    SlipState = "waits"
	SlipTold     SlipState = "told" // asks for no answer
	SlipReplaced SlipState = "replaced"
)

// State is how a slip stands after its turns.
func (p Put) State() SlipState {
	state := SlipWaits
	if p.Kind == SlipDisclosure {
		state = SlipTold
	}
	if len(p.Turns) > 0 {
		state = SlipState(p.Turns[len(p.Turns)-1].Act)
	}
	if p.Replaced && (state == SlipWaits || state == SlipState(SlipCorrect)) {
		return SlipReplaced
	}
	return state
}

// Waits reports whether the complainant may still answer it.
func (p Put) Waits() bool {
	return p.State() == SlipWaits || p.State() == SlipState(SlipCorrect)
}

// May reports whether an act is possible now.
func (p Put) May(act SlipAct) bool {
	switch act {
	case SlipSign, SlipCorrect, SlipRefuse:
		return p.Kind == SlipMinutes && p.Waits()
	case SlipAgree, SlipDecline:
		return p.Kind == SlipConsent && p.Waits()
	case SlipWithdraw:
		return p.State() == SlipState(SlipAgree)
	case SlipTakeBack:
		return p.Waits()
	default:
		return false
	}
}

// Corrections are the complainant's own words beside the minutes.
func (p Put) Corrections() []SlipTurn {
	return slices.DeleteFunc(slices.Clone(p.Turns), func(t SlipTurn) bool { return t.Act != SlipCorrect })
}

// Puts are the slips of a case, oldest first.
type Puts []Put

// Of lists the slips about a record.
func (l Puts) Of(record EntryID) Puts {
	return slices.DeleteFunc(slices.Clone(l), func(p Put) bool { return p.Record != record })
}

// Find finds a slip by its id.
func (l Puts) Find(id string) (Put, bool) {
	i := slices.IndexFunc(l, func(p Put) bool { return string(p.ID) == id })
	if i < 0 {
		return Put{}, false
	}
	return l[i], true
}

// Add adds a slip; one before it about the same record is replaced.
func (l Puts) Add(p Put) Puts {
	for i := range l {
		if p.Record != "" && l[i].Record == p.Record && l[i].Kind == p.Kind {
			l[i].Replaced = true
		}
	}
	return append(l, p)
}

// Answer adds an act to the slip that it names as its parent. One that was not possible
// then, or that was given to other words, counts for nothing.
func (l Puts) Answer(parent string, t SlipTurn) {
	for i := range l {
		if string(l[i].ID) == parent && l[i].May(t.Act) && t.Ours == (t.Act == SlipTakeBack) && (t.Print == l[i].Print || !l[i].Redacted.IsZero()) {
			l[i].Turns = append(l[i].Turns, t)
		}
	}
}
