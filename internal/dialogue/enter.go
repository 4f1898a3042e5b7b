package dialogue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// touchAfter is how long a session is used before its end is moved again.
const touchAfter = time.Minute

// Enter opens the mailbox of a code for a browser and returns the secret for its
// cookie. ErrCodeMissing, ErrCodeTypo and ErrCodeUnknown say what is wrong with what
// was typed; a typo is found without a look-up. Entering is logged.
func (d *Dialogue) Enter(ctx context.Context, typed string) (seal.Token, error) {
	if strings.TrimSpace(typed) == "" {
		return seal.Token{}, ErrCodeMissing
	}
	code, err := seal.ParseCode(typed)
	if err != nil {
		return seal.Token{}, ErrCodeTypo
	}
	o, err := d.Custody.OpenCode(ctx, code)
	if errors.Is(err, fault.ErrNotFound) {
		return seal.Token{}, ErrCodeUnknown
	}
	if err != nil {
		return seal.Token{}, err
	}
	tok, now := seal.NewToken(), d.Store.Now()
	s := store.MailboxSession{
		ID: tok.ID(), Case: o.Case.ID, Box: seal.SealCode(tok.Key(), d.sessionContext(tok), code),
		Created: now, Expires: now.Add(d.Limits.SessionLife),
	}
	leaf := custody.Leaf(now, custody.Event{Kind: audit.MailboxEntered, Actor: custody.ByComplainant(), Case: o.Case.ID})
	err = d.write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertMailboxSession(s); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return seal.Token{}, fmt.Errorf("enter mailbox: %w", err)
	}
	return tok, nil
}

// SignOut ends the session of a browser; one that is over is no error.
func (d *Dialogue) SignOut(ctx context.Context, tok seal.Token) error {
	if err := d.write(ctx, func(tx *store.Tx) error { return tx.DeleteMailboxSession(tok.ID()) }); err != nil {
		return fmt.Errorf("leave mailbox: %w", err)
	}
	return nil
}

func (d *Dialogue) sessionContext(tok seal.Token) seal.Context {
	return seal.Context{Instance: d.instance(), Kind: "mailbox-session", Object: tok.ID()}
}

// visit is one request of a browser that is in a mailbox.
type visit struct {
	tok     seal.Token
	session store.MailboxSession
	opened  *custody.Opened
}

// visit opens the case of a session for whoever complained or helped; ErrNoSession when
// there is none, when it was moved to another case, or when its case is gone. Somebody who
// translates has none of what a mailbox offers.
func (d *Dialogue) visit(ctx context.Context, tok seal.Token) (*visit, error) {
	v, err := d.anyVisit(ctx, tok)
	if err == nil && v.opened.Case.Channel == casefile.ChannelTranslate {
		return nil, ErrNoSession
	}
	return v, err
}

// anyVisit is a visit with any code.
func (d *Dialogue) anyVisit(ctx context.Context, tok seal.Token) (*visit, error) {
	var s store.MailboxSession
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = tx.MailboxSession(tok.ID())
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("read mailbox session: %w", err)
	}
	code, err := seal.OpenCode(tok.Key(), d.sessionContext(tok), s.Box)
	if err != nil {
		return nil, ErrNoSession
	}
	o, err := d.Custody.OpenCode(ctx, code)
	if errors.Is(err, fault.ErrNotFound) || err == nil && o.Case.ID != s.Case {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, err
	}
	return &visit{tok, s, o}, nil
}

// first reports whether nothing of the case was read in this session yet.
func (v *visit) first() bool { return v.session.Seen.IsZero() }

// touch prolongs the session in use, at most once a minute.
func (d *Dialogue) touch(tx *store.Tx, v *visit) error {
	if !d.due(v, tx.Now()) {
		return nil
	}
	return tx.TouchMailboxSession(v.session.ID, tx.Now().Add(d.Limits.SessionLife))
}

func (d *Dialogue) due(v *visit, now time.Time) bool {
	return v.first() || now.Sub(v.session.Seen) >= touchAfter
}

// Number tells which case a browser is in, without reading anything of it.
func (d *Dialogue) Number(ctx context.Context, tok seal.Token) (casefile.Number, error) {
	v, err := d.anyVisit(ctx, tok)
	if err != nil {
		return "", err
	}
	return v.opened.Case.Number, nil
}
