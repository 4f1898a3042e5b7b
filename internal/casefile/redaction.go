package casefile

import (
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// RedactReason says why something was removed for good. Directive (EU) 2019/1937
// art. 17: personal data that are manifestly not relevant are not collected or, if
// collected by accident, deleted without undue delay.
type RedactReason string

// The reasons.
const (
	RedactOther   RedactReason = "other"   // about somebody who has nothing to do with it
	RedactPrivate RedactReason = "private" // health, faith, family or the like, not needed here
	RedactNumber  RedactReason = "number"  // a number of a person, an account or a document
)

// RedactReasons lists every reason.
func RedactReasons() []RedactReason { return []RedactReason{RedactOther, RedactPrivate, RedactNumber} }

// Redaction stands in place of an entry whose sealed words were destroyed: what is left
// of them, and why the rest went. Its parent is that entry. It never says what went.
type Redaction struct {
	Reason RedactReason `json:"reason"`
	Left   []byte       `json:"left,omitempty"` // the payload without the passage; empty: a whole file went
}

func (Redaction) kind() string { return "redaction" }

// String hides the content.
func (Redaction) String() string { return sealedText }

// Format hides the content from every verb.
func (Redaction) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Redaction) LogValue() slog.Value { return sealedValue() }

// Redacts reports whether entries of this kind stand in place of others.
func (k EntryKind) Redacts() bool { return k == EntryRedaction || k == EntryInternalRedaction }

// RedactedMark stands where a passage was.
const RedactedMark = "[…]"

// passageLeast is the fewest letters of a passage, so that no letter is taken out of
// every word.
const passageLeast = 3

// Passage finds the words of a passage, however the white space between them is
// typed; false where it is too short to be one.
func Passage(words string) (*regexp.Regexp, bool) {
	parts := strings.Fields(words)
	if len([]rune(strings.Join(parts, ""))) < passageLeast {
		return nil, false
	}
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(strings.Join(parts, `\s+`)), true
}

// TextsIn lists the texts of an encoded payload from which a passage can be removed, in
// an order that does not change; none for the other kinds.
func TextsIn(k EntryKind, plain []byte) (texts []string) {
	_, _ = rewrite(k, plain, func(s string) string {
		texts = append(texts, s)
		return s
	})
	return texts
}

// Without encodes a payload without a passage and says how often it stood there.
func Without(k EntryKind, plain []byte, passage *regexp.Regexp) (left []byte, times int, err error) {
	left, err = rewrite(k, plain, func(s string) string {
		times += len(passage.FindAllStringIndex(s, -1))
		return passage.ReplaceAllLiteralString(s, RedactedMark)
	})
	return left, times, err
}

// rewrite passes every text of a payload through a function. Requests and decisions are
// signed word for word and stay as they are.
func rewrite(k EntryKind, plain []byte, f func(string) string) ([]byte, error) {
	switch k {
	case EntryStory:
		return edit(plain, func(p *Story) {
			p.Subject, p.Text, p.Answers = f(p.Subject), f(p.Text), each(p.Answers, slices.Sorted(maps.Keys(p.Answers)), f)
		})
	case EntryMessageIn, EntryMessageOut:
		return edit(plain, func(p *Message) { p.Text, p.Quoted = f(p.Text), f(p.Quoted) })
	case EntryOldMail:
		return edit(plain, func(p *OldMail) { p.Subject, p.Text, p.Quoted = f(p.Subject), f(p.Text), f(p.Quoted) })
	case EntryUnmatchedMail:
		return edit(plain, func(p *OtherMail) {
			p.Name, p.Subject, p.Text, p.Quoted = f(p.Name), f(p.Subject), f(p.Text), f(p.Quoted)
		})
	case EntryBrought:
		return edit(plain, func(p *Brought) { p.Reference, p.Note = f(p.Reference), f(p.Note) })
	case EntryNote:
		return edit(plain, func(p *Note) { p.Text = f(p.Text) })
	case EntryOutcome:
		return edit(plain, func(p *OutcomeRecord) { p.Feedback, p.Why = f(p.Feedback), f(p.Why) })
	case EntryMeetingRequest:
		return edit(plain, func(p *MeetingRequest) { p.Text = f(p.Text) })
	case EntryWithdrawal:
		return edit(plain, func(p *Withdrawal) { p.Why = f(p.Why) })
	case EntryReview:
		return edit(plain, func(p *ReviewRequest) { p.Why = f(p.Why) })
	case EntryCheckIn:
		return edit(plain, func(p *CheckIn) { p.Wish = f(p.Wish) })
	case EntryStateEvent:
		return edit(plain, func(p *StateEvent) { p.Why = f(p.Why) })
	case EntryClock, EntryPromise:
		return edit(plain, func(p *ClockEvent) { p.Why = f(p.Why) })
	case EntryHold:
		return edit(plain, func(p *HoldEvent) { p.Why = f(p.Why) })
	case EntrySlip:
		return edit(plain, func(p *Slip) { p.Whom, p.Basis, p.Text, p.Why = f(p.Whom), f(p.Basis), f(p.Text), f(p.Why) })
	case EntryTranslation:
		return edit(plain, func(p *Translation) { p.Text = f(p.Text) })
	case EntryToTranslate:
		return edit(plain, func(p *ToTranslate) { p.Text = f(p.Text) })
	case EntryReread:
		return edit(plain, func(p *Reread) { p.Text, p.Found, p.Why, p.Words = f(p.Text), f(p.Found), f(p.Why), f(p.Words) })
	case EntrySlipAnswer:
		return edit(plain, func(p *SlipAnswer) { p.Name, p.Words = f(p.Name), f(p.Words) })
	case EntryTag:
		return edit(plain, func(p *Tag) {
			if p.Distress { // the others stand in the summary as well, and are taken off
				p.Word = f(p.Word)
			}
		})
	case EntryRecord:
		return edit(plain, func(p *Record) { p.Fields = each(p.Fields, typedIn(p.Sheet), f) })
	default:
		return nil, ErrPayload
	}
}

func edit[P Payload](plain []byte, change func(*P)) ([]byte, error) {
	p, err := DecodePayload[P](plain)
	if err != nil {
		return nil, err
	}
	change(&p)
	return EncodePayload(p)
}

func each(answers map[string][]string, keys []string, f func(string) string) map[string][]string {
	out := maps.Clone(answers)
	for _, key := range keys {
		if values, ok := answers[key]; ok {
			out[key] = make([]string, len(values))
			for i, v := range values {
				out[key][i] = f(v)
			}
		}
	}
	return out
}

// typedIn are the fields of a sheet in a member's own words.
func typedIn(s Sheet) (ids []string) {
	form, _ := FormOf(s)
	for _, x := range form.Fields {
		if x.Typed() {
			ids = append(ids, x.ID)
		}
	}
	return ids
}
