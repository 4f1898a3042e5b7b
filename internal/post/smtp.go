package post

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"klankbord/internal/letter"
)

// SMTP sends through one server. TLS is the rule: "starttls" and "tls" refuse a
// server without it or with a certificate that does not hold; "none" is accepted
// for a server on this machine only.
type SMTP struct {
	client func() (*gomail.Client, error)
}

// SMTPSettings says which server and how.
type SMTPSettings struct {
	Server       string // host:port
	Security     string // starttls, tls, none
	User         string
	PasswordFile string
	CAFile       string // the certificates to trust; empty: those of the system
	HelloName    string // what we call ourselves; never the machine's own name
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
		gomail.WithPort(port), gomail.WithTimeout(30 * time.Second), gomail.WithHELO(s.HelloName),
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
	return &SMTP{client: func() (*gomail.Client, error) { return gomail.NewClient(host, options...) }}, nil
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
// *Permanent; everything else may be tried again.
func (s *SMTP) Send(ctx context.Context, m letter.Mail) error {
	msg, err := m.Message()
	if err != nil {
		return &Permanent{"unwritable"}
	}
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("smtp client: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	var refused *gomail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return &Permanent{"refused-" + strconv.Itoa(refused.ErrorCode())}
	}
	if err != nil {
		return errUnreachable // what the server said may hold the address
	}
	return nil
}

// errUnreachable stands for every failure that may pass.
var errUnreachable = errors.New("mail server not reached")
