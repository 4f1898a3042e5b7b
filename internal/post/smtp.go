package post

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"klankbord/internal/letter"
)

// SMTP sends through one server. TLS is the rule: "starttls" and "tls" refuse a
// server without it or with a certificate that does not hold; "none" is accepted
// for a server on this machine only.
type SMTP struct {
	client   func() (*gomail.Client, error)
	sign     *DKIM // nil: mail is not signed
	patience time.Duration
}

// SMTPSettings says which server and how.
type SMTPSettings struct {
	Server       string // host:port
	Security     string // starttls, tls, none
	User         string
	PasswordFile string
	CAFile       string        // the certificates to trust; empty: those of the system
	HelloName    string        // what we call ourselves; never the machine's own name
	Sign         *DKIM         // nil: mail is not signed
	Patience     time.Duration // for each answer at first, and for one mail; zero: as long as a slow server may take
}

// errSecurity tells of a setting that would send mail in clear over a network.
var errSecurity = errors.New("smtp without tls is only for a server on this machine")

// NewSMTP checks the settings and returns the transport. It does not connect.
func NewSMTP(s SMTPSettings) (*SMTP, error) {
	host, portText, err := net.SplitHostPort(s.Server)
	if err != nil {
		return nil, fmt.Errorf("smtp server %q: %w", s.Server, err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("smtp server %q: %w", s.Server, err)
	}
	roots, err := trusted(s.CAFile)
	if err != nil {
		return nil, err
	}
	options := []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(cmp.Or(s.Patience, greetWithin)), gomail.WithHELO(s.HelloName),
		gomail.WithTLSConfig(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: roots}),
	}
	switch s.Security {
	case "starttls":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "tls":
		options = append(options, gomail.WithSSL())
	case "none":
		if !local(host) {
			return nil, errSecurity
		}
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("smtp security %q: want starttls, tls or none", s.Security)
	}
	if s.User != "" {
		password, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("smtp password: %w", err)
		}
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User),
			gomail.WithPassword(strings.TrimRight(string(password), "\r\n")))
	}
	return &SMTP{client: func() (*gomail.Client, error) { return gomail.NewClient(host, options...) }, sign: s.Sign, patience: cmp.Or(s.Patience, answerWithin)}, nil
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func trusted(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // nil is the system's own pool
	}
	pem, err := os.ReadFile(file) //nolint:gosec // the operator's own file
	if err != nil {
		return nil, fmt.Errorf("mail certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("mail certificates: none in %s", file)
	}
	return pool, nil
}

// Send connects, sends one mail and disconnects. A refusal for good is a
// *Permanent; everything else may be tried again, under the same Message-ID: a server
// that went away after the mail and before its answer may have it already.
func (s *SMTP) Send(ctx context.Context, m letter.Mail) error {
	raw, err := m.Encode()
	if err != nil {
		return &Permanent{"unwritable"}
	}
	if raw, err = s.sign.Sign(raw); err != nil {
		return &Permanent{"unsigned"}
	}
	from, err1 := letter.Address(m.FromAddress)
	to, err2 := letter.Address(m.To)
	if errors.Join(err1, err2) != nil {
		return &Permanent{"unwritable"}
	}
	return answered(s.hand(ctx, m.MessageID, from, to, raw))
}

// answered tells a refusal for good from what may pass. What a server said is dropped:
// it may hold the address.
func answered(err error) error {
	var said *textproto.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &said) && said.Code >= 500 && said.Code < 600:
		return &Permanent{"refused-" + strconv.Itoa(said.Code)}
	case errors.As(err, &said):
		return errLater
	default:
		return errUnreachable
	}
}

// hand gives a finished mail to the server.
func (s *SMTP) hand(ctx context.Context, id, from, to string, raw []byte) error {
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // it has answered, or nothing can be done
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	if err := c.mail(id, from, to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("begin data: %w", err)
	}
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("hand over mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("hand over mail: %w", err)
	}
	_ = c.Quit() // it has the mail
	return nil
}

// line is a connection to the server, signed in.
type line struct{ *smtp.Client }

func (s *SMTP) dial(ctx context.Context) (line, error) {
	client, err := s.client()
	if err != nil {
		return line{}, fmt.Errorf("smtp client: %w", err)
	}
	c, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		// Refused to sign in, or no TLS: what the operator has to see to may be put right
		// before the mail is given up.
		return line{}, fmt.Errorf("%w: %w", errUnreachable, hidden(err))
	}
	if err := c.UpdateDeadline(s.patience); err != nil {
		_ = c.Close()
		return line{}, fmt.Errorf("smtp deadline: %w", err)
	}
	return line{c}, nil
}

// hidden keeps the class of a failure and not its words.
func hidden(err error) error {
	var said *textproto.Error
	if errors.As(err, &said) {
		return fmt.Errorf("%w: %d", errConnection, said.Code)
	}
	return errConnection
}

// mail begins a mail. Where the server can, a report that it did not arrive names our id
// and holds the header alone, and delays are not told. RFC 3461 4.1 to 4.4.
func (c line) mail(id, from, to string) error {
	c.SkipSMTPUTF8(true) // our addresses and headers are ASCII, so that every server on the way can take them
	from = "<" + from + ">"
	if ok, _ := c.Extension("DSN"); ok {
		c.SetDSNMailReturnOption("HDRS")
		c.SetDSNRcptNotifyOption("FAILURE")
		from += " ENVID=" + envelopeID(id)
	}
	if err := c.Mail(from); err != nil {
		return fmt.Errorf("begin mail: %w", err)
	}
	if err := c.Rcpt("<" + to + ">"); err != nil {
		return fmt.Errorf("name recipient: %w", err)
	}
	return nil
}

// envelopeID writes an id as xtext. RFC 3461 4.
func envelopeID(id string) string {
	var b strings.Builder
	for _, r := range []byte(strings.Trim(id, "<>")) {
		if r < '!' || r > '~' || r == '+' || r == '=' {
			fmt.Fprintf(&b, "+%02X", r)
			continue
		}
		b.WriteByte(r)
	}
	return b.String()
}

// How long the server may take to let us in, and over one mail: less than the lease of the
// job, so that nobody else sends it meanwhile.
const (
	greetWithin  = 30 * time.Second
	answerWithin = time.Minute
)

// The failures that may pass.
var (
	errUnreachable = errors.New("mail server not reached")
	errLater       = errors.New("mail server takes it later")
	errConnection  = errors.New("no connection, no TLS, or a certificate that does not hold")
)

// Reach looks whether the server can be reached over TLS and lets us sign in; no mail is
// begun. It fails with what has to be seen to, for the operator who asked.
func (s *SMTP) Reach(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("smtp client: %w", err)
	}
	c, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("reach mail server: %w", err)
	}
	if err := c.Noop(); err != nil {
		return errors.Join(fmt.Errorf("ask mail server: %w", err), c.Close())
	}
	_ = c.Quit() // it answered
	return nil
}
