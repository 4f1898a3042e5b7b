// Package prior reads what an organisation kept before it had the desk: mailbox files
// (mbox), mail folders (Maildir) and registers (CSV). It only reads; it changes, moves and
// locks nothing. Every byte is somebody else's: a mail is handed on as it is, whatever it
// holds, and only a file that is no mailbox, or no register, at all is an error. Memory stays
// small however large a mailbox is.
package prior

import (
	"bytes"
	"io"
	"time"
)

// Mail is one mail of an old mailbox.
type Mail struct {
	Position int       // 1 is the first
	At       time.Time // when it was delivered, as the mailbox says; zero: it does not
	Gone     bool      // whoever kept the mailbox had thrown it away, or never sent it
	Open     func() (io.ReadCloser, error)
}

// Form is how a mailbox file keeps lines of a mail that begin with "From ".
type Form string

// The forms. https://doc.dovecot.org/main/core/config/mailbox_formats/mbox.html
const (
	FormAuto Form = "auto" // rd, or cl where Content-Length is there and right
	FormO    Form = "mboxo"
	FormRD   Form = "mboxrd"
	FormCL   Form = "mboxcl"
	FormCL2  Form = "mboxcl2"
)

// thrown reads the marks that mail programs leave in the header of mail that they hide:
// Thunderbird until it compacts the file, mutt and others until they are closed, and the
// pretended first mail of UW IMAP.
func thrown(header []byte) bool {
	for line := range bytes.Lines(header) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		if !ok {
			continue
		}
		switch string(bytes.ToLower(bytes.TrimSpace(name))) {
		case "x-mozilla-status":
			if n := hex(value); n&0x0008 != 0 {
				return true
			}
		case "x-status", "status":
			if len(bytes.Trim(value, "RODAFTNU")) == 0 && bytes.ContainsAny(value, "DT") {
				return true
			}
		case "x-imap", "x-imapbase":
			if bytes.Contains(header, []byte("FOLDER INTERNAL DATA")) {
				return true
			}
		}
	}
	return false
}

func hex(b []byte) (n int) {
	for _, c := range bytes.ToLower(b) {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int(c-'a'+10)
		default:
			return 0
		}
	}
	return n
}
