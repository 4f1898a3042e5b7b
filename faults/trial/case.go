package trial

import (
	"context"
	"fmt"
	"strings"

	"klankbord/bench/browser"
	"klankbord/bench/fixture"
	"klankbord/faults/house"
)

// opened is a case that came in through the form, with the person who complained and a
// member who reads it.
type opened struct {
	house  *house.House
	person *house.Person
	desk   *house.Member
	path   string // of the case on the desk
	code   string
}

// complain lets a person complain without any fault, and finds the case on the desk.
func complain(ctx context.Context, h *house.House) (c opened, err error) {
	c.house = h
	if c.desk, err = h.SignedIn(ctx, fixture.Reader); err != nil {
		return c, err
	}
	if c.person, err = h.Person(); err != nil {
		return c, err
	}
	c.person.File = fileOf(c.person)
	if err := c.person.FillIn(ctx); err != nil {
		return c, err
	}
	s := &submission{h, c.person}
	if ok, why := s.send(ctx); !ok {
		return c, fmt.Errorf("complain: %w", why)
	}
	if c.code, err = c.person.Receipt(ctx); err != nil {
		return c, err
	}
	list, err := c.desk.Cases(ctx, c.person.Word)
	if err != nil {
		return c, err
	}
	if len(list) != 1 {
		return c, fmt.Errorf("%d cases of %s: %w", len(list), c.person.Word, browser.ErrUnexpected)
	}
	c.path = list[0]
	return c, nil
}

func fileOf(p *house.Person) string {
	return strings.Repeat("what the file of "+p.Word+" holds\n", 200)
}

// fill fills fields of the form that asks for the first of them, or whose address ends
// so, and presses a button.
func fill(ctx context.Context, b *browser.Browser, at *browser.Page, form, button string, values map[string]string) (*browser.Page, error) {
	f, err := at.Form(form)
	if err != nil {
		return nil, err
	}
	for name, value := range values {
		if err := f.Fill(name, value); err != nil {
			return nil, err
		}
	}
	return b.Press(ctx, f, button)
}
