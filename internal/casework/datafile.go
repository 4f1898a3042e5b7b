package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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

// DataAsked is a request about personal data by somebody who has no case here.
type DataAsked struct {
	ID    string // drawn with the form, so that sending it twice keeps it once
	Right casefile.DataRight
	Who   string        // the name, and how to reach them
	On    deadline.Date // when it was received
	Text  string
	Lang  lang.Lang
	About string // what the file says of itself, in the language of the desk
}

// String hides who asks.
func (DataAsked) String() string { return "[sealed]" }

// The faults of noting such a request.
var (
	errDataOn     = fault.New(fault.Invalid, "error.data-on")
	errDataNobody = fault.New(fault.Unavailable, "error.data-nobody")
)

// NoteDataAlone makes a file of its own for a request about personal data by somebody who
// has no case, sealed to the team that handles complaints about privacy. The month of the
// law runs from the day on which it was received. Whoever notes it and is not in that
// team cannot read it afterwards. It returns the number. Faults: nothing chosen; it does
// not say who asks; the day is none, to come, or more than a year ago; nobody receives it.
// GDPR art. 12(3).
func (c *Casework) NoteDataAlone(ctx context.Context, actor access.Actor, a DataAsked) (casefile.Number, error) {
	if !actor.Handler() || !actor.Entry.Active || !ident.Valid(a.ID) {
		return "", fault.ErrNotFound
	}
	a.Who, a.Text = strings.TrimSpace(a.Who), strings.TrimSpace(a.Text)
	now := c.Store.Now()
	switch received := c.Calendar.EndOf(a.On); {
	case !slices.Contains(casefile.DataRights(), a.Right):
		return "", fault.New(fault.Invalid, "error.choose-one")
	case a.Who == "":
		return "", errDataWho
	case a.On == (deadline.Date{}), received.After(c.Calendar.EndOf(c.Calendar.Today(now))), received.Before(now.AddDate(-1, 0, 0)):
		return "", errDataOn
	}
	if _, err := c.Custody.Granting(ctx); err != nil {
		return "", err
	}
	var number casefile.Number
	err := custody.Retry(func() error {
		dir, err := c.Custody.Directory(ctx)
		if err != nil {
			return err
		}
		f, err := c.dataFile(actor, dir, a)
		if err != nil {
			return err
		}
		number = f.row.Number
		return c.write(ctx, func(tx *store.Tx) error {
			was, err := tx.Case(casefile.ID(a.ID))
			if err == nil { // the same form, sent again
				number = was.Number
				return nil
			}
			if !errors.Is(err, store.ErrNone) {
				return err
			}
			return f.insert(tx)
		})
	})
	if err != nil {
		return "", fmt.Errorf("note request about data: %w", err)
	}
	c.wake()
	return number, nil
}

// dataFile is the file of such a request, sealed and ready to be written. Nothing in it
// is handled as a complaint, so that it is closed from the start, and kept as the rules
// have it for what the team must be able to show.
func (c *Casework) dataFile(actor access.Actor, dir *staff.Directory, a DataAsked) (*helperFile, error) {
	now := c.Store.Now()
	team, _ := c.Profile.TeamFor(casefile.Privacy)
	to := access.Recipients(dir, access.Want{Team: team})
	if to.OnlyRecovery {
		return nil, errDataNobody
	}
	f := &helperFile{row: store.Case{
		ID: casefile.ID(a.ID), Number: casefile.Number(ident.CaseNumber()), Route: casefile.Privacy, Team: team,
		State: casefile.StateClosed, Language: string(a.Lang), Channel: casefile.ChannelData, Received: now, Closed: now,
	}}
	for _, rule := range c.Profile.Clocks.Of(deadline.KindDataRequest) {
		if rule.ID == dataOther {
			f.clocks = append(f.clocks, c.Calendar.Begin(rule, deadline.NextID(dataOther, nil), earliest(now, c.Calendar.EndOf(a.On))))
		}
	}
	if len(f.clocks) == 0 {
		return nil, errNothing
	}
	f.row.NextDue = deadline.Watching(f.clocks)
	if rule, ok := c.retention().For(casefile.Privacy, ""); ok {
		dates := rule.Dates(c.Calendar, now, f.clocks[0].Due)
		f.row.EraseAfter, _ = dates.Whole()
	}
	items, err := c.dataItems(actor, a, f.clocks[0].ID)
	if err != nil {
		return nil, err
	}
	summary, err := casefile.EncodeSummary(casefile.Summary{Subject: a.About, Words: casefile.FindForm(a.About + "\n" + a.Who + "\n" + a.Text)})
	if err != nil {
		return nil, err
	}
	f.found, err = c.Custody.Found(dir, custody.Plan{Case: f.row.ID, Route: f.row.Route, Selection: to, Items: items, Summary: summary, At: now})
	if err != nil {
		return nil, fmt.Errorf("seal request about data: %w", err)
	}
	f.row.Head = f.found.Head
	f.log(actor, now)
	f.leaves = append(f.leaves, custody.Leaf(now, custody.Event{
		Kind: audit.DataAsked, Actor: custody.ByMember(actor.Member), Case: f.row.ID, Detail: map[string]string{"clock": f.clocks[0].ID},
	}))
	return f, nil
}

func (c *Casework) dataItems(actor access.Actor, a DataAsked, clock string) ([]custody.Item, error) {
	rules, err := access.Routing{Routes: []casefile.Route{casefile.Privacy}}.Encode()
	if err != nil {
		return nil, err
	}
	who, err1 := item(actor.Member, "", casefile.EntryIdentity, casefile.Identity{Last: a.Who, Lang: a.Lang, NoMail: true})
	what, err2 := item(actor.Member, "", casefile.EntryStory, casefile.Story{Text: a.About})
	asks, err3 := item(actor.Member, "", casefile.EntryDataNoted, casefile.DataRequest{Right: a.Right, Clock: clock, Who: a.Who, Text: a.Text})
	first := custody.Item{Kind: casefile.EntryRouting, Compartment: seal.Investigation, AuthorKind: custody.AuthorSystem, Payload: rules}
	return []custody.Item{first, who, what, asks}, errors.Join(err1, err2, err3)
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
