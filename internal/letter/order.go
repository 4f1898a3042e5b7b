package letter

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// Template says which mail is to be written.
type Template string

// The mails.
const (
	Acknowledgement  Template = "acknowledgement"          // to the complainant, at once
	QuestionReceipt  Template = "acknowledgement-question" // the same for a question
	MailReceipt      Template = "mail-receipt"             // the same for a complaint that came by mail, without a code yet
	ToldReceipt      Template = "told-receipt"             // the same for one that a member registered
	FirstCode        Template = "first-code"               // to the complainant: draw your code here
	News             Template = "news"                     // to the complainant: a member wrote
	Invitation       Template = "invitation"               // to a new member
	ToMember         Template = "member-notice"            // to a member: the complainant wrote, or a new case
	ConfirmAddress   Template = "confirm-address"          // to the complainant: does this address reach you?
	AddressChanged   Template = "address-changed"          // to the complainant, where mail went before
	CheckIn          Template = "check-in"                 // to the complainant: a question after closing
	CodeLink         Template = "code-link"                // to the complainant: draw a new code here
	CodeReplaced     Template = "code-replaced"            // to the complainant: the code before is dead
	AskMember        Template = "member-asked"             // to a member: a colleague asks for a decision
	DeadlineNear     Template = "deadline-near"            // to a member: a deadline of a case comes near
	DeadlinePassed   Template = "deadline-passed"          // to a member: one has passed
	AskSignature     Template = "signature-asked"          // to a member: a change of the directory waits
	FirstToWitness   Template = "witness-first"            // to a witness: a checkpoint of the log, the first
	ToWitness        Template = "witness"                  // to a witness: a newer checkpoint
	RecoveryUsed     Template = "recovery-used"            // to every member: the organisation's recovery key was used
	TakenAlong       Template = "taken-along"              // to every member: all cases were taken along
	Reset            Template = "reset"                    // to a member: enrol again
	CredentialNotice Template = "credential-notice"        // to a member: how they sign in has changed
	SetupTest        Template = "setup-test"               // to a member who sets up: mail arrives; Number is to be typed back
)

// Templates lists every mail, for tests that write each.
func Templates() []Template {
	return []Template{
		Acknowledgement, QuestionReceipt, MailReceipt, ToldReceipt, FirstCode, News, Invitation, ToMember, ConfirmAddress, AddressChanged, CheckIn, CodeLink,
		CodeReplaced, AskMember, DeadlineNear, DeadlinePassed, AskSignature, FirstToWitness, ToWitness, RecoveryUsed, TakenAlong, Reset, CredentialNotice, SetupTest,
	}
}

// Order is a mail that waits to be written and sent. It is only ever stored
// sealed. It never holds content, names, topics, routes or codes of a case.
type Order struct {
	Template   Template   `json:"template"`
	Lang       string     `json:"lang"`
	To         string     `json:"to,omitempty"`     // empty: the notice address of the case, if there is one by then
	Number     string     `json:"number,omitempty"` // of a case, or six digits of SetupTest
	Received   time.Time  `json:"received,omitzero"`
	AnswerBy   time.Time  `json:"answer_by,omitzero"` // when the complainant is told what follows
	Link       string     `json:"link,omitempty"`     // path on our own host, of an invitation
	Confirm    string     `json:"confirm,omitempty"`  // secret of the link that confirms the address
	Until      time.Time  `json:"until,omitzero"`
	Lines      int64      `json:"lines,omitempty"` // to a witness: how many the log has, how many it had
	Before     int64      `json:"before,omitempty"`
	Key        string     `json:"key,omitempty"` // public key of the log
	Credential Credential `json:"credential,omitempty"`
	At         time.Time  `json:"at,omitzero"` // when it happened

	Attachment *Attachment `json:"attachment,omitempty"`
	Enclosed   *Enclosed   `json:"enclosed,omitempty"` // nil: not encrypted yet, or not at all
}

// Enclosed is a mail that was encrypted, kept so that every attempt sends the same bytes.
type Enclosed struct {
	Fingerprint string `json:"fingerprint"` // of the key that it was encrypted to
	Body        []byte `json:"body"`        // armoured
}

// Encrypts reports whether the mail is encrypted where it goes to a member with an OpenPGP
// key. What says that such a key was set or removed is not: whoever set another must
// not be the only one to read it. Nor is what leads somebody back who lost what they had.
func (o Order) Encrypts() bool {
	switch {
	case o.Template == Reset, o.Template == Invitation:
		return false
	case o.Template == CredentialNotice:
		return o.Credential != OpenPGPSet && o.Credential != OpenPGPRemoved
	default:
		return true
	}
}

// Dated is a promise with its date: the id of a clock rule and when it is due. It
// stands on the receipt; a mail holds only when the answer comes.
type Dated struct {
	Rule string    `json:"rule"`
	Due  time.Time `json:"due"`
}

// NoticeAddress is where news of a case can be sent, as it is sealed for package post.
type NoticeAddress struct {
	Email string `json:"email"`
	Lang  string `json:"lang"`
}

// String hides the address.
func (Order) String() string { return "[sealed]" }

// GoString hides the address.
func (Order) GoString() string { return "[sealed]" }

// LogValue hides the address.
func (Order) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the address.
func (NoticeAddress) String() string { return "[sealed]" }

// GoString hides the address.
func (NoticeAddress) GoString() string { return "[sealed]" }

// LogValue hides the address.
func (NoticeAddress) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Pack writes an order or an address for sealing.
func Pack[T Order | NoticeAddress](v T) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("pack mail: %w", err)
	}
	return b, nil
}

// Unpack reads what Pack wrote.
func Unpack[T Order | NoticeAddress](b []byte) (T, error) {
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("unpack mail: %w", err)
	}
	return v, nil
}
