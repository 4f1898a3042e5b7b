package house

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"klankbord/internal/sqldb"
)

// Mailbox is one on a mail server in this process, which the instance reads; it outlives
// the instance, as a mail server does.
type Mailbox struct {
	user    *imapmemserver.User
	server  *imapserver.Server
	serving sync.WaitGroup
	setting string
}

const inbox = "INBOX"

// newMailbox makes an empty mailbox and the file with its password.
func newMailbox(ctx context.Context, folder string) (*Mailbox, error) {
	const user, password = "complaints", "only on this machine"
	file := filepath.Join(folder, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	mem := imapmemserver.New()
	b := &Mailbox{user: imapmemserver.NewUser(user, password)}
	if err := b.user.Create(inbox, nil); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	mem.AddUser(b.user)
	b.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapIdle: {}, imap.CapMove: {}}, InsecureAuth: true,
		Logger: log.New(io.Discard, "", 0),
	})
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	b.serving.Go(func() { _ = b.server.Serve(l) }) // ends when closed
	b.setting = fmt.Sprintf("imap://%s@%s/%s?route=general&security=none&password-file=%s", user, l.Addr(), inbox, file)
	return b, nil
}

func (b *Mailbox) close() error {
	err := b.server.Close()
	b.serving.Wait()
	return err
}

type literal struct{ *strings.Reader }

// Size is how long the mail is, in bytes.
func (l literal) Size() int64 { return l.Reader.Size() }

// Add lets a mail arrive.
func (b *Mailbox) Add(mail string) error {
	_, err := b.user.Append(inbox, literal{strings.NewReader(mail)}, &imap.AppendOptions{})
	return err
}

// Left is how many mails lie in the mailbox.
func (b *Mailbox) Left() (int, error) {
	s, err := b.user.Status(inbox, &imap.StatusOptions{NumMessages: true})
	if err != nil || s.NumMessages == nil {
		return 0, fmt.Errorf("ask mailbox: %w", err)
	}
	return int(*s.NumMessages), nil
}

// EndLeases ends what a process that is gone held for a while, such as the mailbox that
// it read, as time would end it.
func (h *House) EndLeases(ctx context.Context) error {
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(h.State, "klankbord.db"))
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE lease SET until = 0`)
		return err
	})
	if closing := db.Close(); err == nil {
		err = closing
	}
	return err
}
