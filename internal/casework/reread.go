package casework

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Reread is a text that colleagues are asked to read before it goes, as one of them, or
// its author, sees it.
type Reread struct {
	casefile.Reread
	ID      string
	Number  casefile.Number
	By      Author
	Readers []Person // who may see it, besides its author
	Mine    bool     // the member asked
	May     bool     // the member was asked, and has not handed it back
}

// sees reports whether a member may see a text that was shared: its author, and those it
// names.
func sees(actor access.Actor, e custody.Entry, r casefile.Reread) bool {
	return e.AuthorID == string(actor.Member) || len(r.To) == 0 || slices.Contains(r.To, string(actor.Member))
}

// rereadOf opens a shared text; false where it is none, or not this member's to see.
func rereadOf(actor access.Actor, o *custody.Opened, id string) (custody.Entry, casefile.Reread, bool) {
	for _, e := range o.Entries {
		if e.ID != id || e.Kind != casefile.EntryReread || e.Damaged || e.Locked || e.AuthorKind != custody.AuthorMember {
			continue
		}
		r, err := casefile.DecodePayload[casefile.Reread](e.Payload)
		return e, r, err == nil && sees(actor, e, r)
	}
	return custody.Entry{}, casefile.Reread{}, false
}

// Rereading shows a text that colleagues were asked to read. fault.ErrNotFound: there is
// none that is this member's to see.
func (c *Casework) Rereading(ctx context.Context, actor access.Actor, n casefile.Number, id string) (*Reread, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	e, r, ok := rereadOf(actor, o, id)
	if !ok || r.Of != "" {
		return nil, errNothing
	}
	a, err := c.around(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	if err := c.noteCase(ctx, actor, o); err != nil {
		return nil, err
	}
	v := &Reread{Reread: r, ID: id, Number: o.Case.Number, By: author(e, actor, a), Mine: e.AuthorID == string(actor.Member)}
	v.Readers = sharedWith(o, a, e, r)
	v.May = !v.Mine && !handedBack(o, id, actor.Member)
	return v, nil
}

// sharedWith are those who may see a shared text now, but for its author.
func sharedWith(o *custody.Opened, a around, e custody.Entry, r casefile.Reread) (list []Person) {
	for _, p := range people(o, a) {
		if string(p.ID) != e.AuthorID && (len(r.To) == 0 || slices.Contains(r.To, string(p.ID))) {
			list = append(list, p)
		}
	}
	return list
}

func handedBack(o *custody.Opened, id string, by staff.ID) bool {
	return slices.ContainsFunc(o.Entries, func(e custody.Entry) bool {
		r, err := casefile.DecodePayload[casefile.Reread](e.Payload)
		return e.Kind == casefile.EntryReread && err == nil && string(r.Of) == id && e.AuthorID == string(by)
	})
}

// AskReread has colleagues read the member's draft of a kind: one of those who may read the
// case, or with the empty id all of them. They are told by mail. The draft stays the
// member's; what is shared is its text as it is now. Faults: nothing was written, nobody
// else may read the case, no such colleague, too long.
func (c *Casework) AskReread(ctx context.Context, actor access.Actor, n casefile.Number, k DraftKind, to staff.ID, words string) error {
	words, err := short(words)
	if err != nil {
		return err
	}
	id := ident.New()
	return custody.Retry(func() error {
		o, a, d, err := c.openDraft(ctx, actor, n, k)
		if err != nil {
			return err
		}
		if d.blank() && strings.TrimSpace(d.Feedback+d.Why) == "" {
			return fault.New(fault.Invalid, "error.text-missing")
		}
		var asked []Person
		for _, p := range people(o, a) {
			if p.ID != actor.Member && (to == "" || p.ID == to) {
				asked = append(asked, p)
			}
		}
		if len(asked) == 0 {
			return fault.New(fault.Invalid, "error.member-missing")
		}
		r := casefile.Reread{Draft: string(k), Lang: d.Lang, Text: d.Text, Outcome: d.Outcome, Found: d.Feedback, Why: d.Why, Words: words}
		if to != "" {
			r.To = idsOf(asked)
		}
		return c.share(ctx, actor, o, r, id, asked, store.BesideAsked)
	})
}

// share writes a shared text, marks for whom it waits and tells them by mail.
func (c *Casework) share(ctx context.Context, actor access.Actor, o *custody.Opened, r casefile.Reread, id string, to []Person, kind store.BesideKind) error {
	entry, err := item(actor.Member, id, casefile.EntryReread, r)
	if err != nil {
		return err
	}
	mails, err := c.Custody.MemberMails(ctx, c.Mails, o, letter.AskMember, staffOf(to))
	if err != nil {
		return err
	}
	ch := change{
		items: []custody.Item{entry}, mails: mails, marks: wanted(kind, id, to),
		event: custody.Event{Kind: audit.EntryAdded, Object: id, Detail: map[string]string{"kind": string(casefile.EntryReread)}},
	}
	if r.Of != "" {
		ch.more = func(tx *store.Tx) error {
			return tx.DeleteBeside(store.Beside{Case: o.Case.ID, Member: actor.Member, Kind: store.BesideAsked, What: string(r.Of)})
		}
	}
	return c.apply(ctx, actor, o, ch)
}

func (c *Casework) openDraft(ctx context.Context, actor access.Actor, n casefile.Number, k DraftKind) (o *custody.Opened, a around, d Draft, err error) {
	if o, err = c.open(ctx, actor, n); err != nil {
		return nil, a, d, err
	}
	if a, err = c.around(ctx, actor, o); err != nil {
		return nil, a, d, err
	}
	d, ok := find(c.drafts(o, a.drafts), k)
	if !ok {
		return nil, a, d, errNothing
	}
	return o, a, d, nil
}

// short checks a question or a remark; it may be empty. Fault: too long.
func short(words string) (string, error) {
	words = strings.TrimSpace(words)
	if length := utf8.RuneCountInString(words); length > PurposeMost {
		return "", fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(PurposeMost)).With("length", decimal(int64(length)))
	}
	return words, nil
}

