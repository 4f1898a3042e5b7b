package casework

import (
	"context"
	"errors"
	"fmt"
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
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Translator is somebody outside the team who translates one text of a case.
type Translator struct {
	Entry string // of which they get the text, and no other
	Name  string
	To    string        // the language into which, in words
	Lang  lang.Lang     // in which their page is
	Until deadline.Date // the last day on which they can read it
	About string        // what their file says of itself in a list, in the language of the desk
	Says  string        // and when it is opened: nothing of the case
}

// String hides who it is.
func (Translator) String() string { return "[sealed]" }

// The bounds of such an access.
const (
	translatorDays = 60 // at most
	translatorKept = 14 * 24 * time.Hour
)

// The faults of calling in a translator.
var (
	errTranslatorExcluded = fault.New(fault.Denied, "error.translator-excluded")
	errTranslatorFile     = fault.New(fault.Conflict, "error.translator-file")
)

// Translatable is a text of a case that can be given to a translator.
type Translatable struct {
	ID   string
	Kind casefile.EntryKind
	At   time.Time
	Text string
}

// String hides the text.
func (Translatable) String() string { return "[sealed]" }

// Translatables lists the texts of a case of which one can be given out, the newest
// first. fault.ErrNotFound: no case that this member can read.
func (c *Casework) Translatables(ctx context.Context, actor access.Actor, n casefile.Number) (list []Translatable, err error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(o.Entries) {
		if text := translatable(e); text != "" {
			list = append(list, Translatable{e.ID, e.Kind, e.Created, text})
		}
	}
	return list, nil
}

// translatable is the text of an entry; empty where it has none to be given out.
func translatable(e custody.Entry) string {
	switch e.Kind {
	case casefile.EntryStory, casefile.EntryMessageIn, casefile.EntryMessageOut, casefile.EntryNote, casefile.EntryOutcome, casefile.EntryOldMail:
	default:
		return ""
	}
	if e.Damaged || e.Locked {
		return ""
	}
	if s, err := casefile.DecodePayload[casefile.Story](e.Payload); err == nil && e.Kind == casefile.EntryStory {
		return strings.TrimSpace(s.Subject + "\n\n" + s.Text)
	}
	return strings.TrimSpace(strings.Join(written(e), "\n\n"))
}

// AddTranslator makes a file of its own for a translator, with a code that opens one text
// of the case, and nothing else of it, until a day. The password is asked for once more.
// Faults: something is not filled in (*casefile.Unfit); the name is that of a member who
// is kept out of the case; the case is damaged. fault.ErrNotFound: no such text.
func (c *Casework) AddTranslator(ctx context.Context, actor access.Actor, n casefile.Number, t Translator, password string) (file HelperFile, err error) {
	t.Name, t.To = strings.Join(strings.Fields(t.Name), " "), strings.TrimSpace(t.To)
	if _, err := c.open(ctx, actor, n); err != nil {
		return file, err
	}
	if wrong := c.wrongTranslator(t); len(wrong) > 0 {
		return file, &casefile.Unfit{Problems: wrong}
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return file, err
	}
	if _, err := c.Custody.Granting(ctx); err != nil {
		return file, err
	}
	err = custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(o.Entries, func(e custody.Entry) bool { return e.ID == t.Entry && translatable(e) != "" })
		if i < 0 || !o.Case.Channel.Complaint() {
			return errNothing
		}
		if err := c.keptOut(ctx, o, dir, t.Name); err != nil {
			return err
		}
		f, err := c.translatorFile(actor, o, dir, t, translatable(o.Entries[i]))
		if err != nil {
			return err
		}
		file = HelperFile{f.row.Number, f.code.Text()}
		told, err := item(actor.Member, "", casefile.EntryHelper, casefile.Helper{
			Number: f.row.Number, Text: casefile.EntryID(t.Entry), Name: t.Name, To: t.To, Until: c.Calendar.EndOf(t.Until).UTC(),
		})
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{told}, event: custody.Event{Kind: audit.HelperAdded, Detail: map[string]string{"what": "translator"}}, more: f.insert,
		})
	})
	return file, err
}

