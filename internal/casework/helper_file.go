package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// keptAfterLast is for how long the file of somebody who helped is kept after the last
// check-in is due.
func keptAfterLast() deadline.Length { return deadline.Length{N: 2, Unit: deadline.Months} }

// helperFile is the file of somebody who helped, sealed and ready to be written with the
// entry that tells of it.
type helperFile struct {
	row    store.Case
	code   seal.Code
	found  *custody.Foundation
	clocks []deadline.Clock
	jobs   []store.Job
	leaves []store.Leaf
}

func (c *Casework) helperFile(ctx context.Context, actor access.Actor, o *custody.Opened, dir *staff.Directory, h Helper) (*helperFile, error) {
	now, setting := c.Store.Now(), c.Profile.Settings.CheckIns
	f := &helperFile{code: seal.NewCode(), row: store.Case{
		ID: casefile.ID(ident.New()), Number: casefile.Number(ident.CaseNumber()), Route: o.Case.Route, Team: o.Case.Team,
		State: casefile.StateMonitoring, Language: string(h.Lang), Channel: casefile.ChannelWatch, Received: now, Closed: now,
	}}
	f.clocks, f.jobs = planned(nil, f.row.ID, c.Calendar.CheckIns(now, setting.Months, setting.Answer()))
	f.row.NextDue, f.row.EraseAfter = deadline.Watching(f.clocks), now
	for _, k := range f.clocks {
		if until := c.Calendar.After(k.Due, keptAfterLast()); until.After(f.row.EraseAfter) {
			f.row.EraseAfter = until
		}
	}
	to := o.Recipients(dir)
	items, err := c.helperItems(ctx, actor, o, h, to.Members)
	if err != nil {
		return nil, err
	}
	summary, err := casefile.EncodeSummary(casefile.Summary{Subject: h.About, Words: casefile.FindForm(h.About)})
	if err != nil {
		return nil, err
	}
	code := f.code.Recipient(c.Custody.Instance())
	f.found, err = c.Custody.Found(dir, custody.Plan{
		Case: f.row.ID, Route: f.row.Route, Selection: to, Code: &code, Handed: true, Items: items, Summary: summary, At: now,
	})
	if err != nil {
		return nil, fmt.Errorf("seal file of somebody who helped: %w", err)
	}
	f.row.Head = f.found.Head
	f.log(actor, now)
	return f, nil
}

// helperItems are the entries that the file starts with: who it is, in the identity
// compartment, and what it is.
func (c *Casework) helperItems(ctx context.Context, actor access.Actor, o *custody.Opened, h Helper, receive []staff.ID) ([]custody.Item, error) {
	out, err := c.leftOutOf(ctx, o, receive)
	if err != nil {
		return nil, err
	}
	now := routing(o)
	rules, err := access.Routing{Routes: []casefile.Route{o.Case.Route}, Exclusion: now.Exclusion, Alternative: now.Alternative}.Encode()
	if err != nil {
		return nil, err
	}
	a := c.Profile.Normalise(h.answers())
	who, err1 := item(actor.Member, "", casefile.EntryIdentity, casefile.Identity{
		First: a.One(profile.FieldFirstName), Last: a.One(profile.FieldLastName), Email: a.One(profile.FieldEmail),
		Phone: a.One(profile.FieldPhone), Lang: h.Lang, NoMail: true, Answers: a,
	})
	what, err2 := item(actor.Member, "", casefile.EntryStory, casefile.Story{Text: h.About, LeftOut: out})
	first := custody.Item{Kind: casefile.EntryRouting, Compartment: seal.Investigation, AuthorKind: custody.AuthorSystem, Payload: rules}
	return []custody.Item{first, who, what}, errors.Join(err1, err2)
}

func (f *helperFile) log(actor access.Actor, at time.Time) {
	f.leaves = []store.Leaf{
		custody.Leaf(at, custody.Event{Kind: audit.Submission, Actor: custody.ByMember(actor.Member), Case: f.row.ID, Detail: map[string]string{
			"route": string(f.row.Route), "channel": string(f.row.Channel),
		}}),
		f.found.Granted(),
		custody.Receipt(at, f.row.ID, f.row.Number),
	}
}

// insert writes the file. A number that is taken, or a directory that has grown, ends the
// transaction with store.ErrStale or as a row that is there already; then all is drawn anew.
func (f *helperFile) insert(tx *store.Tx) error {
	if err := tx.InsertCase(f.row); err != nil {
		return err
	}
	if err := f.found.Insert(tx); err != nil {
		return err
	}
	if err := errors.Join(putClocks(tx, f.row.ID, f.clocks), putJobs(tx, f.jobs)); err != nil {
		return err
	}
	for _, leaf := range f.leaves {
		if err := tx.InsertLeaf(leaf); err != nil {
			return err
		}
	}
	return nil
}
