package dialogue

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// Retaliation is what the page shows on which somebody tells that they are treated
// badly because they spoke.
type Retaliation struct {
	Mailbox *Mailbox
	Roles   []Role
	Nobody  bool // without those who handled this complaint nobody would be left
	Known   bool // who they are can be taken over from this complaint
}

// Who says who tells it: whoever this complaint is from as it knows them, or as they say
// anew.
type Who string

// The two.
const (
	WhoSame  Who = "same"
	WhoOther Who = "other"
)

// Told is what they tell.
type Told struct {
	Lang    string
	Answers profile.Answers   // by the questions of the form
	Who     Who               // who tells it
	Leave   []string          // ids of the roles that must not receive it
	Named   map[string]string // answers to "is it about this member?", by member id
	CheckIn bool              // it answers the check-in that waits
}

// String hides the content.
func (Told) String() string { return "[sealed]" }

// LogValue hides the content.
func (Told) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Retaliation reads what the page needs. It leaves in the case what reading the
// mailbox leaves, and nothing that tells why.
func (d *Dialogue) Retaliation(ctx context.Context, tok seal.Token) (*Retaliation, error) {
	m, err := d.Mailbox(ctx, tok)
	if err != nil {
		return nil, err
	}
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	roles, nobody, err := d.roles(ctx, v.opened)
	if err != nil {
		return nil, err
	}
	return &Retaliation{m, roles, nobody, d.known(v.opened)}, nil
}

// known reports whether the record of this complaint is enough for another.
func (d *Dialogue) known(o *custody.Opened) bool {
	return len(d.wrongContact(answersOf(nil, identityOf(o)))) == 0
}

// Retaliate makes the new case and leaves its receipt for browser, which is the secret
// of unfinished complaints. Names of members that were typed and would receive it are
// returned to be asked about; then nothing was sent. A *Refusal says what is wrong
// with the answers. Nothing at all is written in the earlier case, but that a check-in
// was answered where it answers one.
func (d *Dialogue) Retaliate(ctx context.Context, tok, browser seal.Token, s Sending, t Told) ([]intake.Match, error) {
	if !keyShape.MatchString(s.Key) {
		return nil, fault.New(fault.Invalid, "error.form")
	}
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	if v.opened.Case.Number != s.Number {
		return nil, ErrNoSession
	}
	r, err := d.complaint(ctx, v.opened, t)
	if err != nil {
		return nil, err
	}
	r.Key = s.Key
	matches, err := d.Intake.MentionedIn(ctx, r)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(matches, func(m intake.Match) bool { return m.Answer != "yes" && m.Answer != "no" }) {
		return matches, nil
	}
	_, err = d.Intake.SubmitRetaliation(ctx, browser, r)
	if t.CheckIn && (err == nil || errors.Is(err, intake.ErrNoReceipt)) {
		l, _ := lang.Parse(t.Lang)
		err = errors.Join(err, d.noteAnswered(ctx, tok, s, l))
	}
	return nil, err
}

// NamesIn lists the members about whom was asked, for a page that is shown again
// without being sent.
func (d *Dialogue) NamesIn(ctx context.Context, tok seal.Token, t Told) ([]intake.Match, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	r, err := d.complaint(ctx, v.opened, t)
	var refused *Refusal
	if err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	return d.Intake.MentionedIn(ctx, r)
}

// complaint puts the new complaint together: what was told, who tells it, and who must
// not receive it.
func (d *Dialogue) complaint(ctx context.Context, o *custody.Opened, t Told) (intake.Retaliation, error) {
	r := intake.Retaliation{Lang: t.Lang, Named: t.Named}
	roles, _, err := d.roles(ctx, o)
	if err != nil {
		return r, err
	}
	var wrong []profile.FieldError
	if t.Who != WhoSame && t.Who != WhoOther {
		if t.Who = WhoOther; d.known(o) {
			t.Who, wrong = WhoSame, []profile.FieldError{{Field: "who", Fault: fault.New(fault.Invalid, "watch.who-missing")}}
		}
	}
	a := d.teller(o, t)
	for _, key := range toldFields() {
		a[key] = t.Answers[key]
	}
	a[profile.FieldEarlier], a[profile.FieldNameSharing] = []string{string(o.Case.Number)}, []string{"team"}
	delete(a, profile.FieldConcerns)
	for _, role := range roles {
		if !slices.Contains(t.Leave, role.ID) {
			continue
		}
		r.LeftOut = append(r.LeftOut, role.members...)
		if role.option != "" && !role.Handled {
			a[profile.FieldConcerns] = append(a[profile.FieldConcerns], role.option)
		}
	}
	r.LeftOut = append(r.LeftOut, d.leftOutBefore(o)...)
	r.Answers = a
	if wrong = slices.Concat(d.wrongTold(a), wrong, d.wrongContact(a)); len(wrong) > 0 {
		return r, &Refusal{wrong}
	}
	return r, nil
}

// teller is who tells it, in answers to the questions of the form.
func (d *Dialogue) teller(o *custody.Opened, t Told) profile.Answers {
	about := []string{profile.TopicRetaliation}
	if t.Who == WhoSame {
		a := answersOf(nil, identityOf(o))
		a[profile.FieldTopics] = about
		return a
	}
	a := profile.Answers{profile.FieldTopics: about}
	for _, step := range d.Profile.StepsFor(a) {
		if asksContact(step) {
			take(a, step, t.Answers)
		}
	}
	if !a.Given(profile.FieldLanguage) {
		a[profile.FieldLanguage] = []string{t.Lang}
	}
	return a
}

// toldFields are the questions of the form that the page asks in words of its own.
func toldFields() []string { return []string{profile.FieldStory, profile.FieldWhen} }

// wrongTold says what is wrong with what was told.
func (d *Dialogue) wrongTold(a profile.Answers) []profile.FieldError {
	return d.wrongIn(a, func(_ profile.Step, field string) bool { return slices.Contains(toldFields(), field) })
}

// wrongContact says what is missing of who somebody is and how to reach them.
func (d *Dialogue) wrongContact(a profile.Answers) []profile.FieldError {
	a = a.Clone()
	a[profile.FieldTopics] = []string{profile.TopicRetaliation}
	return d.wrongIn(a, func(s profile.Step, _ string) bool { return asksContact(s) })
}

func (d *Dialogue) wrongIn(a profile.Answers, asked func(profile.Step, string) bool) []profile.FieldError {
	var list []profile.FieldError
	for _, s := range d.Profile.StepsFor(a) {
		for _, e := range d.Profile.Check(s.ID, a) {
			if asked(s, e.Field) {
				list = append(list, e)
			}
		}
	}
	return list
}
