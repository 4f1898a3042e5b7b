package dialogue

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// firstCode is a first code on its way to somebody whose complaint came by mail, or was
// registered by a member.
type firstCode struct {
	row  store.CodeChange
	link store.Link
	mail store.Mail
	leaf store.Leaf
}

// firstCode makes the link ready on which the person draws the first code, once they
// showed that their address reaches them; nil for a case that came otherwise, or whose
// complainant has a code or is getting one. It takes nothing from anybody, so that it
// waits for nobody. The link holds the keys of the case, unless those have changed since:
// then a member lets it take effect.
func (d *Dialogue) firstCode(ctx context.Context, secret string, from store.Link, n store.Notice) (*firstCode, error) {
	id := from.Case
	var file store.Case
	has := false
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if file, err = tx.Case(id); err != nil {
			return err
		}
		has, err = coded(tx, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read codes: %w", err)
	}
	if file.Channel != casefile.ChannelEmail && !file.Channel.Told() || file.State == casefile.StateUnsorted || has {
		return nil, nil //nolint:nilnil // nothing to send is no failure
	}
	now := d.Store.Now()
	f := &firstCode{row: store.CodeChange{Case: id, ID: ident.New(), Started: now, Ready: now}}
	d.Custody.StampCodeChange(&f.row)
	tok, link := d.Custody.NewLink(id, custody.LinkCode, n.Mark)
	before, err := seal.ParseToken(secret)
	if err != nil {
		return nil, fmt.Errorf("read link: %w", err)
	}
	if err := d.Custody.PassOn(from, before, &link, tok); err != nil {
		return nil, err
	}
	f.link = link
	f.mail, err = d.Custody.SealMail(d.Mails, store.Mail{Case: id}, letter.Order{
		Template: letter.FirstCode, Lang: file.Language, Number: string(file.Number), Confirm: tok.Cookie(), Until: link.Expires,
	})
	f.leaf = custody.Leaf(now, custody.Event{Kind: audit.CodeAsked, Actor: custody.BySystem(), Case: id, Object: f.row.ID})
	return f, err
}

// coded reports whether a case has a code, or one on its way.
func coded(tx *store.Tx, id casefile.ID) (bool, error) {
	codes, err := tx.Codes(id)
	if err != nil || len(codes) > 0 {
		return len(codes) > 0, err
	}
	_, err = tx.CodeChange(id)
	if errors.Is(err, store.ErrNone) {
		return false, nil
	}
	return err == nil, err
}

// insert writes it; nothing when somebody was first.
func (f *firstCode) insert(tx *store.Tx) error {
	if f == nil {
		return nil
	}
	if has, err := coded(tx, f.row.Case); err != nil || has {
		return err
	}
	return errors.Join(tx.PutCodeChange(f.row), tx.InsertLink(f.link), tx.QueueMail(f.mail, tx.Now()), tx.InsertLeaf(f.leaf))
}