// Checked is what a colleague hands back: the text as they would send it, and what they
// say about it.
type Checked struct {
	Text, Found, Why, Words string
}

// String hides the content.
func (Checked) String() string { return "[sealed]" }

// HandBack hands a text back to the colleague who asked, once. Faults: too long; the text is
// empty. fault.ErrNotFound: the member was not asked.
func (c *Casework) HandBack(ctx context.Context, actor access.Actor, n casefile.Number, id string, k Checked) error {
	words, err := short(k.Words)
	if err != nil {
		return err
	}
	for _, text := range []string{k.Text, k.Found, k.Why} {
		if length := utf8.RuneCountInString(text); length > TextMost {
			return fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(TextMost)).With("length", decimal(int64(length)))
		}
	}
	if strings.TrimSpace(k.Text+k.Found+k.Why) == "" {
		return fault.New(fault.Invalid, "error.text-missing")
	}
	back := ident.New()
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		e, r, ok := rereadOf(actor, o, id)
		switch {
		case !ok, r.Of != "", e.AuthorID == string(actor.Member):
			return errNothing
		case handedBack(o, id, actor.Member):
			return nil
		}
		a, err := c.around(ctx, actor, o)
		if err != nil {
			return err
		}
		var to []Person
		for _, p := range people(o, a) {
			if string(p.ID) == e.AuthorID {
				to = append(to, p)
			}
		}
		next := casefile.Reread{
			Of: casefile.EntryID(id), To: []string{e.AuthorID}, Draft: r.Draft, Lang: r.Lang, Outcome: r.Outcome,
			Text: k.Text, Found: k.Found, Why: k.Why, Words: words,
		}
		if len(r.To) == 0 {
			next.To = nil
		}
		return c.share(ctx, actor, o, next, back, to, store.BesideChecked)
	})
}

// TakeReread makes the text that a colleague handed back the member's own draft. What they
// wrote since they asked is kept before it. It returns the kind of the draft.
// fault.ErrNotFound: nothing was handed back to this member under that id.
func (c *Casework) TakeReread(ctx context.Context, actor access.Actor, n casefile.Number, id string) (DraftKind, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return "", err
	}
	_, r, ok := rereadOf(actor, o, id)
	asked, was, known := rereadOf(actor, o, string(r.Of))
	if !ok || !known || asked.AuthorID != string(actor.Member) {
		return "", errNothing
	}
	list, err := c.draftsOf(ctx, actor, o)
	if err != nil {
		return "", err
	}
	kind := DraftKind(r.Draft)
	d, _ := find(list, kind)
	same := d.Text == was.Text && d.Feedback == was.Found && d.Why == was.Why
	_, err = c.SaveDraft(ctx, actor, n, Writing{
		Kind: kind, Was: kind, Revision: d.Revision, Seen: o.Case.Head.Count, Text: r.Text, Lang: r.Lang, Outcome: r.Outcome,
		Feedback: r.Found, Why: r.Why, Mention: d.Mention, Both: !same,
	})
	return kind, err
}
