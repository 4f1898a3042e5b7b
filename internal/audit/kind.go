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
	CaseRead          Kind = "case-read"
	InboxRead         Kind = "inbox-read"
	IdentityOpened    Kind = "identity-opened"
	FileRead          Kind = "file-read"
	SignIn            Kind = "sign-in"
	SignOut           Kind = "sign-out"
	SignInRefused     Kind = "sign-in-refused"
	CredentialChanged Kind = "credential-changed" // how a member signs in
	RecoveryUsed      Kind = "recovery-used"      // a personal recovery code
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
	Erased            Kind = "erased"
	MailDead          Kind = "mail-dead" // a mail that no server took
)

// Kinds lists every kind, in the order of the constants.
func Kinds() []Kind {
	return []Kind{
		Submission, EntryAdded, GrantMade, GrantDeleted, KeyEvent, DirectoryEvent, CaseRead, InboxRead,
		IdentityOpened, FileRead, SignIn, SignOut, SignInRefused, CredentialChanged, RecoveryUsed, MemberInvited, MemberEnrolled,
		StateChanged, Assigned, CaseClosed, MessageSent, MailboxEntered, ContactChanged, Withdrawn,
		CodeConfirmed, Export, SettingChanged, Erased, MailDead,
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
