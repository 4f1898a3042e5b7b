package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"klankbord/bench/browser"
)

// Sixteen people at once; 32 of them share a network, as in an office.
const (
	people    = 16
	behindOne = 32
)

// crowd makes people, each with a browser, spread over networks. It is safe for
// concurrent use.
type crowd struct {
	site string

	mu       sync.Mutex
	count    int
	networks []*browser.Network // guarded by mu
}

func (c *crowd) person() (*person, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count%behindOne == 0 {
		c.networks = append(c.networks, browser.NewNetwork(len(c.networks)))
	}
	c.count++
	b, err := browser.New(c.networks[len(c.networks)-1], c.site)
	return &person{Browser: b}, err
}

// readyToSend are people who have filled in every page.
func (c *crowd) readyToSend(ctx context.Context, n int) ([]*person, error) {
	ready := make([]*person, n)
	prepared := together(ctx, people, n, func(ctx context.Context, i int) (err error) {
		if ready[i], err = c.person(); err != nil {
			return err
		}
		return ready[i].fillIn(ctx)
	})
	if err := prepared.err(); err != nil {
		return nil, fmt.Errorf("fill in: %w", err)
	}
	return ready, nil
}

// journey is one person, from the first page to the receipt.
func (c *crowd) journey(ctx context.Context) error {
	p, err := c.person()
	if err != nil {
		return err
	}
	if err := p.fillIn(ctx); err != nil {
		return err
	}
	if err := p.send(ctx); err != nil {
		return err
	}
	return p.receipt(ctx)
}

func (c *crowd) leave() {
	for _, n := range c.networks {
		n.Close()
	}
}

// outcome is what became of a number of tasks.
type outcome struct {
	took   []time.Duration // of those that succeeded
	whole  time.Duration
	errors []error
}

func (o outcome) perSecond() float64 { return float64(len(o.took)) / o.whole.Seconds() }

func (o outcome) err() error {
	if len(o.errors) > 3 {
		return errors.Join(o.errors[:3]...)
	}
	return errors.Join(o.errors...)
}

// together does n tasks, so many of them at once.
func together(ctx context.Context, atOnce, n int, task func(ctx context.Context, i int) error) outcome {
	var o outcome
	var mu sync.Mutex
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range atOnce {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				from := time.Now()
				err := ctx.Err()
				if err == nil {
					err = task(ctx, int(i))
				}
				took := time.Since(from)
				mu.Lock()
				if err != nil {
					o.errors = append(o.errors, err)
				} else {
					o.took = append(o.took, took)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	o.whole = time.Since(began)
	return o
}
