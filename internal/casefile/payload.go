package casefile

import (
	"time"

	"klankbord/internal/lang"
)

// Payload is what an entry holds before it is sealed and after it is opened. Every
// payload is personal: it prints, logs and formats as [sealed].
type Payload interface {
	kind() string // names the encoding, and is checked when it is read
}

// Story is what a person told at first: the topics they ticked and their answers to
// the questions of the profile, by question id. Who they are is not in it.
type Story struct {
	Lang    lang.Lang           `json:"lang"` // of the form
	Topics  []string            `json:"topics,omitempty"`
	Subject string              `json:"subject,omitempty"`
	Text    string              `json:"text,omitempty"` // in their own words
	Answers map[string][]string `json:"answers,omitempty"`
	Files   []EntryID           `json:"files,omitempty"`
	Notice  string              `json:"notice,omitempty"` // version of the privacy notice that was read
	// LeftOut are the ids of members of whom the person said that they must not read it.
	// A complaint that follows from this one is kept from them as well.
	LeftOut []string `json:"left_out,omitempty"`
}

// Message is one turn of the dialogue, in either direction.
type Message struct {
	Lang  lang.Lang `json:"lang"`
	Text  string    `json:"text,omitempty"`
	Files []EntryID `json:"files,omitempty"`
	// Sent is when a member sent it, and Goes from when the complainant is shown it:
	// until then it can be undone. Both are zero where it is shown at once.
	Sent time.Time `json:"sent,omitzero"`
	Goes time.Time `json:"goes,omitzero"`
	// Mail says that it came as an e-mail, and Quoted what that only repeats of an earlier one.
	Mail   bool    `json:"mail,omitempty"`
	Quoted string  `json:"quoted,omitempty"`
	Sounds []Sound `json:"sounds,omitempty"` // of a member: those among the files
}

// Note is what members tell each other; the complainant never sees it.
type Note struct {
	Text  string    `json:"text,omitempty"`
	Files []EntryID `json:"files,omitempty"`
	To    []string  `json:"to,omitempty"` // ids of the members whom it mentions
	// Sounds are those among the files.
	Sounds []Sound `json:"sounds,omitempty"`
}

// Identity is who the complainant is and how to reach them. It is sealed apart, and
// a later version replaces an earlier one as a whole.
type Identity struct {
	First     string    `json:"first,omitempty"`
	Last      string    `json:"last,omitempty"`
	Email     string    `json:"email,omitempty"`
	Phone     string    `json:"phone,omitempty"`
	Post      string    `json:"post,omitempty"`
	SafeTimes string    `json:"safe_times,omitempty"` // when and how it is safe to call or write
	Lang      lang.Lang `json:"lang,omitempty"`       // in which they want an answer
	NoMail    bool      `json:"no_mail,omitempty"`    // declined the mail that tells of news
	Unknown   bool      `json:"unknown,omitempty"`    // a letter without a sender
	// Supporter, Relation and the like that tell who somebody is, by question id.
	Answers map[string][]string `json:"answers,omitempty"`
}

// Named reports whether the identity has a name.
func (i Identity) Named() bool { return i.First != "" || i.Last != "" }

// Reachable reports whether there is a way to reach the person besides the mailbox.
func (i Identity) Reachable() bool { return i.Email != "" || i.Phone != "" || i.Post != "" }

// OutcomeRecord is the feedback to the complainant: what was found, what is or was
// done, and the grounds. Directive (EU) 2019/1937 art. 5(13).
type OutcomeRecord struct {
	Outcome  Outcome   `json:"outcome"`
	Lang     lang.Lang `json:"lang,omitempty"`
	Feedback string    `json:"feedback,omitempty"` // what we do or did
	Why      string    `json:"why,omitempty"`      // the grounds
}

// Complete reports whether the record tells an outcome, what follows, and why.
func (o OutcomeRecord) Complete() bool {
	return o.Outcome.Known() && o.Feedback != "" && o.Why != ""
}

// Summary is what list, filter, search and statistics open of a case. EncodeSummary and
// DecodeSummary write and read it whole.
type Summary struct {
	Subject  string   `json:"subject,omitempty"`
	Topics   []string `json:"topics,omitempty"`   // as ticked
	Assessed []string `json:"assessed,omitempty"` // as the members see it
	Severity int      `json:"severity,omitempty"` // 1 to 4; 0 while nobody said
	Outcome  Outcome  `json:"outcome,omitempty"`
	Tags     []string `json:"tags,omitempty"`     // words of the members' own
	Distress bool     `json:"distress,omitempty"` // something in it is distressing
	Tally    Tally    `json:"tally,omitzero"`
	// Thread is what an e-mail that waits is as a reply.
	Thread ThreadMark `json:"thread,omitempty"`
	Words  string     `json:"-"` // what FindForm made of every word in the case
}

// MeetingRequest is the wish to talk. Directive (EU) 2019/1937 art. 9(2).
type MeetingRequest struct {
	Lang lang.Lang `json:"lang"`
	Way  string    `json:"way,omitempty"` // phone, video or in person
	Text string    `json:"text,omitempty"`
}

// Withdrawal is the wish that the complaint be dropped. On the integrity route the
// members decide whether the case goes on.
type Withdrawal struct {
	Lang lang.Lang `json:"lang"`
	Why  string    `json:"why,omitempty"`
}

// StateEvent is a step of the case and the reason that a member gave for it.
type StateEvent struct {
	From State     `json:"from"`
	To   State     `json:"to"`
	At   time.Time `json:"at"`
	Why  string    `json:"why,omitempty"`
}

func (Story) kind() string          { return "story" }
func (Message) kind() string        { return "message" }
func (Note) kind() string           { return "note" }
func (Identity) kind() string       { return "identity" }
func (OutcomeRecord) kind() string  { return "outcome" }
func (Summary) kind() string        { return "summary" }
func (MeetingRequest) kind() string { return "meeting-request" }
func (Withdrawal) kind() string     { return "withdrawal" }
func (StateEvent) kind() string     { return "state-event" }
