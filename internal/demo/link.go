package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// errNoLink tells that nobody sent the complainant a link that they could follow.
var errNoLink = errors.New("no mail with such a link")

// link is the secret of the newest link in a mail about a case that leads to a page.
func (s *seeding) link(p *played, page string) (string, error) {
	for _, m := range s.box.Mails() {
		if !strings.Contains(m.Subject, string(p.number)) {
			continue
		}
		for _, word := range strings.Fields(m.Text) {
			if _, secret, ok := strings.Cut(word, "/"+page+"/"); ok {
				return secret, nil
			}
		}
	}
	return "", fmt.Errorf("%s: %w", page, errNoLink)
}

// confirm presses the button that says that the address is the complainant's.
func (s *seeding) confirm(ctx context.Context, p *played) error {
	secret, err := s.link(p, "confirm")
	if err != nil {
		return err
	}
	return s.app.Dialogue.ConfirmContact(ctx, secret)
}

// draw draws the new code, and keeps it: it waits for a member to let it take effect.
func (s *seeding) draw(ctx context.Context, p *played) error {
	secret, err := s.link(p, "code")
	if err != nil {
		return err
	}
	browser, err := s.app.Dialogue.DrawCode(ctx, secret)
	if err != nil {
		return err
	}
	page, err := s.app.Dialogue.CodePage(ctx, secret, &browser)
	if err != nil {
		return err
	}
	for i := range s.samples {
		if s.samples[i].Number == string(p.number) {
			s.samples[i].Next = page.Code
		}
	}
	return s.app.Dialogue.KeepCode(ctx, secret, &browser)
}
