package custody

import (
	"bytes"
	"encoding/hex"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// The purposes of a link that is sent to the address of a case.
const (
	LinkConfirm = "confirm" // somebody reads what is sent there
	LinkCode    = "code"    // the person draws a new code
)

// LinkLife is how long a link can be used.
const LinkLife = 72 * time.Hour

// AddressMark is a keyed hash of an address in its case, by which the address that a
// link was sent to is told from one that came later.
func (c *Custody) AddressMark(id casefile.ID, email string) []byte {
	return c.stamps.Stamp(c.context(id, "address", "", 0), 0, []byte(strings.ToLower(strings.TrimSpace(email))), "system")
}

// SurveyMark is a keyed hash of a case, by which it says only once how it went.
func (c *Custody) SurveyMark(id casefile.ID) string {
	return hex.EncodeToString(c.stamps.Stamp(c.context(id, "survey", "", 0), 0, nil, "system"))
}

// NewLink draws the secret of a link for an address and the row that knows it.
func (c *Custody) NewLink(id casefile.ID, purpose string, mark []byte) (seal.Token, store.Link) {
	tok, now := seal.NewToken(), c.store.Now()
	l := store.Link{
		Lookup: tok.LookupID(purpose), Case: id, Purpose: purpose, Mark: mark, Created: now, Expires: now.Add(LinkLife),
	}
	c.stampLink(&l)
	return tok, l
}

// UsedLink is the link once it was used, for store.UseLink. The link to a code holds its
// keys until the person kept the code, and then goes.
func (c *Custody) UsedLink(l store.Link) store.Link {
	l.Used = c.store.Now()
	if l.Purpose != LinkCode {
		l.Box = nil
	}
	c.stampLink(&l)
	return l
}

// EmptiedLink is the link without the keys that it held, for store.EmptyLink.
func (c *Custody) EmptiedLink(l store.Link) store.Link {
	l.Box = nil
	c.stampLink(&l)
	return l
}

func (c *Custody) stampLink(l *store.Link) {
	ctx, record := c.linkRecord(*l)
	l.Stamp = c.stamps.Stamp(ctx, 0, record, "system")
}

func (c *Custody) linkRecord(l store.Link) (seal.Context, []byte) {
	revision := int64(0)
	if !l.Used.IsZero() {
		revision = 1
	}
	return c.context(l.Case, "link/"+l.Purpose, l.Lookup, revision),
		fields(l.Mark, l.Box, number(l.Created.UnixMicro()), number(l.Expires.UnixMicro()), number(micros(l.Used)))
}

// LinkHolds reports whether a link was made here, for the address in n as it is now.
// A row that somebody put into the database is none.
func (c *Custody) LinkHolds(l store.Link, n store.Notice) bool {
	return c.linkHolds(l) && bytes.Equal(l.Mark, n.Mark) && c.NoticeHolds(n)
}

func (c *Custody) linkHolds(l store.Link) bool {
	ctx, record := c.linkRecord(l)
	return c.stamps.Verify(ctx, 0, record, "system", l.Stamp)
}

func (c *Custody) noticeRecord(n store.Notice) (seal.Context, []byte) {
	return c.context(n.Case, "notice-address", "", 0), fields(n.Box, n.Mark, number(micros(n.Verified)))
}

// NewNotice seals where news of a case can be sent.
func (c *Custody) NewNotice(key Sealer, id casefile.ID, email string, l lang.Lang) (store.Notice, error) {
	address, err := letter.Pack(letter.NoticeAddress{Email: email, Lang: string(l)})
	if err != nil {
		return store.Notice{}, err
	}
	n := store.Notice{Case: id, Box: key.Seal(NoticeContext(c.instance, id), address), Mark: c.AddressMark(id, email)}
	c.StampNotice(&n)
	return n, nil
}

// StampNotice stamps where news can be sent, so that the database alone cannot say
// that an address was confirmed.
func (c *Custody) StampNotice(n *store.Notice) {
	ctx, record := c.noticeRecord(*n)
	n.Stamp = c.stamps.Stamp(ctx, 0, record, "system")
}

// NoticeHolds reports whether the row is the one that was stamped.
func (c *Custody) NoticeHolds(n store.Notice) bool {
	ctx, record := c.noticeRecord(n)
	return c.stamps.Verify(ctx, 0, record, "system", n.Stamp)
}
