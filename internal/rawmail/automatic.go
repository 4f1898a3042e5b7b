package rawmail

import (
	"bytes"
	"strconv"
	"strings"
)

// Automatic says what a mail is when no person wrote it to us. A mail may claim any of
// it; then it waits for a member, and nothing is answered to it.
type Automatic struct {
	Auto   bool // an answer or a notice that a program sent: RFC 3834 5
	List   bool // sent to many: RFC 2919, RFC 2369, Precedence
	Bounce bool // tells that a mail could not be delivered: RFC 3464
	Spam   bool // marked so on the way

	Failed   bool   // the bounce is for good, not a delay
	Original string // Message-ID of the mail that a bounce is about
}

// Any reports whether anything tells that no person wrote the mail to us.
func (a Automatic) Any() bool { return a.Auto || a.List || a.Bounce || a.Spam }

func automatic(h header, m *Message) Automatic {
	var a Automatic
	auto := strings.ToLower(h.first("auto-submitted"))
	a.Auto = auto != "" && auto != "no" && !strings.HasPrefix(auto, "no ") && !strings.HasPrefix(auto, "no;")
	for _, name := range []string{"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress-reply", "x-vacation"} {
		v := strings.ToLower(h.first(name))
		a.Auto = a.Auto || v != "" && v != "no" && v != "0"
	}
	precedence := strings.ToLower(h.first("precedence"))
	a.Auto = a.Auto || precedence == "auto_reply" || strings.EqualFold(h.first("x-precedence"), "auto_reply")
	for _, name := range []string{"list-id", "list-unsubscribe", "list-post", "list-help", "mailing-list", "x-mailing-list", "feedback-id"} {
		a.List = a.List || h.has(name)
	}
	a.List = a.List || precedence == "bulk" || precedence == "list" || precedence == "junk"
	a.Spam = strings.HasPrefix(strings.ToLower(h.first("x-spam-flag")), "yes") || strings.HasPrefix(strings.ToLower(h.first("x-spam-status")), "yes")

	kind, params := media(h.first("content-type"))
	a.Bounce = kind == "multipart/report" && strings.HasPrefix(strings.ToLower(params["report-type"]), "d") ||
		m.ReturnPath == "<>" && !a.Auto
	if s, ok := m.Sender(); ok {
		local, _, _ := strings.Cut(strings.ToLower(s.Email), "@")
		a.Bounce = a.Bounce || local == "mailer-daemon" || local == "postmaster" && kind == "multipart/report"
		a.Auto = a.Auto || strings.HasPrefix(local, "noreply") || strings.HasPrefix(local, "no-reply") || strings.HasPrefix(local, "donotreply")
	}
	a.Bounce = a.Bounce || h.has("x-failed-recipients")
	a.Failed = a.Bounce && h.has("x-failed-recipients")
	return a
}

// delivery reads what became of a mail of ours. RFC 3464 2.3: one block per address.
func (r *reader) delivery(b []byte) {
	r.m.Automatic.Bounce = true
	for len(b) > 0 {
		var h header
		h, b = r.header(bytes.TrimLeft(b, "\r\n"))
		if len(h) == 0 {
			return
		}
		if id := envelopeID(h.first("original-envelope-id")); id != "" && r.m.Automatic.Original == "" {
			r.m.Automatic.Original = id
		}
		action := strings.ToLower(h.first("action"))
		status := h.first("status")
		r.m.Automatic.Failed = r.m.Automatic.Failed || action == "failed" || strings.HasPrefix(status, "5.")
	}
}

// envelopeID reads the id under which a mail was handed over, where it is that of a mail:
// servers that return no header tell it. RFC 3461 4, 4.4; RFC 3464 2.2.1.
func envelopeID(xtext string) string {
	var b strings.Builder
	for i := 0; i < len(xtext); i++ {
		if xtext[i] != '+' {
			b.WriteByte(xtext[i])
			continue
		}
		if i+2 >= len(xtext) {
			return ""
		}
		n, err := strconv.ParseUint(xtext[i+1:i+3], 16, 8)
		if err != nil {
			return ""
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return first(ids("<" + b.String() + ">"))
}

// returned reads the header of the mail that a bounce returns.
func (r *reader) returned(b []byte) {
	h, _ := r.header(b)
	if id := first(ids(h.first("message-id"))); id != "" && r.m.Automatic.Original == "" {
		r.m.Automatic.Original = id
	}
}
