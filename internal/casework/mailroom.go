package casework

import (
	"context"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
)

// Mailbox is one whose mail becomes cases of a team.
type Mailbox struct {
	ID   string
	Name string // as members know it
	Team casefile.Team
	Try  func(context.Context) (trouble string) // signs in and opens the folder, and reads no mail; empty: it works
}

// MailboxState is how reading a mailbox goes.
type MailboxState struct {
	Name    string
	Looked  time.Time // when all of it was last taken in; zero: never
	Trouble string    // what was the matter since; empty: nothing
	Stuck   int       // mails in it that cannot be taken in
}

// MailboxStates tells a member how reading the mailboxes of their teams goes.
func (c *Casework) MailboxStates(ctx context.Context, actor access.Actor) ([]MailboxState, error) {
	var list []MailboxState
	for _, m := range c.Mailboxes {
		if !actor.Entry.In(m.Team) {
			continue
		}
		s, _, err := c.Mailroom.State(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, MailboxState{Name: m.Name, Looked: s.Looked, Trouble: s.Trouble, Stuck: s.Stuck})
	}
	return list, nil
}

// Box is a mailbox as whoever configures the desk sees it, who reads no mail: nothing
// tells how many mails there are.
type Box struct {
	ID, Name string
	Team     casefile.Team
	Looked   time.Time // when all of it was last taken in; zero: never
	Trouble  string    // what was the matter since; empty: nothing
}

// Boxes lists the mailboxes that are read; fault.ErrNotFound for whoever is no configurator.
func (c *Casework) Boxes(ctx context.Context, actor access.Actor) ([]Box, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return nil, fault.ErrNotFound
	}
	var list []Box
	for _, m := range c.Mailboxes {
		s, _, err := c.Mailroom.State(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, Box{m.ID, m.Name, m.Team, s.Looked, s.Trouble})
	}
	return list, nil
}

// TryBox tries whether a mailbox lets us in, and keeps what was the matter. It reads no
// mail. fault.ErrNotFound for whoever is no configurator, and where there is no such box.
func (c *Casework) TryBox(ctx context.Context, actor access.Actor, id string) error {
	at := slices.IndexFunc(c.Mailboxes, func(m Mailbox) bool { return m.ID == id })
	if !actor.Entry.Active || !actor.Configurator() || at < 0 {
		return fault.ErrNotFound
	}
	trouble := c.Mailboxes[at].Try(ctx)
	s, _, err := c.Mailroom.State(ctx, id)
	if err != nil {
		return err
	}
	s.Trouble = trouble
	return c.Mailroom.Keep(ctx, s)
}
