package casefile

// EntryID names one sealed item on the timeline of a case.
type EntryID string

// EntryKind says what an entry holds, which compartment seals it and whether the
// complainant reads it.
type EntryKind string

// The kinds of entry.
const (
	EntryStory             EntryKind = "story"              // what the person told at first
	EntryMessageIn         EntryKind = "message-in"         // from the complainant
	EntryMessageOut        EntryKind = "message-out"        // to the complainant
	EntryNote              EntryKind = "note"               // among members
	EntryIdentity          EntryKind = "identity"           // who the complainant is
	EntryContactChange     EntryKind = "contact-change"     // a later version of the identity
	EntryFile              EntryKind = "file"               // a manifest; seen by both sides
	EntryInternalFile      EntryKind = "internal-file"      // a manifest; seen by members
	EntryOutcome           EntryKind = "outcome"            // what was decided, done, and why
	EntryWithdrawal        EntryKind = "withdrawal"         // the complainant withdraws
	EntryMeetingRequest    EntryKind = "meeting-request"    // the complainant asks to talk
	EntryStateEvent        EntryKind = "state-event"        // a step, and the member's reason
	EntryRawMail           EntryKind = "raw-mail"           // a message as it came in
	EntryUnmatchedMail     EntryKind = "unmatched-mail"     // a message whose sender is not sure
	EntryMailFacts         EntryKind = "mail-facts"         // what was found about a message that came in
	EntryTold              EntryKind = "told"               // how a member came to register it
	EntryBrought           EntryKind = "brought"            // it was kept elsewhere before, and how it stood there
	EntryOldMail           EntryKind = "old-mail"           // a mail of a correspondence that was kept elsewhere before; seen by both sides
	EntrySummary           EntryKind = "summary"            // what list and search open
	EntryRouting           EntryKind = "routing"            // who was left out when it came in
	EntryAccess            EntryKind = "access"             // somebody gained or lost the keys of the case
	EntryRequest           EntryKind = "request"            // a member asks the others to agree
	EntryDecision          EntryKind = "decision"           // what became of a request, signed
	EntryCode              EntryKind = "code-event"         // what happened to the code; seen by both sides
	EntryRecord            EntryKind = "record"             // a sheet that members filled in, or a later version of it
	EntryCheckIn           EntryKind = "check-in"           // how the complainant is treated since they spoke
	EntryHold              EntryKind = "hold"               // erasure was stopped, or may go on
	EntryHelper            EntryKind = "helper"             // somebody who helped got a code of their own
	EntryClock             EntryKind = "clock-event"        // what members did about a deadline of their own
	EntryPromise           EntryKind = "promise-event"      // the same of one that was promised; seen by both sides
	EntrySlip              EntryKind = "slip"               // put before the complainant, to sign, to agree to or to know
	EntrySlipAnswer        EntryKind = "slip-answer"        // what became of it
	EntryRedaction         EntryKind = "redaction"          // stands in place of an entry from which something was removed
	EntryInternalRedaction EntryKind = "internal-redaction" // the same of one that only members see
	EntryReview            EntryKind = "review-request"     // the complainant asks that somebody else looks again
	EntryPart              EntryKind = "part-erased"        // a part was erased before the rest; seen by both sides
	EntryDataRequest       EntryKind = "data-request"       // the complainant asks about their personal data
	EntryDataAnswer        EntryKind = "data-answer"        // what came of it
	EntryDataNoted         EntryKind = "data-noted"         // somebody else asks about theirs
	EntryDataSettled       EntryKind = "data-settled"       // what came of that
	EntryRecall            EntryKind = "recall"             // a message was taken back before it was read
	EntryTag               EntryKind = "tag"                // a word of the members' own
	EntryLink              EntryKind = "link"               // another case has to do with this one
	EntryReread            EntryKind = "reread"             // a text that a colleague is to read, or has read
	EntryToTranslate       EntryKind = "to-translate"       // the one text in the file of a translator
	EntryTranslation       EntryKind = "translation"        // what a translator made of an entry
)

// The names of the compartments, as package seal prints them.
const (
	identityCompartment      = "identity"
	dialogueCompartment      = "dialogue"
	investigationCompartment = "investigation"
)

