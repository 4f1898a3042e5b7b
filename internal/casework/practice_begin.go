package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// practiceMail is an address that no mail reaches (RFC 2606 2).
const practiceMail = "practice@complaint.example"

// made is a complaint that a member makes up, sealed and ready to be written.
type made struct {
	row    store.Case
	found  *custody.Foundation
	clocks []deadline.Clock
	leaves []store.Leaf
}

// Practise makes up a complaint for a member to practise on, and returns its number. It is a
// case like any other but that only this member gets its keys, that its code is drawn and
// forgotten, so that nobody enters its mailbox, and that no list, count or mail tells of it.
// Whoever has one on that route already gets that one. fault.ErrNotFound for whoever handles
// no cases, and for a route that there is not.
func (c *Casework) Practise(ctx context.Context, actor access.Actor, story PracticeStory) (n casefile.Number, err error) {
	if !actor.Handler() || !actor.Entry.Active {
		return "", fault.ErrNotFound
	}
	if _, err := c.Custody.Granting(ctx); err != nil {
		return "", err
	}
	err = custody.Retry(func() error {
		dir, err := c.Custody.Directory(ctx)
		if err != nil {
			return err
		}
		m, err := c.makeUp(actor, dir, story)
		if err != nil {
			return err
		}
		return c.write(ctx, func(tx *store.Tx) error {
			has, err := tx.PracticesOf(actor.Member, actor.Keys.Public().Fingerprint())
			if err != nil {
				return err
			}
			if at := slices.IndexFunc(has, func(f store.Case) bool { return f.Route == m.row.Route }); at >= 0 {
				n = has[at].Number
				return nil
			}
			n = m.row.Number
			return m.insert(tx)
		})
	})
	if err != nil {
		return "", fmt.Errorf("make up a complaint: %w", err)
	}
	c.wake()
	return n, nil
}

func (c *Casework) makeUp(actor access.Actor, dir *staff.Directory, story PracticeStory) (*made, error) {
	now := c.Store.Now()
	topic, ok := c.practiceTopic(story.Route)
	if !ok {
		return nil, fault.ErrNotFound
	}
	team, _ := c.Profile.TeamFor(topic.Route)
	m := &made{row: store.Case{
		ID: casefile.ID(ident.New()), Number: casefile.Number(ident.CaseNumber()), Route: topic.Route, Team: team,
		State: casefile.StateReceived, Language: actor.Language, Channel: casefile.ChannelPractice, Received: now,
	}}
	m.clocks = c.practiceClocks(topic, now)
	m.row.NextDue = due(m.row.State, m.clocks)
	items, err := c.practiceItems(actor, topic, story)
	if err != nil {
		return nil, err
	}
	summary, err := casefile.EncodeSummary(casefile.Summary{Subject: story.Subject, Topics: []string{topic.ID}})
	if err != nil {
		return nil, err
	}
	code := seal.NewCode().Recipient(c.Custody.Instance()) // known to nobody from here on
	m.found, err = c.Custody.Found(dir, custody.Plan{
		Case: m.row.ID, Route: m.row.Route, Selection: access.Practising(dir, actor.Member), Code: &code, Items: items, Summary: summary, At: now,
	})
	if err != nil {
		return nil, fmt.Errorf("seal made-up complaint: %w", err)
	}
	m.row.Head = m.found.Head
	m.leaves = []store.Leaf{
		custody.Leaf(now, custody.Begun(m.row.ID, m.row.Route, custody.ByMember(actor.Member))),
		m.found.Granted(),
	}
	return m, nil
}

// practiceTopic is what the made-up complaint is about: the mildest of a route; where none is
// named, of privacy, because there the identity is opened with a purpose, and without the 72
// hours of a breach. False where the form leads to no such topic.
func (c *Casework) practiceTopic(route casefile.Route) (best profile.Topic, ok bool) {
	list := slices.DeleteFunc(c.topics(), func(t profile.Topic) bool { return t.Question || t.Other || route != "" && t.Route != route })
	if len(list) == 0 {
		return best, false
	}
	best = list[0]
	for _, t := range list {
		if c.practiceRank(t) < c.practiceRank(best) {
			best = t
		}
	}
	return best, true
}

// practiceRank is lower for a topic that suits better.
func (c *Casework) practiceRank(t profile.Topic) int {
	rank := t.Severity
	if t.Route != casefile.Privacy {
		rank += 100
	}
	if slices.ContainsFunc(c.Profile.Clocks.Deadlines([]casefile.Route{t.Route}, []string{t.ID}), func(r deadline.Rule) bool { return r.Kind == deadline.KindBreachNotice }) {
		rank += 10
	}
	return rank
}

// practiceClocks are the clocks of a complaint that came in by the form.
func (c *Casework) practiceClocks(t profile.Topic, now time.Time) []deadline.Clock {
	rules := c.Profile.Clocks.AtReceipt([]casefile.Route{t.Route}, []string{t.ID})
	return c.Calendar.Start(rules, now, deadline.Facts{deadline.EventReceipt: now})
}

// practiceItems are the entries that it starts with, those of a complaint from the form.
func (c *Casework) practiceItems(actor access.Actor, topic profile.Topic, story PracticeStory) ([]custody.Item, error) {
	language := lang.Lang(actor.Language)
	answers := c.Profile.Normalise(profile.Answers{
		profile.FieldTopics: {topic.ID}, profile.FieldSummary: {story.Subject}, profile.FieldStory: {story.Text},
		profile.FieldFirstName: {story.First}, profile.FieldLastName: {story.Last}, profile.FieldEmail: {practiceMail},
		profile.FieldNoMail: {"yes"}, profile.FieldLanguage: {actor.Language},
	})
	who, told := c.Profile.Split(answers)
	rules, err := access.Routing{Routes: []casefile.Route{topic.Route}, Topics: []string{topic.ID}}.Encode()
	if err != nil {
		return nil, err
	}
	identity, err1 := casefile.EncodePayload(casefile.Identity{
		First: story.First, Last: story.Last, Email: practiceMail, Lang: language, NoMail: true, Answers: who,
	})
	words, err2 := casefile.EncodePayload(casefile.Story{
		Lang: language, Topics: []string{topic.ID}, Subject: story.Subject, Text: story.Text, Answers: told,
	})
	by := func(kind casefile.EntryKind, payload []byte) custody.Item {
		return custody.Item{Kind: kind, Compartment: room(kind), AuthorKind: custody.AuthorComplainant, Payload: payload}
	}
	return []custody.Item{
		{Kind: casefile.EntryRouting, Compartment: seal.Investigation, AuthorKind: custody.AuthorSystem, Payload: rules},
		by(casefile.EntryIdentity, identity), by(casefile.EntryStory, words),
	}, errors.Join(err1, err2)
}

func (m *made) insert(tx *store.Tx) error {
	if err := tx.InsertCase(m.row); err != nil {
		return err
	}
	if err := m.found.Insert(tx); err != nil {
		return err
	}
	ends := store.Job{ID: ident.New(), Kind: store.PracticeJob, Ref: string(m.row.ID), RunAt: practiceEnds(m.row.Received)}
	errs := []error{putClocks(tx, m.row.ID, m.clocks), tx.InsertJob(ends)}
	for _, leaf := range m.leaves {
		errs = append(errs, tx.InsertLeaf(leaf))
	}
	return errors.Join(errs...)
}
