package dialogue

import (
	"bytes"
	"context"
	"slices"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// fieldSafe is the question when and how it is safe to reach the person.
const fieldSafe = "safe_contact"

// ContactSteps are the pages of the form that ask who somebody is and how to reach
// them, worded for this case, with the languages in which we can answer.
func (d *Dialogue) ContactSteps(m *Mailbox) []profile.Step {
	var list []profile.Step
	for _, s := range d.Profile.StepsFor(answersOf(m.Story, m.Identity)) {
		if !asksContact(s) {
			continue
		}
		for i, f := range s.Fields {
			if f.ID == profile.FieldLanguage {
				s.Fields[i].Options = slices.DeleteFunc(slices.Clone(f.Options), func(o profile.Option) bool { return !lang.Lang(o.ID).Known() })
			}
		}
		list = append(list, s)
	}
	return list
}

func asksContact(s profile.Step) bool {
	return slices.ContainsFunc(s.Fields, func(f profile.Field) bool {
		return f.ID == profile.FieldFirstName || f.ID == profile.FieldEmail
	})
}

// ContactAnswers are the answers on file, by the questions of the form.
func (d *Dialogue) ContactAnswers(m *Mailbox) profile.Answers { return answersOf(m.Story, m.Identity) }

// answersOf puts together what the form was answered, which decides what it asks.
func answersOf(story *Story, who casefile.Identity) profile.Answers {
	a := profile.Answers{}
	if story != nil {
		for key, values := range story.Answers {
			a[key] = slices.Clone(values)
		}
	}
	for key, values := range who.Answers {
		a[key] = slices.Clone(values)
	}
	no := ""
	if who.NoMail {
		no = "yes"
	}
	for key, value := range map[string]string{
		profile.FieldFirstName: who.First, profile.FieldLastName: who.Last, profile.FieldEmail: who.Email,
		profile.FieldPhone: who.Phone, profile.FieldAddress: who.Post, profile.FieldLanguage: string(who.Lang),
		profile.FieldNoMail: no,
	} {
		delete(a, key)
		if value != "" {
			a[key] = []string{value}
		}
	}
	if who.SafeTimes != "" && !a.Given(fieldSafe) {
		a[fieldSafe] = []string{who.SafeTimes}
	}
	return a
}

// ChangeContact replaces who the complainant is and how we reach them, by the rules
// and words of the form: neither name nor every way can be emptied. A *Refusal says
// what is wrong; then nothing has changed. The notice address follows.
func (d *Dialogue) ChangeContact(ctx context.Context, tok seal.Token, s Sending, typed profile.Answers) error {
	return d.changeIdentity(ctx, tok, s, func(v *visit, old casefile.Identity) (casefile.Identity, error) {
		all := answersOf(d.story(v.opened), old)
		var wrong []profile.FieldError
		steps := d.Profile.StepsFor(all)
		for _, step := range steps {
			if asksContact(step) {
				take(all, step, typed)
			}
		}
		for _, step := range steps {
			if asksContact(step) {
				wrong = append(wrong, d.Profile.Check(step.ID, all)...)
			}
		}
		if len(wrong) > 0 {
			return old, &Refusal{wrong}
		}
		return d.identity(old, all), nil
	}, loud)
}

// take replaces the answers of a step by those typed.
func take(all profile.Answers, step profile.Step, typed profile.Answers) {
	for _, f := range step.Fields {
		for _, key := range f.Keys() {
			delete(all, key)
			if len(typed[key]) > 0 {
				all[key] = slices.Clone(typed[key])
			}
		}
	}
}

func (d *Dialogue) story(o *custody.Opened) *Story {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryStory {
			return storyOf(o, e)
		}
	}
	return nil
}

// identity reads the record out of answers that were found right.
func (d *Dialogue) identity(old casefile.Identity, all profile.Answers) casefile.Identity {
	clean := d.Profile.Normalise(all)
	who, _ := d.Profile.Split(clean)
	next := casefile.Identity{
		First: who.One(profile.FieldFirstName), Last: who.One(profile.FieldLastName), Email: who.One(profile.FieldEmail),
		Phone: who.One(profile.FieldPhone), Post: who.One(profile.FieldAddress), SafeTimes: who.One(fieldSafe),
		Lang: old.Lang, NoMail: who.Given(profile.FieldNoMail), Answers: who,
	}
	if l, ok := lang.Parse(clean.One(profile.FieldLanguage)); ok {
		next.Lang = l
	}
	return next
}

// SetLanguage changes the language in which we answer.
func (d *Dialogue) SetLanguage(ctx context.Context, tok seal.Token, s Sending, l lang.Lang) error {
	if !l.Known() {
		return fault.New(fault.Invalid, "error.choose-one")
	}
	return d.changeIdentity(ctx, tok, s, func(_ *visit, who casefile.Identity) (casefile.Identity, error) {
		who.Lang = l
		return who, nil
	}, loud)
}

// DeclineMail stops the mail that tells of news and forgets the notice address.
func (d *Dialogue) DeclineMail(ctx context.Context, tok seal.Token, s Sending) error {
	return d.changeIdentity(ctx, tok, s, func(_ *visit, who casefile.Identity) (casefile.Identity, error) {
		return withMail(who, true), nil
	}, hushed)
}

// AllowMail lets us tell of news by mail. It fails where there is no address.
func (d *Dialogue) AllowMail(ctx context.Context, tok seal.Token, s Sending) error {
	return d.changeIdentity(ctx, tok, s, func(_ *visit, who casefile.Identity) (casefile.Identity, error) {
		if who.Email == "" {
			return who, fault.New(fault.Invalid, "mailbox.mail-no-address")
		}
		return withMail(who, false), nil
	}, hushed)
}

func withMail(who casefile.Identity, declined bool) casefile.Identity {
	who.NoMail = declined
	answers := profile.Answers(who.Answers).Clone()
	delete(answers, profile.FieldNoMail)
	if declined {
		answers[profile.FieldNoMail] = []string{"yes"}
	}
	who.Answers = answers
	return who
}

// volume says whether members are told by mail.
type volume bool

const (
	loud   volume = false
	hushed volume = true
)

// changeIdentity writes a new version of the record; one that says the same as
// before writes nothing.
func (d *Dialogue) changeIdentity(ctx context.Context, tok seal.Token, s Sending,
	alter func(*visit, casefile.Identity) (casefile.Identity, error), how volume,
) error {
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		if !v.opened.Gone(casefile.ScopeIdentity).IsZero() {
			return nil, errWhoGone
		}
		old := identityOf(v.opened)
		next, err := alter(v, old)
		if err != nil {
			return nil, err
		}
		before, err := casefile.EncodePayload(old)
		if err != nil {
			return nil, err
		}
		payload, err := casefile.EncodePayload(next)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(before, payload) {
			return nil, nil
		}
		c := &change{
			items:  []custody.Item{item(s.Key, casefile.EntryContactChange, seal.Identity, payload)},
			logged: audit.ContactChanged, quiet: bool(how),
		}
		c.follow(v.opened, next)
		c.notice, err = d.address(ctx, v.opened, old, next)
		return c, err
	})
}

// follow brings what stands in the clear in line with the record.
func (c *change) follow(o *custody.Opened, who casefile.Identity) {
	if who.Lang != "" && string(who.Lang) != o.Case.Language {
		row := c.changed(o)
		row.Language = string(who.Lang)
	}
}
