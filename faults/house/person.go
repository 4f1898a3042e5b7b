package house

import (
	"context"
	"fmt"
	"strings"

	"klankbord/bench/browser"
)

// Person complains, at a browser of their own.
type Person struct {
	*browser.Browser
	At   *browser.Page
	Word string // that stands at the beginning and at the end of what they tell
	File string // what the file holds that they add; empty: none
}

// together is how many people sit in one network, far below what one may send.
const together = 25

// Person is somebody who comes to complain.
func (h *House) Person() (*Person, error) {
	if h.people == nil || h.inside == together {
		if h.people != nil {
			h.people.Close()
		}
		h.network++
		h.people, h.inside = browser.NewNetwork(h.network), 0
	}
	h.inside++
	b, err := browser.New(h.people, h.Site)
	return &Person{Browser: b, Word: h.Word()}, err
}

// answers are what the person fills in where a page asks for it.
func (p *Person) answers() map[string]string {
	return map[string]string{
		"topics":  "response-time",
		"story":   p.Word + "\n" + strings.Repeat("I wrote three times about my monthly gift and never had an answer to any of it. ", 40) + "\nend-" + p.Word,
		"summary": "No answer " + p.Word, "first_name": "Ingrid", "last_name": "Maes", "email": "ingrid.maes@mail.example",
		"privacy_read": "yes",
	}
}

// mostPages bounds a form that does not come to its end.
const mostPages = 60

// FillIn goes through every question up to the check page.
func (p *Person) FillIn(ctx context.Context) (err error) {
	if p.At, err = p.Open(ctx, "/nl/complaint/"); err != nil {
		return err
	}
	for range mostPages {
		if p.Checking() {
			return p.At.Expect("/complaint/check")
		}
		f, err := p.At.Form(strings.TrimPrefix(p.At.URL.Path, "/nl"))
		if err != nil {
			return err
		}
		if p.File != "" && f.Asks("files") {
			if err := p.Attach(ctx, f); err != nil {
				return err
			}
			if f, err = p.At.Form("files"); err != nil {
				return err
			}
		}
		if err := p.answer(ctx, f); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: the form does not end", browser.ErrUnexpected)
}

// Checking reports whether the person looks at the check page.
func (p *Person) Checking() bool { return strings.HasSuffix(p.At.URL.Path, "/complaint/check") }

// answer fills in one question and goes on.
func (p *Person) answer(ctx context.Context, f *browser.Form) (err error) {
	for name, value := range p.answers() {
		if f.Asks(name) {
			if err := f.Fill(name, value); err != nil {
				return err
			}
		}
	}
	before := p.At.URL.Path
	if p.At, err = p.Press(ctx, f, "act=next"); err != nil {
		return err
	}
	if p.At.Status != 200 || p.At.URL.Path == before {
		return fmt.Errorf("%s answers %d: %s: %w", before, p.At.Status, p.At.Text(), browser.ErrUnexpected)
	}
	return nil
}

// FileName is that of the file which people add.
const FileName = "bijlage.txt"

// Attach adds the person's file where the form asks for files.
func (p *Person) Attach(ctx context.Context, f *browser.Form) (err error) {
	if err := f.Attach(browser.File{Name: FileName, Type: "text/plain", Size: int64(len(p.File)), Body: strings.NewReader(p.File)}); err != nil {
		return err
	}
	if p.At, err = p.Press(ctx, f, "act=add"); err != nil {
		return err
	}
	if p.At.Status != 200 || !strings.Contains(p.At.Text(), FileName) {
		return fmt.Errorf("adding a file answers %d: %s: %w", p.At.Status, p.At.Text(), browser.ErrUnexpected)
	}
	return nil
}

// Receipt reads the code from the receipt; empty where there is none.
func (p *Person) Receipt(ctx context.Context) (code string, err error) {
	if p.At, err = p.Open(ctx, "/nl/receipt"); err != nil {
		return "", err
	}
	if p.At.Status != 200 || !strings.HasSuffix(p.At.URL.Path, "/receipt") || len(p.At.Codes) != 1 {
		return "", nil
	}
	_, code, _ = strings.Cut(p.At.Codes[0], ": ") // "The code is: …"
	return code, nil
}

// Enter enters the mailbox with a code, or is in it already.
func (p *Person) Enter(ctx context.Context, code string) (err error) {
	if p.At, err = p.Open(ctx, "/nl/mailbox"); err != nil {
		return err
	}
	if p.At.Expect("/mailbox/case") == nil {
		return nil
	}
	f, err := p.At.Form("code")
	if err != nil {
		return err
	}
	if err := f.Fill("code", code); err != nil {
		return err
	}
	if p.At, err = p.Press(ctx, f, ""); err != nil {
		return err
	}
	return p.At.Expect("/mailbox/case")
}
