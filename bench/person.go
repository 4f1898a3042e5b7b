package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"klankbord/bench/browser"
)

// answers are what a person fills in where a page asks for it. A page that asks
// nothing of this is left as it is.
func answers() map[string]string {
	return map[string]string{
		"topics": "response-time",
		"story": "I wrote about the amount of my monthly gift on the second of March and again three weeks later, and had no answer " +
			"to either. On the telephone I was told that somebody would call back within two days. Nobody did. " +
			"I would like to know what went wrong and to have the amount put right, because it was taken twice in May. " +
			"I have given for eleven years and this is the first time that I complain about anything at all.",
		"summary": "No answer about my monthly gift", "first_name": "Ingrid", "last_name": "Maes", "email": "ingrid.maes@mail.example",
		"privacy_read": "yes",
	}
}

// next is the button that goes on to the following question.
const next = "act=next"

// person fills in a complaint at a browser.
type person struct {
	*browser.Browser
	at   *browser.Page
	file *browser.File // added where the form asks for files; nil: none
	sent time.Duration // how long sending that file took

	beforeFile, afterFile func() error // around sending the file
}

// mostPages bounds a form that does not come to its end.
const mostPages = 60

// fillIn goes from the first page through every question to the check page.
func (p *person) fillIn(ctx context.Context) (err error) {
	if p.at, err = p.Open(ctx, "/nl/"); err != nil {
		return err
	}
	start, err := p.at.Link("/complaint/")
	if err != nil {
		return err
	}
	if p.at, err = p.Open(ctx, start.Path); err != nil {
		return err
	}
	for range mostPages {
		if p.checking() {
			return p.at.Expect("/complaint/check")
		}
		if err := p.answer(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: the form does not end", browser.ErrUnexpected)
}

func (p *person) checking() bool { return strings.HasSuffix(p.at.URL.Path, "/complaint/check") }

// answer fills in one question and goes on.
func (p *person) answer(ctx context.Context) error {
	f, err := p.at.Form(strings.TrimPrefix(p.at.URL.Path, "/nl"))
	if err != nil {
		return err
	}
	for name, value := range answers() {
		if f.Asks(name) {
			if err := f.Fill(name, value); err != nil {
				return err
			}
		}
	}
	if p.file != nil && f.Asks("files") {
		if err := p.attach(ctx, f); err != nil {
			return err
		}
		f, err = p.at.Form("files")
		if err != nil {
			return err
		}
	}
	before := p.at.URL.Path
	if p.at, err = p.Press(ctx, f, next); err != nil {
		return err
	}
	if p.at.Status != 200 || p.at.URL.Path == before {
		return fmt.Errorf("%s answers %d: %s: %w", before, p.at.Status, p.at.Text(), browser.ErrUnexpected)
	}
	return nil
}

// attach adds the file and measures how long that takes, up to the answer that it
// is kept.
func (p *person) attach(ctx context.Context, f *browser.Form) (err error) {
	if err := f.Attach(*p.file); err != nil {
		return err
	}
	if err := p.beforeFile(); err != nil {
		return err
	}
	began := time.Now()
	status, to, err := p.Send(ctx, f, "act=add")
	p.sent = time.Since(began)
	if err = errors.Join(err, p.afterFile()); err != nil {
		return err
	}
	if status != 303 {
		return fmt.Errorf("adding a file answers %d: %w", status, browser.ErrUnexpected)
	}
	p.file = nil
	p.at, err = p.Open(ctx, to)
	return err
}

// send presses the button that sends the complaint and takes the answer to it.
func (p *person) send(ctx context.Context) error {
	f, err := p.at.Form("draft")
	if err != nil {
		return err
	}
	status, to, err := p.Send(ctx, f, "")
	if err != nil {
		return err
	}
	if status != 303 || !strings.Contains(to, "/receipt") {
		return fmt.Errorf("sending answers %d to %q: %w", status, to, browser.ErrUnexpected)
	}
	return nil
}

// receipt reads the receipt: the complaint was taken only if a code stands there.
func (p *person) receipt(ctx context.Context) (err error) {
	if p.at, err = p.Open(ctx, "/nl/receipt"); err != nil {
		return err
	}
	if err := p.at.Expect("/receipt"); err != nil {
		return err
	}
	if len(p.at.Codes) != 1 || len(p.at.Codes[0]) < 28 {
		return fmt.Errorf("the receipt shows no code: %w", browser.ErrUnexpected)
	}
	return nil
}
