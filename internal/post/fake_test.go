package post_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"klankbord/internal/post"
)

// fake is an IMAP server in this process behind a line that can be cut.
type fake struct {
	user  *imapmemserver.User
	line  net.Listener
	inner string // the server itself

	mu      sync.Mutex
	open    []net.Conn                               // guarded by mu
	cutting func(fromClient, fromServer []byte) bool // guarded by mu
}

func newFake(t *testing.T, folders int) *fake {
	t.Helper()
	mem := imapmemserver.New()
	user := imapmemserver.NewUser("box", secret)
	for n := range folders { // each has a UIDVALIDITY of its own
		if err := user.Create(fmt.Sprintf("other-%d", n), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	mem.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapIdle: {}, imap.CapMove: {}}, InsecureAuth: true,
	})
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{user: user}
	if f.line, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(inner) }()
	f.inner = inner.Addr().String()
	go f.serve(f.inner)
	t.Cleanup(func() { _, _ = server.Close(), f.line.Close() })
	return f
}

func (f *fake) setting(t *testing.T, more string) post.IMAPSettings {
	return setting(t, "imap", "box", f.line.Addr().String(), "&security=none"+more)
}

func (f *fake) add(t *testing.T, mails ...string) {
	t.Helper()
	for _, m := range mails {
		if _, err := f.user.Append("INBOX", literal{strings.NewReader(m)}, &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func (f *fake) left(t *testing.T) int {
	t.Helper()
	s, err := f.user.Status("INBOX", &imap.StatusOptions{NumMessages: true})
	if err != nil {
		t.Fatal(err)
	}
	return int(*s.NumMessages)
}

func (f *fake) cut(when func(fromClient, fromServer []byte) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cutting = when
}

// drop cuts the lines that are open now.
func (f *fake) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.open {
		_ = c.Close()
	}
}

func (f *fake) serve(inner string) {
	for {
		c, err := f.line.Accept()
		if err != nil {
			return
		}
		s, err := net.Dial("tcp", inner)
		if err != nil {
			_ = c.Close()
			return
		}
		f.mu.Lock()
		f.open = append(f.open, c)
		f.mu.Unlock()
		go f.pass(s, c, func(b []byte) ([]byte, []byte) { return b, nil })
		go f.pass(c, s, func(b []byte) ([]byte, []byte) { return nil, b })
	}
}

// pass carries bytes until the line is cut, which ends both directions.
func (f *fake) pass(to, from net.Conn, which func([]byte) (client, server []byte)) {
	defer func() { _, _ = to.Close(), from.Close() }()
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		f.mu.Lock()
		when := f.cutting
		f.mu.Unlock()
		if err != nil || when != nil && when(which(b[:n])) {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}
