package app_test

import (
	"errors"
	"log/slog"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// A program whose profile no longer has a place that two members signed for does not serve:
// without it, complaints would go to other people than those two said. One that runs goes on
// with what it had, and the older program opens again.
func TestAProfileWithoutAPlaceThatWasSignedForIsNotServed(t *testing.T) {
	i, _ := apptest.Staffed(t)
	gone := map[string]string{"topics.taken-out.team": "complaints"}
	i.Change(staff.Change{Type: staff.Routing, Routing: gone})
	if err := i.Follow(t.Context()); !errors.Is(err, profile.ErrRouting) {
		t.Errorf("a process that runs does not tell: %v", err)
	}
	a, err := app.Open(t.Context(), i.Config, app.Options{Clock: i.Clock, Transport: i.Box, Log: slog.New(slog.DiscardHandler)})
	var refused *profile.RoutingRefused
	if !errors.As(err, &refused) || refused.Address != "topics.taken-out.team" {
		t.Errorf("opened: %v", err)
	}
	if a != nil {
		t.Error("what failed to open was handed out")
	}
}
