package post

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// Trouble is why a mailbox could not be read, in a word that can be shown.
type Trouble struct {
	Class string
	cause error
}

// The classes of trouble.
const (
	TroubleReach  = "unreachable" // no connection, or one that broke
	TroubleTLS    = "tls"         // no TLS, or a certificate that does not hold
	TroubleSignIn = "sign-in"     // the password or the token was refused
	TroubleFolder = "folder"      // no such folder
	TroubleClosed = "closed"      // the team has no member yet
	TroubleOurs   = "ours"        // the fault is here: the disk is full, the database does not answer
)

// Troubles returns every class.
func Troubles() []string {
	return []string{TroubleReach, TroubleTLS, TroubleSignIn, TroubleFolder, TroubleClosed, TroubleOurs}
}

// Error names the class; what a server said may hold an address.
func (t *Trouble) Error() string { return "read mailbox: " + t.Class }

// Unwrap gives the cause.
func (t *Trouble) Unwrap() error { return t.cause }

func trouble(class string, err error) error {
	if err == nil {
		return nil
	}
	var already *Trouble
	if errors.As(err, &already) {
		return err
	}
	return &Trouble{class, err}
}

// imapSession is one connection to a mailbox. It belongs to one goroutine.
type imapSession struct {
	client   *imapclient.Client
	news     chan struct{} // the server told of a new mail
	validity uint32
	patience time.Duration // with one answer but a mail
	close    func()
}

// answerTime is how long a server may take over one answer that is no mail. The library waits
// half an hour for one that is there and says nothing.
const answerTime = 2 * time.Minute

// within ends the connection where what is asked for is not answered in time.
func (c *imapSession) within(ask func() error) error {
	late := time.AfterFunc(c.patience, func() { _ = c.client.Close() })
	defer late.Stop()
	return ask()
}

// dial connects, signs in and opens the folder. The connection ends with ctx.
func dial(ctx context.Context, s IMAPSettings, patience time.Duration) (*imapSession, error) {
	conn, err := (&net.Dialer{Timeout: min(30*time.Second, patience)}).DialContext(ctx, "tcp", s.Server)
	if err != nil {
		return nil, trouble(TroubleReach, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	session := &imapSession{news: make(chan struct{}, 1), patience: patience}
	late := time.AfterFunc(patience, func() { _ = conn.Close() })
	defer late.Stop()
	session.close = func() {
		stop()
		if session.client != nil {
			_ = session.client.Close()
		}
		_ = conn.Close()
	}
	if err := session.open(conn, s); err != nil {
		session.close()
		return nil, err
	}
	return session, nil
}

func (c *imapSession) open(conn net.Conn, s IMAPSettings) error {
	if err := c.secure(conn, s); err != nil {
		return err
	}
	if err := c.client.WaitGreeting(); err != nil {
		return trouble(TroubleReach, err)
	}
	if err := c.signIn(s); err != nil {
		return err
	}
	selected, err := c.client.Select(s.Folder, nil).Wait()
	if err != nil {
		return classed(TroubleFolder, err)
	}
	c.validity = selected.UIDValidity
	return nil
}

// classed tells an answer of the server from a broken connection.
func classed(class string, err error) error {
	if err == nil {
		return nil
	}
	var answer *imap.Error
	if errors.As(err, &answer) {
		return trouble(class, err)
	}
	return trouble(TroubleReach, err)
}

func (c *imapSession) secure(conn net.Conn, s IMAPSettings) error {
	host, _, _ := net.SplitHostPort(s.Server)
	roots, err := trusted(s.CAFile)
	if err != nil {
		return trouble(TroubleTLS, err)
	}
	options := &imapclient.Options{
		TLSConfig: &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: roots},
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				select {
				case c.news <- struct{}{}:
				default:
				}
			}
		}},
	}
	switch s.Security {
	case "starttls":
		if c.client, err = imapclient.NewStartTLS(conn, options); err != nil {
			return trouble(TroubleTLS, err)
		}
	case "none":
		c.client = imapclient.New(conn, options)
	default:
		encrypted := tls.Client(conn, options.TLSConfig)
		if err := encrypted.Handshake(); err != nil { //nolint:noctx // the connection closes with the context
			return trouble(TroubleTLS, err)
		}
		c.client = imapclient.New(encrypted, options)
	}
	return nil
}

func (c *imapSession) signIn(s IMAPSettings) error {
	if s.TokenFile != "" {
		token, err := secretIn(s.TokenFile)
		if err != nil {
			return trouble(TroubleSignIn, err)
		}
		if c.client.Caps().Has(imap.AuthCap(sasl.OAuthBearer)) {
			return classed(TroubleSignIn, c.client.Authenticate(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: s.User, Token: token})))
		}
		return classed(TroubleSignIn, c.client.Authenticate(&xoauth2{s.User, token}))
	}
	password, err := secretIn(s.PasswordFile)
	if err != nil {
		return trouble(TroubleSignIn, err)
	}
	if c.client.Caps().Has(imap.AuthCap(sasl.Plain)) {
		return classed(TroubleSignIn, c.client.Authenticate(sasl.NewPlainClient("", s.User, password)))
	}
	return classed(TroubleSignIn, c.client.Login(s.User, password).Wait())
}

// secretIn reads a secret anew at each sign-in, so that it can change without a restart.
func secretIn(path string) (string, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator's own setting
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(b)), nil
}

// xoauth2 signs in at servers that know only the way that came before RFC 7628.
type xoauth2 struct{ user, token string }

// Start gives the mechanism and its only message.
func (x *xoauth2) Start() (mech string, response []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the description of a refusal with nothing, after which the server says no.
func (x *xoauth2) Next([]byte) ([]byte, error) { return nil, nil }

// wait returns when the server tells of a new mail, or after a while.
func (c *imapSession) wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	if !c.client.Caps().Has(imap.CapIdle) {
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		return trouble(TroubleReach, c.within(func() error { return c.client.Noop().Wait() }))
	}
	var idle *imapclient.IdleCommand
	if err := c.within(func() (err error) {
		idle, err = c.client.Idle()
		return err
	}); err != nil {
		return trouble(TroubleReach, err)
	}
	select {
	case <-ctx.Done():
	case <-c.client.Closed():
	case <-c.news:
	case <-timer.C:
	}
	return trouble(TroubleReach, c.within(func() error {
		if err := idle.Close(); err != nil {
			return err
		}
		return idle.Wait()
	}))
}

// tells reports whether the server tells of new mail by itself. RFC 2177.
func (c *imapSession) tells() bool { return c.client.Caps().Has(imap.CapIdle) }
