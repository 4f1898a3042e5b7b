package audit

// Kind says what happened.
type Kind string

// What is logged: submissions, what enters a case, grants, key and directory
// events, reads, exports, identity openings, settings, erasures.
const (
	Submission        Kind = "submission"
	EntryAdded        Kind = "entry-added"
	GrantMade         Kind = "grant-made"
	GrantDeleted      Kind = "grant-deleted"
	KeyEvent          Kind = "key-event"
	DirectoryEvent    Kind = "directory-event"
	ChangeAsked       Kind = "directory-asked" // a change of the directory waits for signatures
	ChangeSigned      Kind = "directory-signed"
	ChangeDropped     Kind = "directory-withdrawn"
	DirectoryAlarm    Kind = "directory-alarm"
	OlderAccepted     Kind = "restore-accepted" // an older database, by the operator
	CaseRead          Kind = "case-read"
	InboxRead         Kind = "inbox-read"
	IdentityOpened    Kind = "identity-opened"
	FileRead          Kind = "file-read"
	SignIn            Kind = "sign-in"
	SignOut           Kind = "sign-out"
	SignInRefused     Kind = "sign-in-refused"
	CredentialChanged Kind = "credential-changed" // how a member signs in
	CodeUsed          Kind = "code-used"          // a member's personal recovery code
	MemberInvited     Kind = "member-invited"
	MemberEnrolled    Kind = "member-enrolled"
	StateChanged      Kind = "state-changed"
	Assigned          Kind = "assigned"
	CaseClosed        Kind = "case-closed"
	MessageSent       Kind = "message-sent"
	MailboxEntered    Kind = "mailbox-entered"
	ContactChanged    Kind = "contact-changed"
	Withdrawn         Kind = "withdrawn"
	CodeConfirmed     Kind = "code-confirmed"
	Export            Kind = "export"
	SettingChanged    Kind = "setting-changed"
	ConfigurationSet  Kind = "configuration-set" // a version; holds the hash of its bytes
	Erased            Kind = "erased"
	ReviewAsked       Kind = "review-asked"   // by the complainant, after closing
	DataAsked         Kind = "data-asked"     // somebody asks about their personal data
	DataAnswered      Kind = "data-answered"  // and what came of it
	PartErased        Kind = "part-erased"    // the story or the identity, before the rest
	HoldSet           Kind = "hold-set"       // nothing of the case may be erased
	HoldLifted        Kind = "hold-lifted"    // it may be again
	TermSet           Kind = "term-set"       // it is kept until a claim is time-barred
	TermEnded         Kind = "term-ended"     // and no longer for that
	MailDead          Kind = "mail-dead"      // a mail that no server took
	AddressProven     Kind = "address-proven" // what was sent to an address came back
	CodeAsked         Kind = "code-asked"     // a new code for somebody who lost theirs
	CodeDrawn         Kind = "code-drawn"     // by the person, on the page of the link
	CodeStopped       Kind = "code-stopped"
	CodeReplaced      Kind = "code-replaced" // the one before is dead
	CodeHanded        Kind = "code-handed"   // a member saw it, to give it to the person
	ApprovalAsked     Kind = "approval-asked"
	AccessChanged     Kind = "access-changed" // who may read a case; the keys have lines of their own
	ApprovalEnded     Kind = "approval-ended" // approved, refused or withdrawn
	DrillStarted      Kind = "drill-started"
	DrillOpened       Kind = "drill-opened"
	RecoveryUsed      Kind = "recovery-used" // by command; each grant has a line of its own
	ResetStarted      Kind = "reset-started" // a member is to enrol again
	ResetEnded        Kind = "reset-ended"   // called off
	Receipt           Kind = "receipt"       // see NewReceipt
	LogRead           Kind = "log-read"
	LogExported       Kind = "log-exported"
	LogChecked        Kind = "log-checked" // the whole log against its newest checkpoint
	BackupMade        Kind = "backup-made"
	InstanceMoved     Kind = "instance-moved" // to another database or place of sealed files, by command
	PepperRenewed     Kind = "pepper-renewed"
	InstanceRenewed   Kind = "instance-key-renewed" // of a case: its stamps are by the new key
	CheckpointSent    Kind = "checkpoint-sent"
	ClockChanged      Kind = "clock-changed" // by a member: more time, stands still, a new date
	Reminded          Kind = "reminded"      // members, by mail, of a deadline
	Acknowledged      Kind = "acknowledged"  // a server took the mail that confirms receipt
	CheckInAsked      Kind = "check-in-asked"
	Redacted          Kind = "redacted"         // something was removed from an entry for good; never what
	HelperAdded       Kind = "helper-added"     // somebody who helped got a code of their own
	MessageRecalled   Kind = "message-recalled" // by a member, before the complainant read it
	PracticeEnded     Kind = "practice-ended"   // what a member made up to practise on is gone
	SetupConfirmed    Kind = "setup-confirmed"  // a step of the set-up; opening has a line of the directory
)

// Kinds lists every kind, in the order of the constants.
func Kinds() []Kind {
	return []Kind{
		Submission, EntryAdded, GrantMade, GrantDeleted, KeyEvent, DirectoryEvent, CaseRead, InboxRead,
		ChangeAsked, ChangeSigned, ChangeDropped, DirectoryAlarm, OlderAccepted,
		IdentityOpened, FileRead, SignIn, SignOut, SignInRefused, CredentialChanged, CodeUsed, MemberInvited, MemberEnrolled,
		StateChanged, Assigned, CaseClosed, MessageSent, MailboxEntered, ContactChanged, Withdrawn,
		CodeConfirmed, Export, SettingChanged, ConfigurationSet, Erased, MailDead,
		AddressProven, CodeAsked, CodeDrawn, CodeStopped, CodeReplaced, CodeHanded, ApprovalAsked, AccessChanged, ApprovalEnded,
		Receipt, LogRead, LogExported, LogChecked, BackupMade, InstanceMoved, PepperRenewed, InstanceRenewed, CheckpointSent, Acknowledged,
		DrillStarted, DrillOpened, RecoveryUsed, ResetStarted, ResetEnded, ReviewAsked, DataAsked, DataAnswered, PartErased, HoldSet, HoldLifted, TermSet, TermEnded, ClockChanged, Reminded, CheckInAsked, HelperAdded, MessageRecalled, Redacted, PracticeEnded, SetupConfirmed,
	}
}

// Changes reports whether what happened may have changed what the database holds
// about the case or the desk; then its record says how that stands (Turn, State).
// It is true of kinds that this program does not know.
func (k Kind) Changes() bool {
	switch k {
	case CaseRead, InboxRead, FileRead, IdentityOpened, MailboxEntered, SignIn, SignOut, SignInRefused, Export,
		Receipt, LogRead, LogExported, LogChecked, BackupMade, InstanceMoved, CheckpointSent:
		return false
	default:
		return true
	}
}

// ActorKind says what sort of actor did it.
type ActorKind string

// The kinds of actor.
const (
	Member      ActorKind = "member"      // a person on the desk, by member id
	Complainant ActorKind = "complainant" // whoever holds the code; the id is empty
	System      ActorKind = "system"      // background work, by the name of the job
	Operator    ActorKind = "operator"    // a command on the server
)

// Actor is who did it.
type Actor struct {
	Kind ActorKind
	ID   string
}
