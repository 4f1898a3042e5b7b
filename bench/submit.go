package main

import (
	"context"
	"fmt"
	"time"

	"klankbord/bench/figure"
)

const (
	submitRuns   = 5
	submitsPer   = 250 // five runs are more than the 1,000 after which memory is read
	journeyRuns  = 5
	journeysPer  = 80
	mailPatience = 2 * time.Minute
)

// submits measures the final submit alone: the drafts are filled in before, through
// every page.
func (b *bench) submits(ctx context.Context) error {
	return b.serving(ctx, b.staffed, func(s *session) error {
		var rates, p95, cpu, failed []float64
		var alone []float64
		for range submitRuns {
			r, err := s.submitRun(ctx, submitsPer)
			if err != nil {
				return err
			}
			rates, p95 = append(rates, r.rate), append(p95, r.p95)
			cpu, alone, failed = append(cpu, r.cpu), append(alone, r.cpuAlone), append(failed, r.failed)
		}
		_, peak, err := s.server.Memory()
		if err != nil {
			return err
		}
		note := fmt.Sprintf("until acknowledgements are mailed and the log is sequenced; %.2f ms while the submits last", figure.Median(alone))
		return b.report(
			measured{"submit_per_s", fmt.Sprintf("%d a run, %d at once", submitsPer, people), rates},
			measured{"submit_p95_ms", "", p95}, measured{"submit_errors", "the worst run", failed},
			measured{"submit_cpu_ms", note, cpu},
			measured{"peak_rss_mib", fmt.Sprintf("most in memory over %d complaints, each filled in through every page", submitRuns*submitsPer), []float64{peak}},
		)
	})
}

type submitted struct{ rate, p95, cpu, cpuAlone, failed float64 }

func (s *session) submitRun(ctx context.Context, each int) (r submitted, err error) {
	c := &crowd{site: s.server.URL}
	defer c.leave()
	ready, err := c.readyToSend(ctx, each)
	if err != nil {
		return r, err
	}
	if err := s.server.Calm(ctx, mailPatience); err != nil {
		return r, err
	}
	before, err := s.server.CPU()
	if err != nil {
		return r, err
	}
	mails := s.mail.Taken()
	sent := together(ctx, people, each, func(ctx context.Context, i int) error { return ready[i].send(ctx) })
	during, err := s.server.CPU()
	if err != nil {
		return r, err
	}
	if len(sent.took) == 0 {
		return r, fmt.Errorf("send: %w", sent.err())
	}
	if err := s.settle(ctx, mails+int64(len(sent.took))); err != nil {
		return r, err
	}
	after, err := s.server.CPU()
	if err != nil {
		return r, err
	}
	shown := together(ctx, people, each, func(ctx context.Context, i int) error { return ready[i].receipt(ctx) })
	for _, err := range append(sent.errors, shown.errors...) {
		s.bench.say("submit: %v", err)
	}
	n := float64(len(sent.took))
	return submitted{
		rate: sent.perSecond(), p95: figure.Milliseconds(figure.Percentile(sent.took, 95)),
		cpu: figure.Milliseconds(after-before) / n, cpuAlone: figure.Milliseconds(during-before) / n,
		failed: float64(max(len(sent.errors), len(shown.errors))),
	}, nil
}

// settle waits until the mails came and the server has come to rest.
func (s *session) settle(ctx context.Context, mails int64) error {
	if err := s.mail.Await(ctx, mails, mailPatience); err != nil {
		return err
	}
	return s.server.Calm(ctx, mailPatience)
}

// journeys measures the whole way from the first page to the receipt.
func (b *bench) journeys(ctx context.Context) error {
	return b.serving(ctx, b.staffed, func(s *session) error {
		var rates, cpu []float64
		for range journeyRuns {
			c := &crowd{site: s.server.URL}
			before, err := s.server.CPU()
			if err != nil {
				return err
			}
			o := together(ctx, people, journeysPer, func(ctx context.Context, _ int) error { return c.journey(ctx) })
			c.leave()
			if err := o.err(); err != nil {
				return fmt.Errorf("journey: %w", err)
			}
			rates = append(rates, o.perSecond())
			if err := s.server.Calm(ctx, mailPatience); err != nil {
				return err
			}
			after, err := s.server.CPU()
			if err != nil {
				return err
			}
			cpu = append(cpu, figure.Milliseconds(after-before)/journeysPer)
		}
		note := fmt.Sprintf("%d a run, %d at once, first page to receipt; %.1f ms of processor time of the server each, mail and log included",
			journeysPer, people, figure.Median(cpu))
		return b.report(measured{"journey_per_s", note, rates})
	})
}
