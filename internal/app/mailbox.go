package app

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/post"
)

// mailboxes prepares the mailboxes that are read. A setting that cannot be, and a route
// without a team, are refused before anything is served.
func (a *App) mailboxes() error {
	room := &custody.Mailroom{Store: a.Store}
	a.room = room
	seen := map[string]bool{}
	for _, text := range a.Config.Mailbox {
		s, err := post.ParseMailbox(text)
		if err != nil {
			return err
		}
		if s.Team == "" {
			team, ok := a.Profile.TeamFor(s.Route)
			if !ok {
				return fmt.Errorf("mailbox of %s: no team handles the route %s", s.Name, s.Route)
			}
			s.Team = team
		}
		if seen[s.ID] {
			return fmt.Errorf("mailbox of %s is named twice", s.Name)
		}
		seen[s.ID] = true
		p := &post.Pickup{Settings: s, Take: a.takeMail, Room: room, Log: a.log}
		a.Pickups = append(a.Pickups, p)
		a.boxes = append(a.boxes, casework.Mailbox{ID: s.ID, Name: s.Name, Team: s.Team, Try: func(ctx context.Context) string { return tryBox(ctx, s) }})
		a.Work.Beside = append(a.Work.Beside, p.Run)
	}
	return nil
}

// tryBox tells in a word why a mailbox does not let us in; empty: it does.
func tryBox(ctx context.Context, s post.IMAPSettings) string {
	err := post.Try(ctx, s)
	var t *post.Trouble
	switch {
	case err == nil:
		return ""
	case errors.As(err, &t):
		return t.Class
	default:
		return post.TroubleOurs
	}
}
