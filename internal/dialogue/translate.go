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
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Translating is what a translator sees: one text, and nothing else of the case.
type Translating struct {
	Number casefile.Number // of their own file
	Text   string          // empty once the time is over
	To     string
	Until  time.Time
	Over   bool
	Handed string // what they handed in; empty: nothing yet
	At     time.Time
}

// String hides the text.
func (Translating) String() string { return "[sealed]" }

// ErrNoTranslator tells that the code of a browser is not that of a translator.
var ErrNoTranslator = fault.New(fault.NotFound, "error.not-found")

// The faults of handing a translation in.
var (
	errTranslateEmpty = fault.New(fault.Invalid, "mailbox.translate.empty")
	errTranslateOver  = fault.New(fault.Conflict, "mailbox.translate.over")
	errTranslateOnce  = fault.New(fault.Conflict, "mailbox.translate.once")
)

// translator is how a translation names in the clear by whom it came.
const translator = "translator"

// Translating reads the text of a translator; that they did is logged before it is
// returned. ErrNoTranslator for whoever complained or helped; ErrNoSession.
func (d *Dialogue) Translating(ctx context.Context, tok seal.Token) (*Translating, error) {
	v, give, err := d.translator(ctx, tok)
	if err != nil {
		return nil, err
	}
	t := &Translating{Number: v.opened.Case.Number, To: give.To, Until: give.Until, Over: d.Store.Now().After(give.Until)}
	if t.Over {
		return t, nil
	}
	if t.Handed, t.At = handed(v.opened); t.Handed == "" {
		t.Text = give.Text
	}
	if err := custody.Retry(func() error { return d.noteRead(ctx, v) }); err != nil {
		return nil, err
	}
	return t, nil
}

// translator is a visit by somebody who translates, with what they were given.
func (d *Dialogue) translator(ctx context.Context, tok seal.Token) (*visit, casefile.ToTranslate, error) {
	v, err := d.anyVisit(ctx, tok)
	if err != nil {
		return nil, casefile.ToTranslate{}, err
	}
	if v.opened.Case.Channel != casefile.ChannelTranslate {
		return nil, casefile.ToTranslate{}, ErrNoTranslator
	}
	for _, e := range v.opened.Entries {
		if e.Kind != casefile.EntryToTranslate || e.Damaged || e.Locked {
			continue
		}
		give, err := casefile.DecodePayload[casefile.ToTranslate](e.Payload)
		return v, give, err
	}
	return nil, casefile.ToTranslate{}, ErrNoSession
}

func handed(o *custody.Opened) (string, time.Time) {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryMessageIn && !e.Damaged && !e.Locked {
			m, _ := casefile.DecodePayload[casefile.Message](e.Payload)
			return m.Text, e.Created
		}
	}
	return "", time.Time{}
}

// HandIn takes a translation. In the same moment it stands in the translator's own file
// and in the case, sealed there to a key that the translator does not have, beside the
// text that it is of. Once only. Faults: nothing written; too long; the time is over; it
// was handed in before; ErrNoSession.
func (d *Dialogue) HandIn(ctx context.Context, tok seal.Token, s Sending, l lang.Lang, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return errTranslateEmpty
	}
	if err := d.fits(text); err != nil {
		return err
	}
	enter := func(ctx context.Context, tok seal.Token) (*visit, error) {
		v, _, err := d.translator(ctx, tok)
		return v, err
	}
	return d.sendBy(ctx, tok, s, enter, func(v *visit) (*change, error) {
		_, give, err := d.translator(ctx, tok)
		if err != nil {
			return nil, err
		}
		if d.Store.Now().After(give.Until) {
			return nil, errTranslateOver
		}
		if before, _ := handed(v.opened); before != "" {
			return nil, errTranslateOnce
		}
		payload, err := casefile.EncodePayload(casefile.Message{Lang: l, Text: text})
		if err != nil {
			return nil, err
		}
		c := &change{items: []custody.Item{item(s.Key, casefile.EntryMessageIn, seal.Dialogue, payload)}, logged: audit.MessageSent}
		c.more, err = d.land(ctx, v.opened.Case.Number, give, text)
		return c, err
	})
}

// land makes the translation ready to be written into the case; nothing where the case is
// gone.
func (d *Dialogue) land(ctx context.Context, from casefile.Number, give casefile.ToTranslate, text string) (func(*store.Tx) error, error) {
	var file store.Case
	var keys []store.CaseKey
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if file, err = tx.Case(give.Case); err != nil {
			return err
		}
		keys, err = tx.CaseKeys(give.Case)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, nil //nolint:nilnil // nothing more to write
	}
	if err != nil {
		return nil, fmt.Errorf("read case of a translation: %w", err)
	}
	payload, err := casefile.EncodePayload(casefile.Translation{Of: give.Entry, Number: from, By: give.Name, To: give.To, Text: text})
	if err != nil {
		return nil, err
	}
	added, err := d.Custody.Append(file, keys, custody.Item{
		Kind: casefile.EntryTranslation, Compartment: seal.Investigation, AuthorKind: custody.AuthorSystem, AuthorID: translator, Payload: payload,
	})
	if err != nil {
		return nil, err
	}
	leaf := custody.Leaf(d.Store.Now(), custody.Event{
		Kind: audit.EntryAdded, Actor: custody.BySystem(), Case: give.Case, Object: added.Entries[0].ID, Detail: map[string]string{"kind": string(casefile.EntryTranslation)},
	})
	return func(tx *store.Tx) error { return errors.Join(added.Insert(tx), tx.InsertLeaf(leaf)) }, nil
}
