package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

var (
	errIncomplete = errors.New("the form asks for more than the sample tells")
	errDeed       = errors.New("nobody knows how to do this")
)

// submit fills in the form page by page, sends it and keeps the code.
func (s *seeding) submit(ctx context.Context, p *played) error {
	tok, l := seal.NewToken(), string(p.script.Lang)
	answers := p.answers()
	for _, page := range s.app.Profile.StepsFor(answers) {
		if _, err := s.app.Intake.Save(ctx, tok, l, page, answers); err != nil {
			return err
		}
	}
	for _, f := range p.script.Files {
		r, err := f.content(p.fill)
		if err != nil {
			return err
		}
		if _, err := s.app.Intake.AddFile(ctx, tok, l, f.Name, r); err != nil {
			return err
		}
	}
	if err := s.check(ctx, tok, p); err != nil {
		return err
	}
	receipt, err := s.app.Intake.Submit(ctx, tok, "")
	if err != nil {
		return err
	}
	if p.code, err = seal.ParseCode(receipt.Code); err != nil {
		return fmt.Errorf("code of receipt: %w", err)
	}
	p.number = receipt.Number
	s.sample(p, receipt)
	return s.app.Intake.Confirm(ctx, tok, receipt.Draft)
}

// answers puts together what the person filled in, with the declarations that end
// every form.
func (p *played) answers() profile.Answers {
	a := profile.Answers{profile.FieldPrivacyRead: {"yes"}, "best_knowledge": {"yes"}}
	for key, values := range p.script.Answers {
		for _, v := range values {
			a[key] = append(a[key], p.fill(v))
		}
	}
	return a
}

// check answers whether the complaint is about the members whose names were typed,
// as the check page asks.
func (s *seeding) check(ctx context.Context, tok seal.Token, p *played) error {
	l := string(p.script.Lang)
	review, err := s.app.Intake.Review(ctx, tok)
	if err != nil {
		return err
	}
	for _, m := range review.Missing {
		return fmt.Errorf("%s: %s: %w", m.Field, m.In("en"), errIncomplete)
	}
	named := map[string]string{}
	for _, m := range review.Matches {
		named[string(m.Member)] = p.script.Named[m.Name]
	}
	if len(named) > 0 {
		if _, err := s.app.Intake.Name(ctx, tok, l, maps.Clone(named)); err != nil {
			return err
		}
	}
	return s.app.Intake.PrepareCode(ctx, tok, l)
}

// complainant enters the mailbox with the code, does one thing and leaves.
func (s *seeding) complainant(ctx context.Context, p *played, x step) error {
	d := s.app.Dialogue
	tok, err := d.Enter(ctx, p.code.Text())
	if err != nil {
		return err
	}
	if _, err := d.Mailbox(ctx, tok); err != nil {
		return err
	}
	if err := s.write(ctx, tok, p, x); err != nil {
		return err
	}
	return d.SignOut(ctx, tok)
}

func (s *seeding) write(ctx context.Context, tok seal.Token, p *played, x step) error {
	d, l, text := s.app.Dialogue, p.script.Lang, p.fill(x.Text)
	to := dialogue.Sending{Key: dialogue.NewKey(), Number: p.number}
	switch x.Do {
	case deedRead:
		return nil
	case deedReply:
		return s.reply(ctx, tok, to, l, p, x)
	case deedTalk:
		return d.AskConversation(ctx, tok, to, l, x.Way, text)
	case deedCheckIn:
		_, err := d.AnswerCheckIn(ctx, tok, seal.NewToken(), to, dialogue.Answer{Lang: l, Treated: dialogue.Treatment(x.Way), Wish: text, Story: text})
		return err
	case deedWithdraw:
		return d.Withdraw(ctx, tok, to, l, text)
	default:
		return errDeed
	}
}

func (s *seeding) reply(ctx context.Context, tok seal.Token, to dialogue.Sending, l lang.Lang, p *played, x step) error {
	var tickets []string
	for _, f := range x.Files {
		r, err := f.content(p.fill)
		if err != nil {
			return err
		}
		a, err := s.app.Dialogue.AddFile(ctx, tok, f.Name, r)
		if err != nil {
			return err
		}
		tickets = append(tickets, a.Ticket)
	}
	return s.app.Dialogue.Reply(ctx, tok, to, l, p.fill(x.Text), tickets)
}

// memberID is the member whom a script calls by a key.
func (s *seeding) memberID(key string) (staff.ID, error) {
	m, ok := s.members[key]
	if !ok {
		return "", fmt.Errorf("member %s: %w", key, errDeed)
	}
	return m.actor.Member, nil
}
