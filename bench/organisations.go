package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"klankbord/bench/figure"
	"klankbord/bench/fixture"
)

const (
	organisationsFew  = 2
	organisationsMany = 32
	organisationsRest = 5 * time.Second
)

// resting is what a process costs that has nothing to do.
type resting struct {
	memory float64 // MiB
	busy   float64 // milliseconds of CPU a second
}

// organisations measures what one more organisation costs a process in which nothing
// happens.
func (b *bench) organisations(ctx context.Context) error {
	dir := filepath.Join(b.folder, "organisations")
	var few, many resting
	for n := range organisationsMany {
		if err := b.organisation(ctx, dir, n); err != nil {
			return err
		}
		var err error
		switch n + 1 {
		case organisationsFew:
			few, err = b.rest(ctx, dir)
		case organisationsMany:
			many, err = b.rest(ctx, dir)
		}
		if err != nil {
			return err
		}
	}
	const more = organisationsMany - organisationsFew
	note := fmt.Sprintf("each, by the difference between %d and %d", organisationsFew, organisationsMany)
	return b.report(
		measured{"organisation_rss_mib", note, []float64{(many.memory - few.memory) / more}},
		measured{"organisation_idle_ms_s", note + "; CPU", []float64{max(0, (many.busy-few.busy)/more)}},
	)
}

func (b *bench) organisation(ctx context.Context, dir string, n int) error {
	state := filepath.Join(dir, fmt.Sprint("o", n))
	if _, err := b.program.Found(ctx, state, fixture.FirstName, fixture.First); err != nil {
		return err
	}
	settings := fmt.Sprintf(`{"base-url": "http://o%d.example"}`, n)
	return os.WriteFile(filepath.Join(state, "klankbord.json"), []byte(settings), 0o600)
}

func (b *bench) rest(ctx context.Context, dir string) (r resting, err error) {
	s, err := b.program.StartAll(ctx, dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	if err := wait(ctx, 2*organisationsRest); err != nil { // what the start began ends
		return r, err
	}
	before, err := s.CPU()
	if err != nil {
		return r, err
	}
	if err := wait(ctx, organisationsRest); err != nil {
		return r, err
	}
	after, err := s.CPU()
	if err != nil {
		return r, err
	}
	r.busy = figure.Milliseconds(after-before) / organisationsRest.Seconds()
	r.memory, _, err = s.Memory()
	return r, err
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
