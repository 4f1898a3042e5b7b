package post

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
)

// After says what becomes of the server's copy once a mail was taken in.
type After string

// What can become of it.
const (
	AfterDelete After = "delete"
	AfterMove   After = "move" // into another folder
	AfterKeep   After = "keep"
)

// IMAPSettings says which mailbox is read, how, and to whom its mail goes.
type IMAPSettings struct {
	intake.Mailbox

	Server       string // host:port
	Security     string // tls, starttls, none
	User         string
	PasswordFile string
	TokenFile    string // OAuth 2.0 access token, kept fresh by another program
	CAFile       string // the certificates to trust; empty: those of the system
	Folder       string
	After        After
	To           string        // folder for AfterMove
	Every        time.Duration // how often it is looked into where the server does not tell of news
}

// The settings that cannot be.
var (
	errMailbox = errors.New("mailbox: want imaps://user@host/folder?route=general&password-file=/path, or imap:// for STARTTLS")
	errPlain   = errors.New("mailbox: security=none is only for a server on this machine")
)

// ParseMailbox reads the setting of a mailbox, an address as RFC 5092 has it:
//
//	imaps://complaints@imap.example.org/INBOX?route=general&password-file=/etc/klankbord/imap
//
// imap:// asks for STARTTLS. route says to whom its mail goes, team leads away from the
// route's own team. One of password-file and token-file is needed. after is delete, move
// (with to=FOLDER) or keep. trust names the mail server whose checks of the sender are
// believed, lang the language where a mail shows none, name what members call it.
func ParseMailbox(text string) (IMAPSettings, error) {
	u, err := url.Parse(text)
	if err != nil || u.User == nil || u.Hostname() == "" || u.Fragment != "" || u.Scheme != "imap" && u.Scheme != "imaps" {
		return IMAPSettings{}, errMailbox // not the address itself: somebody may have put a password into it
	}
	if _, secret := u.User.Password(); secret {
		return IMAPSettings{}, fmt.Errorf("%w: the password belongs into a file", errMailbox)
	}
	q := u.Query()
	s := IMAPSettings{
		User: u.User.Username(), PasswordFile: q.Get("password-file"), TokenFile: q.Get("token-file"), CAFile: q.Get("ca-file"),
		Folder: strings.TrimPrefix(u.Path, "/"), After: After(q.Get("after")), To: q.Get("to"), Security: "tls", Every: time.Minute,
	}
	port := "993"
	if u.Scheme == "imap" {
		s.Security, port = "starttls", "143"
	}
	if u.Port() != "" {
		port = u.Port()
	}
	s.Server = net.JoinHostPort(u.Hostname(), port)
	if s.Folder == "" {
		s.Folder = "INBOX"
	}
	if s.After == "" {
		s.After = AfterDelete
	}
	s.Mailbox = intake.Mailbox{
		ID: s.User + "@" + s.Server + "/" + s.Folder, Name: q.Get("name"), Route: casefile.Route(q.Get("route")),
		Team: casefile.Team(q.Get("team")), Server: q.Get("trust"), Lang: lang.NL,
	}
	if s.Name == "" {
		s.Name = s.User
	}
	return s, s.check(q)
}

func (s *IMAPSettings) check(q url.Values) error {
	for key := range q {
		switch key {
		case "route", "team", "name", "trust", "lang", "password-file", "token-file", "ca-file", "after", "to", "every", "security":
		default:
			return fmt.Errorf("%w: unknown %q", errMailbox, key)
		}
	}
	if v := q.Get("lang"); v != "" {
		l, ok := lang.Parse(v)
		if !ok {
			return fmt.Errorf("%w: lang", errMailbox)
		}
		s.Lang = l
	}
	if v := q.Get("every"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d < 10*time.Second || d > time.Hour {
			return fmt.Errorf("%w: every between 10s and 1h", errMailbox)
		}
		s.Every = d
	}
	switch q.Get("security") {
	case "":
	case "none":
		if host, _, _ := net.SplitHostPort(s.Server); !local(host) {
			return errPlain
		}
		s.Security = "none"
	default:
		return errPlain
	}
	known := s.Route == casefile.General || s.Route == casefile.Privacy || s.Route == casefile.Integrity
	team := s.Team == "" || s.Team == casefile.SupportersService || s.Team == casefile.ComplaintsTeam
	after := s.After == AfterDelete || s.After == AfterKeep || s.After == AfterMove && s.To != "" && s.To != s.Folder
	switch {
	case !known:
		return fmt.Errorf("%w: route", errMailbox)
	case !team, s.Team == casefile.SupportersService && s.Route != casefile.General:
		return fmt.Errorf("%w: team", errMailbox)
	case !after:
		return fmt.Errorf("%w: after", errMailbox)
	case s.User == "" || (s.PasswordFile == "") == (s.TokenFile == ""):
		return fmt.Errorf("%w: one of password-file and token-file", errMailbox)
	}
	return nil
}
