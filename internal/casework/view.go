package casework

import (
	"log/slog"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// Case is a case as one member may see it, opened. Labels of the form are in the
// member's language.
type Case struct {
	Number     casefile.Number
	Route      casefile.Route
	Team       casefile.Team
	State      casefile.State
	Channel    casefile.Channel
	Language   string // in which the complainant wants an answer
	Received   time.Time
	Closed     time.Time // zero while open
	EraseAfter time.Time // zero: not planned
	Subject    string    // empty when the summary does not open
	Topics     []profile.Topic
	Question   bool // a question, not a complaint
	Damaged    bool // something was altered, removed or rolled back
	Seen       int64
	Revision   int64

	Story    *Story // nil when it does not open
	Timeline []Item // oldest first
	Clocks   []Clock
	Moves    []Move
	Charge   Person   // the zero person: nobody
	Away     Away     // of the member in charge, while they are away; zero: there
	People   []Person // who may read it, the member in charge first
	Receipt  Receipt
	Nobody   bool // a letter without a sender, whom nobody knows yet
	Identity Identity
	Contact  Contact
	Code     CodeStanding
	Drafts   []Draft // the member's own unfinished texts, newest first
	Tags     []string
	Distress []Distress // what is distressing in it, oldest first
	Links    []Linked   // with cases that the member may read as well
	Watch    bool       // the member is told of whatever others do
	Snooze   Snooze
	Beside   []Beside // what colleagues have begun to write
	Here     []Here   // which colleagues are at it
	Requests []Asked  // what members asked each other to agree to, oldest first
	Outcome  casefile.Outcome
	Erasure  Erasure
	Data     []DataRequest // requests about personal data, oldest first
	Removal  Removal
	Next     Step
	Helpers  bool    // people who helped can have a code of their own
	Gives    bool    // one of its texts can be given to a translator
	Named    []Named // members whose name stands in what the complainant wrote

	Work       casefile.Worked                      // what members recorded
	Earlier    map[casefile.EntryID][]casefile.Kept // versions of each record before the newest, which comes first
	Checklists []casefile.Checklist                 // what the topics ask members to think of
	Slips      casefile.Puts                        // what was put before the complainant
	Decided    Decided                              // how far a second member's agreement to the decision is
	Names      map[staff.ID]string                  // of members, also of those who left
	me         staff.ID
	now        time.Time
	Undeclared []Person // who read it and has not said whether they are impartial; the member first
}

// Story is what the complainant told at first, under the questions of the form.
type Story struct {
	ID       string
	Redacted time.Time // when something was last removed from it for good; zero: never
	At       time.Time
	Lang     lang.Lang
	Groups   []Group
	Files    []File
}

// Group is the answers of one part of the form.
type Group struct {
	Title   string
	Answers []Answer
}

// Answer is a question and what was answered. Ticked says that a box was ticked,
// which has no words of its own.
type Answer struct {
	Label, Text string
	Typed       bool // in the complainant's own words and language
	Ticked      bool
}

// File is a file in the case. A damaged one cannot be downloaded.
type File struct {
	ID      string
	Removed bool // for good
	Name    string
	Type    string
	Size    int64
	Damaged bool
	Scan    casefile.Scan
	// Distress says in a sentence what is distressing in it; empty: nobody said so.
	Distress string
	// Heard is what the member who added it says of one that plays as sound.
	Heard casefile.Heard
}

// Item is something on the timeline: an entry, or an event that the log tells of.
type Item struct {
	ID          string
	Kind        casefile.EntryKind // empty for an event of the log
	Event       Event
	At          time.Time
	From        Author
	Text        string
	Lang        lang.Lang
	Way         string // of a meeting request
	Files       []File
	Outcome     *casefile.OutcomeRecord
	Moved       *casefile.StateEvent
	Access      *casefile.AccessEvent
	Code        casefile.CodeAct // of an event of the code
	CheckIn     *casefile.CheckIn
	Helper      casefile.Number  // of the file of somebody who helped
	Given       *casefile.Helper // who that is, where they translate a text
	Translation *casefile.Translation
	Clock       *casefile.ClockEvent
	Hold        *casefile.HoldEvent
	Asked       casefile.Matter       // of a request, or of what was decided about one
	Verdict     casefile.Verdict      // of a decision
	Redacted    time.Time             // when something was last removed from it for good; zero: never
	Reason      casefile.RedactReason // of a removal
	Slip        *casefile.Slip        // put before the complainant
	Answer      *casefile.SlipAnswer  // what became of one
	Record      *casefile.Record      // of a sheet that was filled in, or its later version
	Again       bool                  // a later version
	Person      string                // whom an event is about
	New         bool                  // the member had not read it before this page
	Read        bool                  // the complainant has opened the mailbox since
	ReadAt      time.Time
	Damaged     bool
	Locked      bool // the member has no key to it
	Part        *casefile.PartEvent

	Facts *casefile.MailFacts // about the mail that the case came from
	Mail  *casefile.OtherMail // that was attached to the case
	Told  *casefile.Told      // how a member came to register it

	Brought *casefile.Brought // how it stood where it was kept before
	Old     *casefile.OldMail // of a correspondence that was kept before

	ByMail bool   // a message that came as an e-mail
	Quoted string // what an e-mail only repeats of an earlier one

	Tag      *casefile.Tag    // that was put on the case or taken off
	Link     *casefile.Link   // with another case that the member may read
	Reread   *casefile.Reread // a text to be checked, or handed back
	To       []Person         // whom a note mentions, or who may see a text to be checked
	MayCheck bool             // the member was asked to check it and has not
	Take     bool             // it was handed back to the member
	Standing Standing         // of a message to the complainant
	Seq      int64            // of an entry
}

// Event is what an item of the log tells.
type Event string

// The events that a timeline shows.
const (
	EventAssigned       Event = "assigned"
	EventIdentityOpened Event = "identity-opened"
	EventMailDead       Event = "mail-dead"
	EventMailBack       Event = "mail-back"   // it was taken, and came back
	EventMailMember     Event = "mail-member" // one to a member did not arrive
	EventLeft           Event = "left"        // a member left the desk, and lost the keys
)

// Author is who made an item.
type Author struct {
	Kind string // complainant, member, system
	Name string // of a member
	Me   bool
}

// Clock is a deadline with its state and the words for it.
type Clock struct {
	deadline.Clock
	State  deadline.State
	Phrase deadline.Phrase
	ByHand bool                // a member says when it was done; nothing else stops it
	Acts   []casefile.ClockAct // what members can do about it now
	Law    bool                // law sets the date; of one that is hard without it, a promise does
	Told   bool                // the complainant sees it
	Source string              // where its length comes from, in English
	Limit  time.Time           // a day that it may not be moved beyond; zero: none
	Most   time.Time           // the day to which the law lets it be moved, once; zero: it does not
}

// Move is a step that the case may take, and what still stands in the way.
type Move struct {
	To      casefile.State
	Missing []casefile.Guard
}

// Person is a member as colleagues see them.
type Person struct {
	ID   staff.ID
	Name string
}

// ReceiptState says how the complainant learned that the complaint arrived.
type ReceiptState string

// The states of the confirmation of receipt.
const (
	ReceiptWaiting ReceiptState = "waiting" // the mail is on its way
	ReceiptSent    ReceiptState = "sent"
	ReceiptDead    ReceiptState = "dead"    // no server took the mail
	ReceiptByHand  ReceiptState = "by-hand" // a member must do it by post or phone
	ReceiptDone    ReceiptState = "done"    // a member did
)

// Receipt is what is known of the mails to the complainant.
type Receipt struct {
	State ReceiptState
	At    time.Time
	Dead  []string // mails that can be sent again
	// Lost is since when it is known that the newest mail to the complainant did not
	// arrive, whatever it was about; zero: it did, as far as anybody knows.
	Lost time.Time
}

// ByHand reports whether a member confirms receipt by post, by phone or in person.
func (r Receipt) ByHand() bool { return r.State == ReceiptByHand || r.State == ReceiptDead }

// Identity is the complainant as far as this member may see it now.
type Identity struct {
	Sealed   bool      // lies behind its gate
	Way      Way       // how this member can open it, while it is sealed
	Request  string    // the member's own request that waits or was approved
	Gone     time.Time // when it was erased; zero: it is there
	Unknown  bool      // no record of who they are, or it does not open
	Apart    bool      // the route seals it apart
	Until    time.Time
	Name     string
	Email    string
	Phone    string
	Post     string
	Safe     string
	NoMail   bool
	Language lang.Lang
	Answers  []Answer
}

// Way is what opens a sealed identity for a member.
type Way string

// The ways.
const (
	WayReason   Way = "reason"   // a reason that is recorded
	WayAsk      Way = "ask"      // a second member must be asked
	WayWaiting  Way = "waiting"  // one was asked and has not decided yet
	WayApproved Way = "approved" // one agreed; it can be opened now
)

// Contact is what is known of the address for news without knowing it.
type Contact struct {
	Mail     bool      // there is one
	Verified time.Time // when the person confirmed that it is theirs; zero: not yet
}

// Step is the next right thing to do.
type Step struct {
	Clock  Clock     // that runs for it; zero: none
	Key    string    // the last part of a catalogue key
	To     string    // the page on which it is done, below the address of the case; empty: this one
	Due    time.Time // zero: no clock runs for it
	Phrase deadline.Phrase
}

// Asks reports whether a step that the case may take waits for a sheet.
func (v *Case) Asks(s casefile.Sheet) bool {
	return slices.ContainsFunc(v.Moves, func(m Move) bool {
		return slices.ContainsFunc(m.Missing, func(g casefile.Guard) bool { return g.Sheet() == s })
	})
}

// String hides the content.
func (*Case) String() string { return "[sealed]" }

// LogValue hides the content.
func (*Case) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Item) String() string { return "[sealed]" }

// LogValue hides the content.
func (Item) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Identity) String() string { return "[sealed]" }

// LogValue hides the content.
func (Identity) LogValue() slog.Value { return slog.StringValue("[sealed]") }
