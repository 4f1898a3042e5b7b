package post_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
	"klankbord/internal/post"
)

// postbox is a mail server in this process that answers as a test says.
type postbox struct {
	mu      sync.Mutex
	rcpt    []error       // guarded by mu; the answers to come, then nil
	data    []func() bool // guarded by mu; false: the line is cut after the whole mail
	taken   []string      // guarded by mu
	options *smtp.MailOptions
	notify  []smtp.DSNNotify
}

func (p *postbox) NewSession(c *smtp.Conn) (smtp.Session, error) { return &visitor{p, c}, nil }

type visitor struct {
	box  *postbox
	conn *smtp.Conn
}

func (v *visitor) Mail(_ string, o *smtp.MailOptions) error { v.box.options = o; return nil }
func (v *visitor) Reset()                                   {}
func (v *visitor) Logout() error                            { return nil }

func (v *visitor) Rcpt(_ string, o *smtp.RcptOptions) error {
	v.box.mu.Lock()
	defer v.box.mu.Unlock()
	v.box.notify = o.Notify
	if len(v.box.rcpt) == 0 {
		return nil
	}
	err := v.box.rcpt[0]
	v.box.rcpt = v.box.rcpt[1:]
	return err
}

func (v *visitor) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.box.mu.Lock()
	defer v.box.mu.Unlock()
	v.box.taken = append(v.box.taken, string(b))
	if len(v.box.data) > 0 {
		answers := v.box.data[0]
		v.box.data = v.box.data[1:]
		if !answers() {
			return v.conn.Conn().Close()
		}
	}
	return nil
}

func (p *postbox) mails() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.taken...)
}

func (p *postbox) serve(t *testing.T) string {
	t.Helper()
	s := smtp.NewServer(p)
	s.Domain, s.EnableDSN, s.AllowInsecureAuth = "mx.example", true, true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

func to(t *testing.T, server, security string, sign *post.DKIM) apptest.Option {
	t.Helper()
	s, err := post.NewSMTP(post.SMTPSettings{Server: server, Security: security, HelloName: "desk.example", Sign: sign})
	if err != nil {
		t.Fatal(err)
	}
	return func(_ *config.Config, o *app.Options) { o.Transport = s }
}

func idOf(t *testing.T, mail string) string {
	t.Helper()
	_, after, ok := strings.Cut(mail, "\r\nMessage-ID: ")
	if !ok {
		t.Fatalf("a mail without an id:\n%s", mail)
	}
	id, _, _ := strings.Cut(after, "\r\n")
	return id
}

func TestGreylistedMailArrivesOnceUnderItsOwnID(t *testing.T) {
	later := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, jan@example.org"}
	box := &postbox{rcpt: []error{later, later}}
	i, _ := apptest.Staffed(t, to(t, box.serve(t), "none", nil))
	i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	if got, class := state(t, i); got != "waiting" || class != "unreachable" || len(box.mails()) != 0 {
		t.Fatalf("after 451: %s, %s, %d mails", got, class, len(box.mails()))
	}
	for range 2 {
		i.Clock.Add(2 * time.Minute)
		i.DeliverMail()
	}
	if got, _ := state(t, i); got != "sent" || len(box.mails()) != 1 {
		t.Errorf("in the end: %s, %d mails", got, len(box.mails()))
	}
	id := strings.Trim(idOf(t, box.mails()[0]), "<>")
	if o := box.options; o == nil || o.EnvelopeID != id || o.Return != smtp.DSNReturnHeaders {
		t.Errorf("a report would not name our mail, or return all of it: %+v, want %s", o, id)
	}
	if len(box.notify) != 1 || box.notify[0] != smtp.DSNNotifyFailure {
		t.Errorf("reports are asked for %v, want failures alone", box.notify)
	}
}

func TestALineCutBeforeTheAnswerSendsTheSameMailAgain(t *testing.T) {
	box := &postbox{data: []func() bool{func() bool { return false }}}
	i, _ := apptest.Staffed(t, to(t, box.serve(t), "none", nil))
	i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	if got, _ := state(t, i); got != "waiting" {
		t.Fatalf("without an answer the mail is %s", got)
	}
	i.Clock.Add(2 * time.Minute)
	i.DeliverMail()
	mails := box.mails()
	if len(mails) != 2 {
		t.Fatalf("%d mails, want the same twice", len(mails))
	}
	if mails[0] != mails[1] {
		t.Error("the second differs from the first, so that a mail program shows two")
	}
	if got, _ := state(t, i); got != "sent" {
		t.Errorf("state = %s", got)
	}
}

func TestARefusalForGoodIsNotTriedAgain(t *testing.T) {
	box := &postbox{rcpt: []error{&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no jan@example.org here"}}}
	i, _ := apptest.Staffed(t, to(t, box.serve(t), "none", nil))
	i.Complain("nl", apptest.Answers("communication"), nil)
	for range 4 {
		i.DeliverMail()
		i.Clock.Add(24 * time.Hour)
	}
	if got, class := state(t, i); got != "dead" || class != "refused-550" || len(box.mails()) != 0 {
		t.Errorf("%s, %s, %d mails", got, class, len(box.mails()))
	}
}

func TestAServerThatLeavesOutTLSGetsNoMail(t *testing.T) {
	box := &postbox{}
	i, _ := apptest.Staffed(t, to(t, box.serve(t), "starttls", nil))
	i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	if got, _ := state(t, i); got != "waiting" || len(box.mails()) != 0 || box.options != nil {
		t.Errorf("%s, %d mails, envelope %v", got, len(box.mails()), box.options)
	}
	s, err := post.NewSMTP(post.SMTPSettings{Server: box.serve(t), Security: "starttls", HelloName: "desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Reach(ctx); err == nil {
		t.Error("the doctor finds nothing wrong with a server without TLS")
	}
	var p *post.Permanent
	if err := s.Send(ctx, plainMail()); err == nil || errors.As(err, &p) {
		t.Errorf("sending: %v, want to try again", err)
	}
}

func TestASignedMailPassesTheServerUnchanged(t *testing.T) {
	box, sign := &postbox{}, bothKeys(t)
	server := box.serve(t)
	s, err := post.NewSMTP(post.SMTPSettings{Server: server, Security: "none", HelloName: "desk.example", Sign: sign})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(ctx, plainMail()); err != nil {
		t.Fatal(err)
	}
	if n := verified(t, sign, []byte(box.mails()[0])); n != 2 {
		t.Errorf("%d signatures hold after the way through a server:\n%s", n, box.mails()[0])
	}
}
