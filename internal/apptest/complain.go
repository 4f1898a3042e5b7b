package apptest

import (
	"context"
	"maps"
	"strings"

	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// Answers of a complaint by topic: what a person fills in at least.
func Answers(topics ...string) profile.Answers {
	return profile.Answers{
		profile.FieldTopics:      topics,
		profile.FieldStory:       {"The same invoice was paid twice, and nobody could tell me why it happened again in May."},
		profile.FieldFirstName:   {"Ingrid"},
		profile.FieldLastName:    {"Maes"},
		profile.FieldEmail:       {"ingrid.maes@mail.example"},
		profile.FieldLanguage:    {"nl"},
		profile.FieldPrivacyRead: {"yes"},
	}
}

// StrictAnswers adds what the integrity route asks for beyond Answers.
func StrictAnswers(topics ...string) profile.Answers {
	a := Answers(topics...)
	maps.Copy(a, profile.Answers{
		profile.FieldConcerns: {"none"}, profile.FieldDanger: {"no"}, "relation": {"employee"}, "through_work": {"yes"},
		"how_known": {"saw-it"}, profile.FieldForWhom: {"me"}, profile.FieldNameSharing: {"team"}, "best_knowledge": {"yes"},
	})
	return a
}

// With returns answers with one field filled in otherwise.
func With(a profile.Answers, field string, values ...string) profile.Answers {
	c := a.Clone()
	c[field] = values
	return c
}

// Draft fills in a complaint up to the check page, page by page, with files by
// name.
func (i *Instance) Draft(lang string, a profile.Answers, files map[string]string) seal.Token {
	i.T.Helper()
	ctx, tok := context.Background(), seal.NewToken()
	for _, step := range i.Profile.StepsFor(a) {
		_, err := i.Intake.Save(ctx, tok, lang, step, a)
		i.check(err)
	}
	for name, content := range files {
		_, err := i.Intake.AddFile(ctx, tok, lang, name, strings.NewReader(content))
		i.check(err)
	}
	i.check(i.Intake.PrepareCode(ctx, tok, lang))
	return tok
}

// Complain makes a case and returns its receipt.
func (i *Instance) Complain(lang string, a profile.Answers, files map[string]string) *intake.Receipt {
	i.T.Helper()
	tok := i.Draft(lang, a, files)
	review, err := i.Intake.Review(context.Background(), tok)
	i.check(err)
	for _, m := range review.Missing {
		i.T.Errorf("complaint is incomplete: %s: %s", m.Field, m.In("en"))
	}
	r, err := i.Intake.Submit(context.Background(), tok, review.Draft.ID)
	i.check(err)
	return r
}

// Naming makes a case whose complainant says of every name that is like a member's
// that it is not that member's.
func (i *Instance) Naming(lang string, a profile.Answers) *intake.Receipt {
	i.T.Helper()
	ctx, tok := context.Background(), i.Draft(lang, a, nil)
	review, err := i.Intake.Review(ctx, tok)
	i.check(err)
	named := map[string]string{}
	for _, m := range review.Matches {
		named[string(m.Member)] = "no"
	}
	if len(named) == 0 {
		i.T.Error("the complaint names no member who would receive it")
	}
	_, err = i.Intake.Name(ctx, tok, lang, named)
	i.check(err)
	r, err := i.Intake.Submit(ctx, tok, review.Draft.ID)
	i.check(err)
	return r
}
