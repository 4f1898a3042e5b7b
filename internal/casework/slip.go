package casework

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
)

// Putting is something that a member puts before the complainant, in the mailbox that
// only the complainant's code opens. Minutes and a disclosure are taken from their
// record, in the version that was shown.
type Putting struct {
	Kind    casefile.SlipKind
	ID      string // drawn with the form, so that sending it twice puts it once
	Record  string
	Version string
	Lang    lang.Lang
	Whom    string // of a consent: who would learn the name
	Scope   string // of a consent: for what, and no further
	Why     string // of a consent and of a disclosure
}

// String hides the content.
func (Putting) String() string { return "[sealed]" }

// PutBefore puts minutes, a question for consent or word of a disclosure before the
// complainant, and tells them by mail to look. Faults: something is not filled in
// (*casefile.Unfit); the record changed since it was shown; nobody holds a code.
// fault.ErrNotFound where the route has no such sheet or the case no such record.
func (c *Casework) PutBefore(ctx context.Context, actor access.Actor, n casefile.Number, p Putting) error {
	if !slices.Contains(casefile.SlipKinds(), p.Kind) || !ident.Valid(p.ID) {
		return errNothing
	}
	if p.Lang, _ = lang.Parse(string(p.Lang)); p.Lang == "" {
		return fault.New(fault.Invalid, "error.choose-one")
	}
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(o.Entries, func(e custody.Entry) bool { return e.ID == p.ID }) {
			return nil // the same form, sent again
		}
		slip, was, err := c.slip(o, p)
		if err != nil {
			return err
		}
		return c.put(ctx, actor, o, p.ID, slip, was)
	})
}

// slip makes the slip of what was typed or of its record.
func (c *Casework) slip(o *custody.Opened, p Putting) (slip casefile.Slip, was casefile.Kept, err error) {
	slip = casefile.Slip{Kind: p.Kind, Lang: p.Lang}
	if p.Kind == casefile.SlipConsent {
		slip.Whom, slip.Text, slip.Why = strings.TrimSpace(p.Whom), strings.TrimSpace(p.Scope), strings.TrimSpace(p.Why)
		if form, _ := casefile.FormOf(casefile.SheetConsent); !form.On(o.Case.Route) {
			return slip, was, errNothing
		}
		return slip, was, complete(map[string]string{"whom": slip.Whom, "scope": slip.Text, "why": slip.Why})
	}
	i := slices.IndexFunc(recorded(o), func(k casefile.Kept) bool { return string(k.ID) == p.Record && k.Sheet == p.Kind.Sheet() })
	if i < 0 {
		return slip, was, errNothing
	}
	was = recorded(o)[i]
	if string(was.Version) != p.Version {
		return slip, was, errChanged
	}
	slip.Record, slip.Version = was.ID, was.Version
	if p.Kind == casefile.SlipMinutes {
		slip.On, slip.Text = was.One("on"), was.One("minutes")
		return slip, was, nil
	}
	slip.Whom, slip.Basis, slip.Text, slip.Why = was.One("authority"), was.One("basis"), was.One("what"), strings.TrimSpace(p.Why)
	return slip, was, complete(map[string]string{"why": slip.Why})
}

// complete checks what is typed into the form of a slip.
func complete(typed map[string]string) error {
	var problems []casefile.Problem
	for _, field := range []string{"whom", "scope", "why"} {
		words, asked := typed[field]
		switch {
		case !asked:
		case words == "":
			problems = append(problems, casefile.Problem{Field: field, Key: "missing"})
		case field == "whom" && utf8.RuneCountInString(words) > casefile.LineMost:
			problems = append(problems, casefile.Problem{Field: field, Key: "line"})
		case utf8.RuneCountInString(words) > casefile.WordsMost:
			problems = append(problems, casefile.Problem{Field: field, Key: "words"})
		}
	}
	if len(problems) > 0 {
		return &casefile.Unfit{Problems: problems}
	}
	return nil
}

func (c *Casework) put(ctx context.Context, actor access.Actor, o *custody.Opened, id string, slip casefile.Slip, was casefile.Kept) error {
	entry, err := item(actor.Member, id, casefile.EntrySlip, slip)
	if err != nil {
		return err
	}
	items := []custody.Item{entry}
	if slip.Kind == casefile.SlipDisclosure {
		// Art. 16(3): told before, in writing and with reasons; the record says so itself.
		told, err := item(actor.Member, "", casefile.EntryRecord, c.told(was.Record))
		if err != nil {
			return err
		}
		told.Parent = string(was.ID)
		items = append(items, told)
	}
	facts := deadline.Facts{}
	if slip.Kind == casefile.SlipMinutes {
		facts = happened(c.Store.Now(), deadline.EventMinutes)
	}
	return c.apply(ctx, actor, o, change{
		facts: facts, items: items, words: strings.Join([]string{slip.Whom, slip.Basis, slip.Text, slip.Why}, "\n"), news: true,
		event: custody.Event{Kind: audit.EntryAdded, Object: id, Detail: map[string]string{"kind": string(casefile.EntrySlip), "slip": string(slip.Kind)}},
	})
}

// told is a disclosure of which the complainant is told now.
func (c *Casework) told(r casefile.Record) casefile.Record {
	next := casefile.Record{Sheet: r.Sheet, Fields: map[string][]string{}}
	maps.Copy(next.Fields, r.Fields)
	delete(next.Fields, "why-not")
	next.Fields["told"] = []string{"yes"}
	next.Fields["told-on"] = []string{c.Store.Now().In(c.Calendar.Location).Format(time.DateOnly)}
	return next
}

// TakeBack takes back what was put before the complainant, while it waits for an
// answer. What was read cannot be made unread: the mailbox says that it was taken
// back. Taking it back twice is the same as once.
func (c *Casework) TakeBack(ctx context.Context, actor access.Actor, n casefile.Number, id string) error {
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		p, ok := o.Slips().Find(id)
		switch {
		case !ok:
			return errNothing
		case p.State() == casefile.SlipState(casefile.SlipTakeBack):
			return nil
		case !p.May(casefile.SlipTakeBack):
			return errSettled
		}
		entry, err := item(actor.Member, "", casefile.EntrySlipAnswer, casefile.SlipAnswer{Act: casefile.SlipTakeBack, Lang: p.Lang, Print: p.Print})
		if err != nil {
			return err
		}
		entry.Parent = id
		return c.apply(ctx, actor, o, change{items: []custody.Item{entry}, event: custody.Event{
			Kind: audit.EntryAdded, Object: id, Detail: map[string]string{"kind": string(casefile.EntrySlipAnswer), "slip": string(p.Kind), "act": string(casefile.SlipTakeBack)},
		}})
	})
}

// corrected reports whether minutes came back with corrections on which no member acted
// yet.
func (v *Case) corrected() bool {
	return slices.ContainsFunc(v.Slips, func(p casefile.Put) bool { return p.State() == casefile.SlipState(casefile.SlipCorrect) })
}
