package casefile

import (
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/lang"
)

// RawMail is an e-mail as it came: the whole of it as a sealed file, and whom it says it
// is from. It lies with the identity.
type RawMail struct {
	Manifest []byte    `json:"manifest"`
	From     string    `json:"from,omitempty"`
	Name     string    `json:"name,omitempty"`
	ReplyTo  string    `json:"reply_to,omitempty"`
	To       []string  `json:"to,omitempty"`
	Cc       []string  `json:"cc,omitempty"`
	Sent     time.Time `json:"sent,omitzero"` // as the sender has it
	ID       string    `json:"id,omitempty"`  // Message-ID
	Re       []string  `json:"re,omitempty"`  // Message-IDs of the mails that it answers
}

// MailSort is what an e-mail is, as far as a program can tell.
type MailSort string

// The sorts.
const (
	MailPersonal MailSort = "personal"
	MailAuto     MailSort = "automatic" // an answer or a notice that a program sent
	MailList     MailSort = "list"      // sent to many
	MailBounce   MailSort = "bounce"    // a mail could not be delivered
	MailSpam     MailSort = "spam"      // marked so on the way
)

// MailSorts returns every sort.
func MailSorts() []MailSort {
	return []MailSort{MailPersonal, MailAuto, MailList, MailBounce, MailSpam}
}

// MailFacts is what the desk found about an e-mail that came in. Who it is from is not
// in it, nor what it tells.
type MailFacts struct {
	Mailbox string   `json:"mailbox"`
	Raw     EntryID  `json:"raw"` // where the whole of it lies
	Sort    MailSort `json:"sort"`
	Size    int64    `json:"size"` // in bytes
	SPF     string   `json:"spf,omitempty"`
	DKIM    string   `json:"dkim,omitempty"`
	DMARC   string   `json:"dmarc,omitempty"`
	Flaws   []string `json:"flaws,omitempty"`
	HTML    bool     `json:"html,omitempty"` // the text was made of HTML
	// LeftOut says that a member did not receive it because their name stands in it.
	LeftOut bool `json:"left_out,omitempty"`
	// Whole says that the text is longer than what is shown, and lies beside it as a file.
	Whole bool `json:"whole,omitempty"`
	// Reply says that somebody was sent an automatic confirmation.
	Reply bool `json:"reply,omitempty"`
	// Thread says what it is as a reply; empty: it answers no mail of ours.
	Thread ThreadMark `json:"thread,omitempty"`
	Of     Number     `json:"of,omitempty"` // the case that it answers
	// At is when it came, where it was kept elsewhere before; zero: when it was written down.
	At time.Time `json:"at,omitzero"`
}

// OtherMail is an e-mail that came into a case and of which nobody proved who wrote it.
// It lies whole among what only members see.
type OtherMail struct {
	Lang     lang.Lang `json:"lang,omitempty"`
	From     string    `json:"from,omitempty"`
	Name     string    `json:"name,omitempty"`
	Subject  string    `json:"subject,omitempty"`
	Text     string    `json:"text,omitempty"`
	Quoted   string    `json:"quoted,omitempty"` // what it only repeats of an earlier mail
	Files    []EntryID `json:"files,omitempty"`
	Sent     time.Time `json:"sent,omitzero"`
	Received time.Time `json:"received,omitzero"`
	Facts    MailFacts `json:"facts"`
}

func (OtherMail) kind() string { return "unmatched-mail" }
func (RawMail) kind() string   { return "raw-mail" }
func (MailFacts) kind() string { return "mail-facts" }

// String hides the content.
func (RawMail) String() string { return sealedText }

// Format hides the content from every verb.
func (RawMail) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (RawMail) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (MailFacts) String() string { return sealedText }

// Format hides the content from every verb.
func (MailFacts) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (MailFacts) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (OtherMail) String() string { return sealedText }

// Format hides the content from every verb.
func (OtherMail) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (OtherMail) LogValue() slog.Value { return sealedValue() }
