// Package rawmail reads one e-mail as it came over the wire: who it says it is from,
// what it tells, its attachments, and what it is (a person's mail, an automatic answer,
// a list, a bounce). Every byte of a mail is somebody else's, so it never fails: what
// cannot be read is told as a flaw, and the raw mail stays the record. It fetches
// nothing, runs nothing, writes nothing to disk and keeps within its budget; a mail that
// is larger than the budget is read as far as that reaches.
package rawmail

import (
	"context"
	"io"
	"slices"
	"time"
)

// The budget of one mail. Real mails of the public test sets have at most 8 levels, 60
// parts and 20 kB of header; each limit is well above that, and below what hurts.
const (
	maxDepth     = 20       // parts within parts
	maxParts     = 1000     // of all levels together
	maxHeader    = 1 << 20  // bytes of all headers together
	maxFields    = 10_000   // of all headers together
	maxText      = 2 << 20  // bytes of text
	maxFiles     = 100      // that become files of the case; more are in the raw mail
	maxWord      = 16 << 10 // bytes of one value that is decoded further
	maxAddresses = 100      // of one field
	maxRefs      = 100      // of one field
	// MaxTime bounds the reading of one mail together with the context.
	MaxTime = 2 * time.Second
)

// Flaw is something of a mail that could not be read as it should be.
type Flaw string

// The flaws.
const (
	FlawHeader    Flaw = "header"     // a header that is none, or too long
	FlawStructure Flaw = "structure"  // parts that do not end or have no boundary
	FlawEncoding  Flaw = "encoding"   // bytes that are not what their encoding says
	FlawCharset   Flaw = "charset"    // letters that are not what their charset says
	FlawTooDeep   Flaw = "too-deep"   // parts within parts within parts
	FlawTooMany   Flaw = "too-many"   // parts or files
	FlawTooLong   Flaw = "too-long"   // text
	FlawTooSlow   Flaw = "too-slow"   // reading took too long
	FlawEncrypted Flaw = "encrypted"  // S/MIME or OpenPGP, which only its reader opens
	FlawOutside   Flaw = "outside"    // a part that lies elsewhere, and is not fetched
	FlawPartial   Flaw = "partial"    // a piece of a mail sent in pieces
	FlawPacked    Flaw = "packed"     // attachments packed by Outlook (winmail.dat)
	FlawNoText    Flaw = "no-text"    // nothing to read in it
	FlawNoSender  Flaw = "no-sender"  // no address to answer to
	FlawNotRead   Flaw = "not-read"   // reading broke off; the raw mail is whole
	FlawTruncated Flaw = "truncated"  // larger than what is read; the raw mail is whole
	FlawFile      Flaw = "file"       // an attachment that is too large to be kept by itself
	FlawControl   Flaw = "characters" // characters that are no text were left out
)

// Address is one address with the name beside it. Neither is verified.
type Address struct {
	Name  string
	Email string
}

// Message is what could be read of a mail. Nothing in it is verified but Checks.
type Message struct {
	From, ReplyTo, To, Cc []Address
	ReturnPath            string // where bounces go; "<>" for none; empty when unknown
	Subject               string
	Date                  time.Time // as the sender has it; zero when unreadable
	ID                    string    // Message-ID with its angle brackets
	InReplyTo, References []string
	Text                  string // everything that reads as text, quotes included
	HTML                  bool   // the text comes from HTML
	Files                 []File
	Automatic             Automatic
	Checks                Checks
	Lang                  string // nl, fr, en or de; empty when unsure
	Flaws                 []Flaw // each once

	header header
}

// File is an attachment.
type File struct {
	Name   string // as the mail has it: hostile until proven otherwise
	Type   string // as the mail has it
	Inline bool   // shown within the text

	body   []byte
	coding string
}

// Open reads the decoded content, as it is asked for.
func (f File) Open() io.Reader { return decoder(f.coding, f.body, func() {}) }

// Empty reports whether there is nothing in it.
func (f File) Empty() bool {
	n, _ := io.ReadFull(f.Open(), make([]byte, 1))
	return n == 0
}

// Flawed reports whether a mail has a flaw.
func (m *Message) Flawed(f Flaw) bool { return slices.Contains(m.Flaws, f) }

// Sender is the address that the mail says it is from; false when it says none.
func (m *Message) Sender() (Address, bool) {
	if len(m.From) == 0 {
		return Address{}, false
	}
	return m.From[0], true
}

// Field is the decoded value of the first field with a name in lower case.
func (m *Message) Field(name string) string { return word(m.header.first(name)) }

// Options say what of a mail can be trusted.
type Options struct {
	// Server is the name (authserv-id, RFC 8601 2.5) under which the organisation's own
	// mail server writes what it checked; empty: nobody's word is taken.
	Server string
	// Truncated says that raw is only the beginning of the mail.
	Truncated bool
}

// Read reads a mail. It always gives a message, and keeps raw: the files point into it.
func Read(ctx context.Context, raw []byte, o Options) (m *Message) {
	ctx, done := context.WithTimeout(ctx, MaxTime)
	defer done()
	m = &Message{}
	r := &reader{ctx: ctx, m: m}
	// Whatever is wrong with our own reading, the mail must not be lost by it.
	defer func() {
		if recover() != nil {
			r.flaw(FlawNotRead)
		}
		m.finish(r)
	}()
	if o.Truncated {
		r.flaw(FlawTruncated)
	}
	h, body := r.header(raw)
	m.header = h
	r.facts(h, o)
	r.part(h, body, 0, false)
	return m
}

// facts reads what the header says.
func (r *reader) facts(h header, o Options) {
	m := r.m
	m.From, m.ReplyTo = addresses(h.first("from")), addresses(h.first("reply-to"))
	m.To, m.Cc = addresses(h.first("to")), addresses(h.first("cc"))
	m.ReturnPath = returnPath(h)
	m.Subject = line(word(h.first("subject")))
	m.Date = date(h.first("date"))
	m.ID = first(ids(h.first("message-id")))
	m.InReplyTo, m.References = ids(h.first("in-reply-to")), ids(h.first("references"))
	m.Checks = checks(h, o.Server)
	m.Automatic = automatic(h, m)
	if _, ok := m.Sender(); !ok {
		r.flaw(FlawNoSender)
	}
}

func (m *Message) finish(r *reader) {
	m.Text = r.text()
	m.HTML = r.fromHTML
	if m.Text == "" {
		r.flaw(FlawNoText)
	}
	own, _ := Fold(m.Text)
	m.Lang = Language(m.Subject + "\n" + own)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
