package dialogue

import (
	"log/slog"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/retention"
	"klankbord/internal/staff"
)

// Mailbox is a case as its complainant sees it.
type Mailbox struct {
	Number   casefile.Number
	Route    casefile.Route
	Team     casefile.Team
	Stage    casefile.Stage
	Received time.Time
	Closed   time.Time // zero while open
	// EraseAfter is the end of the last day on which anything of it is kept; zero: not
	// planned.
	EraseAfter time.Time
	Kept       []KeptPart // what was told, and who the person is; none: not planned
	Held       bool       // its erasure is stopped
	Question   bool       // a question, not a complaint
	Damaged    bool       // something was altered, removed or rolled back; nothing can be added

	Promises []Promise // what we promised, by date
	Late     bool      // one of them is past and not kept, and the case is open
	Outside  []profile.ExternalBody
	// OnlyOutside says that nobody on the desk may read the case any more.
	OnlyOutside bool

	Outcome   *Outcome // nil until there is one
	Thread    []Item   // newest first
	Unread    int      // items that were not shown before
	Slips     []Placed // what members put before the complainant, newest first
	Withdrawn time.Time
	Story     *Story // nil when it does not open
	Openings  []Opening
	Identity  casefile.Identity
	Language  lang.Lang // in which we answer
	Mail      bool      // we send a mail when there is news
	Verified  time.Time // when the address for it was confirmed; zero: not yet
	Helper    bool      // of somebody who helped: there is no complaint in it
	Handed    bool      // a member knows the code; the person draws their own first
	CheckIns  []CheckIn // by date
	Review    Review
	Survey    Survey
	Declined  bool     // the person wants no more of them
	NewCode   *NewCode // nil unless a member asked for a new code
	Codes     []CodeTurn
}

// KeptPart is one of the two parts of a closed case.
type KeptPart struct {
	Part  casefile.Scope
	Until time.Time // end of the last day on which it is kept
	Why   retention.Reason
	Gone  time.Time // when it was erased before the rest; zero: it is there
}

// Gone is when a part was erased before the rest; the zero time: it is there.
func (m *Mailbox) Gone(p casefile.Scope) time.Time {
	for _, k := range m.Kept {
		if k.Part == p {
			return k.Gone
		}
	}
	return time.Time{}
}

// Apart reports whether one part is, or was, kept for a shorter time than the other.
func (m *Mailbox) Apart() bool {
	return len(m.Kept) == 2 && (!m.Kept[0].Until.Equal(m.Kept[1].Until) || !m.StoryGone().IsZero() || !m.WhoGone().IsZero())
}

// StoryGone is when what was told was erased; the zero time: it is there.
func (m *Mailbox) StoryGone() time.Time { return m.Gone(casefile.ScopeStory) }

// WhoGone is when it was erased who the person is; the zero time: it is there.
func (m *Mailbox) WhoGone() time.Time { return m.Gone(casefile.ScopeIdentity) }

// Promise is a deadline that the complainant was told.
type Promise struct {
	Label  profile.Text
	Clock  deadline.Clock
	State  deadline.State
	Phrase deadline.Phrase
	Why    string // why members last moved it; empty: they never did
	Lang   lang.Lang
	Unread bool // they did since the last visit
}

// Rests reports whether members let it stand still.
func (p Promise) Rests() bool { return p.State == deadline.Resting }

// Kept reports whether what was promised is done, in time or late.
func (p Promise) Kept() bool { return p.State == deadline.Met || p.State == deadline.MetLate }

// Late reports whether the date is past and what was promised is not done.
func (p Promise) Late() bool { return p.State == deadline.Passed }

// Outcome is what was decided and done, and why.
type Outcome struct {
	ID     string
	At     time.Time
	Unread bool
	casefile.OutcomeRecord
}

// Item is one turn of the dialogue.
type Item struct {
	ID       string
	Kind     casefile.EntryKind // message-in, message-out, withdrawal, meeting-request; recall: one was withdrawn before it was read
	Mine     bool               // from the complainant
	At       time.Time
	Lang     lang.Lang
	Text     string
	Mail     bool   // it came as an e-mail
	Old      bool   // the same, before the desk had the case: it stands at the time it had then
	Quoted   string // what that only repeats of an earlier one
	Way      string // of a meeting request: phone, video or in-person
	Files    []File
	Unread   bool      // from us, and not shown before
	ReadAt   time.Time // when one of us read what the complainant wrote; zero: not yet
	Damaged  bool      // was altered; nothing of it is shown
	Redacted time.Time // when members removed a passage from it; zero: never
}

// File is a file in the case that both sides see. A damaged one cannot be opened.
type File struct {
	ID, Name, Type string
	Size           int64
	Damaged        bool
	Removed        bool // by members, for good
}

// Story is what the complainant told at first.
type Story struct {
	At       time.Time
	Redacted time.Time // when members removed a passage from it; zero: never
	Files    []File
	casefile.Story
}

// Opening is a day on which a member opened the file, by what they are, never by
// who they are.
type Opening struct {
	At       time.Time // of the first that day
	What     string    // case, identity or file
	Team     casefile.Team
	Function staff.Function // empty: none known
	Purpose  string         // of an identity
}

// String hides the content.
func (*Mailbox) String() string { return "[sealed]" }

// LogValue hides the content.
func (*Mailbox) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Outcome) String() string { return "[sealed]" }

// LogValue hides the content.
func (Outcome) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Item) String() string { return "[sealed]" }

// LogValue hides the content.
func (Item) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Story) String() string { return "[sealed]" }

// LogValue hides the content.
func (Story) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Opening) String() string { return "[sealed]" }

// LogValue hides the content.
func (Opening) LogValue() slog.Value { return slog.StringValue("[sealed]") }
