// Package letter turns words that are already translated into what leaves the house:
// the bytes of a mail, and the text file that a person keeps as a copy. It sends
// nothing. A mail must never hold content, names, topics, routes or codes of a case;
// those who choose the words keep to that, this package keeps the form: no header
// beyond those needed, nothing remote, nothing that tells which program wrote it.
// It refuses, and never repairs, a header value that could become two headers.
package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// ErrHeader means that a value cannot stand in a header: it is empty, too long, not
// UTF-8, or holds a line break or another control character. It never quotes it.
var ErrHeader = errors.New("value cannot stand in a mail header")

// ErrAddress means that an address is not one plain mail address.
var ErrAddress = errors.New("not a mail address")

// maxHeader keeps a header far below the line that a server may refuse.
const maxHeader = 500

// Mail is one message to one person. It holds an address, so it prints as [sealed].
type Mail struct {
	FromName    string // of the organisation; may be empty
	FromAddress string
	To          string // address only: a name beside it would tell who complains
	ReplyTo     string // may be empty
	Lang        string // of the words, as in "nl"
	Subject     string
	Text        string // paragraphs parted by empty lines; not wrapped yet
	MessageID   string // from MessageID; the same for every attempt to send it
	InReplyTo   string // may be empty: the MessageID of an earlier one
	Date        time.Time
	Attachment  *Attachment // nil: none; with one, the mail has no HTML copy
	Encrypted   []byte      // what Inside gave, encrypted and armoured, in the place of the text; nil: not encrypted
}

// Attachment is a text file that goes with a mail, byte by byte as it is.
type Attachment struct {
	Name string `json:"name"` // small letters, digits, dashes and dots
	Text []byte `json:"text"`
}

// String hides the address.
func (Mail) String() string { return "[sealed]" }

// GoString hides the address.
func (Mail) GoString() string { return "[sealed]" }

// LogValue hides the address.
func (Mail) LogValue() slog.Value { return slog.StringValue("[sealed]") }

var (
	messageToken = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)
	messageID    = regexp.MustCompile(`^<[A-Za-z0-9-]{8,64}@[A-Za-z0-9.-]{1,253}>$`)
	langTag      = regexp.MustCompile(`^[a-z]{2}$`)
	fileName     = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]$`)
)

// MessageID makes the id of a mail from a random token and the domain of the
// organisation. The token must tell nothing about the case. It fails with ErrHeader.
func MessageID(token, domain string) (string, error) {
	id := "<" + token + "@" + domain + ">"
	if !messageToken.MatchString(token) || !messageID.MatchString(id) {
		return "", ErrHeader
	}
	return id, nil
}

// Encode returns the mail as RFC 5322 bytes: headers and multipart/alternative with
// the wrapped text and a plain HTML copy, or multipart/mixed with the wrapped text
// and the attachment, or multipart/encrypted. The same mail gives the same bytes.
func (m Mail) Encode() ([]byte, error) {
	if m.Encrypted != nil {
		return m.encodeEncrypted()
	}
	return m.encodePlain()
}

func (m Mail) encodePlain() ([]byte, error) {
	msg, err := m.Message()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	return b.Bytes(), nil
}

// Message returns the mail in the form that the SMTP client sends. It fails with
// ErrHeader or ErrAddress and then names the header, never its value.
func (m Mail) Message() (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(
		gomail.WithNoDefaultUserAgent(),
		gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithBoundary(m.boundary()),
	)
	if err := m.addresses(msg); err != nil {
		return nil, err
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(strings.Trim(m.MessageID, "<>"))
	if m.InReplyTo != "" {
		msg.SetGenHeader(gomail.HeaderInReplyTo, m.InReplyTo)
		msg.SetGenHeader(gomail.HeaderReferences, m.InReplyTo)
	}
	// RFC 3834 5: other programs must not answer this one.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader(gomail.HeaderContentLang, m.Lang)
	text := clean(m.Text)
	msg.SetBodyString(gomail.TypeTextPlain, crlf(Wrap(text)))
	if m.Attachment != nil {
		err := msg.AttachReader(m.Attachment.Name, bytes.NewReader(m.Attachment.Text), gomail.WithFileContentType("text/plain; charset=utf-8"))
		if err != nil {
			return nil, fmt.Errorf("attach file: %w", err)
		}
		return msg, nil
	}
	msg.AddAlternativeString(gomail.TypeTextHTML, crlf(htmlCopy(m.Lang, m.Subject, text)))
	return msg, nil
}

func (m Mail) check() error {
	if m.Date.IsZero() {
		return fmt.Errorf("date: %w", ErrHeader)
	}
	if !headerSafe(m.Subject) || m.Subject == "" {
		return fmt.Errorf("subject: %w", ErrHeader)
	}
	if !headerSafe(m.FromName) {
		return fmt.Errorf("sender name: %w", ErrHeader)
	}
	if !langTag.MatchString(m.Lang) {
		return fmt.Errorf("language: %w", ErrHeader)
	}
	if !messageID.MatchString(m.MessageID) {
		return fmt.Errorf("message id: %w", ErrHeader)
	}
	if m.InReplyTo != "" && !messageID.MatchString(m.InReplyTo) {
		return fmt.Errorf("in reply to: %w", ErrHeader)
	}
	if m.Attachment != nil && !fileName.MatchString(m.Attachment.Name) {
		return fmt.Errorf("name of attachment: %w", ErrHeader)
	}
	return nil
}

func (m Mail) addresses(msg *gomail.Msg) error {
	from, err := Address(m.FromAddress)
	if err != nil {
		return fmt.Errorf("from: %w", err)
	}
	to, err := Address(m.To)
	if err != nil {
		return fmt.Errorf("to: %w", err)
	}
	msg.FromMailAddress(&mail.Address{Name: m.FromName, Address: from})
	msg.ToMailAddress(&mail.Address{Address: to})
	if m.ReplyTo == "" {
		return nil
	}
	reply, err := Address(m.ReplyTo)
	if err != nil {
		return fmt.Errorf("reply to: %w", err)
	}
	msg.ReplyToMailAddress(&mail.Address{Address: reply})
	return nil
}

// boundary derives the line between the parts, so that sending again sends the same.
func (m Mail) boundary() string {
	h := sha256.Sum256([]byte(m.MessageID))
	return hex.EncodeToString(h[:20])
}

// Address checks one plain mail address, without a name, and returns it as it is
// used for sending: its domain in ASCII. It fails with ErrAddress.
func Address(s string) (string, error) {
	if len(s) > 254 || !headerSafe(s) { // RFC 5321 4.5.3.1.3
		return "", ErrAddress
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return "", ErrAddress
	}
	domain, err := idna.Lookup.ToASCII(s[at+1:])
	if err != nil {
		return "", ErrAddress
	}
	plain := s[:at] + "@" + domain
	parsed, err := mail.ParseAddress(plain)
	if err != nil || parsed.Address != plain || parsed.Name != "" || !isASCII(plain) || strings.ContainsAny(plain, "\"<>() ,;:") {
		return "", ErrAddress
	}
	return plain, nil
}

// headerSafe refuses what could end a header or hide one: control characters, the
// line breaks of Unicode and marks that turn the direction of reading.
func headerSafe(s string) bool {
	if len(s) > maxHeader || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || turnsDirection(r) {
			return false
		}
	}
	return true
}

func turnsDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