// EntryKinds returns every kind.
func EntryKinds() []EntryKind {
	return []EntryKind{
		EntryStory, EntryMessageIn, EntryMessageOut, EntryNote, EntryIdentity,
		EntryContactChange, EntryFile, EntryInternalFile, EntryOutcome, EntryWithdrawal,
		EntryMeetingRequest, EntryStateEvent, EntryRawMail, EntryUnmatchedMail, EntryMailFacts, EntryTold, EntryBrought, EntryOldMail, EntrySummary,
		EntryRouting, EntryAccess, EntryRequest, EntryDecision, EntryCode, EntryHold, EntryClock, EntryPromise, EntryCheckIn, EntryHelper, EntryPart, EntryReview,
		EntryDataRequest, EntryDataAnswer, EntryDataNoted, EntryDataSettled,
		EntryRecord, EntrySlip, EntrySlipAnswer, EntryRedaction, EntryInternalRedaction,
		EntryRecall, EntryReread, EntryLink, EntryTag, EntryToTranslate, EntryTranslation,
	}
}

// Compartment names the compartment that seals entries of this kind: "identity",
// "dialogue" or "investigation". An unknown kind belongs to the investigation,
// which the complainant's code does not open.
//
// The summary lies there too, because it may hold words from notes.
func (k EntryKind) Compartment() string {
	switch k {
	case EntryIdentity, EntryContactChange, EntryRawMail:
		return identityCompartment
	case EntryStory, EntryMessageIn, EntryMessageOut, EntryFile, EntryOutcome,
		EntryWithdrawal, EntryMeetingRequest, EntryCode, EntryPromise, EntryCheckIn, EntryPart, EntryReview,
		EntryDataRequest, EntryDataAnswer, EntryOldMail,
		EntrySlip, EntrySlipAnswer, EntryRedaction, EntryRecall, EntryToTranslate:
		return dialogueCompartment
	default:
		return investigationCompartment
	}
}

// Seen reports whether the complainant is shown entries of this kind.
func (k EntryKind) Seen() bool {
	switch k {
	case EntryStory, EntryMessageIn, EntryMessageOut, EntryIdentity, EntryContactChange,
		EntryFile, EntryOutcome, EntryWithdrawal, EntryMeetingRequest, EntryCode, EntryPromise, EntryCheckIn, EntryPart, EntryReview,
		EntryDataRequest, EntryDataAnswer, EntryOldMail,
		EntrySlip, EntrySlipAnswer, EntryRedaction, EntryRecall, EntryToTranslate:
		return true
	default:
		return false
	}
}

// Channel is how a complaint or a message reached the desk.
type Channel string

// The channels.
const (
	ChannelWeb    Channel = "web"
	ChannelEmail  Channel = "email"
	ChannelPhone  Channel = "phone"
	ChannelLetter Channel = "letter"
	ChannelVisit  Channel = "visit"
	ChannelWatch  Channel = "watch" // no complaint: a member gave somebody who helped a code of their own
	// ChannelPractice is no complaint either: a member made it up to practise on. It is in no
	// list and no count, and ends by itself.
	ChannelPractice Channel = "practice"
	ChannelData     Channel = "data" // no complaint: somebody without a case asks about their data
	// ChannelTranslate: no complaint either, but one text of a case for a translator.
	ChannelTranslate Channel = "translate"
)

// Complaint reports whether what came by the channel is a complaint, or a question about
// one: only those are counted.
func (c Channel) Complaint() bool {
	return c != ChannelWatch && c != ChannelData && c != ChannelTranslate && c != ChannelPractice
}

// Reads reports whether whoever it came from, or helped, reads messages in a mailbox.
func (c Channel) Reads() bool { return c != ChannelData && c != ChannelTranslate }

// Told reports whether a member registered what came by the channel, for somebody who called,
// wrote a letter or came by.
func (c Channel) Told() bool { return c == ChannelPhone || c == ChannelLetter || c == ChannelVisit }

// Oral reports whether somebody spoke, so that the words are the member's and can be checked.
// Directive (EU) 2019/1937 art. 18.
func (c Channel) Oral() bool { return c == ChannelPhone || c == ChannelVisit }

// Channels returns every channel.
func Channels() []Channel {
	return []Channel{ChannelWeb, ChannelEmail, ChannelPhone, ChannelLetter, ChannelVisit, ChannelWatch, ChannelData, ChannelTranslate, ChannelPractice}
}
