package dialogue

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// Reply sends a message with the files that AddFile took. It can be sent in every
// stage; where we were waiting for it the case goes on. Faults: nothing written,
// too long, a file that is gone; ErrNoSession.
func (d *Dialogue) Reply(ctx context.Context, tok seal.Token, s Sending, l lang.Lang, text string, tickets []string) error {
	text = strings.TrimSpace(text)
	if text == "" && len(tickets) == 0 {
		return fault.New(fault.Invalid, "error.text-missing")
	}
	if err := d.fits(text); err != nil {
		return err
	}
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		c := &change{logged: audit.EntryAdded, answer: true}
		message := casefile.Message{Lang: l, Text: text}
		files, err := d.attach(ctx, v, tickets)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			id := ident.New()
			message.Files = append(message.Files, casefile.EntryID(id))
			x := item(id, casefile.EntryFile, seal.Dialogue, f.manifest.Encode())
			x.Parent = s.Key
			c.items = append(c.items, x)
			c.blobs = append(c.blobs, attached{f.ID, id, f.manifest})
		}
		payload, err := casefile.EncodePayload(message)
		c.items = append(c.items, item(s.Key, casefile.EntryMessageIn, seal.Dialogue, payload))
		return c, err
	})
}

func (d *Dialogue) fits(text string) error {
	n := utf8.RuneCountInString(text)
	if n <= d.Limits.TextRunes {
		return nil
	}
	return fault.New(fault.Invalid, "error.text-too-long").
		With("max", strconv.Itoa(d.Limits.TextRunes)).With("length", strconv.Itoa(n))
}

// Withdraw tells the members that the complaint be dropped. On the integrity route
// they decide whether the case goes on, so nothing moves by itself. Withdrawing
// twice is the same as once; why may be empty.
func (d *Dialogue) Withdraw(ctx context.Context, tok seal.Token, s Sending, l lang.Lang, why string) error {
	why = strings.TrimSpace(why)
	if err := d.fits(why); err != nil {
		return err
	}
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		for _, e := range v.opened.Entries {
			if e.Kind == casefile.EntryWithdrawal {
				return nil, nil
			}
		}
		payload, err := casefile.EncodePayload(casefile.Withdrawal{Lang: l, Why: why})
		return &change{
			items:  []custody.Item{item(s.Key, casefile.EntryWithdrawal, seal.Dialogue, payload)},
			logged: audit.Withdrawn, answer: true,
		}, err
	})
}

// Ways lists how a conversation can be asked for, from the profile's own question.
func (d *Dialogue) Ways() []profile.Option {
	f, _ := d.Profile.Field(profile.FieldConversation)
	var list []profile.Option
	for _, o := range f.Options {
		if o.ID != "no" {
			list = append(list, o)
		}
	}
	return list
}

// AskConversation asks to talk and starts the clock that runs from asking. Faults:
// no way chosen, too long; ErrNoSession. Directive (EU) 2019/1937 art. 9(2).
func (d *Dialogue) AskConversation(ctx context.Context, tok seal.Token, s Sending, l lang.Lang, way, text string) error {
	text = strings.TrimSpace(text)
	if !d.offers(way) {
		return ErrWayMissing
	}
	if err := d.fits(text); err != nil {
		return err
	}
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		payload, err := casefile.EncodePayload(casefile.MeetingRequest{Lang: l, Way: way, Text: text})
		c := &change{
			items:  []custody.Item{item(s.Key, casefile.EntryMeetingRequest, seal.Dialogue, payload)},
			logged: audit.EntryAdded, answer: true,
		}
		if err == nil {
			err = d.startMeetingClock(ctx, v, c)
		}
		return c, err
	})
}

func (d *Dialogue) offers(way string) bool {
	for _, o := range d.Ways() {
		if o.ID == way {
			return true
		}
	}
	return false
}

// startMeetingClock adds the clocks that run from the asking. One that runs already
// stays: asking again wins us no time.
func (d *Dialogue) startMeetingClock(ctx context.Context, v *visit, c *change) error {
	o := v.opened
	running, err := d.clocks(ctx, o.Case.ID)
	if err != nil {
		return err
	}
	now := d.Store.Now()
	for _, k := range d.Calendar.Start(d.rulesOf(o), o.Case.Received, deadline.Facts{deadline.EventMeetingAsked: now}) {
		if k.Kind == deadline.KindMeeting && !runs(running, k.ID) {
			c.clocks = append(c.clocks, k)
		}
	}
	if next, ok := deadline.Next(append(running, c.clocks...)); ok && len(c.clocks) > 0 {
		c.changed(o).NextDue = next.Due
	}
	return nil
}

func runs(clocks []deadline.Clock, id string) bool {
	for _, k := range clocks {
		if k.ID == id && k.Open() {
			return true
		}
	}
	return false
}
