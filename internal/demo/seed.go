package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/ident"
	"klankbord/internal/post"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
)

// founded is how many days before today the desk of the demo begins.
const founded = 160

// seeding plays the sample cases into a new instance.
type seeding struct {
	app     *app.App
	clock   *clock.Fixed
	box     *post.Sink
	holder  string
	members map[string]*enrolled
	joined  map[string]*enrolled // enrolled, and not let in yet
	samples []Sample
}

// played is a case on its way.
type played struct {
	script   script
	received time.Time
	number   casefile.Number
	code     seal.Code
}

// Found makes the instance of a demo in an empty state folder, with everything that
// happened in it before now, and keeps its guide there. The profile is one of those that
// are built in. Mail is caught in box.
func Found(ctx context.Context, c config.Config, profileName string, box *post.Sink, log *slog.Logger, now time.Time) (g *Guide, err error) {
	list, err := read()
	if err != nil {
		return nil, err
	}
	clk := clock.NewFixed(now.AddDate(0, 0, -founded).Truncate(24 * time.Hour).Add(8 * time.Hour))
	made, err := app.Found(ctx, c, profileName, colleagues()[0].person, setup.Keeping{}, clk)
	if err != nil {
		return nil, fmt.Errorf("found demo: %w", err)
	}
	a, err := app.Open(ctx, c, app.Options{Clock: clk, Transport: box, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open demo: %w", err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	s := &seeding{app: a, clock: clk, box: box, holder: ident.New(), members: map[string]*enrolled{}}
	if err := s.enrol(ctx, made.Enrol); err != nil {
		return nil, err
	}
	if err := s.drill(ctx, made.Recovery); err != nil {
		return nil, err
	}
	if err := s.play(ctx, list, now); err != nil {
		return nil, err
	}
	g = s.guide(made.Recovery)
	return g, g.keep(c.State)
}

// play does every step of every case at its moment, with the background work that
// follows it.
func (s *seeding) play(ctx context.Context, list []script, now time.Time) error {
	calendar := s.app.Casework.Calendar
	events, err := schedule(list, calendar, now)
	if err != nil {
		return err
	}
	for _, e := range events {
		if calendar.Today(e.at) != calendar.Today(s.clock.Now()) {
			if err := s.night(ctx, e.at); err != nil {
				return err
			}
		}
		if e.at.After(s.clock.Now()) { // two cases may share a moment; time never goes back
			s.clock.Set(e.at)
		}
		if err := s.do(ctx, e); err != nil {
			return fmt.Errorf("sample case %s, day %d, %s: %w", e.of.script.Name, e.step.Day, e.step.Do, err)
		}
		if err := s.deliver(ctx); err != nil {
			return err
		}
	}
	if err := s.mail(ctx, now); err != nil {
		return err
	}
	return s.night(ctx, now)
}

// night is what the background does until the next thing happens: reminders go out
// every morning.
func (s *seeding) night(ctx context.Context, until time.Time) error {
	if err := s.sequence(ctx); err != nil {
		return err
	}
	calendar := s.app.Casework.Calendar
	for day := calendar.Today(s.clock.Now()).AddDays(1); ; day = day.AddDays(1) {
		morning := calendar.EndOf(day.AddDays(-1)).Add(8 * time.Hour)
		if !morning.Before(until) {
			return nil
		}
		s.clock.Set(morning)
		if err := s.app.Work.Remind(ctx); err != nil {
			return fmt.Errorf("remind: %w", err)
		}
		if err := s.deliver(ctx); err != nil {
			return err
		}
	}
}

// deliver sends the mail that waits, a few seconds later as the background would.
func (s *seeding) deliver(ctx context.Context) error {
	s.clock.Add(4 * time.Second)
	for {
		n, err := s.app.Work.Step(ctx)
		if err != nil {
			return fmt.Errorf("deliver mail: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

// sequence places every leaf of the log that waits.
func (s *seeding) sequence(ctx context.Context) error {
	if err := s.app.Work.Sequencer.Step(ctx, s.holder); err != nil {
		return fmt.Errorf("sequence log: %w", err)
	}
	return nil
}

func (s *seeding) do(ctx context.Context, e event) error {
	switch {
	case e.step.Do == deedSubmit:
		return s.submit(ctx, e.of)
	case e.step.Do == deedCatchUp:
		return s.catchUp(ctx, e.of)
	case e.step.Do == deedConfirm:
		return s.confirm(ctx, e.of)
	case e.step.Do == deedDraw:
		return s.draw(ctx, e.of)
	case e.step.By == "":
		return s.complainant(ctx, e.of, e.step)
	default:
		return s.member(ctx, e.of, e.step)
	}
}
