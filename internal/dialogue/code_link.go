package dialogue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// CodePage is what the page shows to which the link for a new code leads. It tells
// nothing of the case.
type CodePage struct {
	State LinkState
	Code  string    // drawn by this browser and not kept yet; empty otherwise
	Kept  bool      // the person said that they kept it
	Ready time.Time // not before this time does it take effect
	First bool      // there was none before
	Works bool      // it took effect
}

// String keeps the code out of whatever prints a page.
func (CodePage) String() string { return "[sealed]" }

// CodePage tells what the link for a new code is good for. It changes nothing. browser
// is the token that DrawCode gave, the zero token without one.
func (d *Dialogue) CodePage(ctx context.Context, secret string, browser *seal.Token) (CodePage, error) {
	state, l, row, err := d.codeLink(ctx, secret)
	p := CodePage{State: state, First: row.Member == ""}
	if err == nil && state == LinkGone {
		p.Works, err = d.works(ctx, l)
	}
	if err != nil || state != LinkUsed {
		return p, err
	}
	p.Kept, p.Ready = !row.Kept.IsZero(), row.Ready
	if code, ok := d.drawn(row, browser); ok {
		p.Code = code.Text()
	}
	return p, nil
}

// codeLink finds the link for a new code and the new code that it is for.
func (d *Dialogue) codeLink(ctx context.Context, secret string) (state LinkState, l store.Link, row store.CodeChange, err error) {
	state, l, _, err = d.link(ctx, secret, custody.LinkCode)
	if err != nil || state == LinkGone {
		return state, l, row, err
	}
	err = d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.CodeChange(l.Case)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNone):
		return LinkGone, l, row, nil
	case err != nil:
		return "", l, row, fmt.Errorf("read new code: %w", err)
	case !d.Custody.CodeChangeHolds(row):
		return LinkGone, l, row, nil
	}
	return state, l, row, nil
}

// drawn opens the code that a browser drew and has not kept yet.
func (d *Dialogue) drawn(row store.CodeChange, browser *seal.Token) (seal.Code, bool) {
	if browser == nil || len(row.Box) == 0 {
		return seal.Code{}, false
	}
	code, err := seal.OpenCode(browser.Key(), d.Custody.DrawnContext(row), row.Box)
	return code, err == nil
}

// DrawCode draws the new code, once. Only the browser that holds the token it returns
// sees it, until the person says that they kept it. ErrLinkGone where the link is good
// for nothing any more, or was used.
func (d *Dialogue) DrawCode(ctx context.Context, secret string) (seal.Token, error) {
	browser := seal.NewToken()
	state, link, row, err := d.codeLink(ctx, secret)
	if err != nil {
		return browser, err
	}
	if state != LinkOpen || row.Lookup != "" {
		return browser, ErrLinkGone
	}
	next, used := d.draw(row, browser), d.Custody.UsedLink(link)
	leaf := custody.Leaf(d.Store.Now(), custody.Event{Kind: audit.CodeDrawn, Actor: custody.ByComplainant(), Case: row.Case, Object: row.ID})
	err = d.write(ctx, func(tx *store.Tx) error {
		if err := tx.UseLink(used); err != nil {
			return err
		}
		return errors.Join(tx.MoveCodeChange(row, next), tx.InsertLeaf(leaf))
	})
	if errors.Is(err, store.ErrStale) {
		return browser, ErrLinkGone // another window was first, or it was called off
	}
	if err != nil {
		return browser, fmt.Errorf("draw code: %w", err)
	}
	return browser, nil
}

// draw draws a code into a change, under the token of a browser.
func (d *Dialogue) draw(row store.CodeChange, browser seal.Token) store.CodeChange {
	code := seal.NewCode()
	to := code.Recipient(d.instance())
	row.Lookup, row.Public = to.ID(), to.Public()
	row.Box = seal.SealCode(browser.Key(), d.Custody.DrawnContext(row), code)
	d.Custody.StampCodeChange(&row)
	return row
}

// KeepCode notes that the person kept the code that this browser drew; it is forgotten
// here. The member who asked for it is told by mail once it can take effect. Calling
// it again changes nothing. ErrLinkGone where this browser drew none.
func (d *Dialogue) KeepCode(ctx context.Context, secret string, browser *seal.Token) error {
	done, err := d.keepFirst(ctx, secret, browser)
	if done || err != nil {
		return err
	}
	state, _, row, err := d.codeLink(ctx, secret)
	if err != nil {
		return err
	}
	if state == LinkUsed && !row.Kept.IsZero() {
		return nil
	}
	if _, ok := d.drawn(row, browser); state != LinkUsed || !ok {
		return ErrLinkGone
	}
	next := row
	next.Kept, next.Box = d.Store.Now(), nil
	d.Custody.StampCodeChange(&next)
	mail, err := d.mailAsker(ctx, row)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(next.Kept, custody.Event{Kind: audit.CodeConfirmed, Actor: custody.ByComplainant(), Case: row.Case, Object: row.ID})
	err = d.write(ctx, func(tx *store.Tx) error {
		if err := errors.Join(tx.MoveCodeChange(row, next), tx.InsertLeaf(leaf)); err != nil {
			return err
		}
		if mail == nil {
			return nil
		}
		return tx.QueueMail(*mail, row.Ready)
	})
	if errors.Is(err, store.ErrStale) {
		return ErrLinkGone
	}
	if err != nil {
		return fmt.Errorf("keep code: %w", err)
	}
	d.wake()
	return nil
}

// mailAsker is the mail to the member who asked for a new code, or who is in charge
// where it is a first one; nil where they no
// longer read the case, or are no longer there.
func (d *Dialogue) mailAsker(ctx context.Context, row store.CodeChange) (*store.Mail, error) {
	var m store.Member
	var file store.Case
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if file, err = tx.Case(row.Case); err != nil {
			return err
		}
		asker := row.Member
		if asker == "" { // nobody asked for a first code
			asker = file.InCharge
		}
		if m, err = tx.Member(asker); err != nil {
			return err
		}
		_, err = tx.CaseFor(asker, file.Number)
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && !m.Active {
		return nil, nil //nolint:nilnil // nobody to tell is no failure
	}
	if err != nil {
		return nil, fmt.Errorf("read member: %w", err)
	}
	order := letter.Order{Template: letter.AskMember, Lang: m.Language, To: m.Email, Number: string(file.Number), At: d.Store.Now()}
	mail, err := d.Custody.SealMail(d.Mails, store.Mail{Case: row.Case, Member: m.ID}, order)
	return &mail, err
}

// errNoNewCode tells that no new code is on its way that could be stopped.
var errNoNewCode = fault.New(fault.Conflict, "mailbox.new-code.none")
