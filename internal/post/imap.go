package post

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"slices"
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
	close    func()
}

// dial connects, signs in and opens the folder. The connection ends with ctx.
func dial(ctx context.Context, s IMAPSettings) (*imapSession, error) {
	conn, err := (&net.Dialer{Timeout: 30 * time.Second}).DialContext(ctx, "tcp", s.Server)
	if err != nil {
		return nil, trouble(TroubleReach, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	session := &imapSession{news: make(chan struct{}, 1)}
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

// listed is a mail on the server.
type listed struct {
	uid  imap.UID
	size int64
	at   time.Time
}

// list gives the mails from a number on, the oldest first. Those that are marked as
// deleted count only where we may have marked them and broke off before removing them.
func (c *imapSession) list(from uint32, after After) ([]listed, error) {
	var all imap.UIDSet
	all.AddRange(imap.UID(max(from, 1)), 0)
	want := &imap.SearchCriteria{UID: []imap.UIDSet{all}}
	if after != AfterDelete || !c.client.Caps().Has(imap.CapUIDPlus) {
		want.NotFlag = []imap.Flag{imap.FlagDeleted}
	}
	found, err := c.client.UIDSearch(want, nil).Wait()
	if err != nil {
		return nil, trouble(TroubleReach, err)
	}
	uids := found.AllUIDs()
	// "5:*" means the newest mail as well where all of them have lower numbers. RFC 9051 9.
	uids = slices.DeleteFunc(uids, func(u imap.UID) bool { return uint32(u) < from })
	if len(uids) == 0 {
		return nil, nil
	}
	fetch := c.client.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true})
	var list []listed
	for m := fetch.Next(); m != nil; m = fetch.Next() {
		b, err := m.Collect()
		if err != nil {
			_ = fetch.Close()
			return nil, trouble(TroubleReach, err)
		}
		list = append(list, listed{b.UID, b.RFC822Size, b.InternalDate})
	}
	if err := fetch.Close(); err != nil {
		return nil, trouble(TroubleReach, err)
	}
	slices.SortFunc(list, func(a, b listed) int { return int(int64(a.uid) - int64(b.uid)) })
	return list, nil
}

// errGone tells that another program removed a mail meanwhile.
var errGone = errors.New("mail is gone")

// fetch gives a mail to take, whole or not at all. It returns what take returned, errGone,
// or trouble with the connection.
func (c *imapSession) fetch(uid imap.UID, take func(io.Reader) error) error {
	section := &imap.FetchItemBodySection{Peek: true}
	cmd := c.client.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	taken := errGone
	var broken error
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		for item := m.Next(); item != nil; item = m.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil || !errors.Is(taken, errGone) {
				continue
			}
			whole := &exactly{r: body.Literal, left: body.Literal.Size()}
			if taken = take(whole); taken != nil && whole.broken != nil {
				broken = whole.broken
			}
			if taken != nil { // what is left of it is not worth reading
				_ = c.client.Close()
			}
		}
	}
	err := cmd.Close()
	switch {
	case broken != nil:
		return trouble(TroubleReach, broken)
	case taken != nil && !errors.Is(taken, errGone):
		return taken
	case err != nil:
		return trouble(TroubleReach, err)
	}
	return taken
}

// exactly reads as many bytes as a server announced; fewer are a broken connection.
type exactly struct {
	r      io.Reader
	left   int64
	broken error
}

// Read gives bytes of the mail.
func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) && e.left == 0 {
		return n, io.EOF
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	e.broken = err
	return n, err
}

// remove does with the server's copy what the setting says.
func (c *imapSession) remove(uid imap.UID, s IMAPSettings) error {
	set := imap.UIDSetNum(uid)
	switch s.After {
	case AfterMove:
		_, err := c.client.Move(set, s.To).Wait()
		return classed(TroubleFolder, err)
	case AfterDelete:
		flags := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen, imap.FlagDeleted}}
		if err := c.client.Store(set, flags, nil).Close(); err != nil {
			return trouble(TroubleReach, err)
		}
		// Without UIDPLUS only mails of everybody could be removed: then it stays marked.
		if !c.client.Caps().Has(imap.CapUIDPlus) {
			return nil
		}
		return trouble(TroubleReach, c.client.UIDExpunge(set).Close())
	default:
		return nil
	}
}

// wait returns when the server tells of a new mail, or after a while.
func (c *imapSession) wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	if !c.client.Caps().Has(imap.CapIdle) {
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		return trouble(TroubleReach, c.client.Noop().Wait())
	}
	idle, err := c.client.Idle()
	if err != nil {
		return trouble(TroubleReach, err)
	}
	select {
	case <-ctx.Done():
	case <-c.client.Closed():
	case <-c.news:
	case <-timer.C:
	}
	if err := idle.Close(); err != nil {
		return trouble(TroubleReach, err)
	}
	return trouble(TroubleReach, idle.Wait())
}

// tells reports whether the server tells of new mail by itself. RFC 2177.
func (c *imapSession) tells() bool { return c.client.Caps().Has(imap.CapIdle) }
