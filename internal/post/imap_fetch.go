package post

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

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
	var found *imap.SearchData
	err := c.within(func() (err error) {
		found, err = c.client.UIDSearch(want, nil).Wait()
		return err
	})
	if err != nil {
		return nil, trouble(TroubleReach, err)
	}
	uids := found.AllUIDs()
	// "5:*" means the newest mail as well where all of them have lower numbers. RFC 9051 9.
	uids = slices.DeleteFunc(uids, func(u imap.UID) bool { return uint32(u) < from })
	if len(uids) == 0 {
		return nil, nil
	}
	var list []listed
	if err := c.within(func() (err error) {
		list, err = c.sizes(uids)
		return err
	}); err != nil {
		return nil, trouble(TroubleReach, err)
	}
	slices.SortFunc(list, func(a, b listed) int { return int(int64(a.uid) - int64(b.uid)) })
	return list, nil
}

// sizes asks how large mails are, and when they came.
func (c *imapSession) sizes(uids []imap.UID) (list []listed, err error) {
	fetch := c.client.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true})
	for m := fetch.Next(); m != nil; m = fetch.Next() {
		b, err := m.Collect()
		if err != nil {
			_ = fetch.Close()
			return nil, err
		}
		list = append(list, listed{b.UID, b.RFC822Size, b.InternalDate})
	}
	return list, fetch.Close()
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