// wrongTranslator says what is missing or wrong.
func (c *Casework) wrongTranslator(t Translator) (list []casefile.Problem) {
	now, until := c.Store.Now(), c.Calendar.EndOf(t.Until)
	for field, value := range map[string]string{"name": t.Name, "to": t.To} {
		switch {
		case value == "":
			list = append(list, casefile.Problem{Field: field, Key: "missing"})
		case utf8.RuneCountInString(value) > casefile.LineMost || strings.Contains(value, "\n"):
			list = append(list, casefile.Problem{Field: field, Key: "line"})
		}
	}
	if t.Entry == "" {
		list = append(list, casefile.Problem{Field: "entry", Key: "choose"})
	}
	if t.Until == (deadline.Date{}) || until.Before(now) || until.After(now.AddDate(0, 0, translatorDays+1)) {
		list = append(list, casefile.Problem{Field: "until", Key: "until"})
	}
	return list
}

// keptOut refuses a name that is that of a member whom the case is kept from.
func (c *Casework) keptOut(ctx context.Context, o *custody.Opened, dir *staff.Directory, name string) error {
	names, err := c.names(ctx)
	if err != nil {
		return err
	}
	x := routing(o).Exclusion
	for id, known := range names {
		e, _ := dir.Entry(id)
		if (x.Covers(e) || slices.Contains(x.Members, id)) && sameName(name, known) {
			return errTranslatorExcluded
		}
	}
	return nil
}

func (c *Casework) names(ctx context.Context) (names map[staff.ID]string, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		names, err = memberNames(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	return names, nil
}

// sameName compares names without case, accents and the order of their parts.
func sameName(a, b string) bool {
	parts := func(s string) []string { return slices.Sorted(slices.Values(strings.Fields(casefile.Fold(s)))) }
	return slices.Equal(parts(a), parts(b))
}

// translatorFile is the file of a translator, sealed and ready to be written with the
// entry that tells of it. Those who read the case read it as well: they see at any time
// what was given out.
func (c *Casework) translatorFile(actor access.Actor, o *custody.Opened, dir *staff.Directory, t Translator, text string) (*helperFile, error) {
	now, until := c.Store.Now(), c.Calendar.EndOf(t.Until)
	f := &helperFile{code: seal.NewCode(), row: store.Case{
		ID: casefile.ID(ident.New()), Number: casefile.Number(ident.CaseNumber()), Route: o.Case.Route, Team: o.Case.Team,
		State: casefile.StateClosed, Language: string(t.Lang), Channel: casefile.ChannelTranslate, Received: now, Closed: now,
		EraseAfter: until.Add(translatorKept),
	}}
	give := casefile.ToTranslate{Case: o.Case.ID, Entry: casefile.EntryID(t.Entry), Text: text, To: t.To, Name: t.Name, Until: until.UTC()}
	known := routing(o)
	rules, err := access.Routing{Routes: []casefile.Route{o.Case.Route}, Exclusion: known.Exclusion, Alternative: known.Alternative}.Encode()
	if err != nil {
		return nil, err
	}
	who, err1 := item(actor.Member, "", casefile.EntryIdentity, casefile.Identity{Last: t.Name, Lang: t.Lang, NoMail: true})
	what, err2 := item(actor.Member, "", casefile.EntryToTranslate, give)
	says, err4 := item(actor.Member, "", casefile.EntryStory, casefile.Story{Text: t.Says})
	summary, err3 := casefile.EncodeSummary(casefile.Summary{Subject: t.About, Words: casefile.FindForm(t.About + "\n" + t.Name)})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	first := custody.Item{Kind: casefile.EntryRouting, Compartment: seal.Investigation, AuthorKind: custody.AuthorSystem, Payload: rules}
	code := f.code.Recipient(c.Custody.Instance())
	f.found, err = c.Custody.Found(dir, custody.Plan{
		Case: f.row.ID, Route: f.row.Route, Selection: o.Recipients(dir), Code: &code, Items: []custody.Item{first, who, says, what}, Summary: summary, At: now,
	})
	if err != nil {
		return nil, fmt.Errorf("seal file of a translator: %w", err)
	}
	f.row.Head = f.found.Head
	f.log(actor, now)
	return f, nil
}

// givenOut fails while a text of the case lies in the file of a translator, which has to
// be erased first: otherwise it would outlive the case.
func (c *Casework) givenOut(tx *store.Tx, o *custody.Opened) error {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryHelper || e.Damaged || e.Locked {
			continue
		}
		h, err := casefile.DecodePayload[casefile.Helper](e.Payload)
		if err != nil || h.Text == "" {
			continue
		}
		if _, err := tx.CaseByNumber(h.Number); err == nil {
			return errTranslatorFile.With("number", string(h.Number))
		} else if !errors.Is(err, store.ErrNone) {
			return err
		}
	}
	return nil
}
