package soak

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"klankbord/bench/browser"
	"klankbord/bench/fixture"
	"klankbord/faults/house"
)

// crowd is everybody who uses the instance. Each kind of thing is done by one of them
// after the other, at its rate.
type crowd struct {
	house   *house.House
	figures *Figures
	counts  counts
	mu      sync.Mutex
	boxes   []box // mailboxes to write into; guarded by mu
	mails   int   // of the one who sends them
}

// box is a complainant with the code of a mailbox.
type box struct {
	person *house.Person
	code   string
}

// keptBoxes is how many people come back.
const keptBoxes = 20

// comes does everything at its rate until the time is over, and gives the first failure.
func (c *crowd) comes(ctx context.Context, o Options) error {
	c.counts = counts{done: c.figures.Done, late: c.figures.Late}
	reader, err := c.house.SignedIn(ctx, fixture.Reader)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, o.Length)
	defer stop()
	acts := map[string]func(context.Context) error{
		"complaints": c.complain, "replies": c.reply, "mails": c.mail, "sign-ins": c.signIn,
		"reads": func(ctx context.Context) error { return c.read(ctx, reader) },
	}
	failed := make(chan error, len(acts)+1)
	var all sync.WaitGroup
	for what, act := range acts {
		all.Go(func() { failed <- c.turns(ctx, what, act) })
	}
	all.Go(func() { failed <- c.figures.watch(ctx, c.house) })
	for range len(acts) + 1 {
		if err = errors.Join(err, <-failed); err != nil {
			stop()
		}
	}
	all.Wait()
	return err
}

// turns does one thing at its rate. What has begun when the time is over is finished.
func (c *crowd) turns(ctx context.Context, what string, act func(context.Context) error) error {
	every := time.Minute / time.Duration(rates()[what]*times)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		begun := time.Now()
		if err := act(context.WithoutCancel(ctx)); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		c.counts.add(c.counts.done, what, 1)
		if time.Since(begun) > every {
			c.counts.add(c.counts.late, what, 1)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// complain goes through the whole form with a file, and keeps the code.
func (c *crowd) complain(ctx context.Context) error {
	c.mu.Lock()
	p, err := c.house.Person()
	c.mu.Unlock()
	if err != nil {
		return err
	}
	p.File = strings.Repeat("what the file of "+p.Word+" holds\n", 20_000)
	if err := p.FillIn(ctx); err != nil {
		return err
	}
	f, err := p.At.Form("draft")
	if err != nil {
		return err
	}
	page, err := p.Press(ctx, f, "")
	if err != nil {
		return err
	}
	if err := page.Expect("/receipt"); err != nil {
		return err
	}
	code, err := p.Receipt(ctx)
	if err != nil || code == "" {
		return fmt.Errorf("no code: %w", errors.Join(err, browser.ErrUnexpected))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.boxes = append(c.boxes, box{p, code})
	if len(c.boxes) > keptBoxes {
		c.boxes = c.boxes[1:]
	}
	return nil
}

// reply lets somebody who complained come back and write.
func (c *crowd) reply(ctx context.Context) error {
	c.mu.Lock()
	if len(c.boxes) == 0 {
		c.mu.Unlock()
		return nil // nobody has complained yet
	}
	b := c.boxes[0]
	c.boxes = append(c.boxes[1:], b)
	word := c.house.Word()
	c.mu.Unlock()
	if err := b.person.Enter(ctx, b.code); err != nil {
		return err
	}
	f, err := b.person.At.Form("/mailbox/reply")
	if err != nil {
		return err
	}
	if err := f.Fill("text", word+" I have news."); err != nil {
		return err
	}
	page, err := b.person.Press(ctx, f, "act=send")
	if err != nil {
		return err
	}
	if !strings.Contains(page.Text(), word) {
		return fmt.Errorf("the message %s is not in the mailbox: %w", word, browser.ErrUnexpected)
	}
	return nil
}

// mostMails is how many may wait in the mailbox of the mail server.
const mostMails = 20

// mail lets a mail arrive, and sees to it that those before it are taken in.
func (c *crowd) mail(context.Context) error {
	c.mails++
	left, err := c.house.Mailbox.Left()
	if err != nil {
		return err
	}
	if left > mostMails {
		return fmt.Errorf("%d mails wait: %w", left, browser.ErrUnexpected)
	}
	return c.house.Mailbox.Add(strings.ReplaceAll(fmt.Sprintf(`From: Ingrid Maes <ingrid.maes%[1]d@mail.example>
To: complaints@desk.example
Subject: No answer to my letters
Date: Thu, 26 Nov 2026 10:00:00 +0100
Message-ID: <soak-%[1]d@mail.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

%[2]s
`, c.mails, strings.Repeat("I wrote three times about my monthly gift and never had an answer.\n", 30)), "\n", "\r\n"))
}

// read looks at the inbox, looks for a case, and opens what it finds, in turn.
func (c *crowd) read(ctx context.Context, m *house.Member) error {
	p, err := m.Open(ctx, "/desk")
	if err != nil {
		return err
	}
	if err := p.Expect("/desk"); err != nil {
		return err
	}
	if _, err := m.Cases(ctx, "answer"); err != nil {
		return err
	}
	list := house.CasesOn(p)
	if len(list) == 0 {
		return fmt.Errorf("the inbox is empty: %w", browser.ErrUnexpected)
	}
	c.counts.mu.Lock()
	n := c.counts.done["reads"]
	c.counts.mu.Unlock()
	_, err = m.Case(ctx, list[n%len(list)])
	return err
}

// signIn signs another member in at a browser of its own.
func (c *crowd) signIn(ctx context.Context) error {
	c.counts.mu.Lock()
	n := c.counts.done["sign-ins"]
	c.counts.mu.Unlock()
	others := slices.Sorted(maps.Keys(c.house.Members))
	others = slices.DeleteFunc(others, func(email string) bool { return email == fixture.Reader })
	m, err := c.house.SignsInAnew(ctx, others[n%len(others)])
	if err != nil {
		return err
	}
	p, err := m.Open(ctx, "/desk")
	if err != nil {
		return err
	}
	return p.Expect("/desk")
}
