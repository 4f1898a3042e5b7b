package casework

import (
	"context"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
)

// Mailbox is one whose mail becomes cases of a team.
type Mailbox struct {
	ID   string
	Name string // as members know it
	Team casefile.Team
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
