package public

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// retaliationForm is what was typed when the page is shown again.
type retaliationForm struct {
	key      string
	typed    profile.Answers // nil: nothing yet
	names    []intake.Match  // members whose name was typed
	restored bool
	follows  bool // it is what was answered to a check-in, to be completed
}

// retaliationView is the page on which somebody tells that they are treated badly
// because they spoke.
type retaliationView struct {
	Back, Action string
	Sending      mailboxSending
	Restored     bool
	Follows      bool
	CheckIn      string // of the form: it answers a check-in
	Nobody       bool   // without those who handled the complaint nobody would be left
	Story, Since ui.Field
	Names        []ui.Field
	Leave        ui.Field
	Who          *ui.Field // nil: who they are is asked at once
	Groups       []contactGroup
	Emergency    *emergency
}

// showRetaliation answers with the page.
func (b *mailbox) showRetaliation(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderRetaliation(w, r, tok, http.StatusOK, retaliationForm{}, nil)
}

func (b *mailbox) renderRetaliation(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form retaliationForm, wrong []ui.FormError) error {
	page, err := b.Dialogue.Retaliation(r.Context(), tok)
	if err != nil {
		return err
	}
	if err := b.again(r, tok, &form); err != nil {
		return err
	}
	v := retaliationView{
		Back: b.at(r, "/mailbox/case"), Action: b.at(r, "/mailbox/"+formRetaliation), Sending: sending(page.Mailbox, form.key),
		Restored: form.restored, Follows: form.follows, CheckIn: question.AsTyped(form.typed, formCheckIn), Nobody: page.Nobody, Leave: b.leaveField(r, page, form), Emergency: b.emergency(b.Renderer.Lang(r)),
		Story: ui.Field{
			Kind: ui.KindArea, Name: profile.FieldStory, Label: b.words(r, "watch.story"), Hint: b.words(r, "watch.story-hint"), Rows: 8,
		},
		Since: ui.Field{
			Kind: ui.KindText, Name: profile.FieldWhen, Label: b.words(r, "watch.since"), Hint: b.words(r, "watch.since-hint"), Optional: true,
		},
	}
	for _, f := range []*ui.Field{&v.Story, &v.Since} {
		f.Autocomplete, f.Values, f.Error = "off", []string{question.AsTyped(form.typed, f.Name)}, ui.ErrorFor(wrong, f.Name)
	}
	for _, q := range b.nameQuestions(r, &intake.Review{Matches: form.names}, wrong) {
		v.Names = append(v.Names, q.Field)
	}
	if page.Known {
		v.Who = b.whoField(r, form, wrong)
	}
	_, asked := form.typed[profile.FieldFirstName]
	if asked || !page.Known || question.AsTyped(form.typed, "who") == string(dialogue.WhoOther) {
		v.Groups = b.contactGroups(r, page.Mailbox, form, wrong)
	}
	p := mailboxPage(b, page.Mailbox, b.words(r, "watch.title"), "/mailbox/"+formRetaliation, wrong, v)
	p.Exit = slices.Contains(b.Profile.Settings.ExitRoutes, casefile.Integrity)
	return b.Renderer.Render(w, r, status, "public/mailbox_retaliation", p)
}

// again completes what was typed: by what was on the page when its language was changed,
// and by the names about which it asked.
func (b *mailbox) again(r *http.Request, tok seal.Token, form *retaliationForm) error {
	if values, ok := ui.Carried(r); ok && form.typed == nil {
		form.typed = contactTyped(values)
	}
	told := toldIn(b.Renderer.Lang(r), form.typed)
	if len(form.names) > 0 || len(told.Named) == 0 {
		return nil
	}
	names, err := b.Dialogue.NamesIn(r.Context(), tok, told)
	form.names = names
	return err
}

// leaveField asks who must not receive it, by what they do and never by name.
func (b *mailbox) leaveField(r *http.Request, page *dialogue.Retaliation, form retaliationForm) ui.Field {
	f := ui.Field{
		Kind: ui.KindChecks, Name: "leave", Label: b.words(r, "watch.leave"), Hint: b.words(r, "watch.leave-hint"), Optional: true,
		Values: form.typed["leave"],
	}
	for _, role := range page.Roles {
		label := role.Label.In(b.Renderer.Lang(r))
		if role.Handled {
			label = b.words(r, "watch.handled", "who", b.roleName(r, role.Team, role.Function))
		}
		f.Options = append(f.Options, ui.Option{Value: role.ID, Label: label})
		if form.typed == nil && role.Out {
			f.Values = append(f.Values, role.ID)
		}
	}
	return f
}

// whoField asks whether name and contact details are taken over.
func (b *mailbox) whoField(r *http.Request, form retaliationForm, wrong []ui.FormError) *ui.Field {
	return &ui.Field{
		Kind: ui.KindRadios, Name: "who", Label: b.words(r, "watch.who"), Hint: b.words(r, "watch.who-hint"), Error: ui.ErrorFor(wrong, "who"),
		Values: []string{question.AsTyped(form.typed, "who")},
		Options: []ui.Option{
			{Value: string(dialogue.WhoSame), Label: b.words(r, "watch.who-same")},
			{Value: string(dialogue.WhoOther), Label: b.words(r, "watch.who-other"), Hint: b.words(r, "watch.who-other-hint")},
		},
	}
}

func (b *mailbox) contactGroups(r *http.Request, m *dialogue.Mailbox, form retaliationForm, wrong []ui.FormError) []contactGroup {
	answers := form.typed
	if answers == nil {
		answers = profile.Answers{}
	}
	if !answers.Given(profile.FieldLanguage) {
		answers = answers.Clone()
		answers[profile.FieldLanguage] = []string{b.Renderer.Lang(r)}
	}
	var list []contactGroup
	for _, s := range b.Dialogue.ContactSteps(m) {
		list = append(list, contactGroup{
			Heading: s.Title.In(b.Renderer.Lang(r)), Intro: question.InOrNone(s.Intro, b.Renderer.Lang(r)),
			Parts: b.stepParts(r, stepView{step: s, answers: answers, errors: wrong}),
		})
	}
	return list
}

// retaliate sends the new complaint and leads to its receipt. Whatever is missing is
// said on the page, with all that was typed.
func (b *mailbox) retaliate(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	s, form := sendingOf(values), retaliationForm{typed: contactTyped(values)}
	form.key = s.Key
	tok, ok := b.pass(r)
	err = dialogue.ErrNoSession
	if ok {
		if err = b.slow(r); err == nil {
			form.names, err = b.Dialogue.Retaliate(r.Context(), tok, b.tokenOrNew(w, r), s, toldIn(b.Renderer.Lang(r), form.typed))
		}
	}
	var refused *dialogue.Refusal
	switch {
	case err == nil && len(form.names) > 0:
		return b.renderRetaliation(w, r, tok, http.StatusUnprocessableEntity, form, b.namesAsked(r, form))
	case err == nil, errors.Is(err, intake.ErrNoReceipt): // sent before, and its code kept
		ui.Redirect(w, r, b.at(r, "/receipt"))
		return nil
	case errors.Is(err, dialogue.ErrNoSession):
		return b.askAgain(w, r, dialogue.Kept{Form: formRetaliation, Number: s.Number, Answers: form.typed}, nil)
	case errors.As(err, &refused):
		return b.renderRetaliation(w, r, tok, http.StatusUnprocessableEntity, form, b.wrongTold(r, refused))
	}
	e, status, ok := b.told(r, "", err)
	if !ok {
		return err
	}
	return b.renderRetaliation(w, r, tok, status, form, []ui.FormError{e})
}

// toldIn reads the form.
func toldIn(lang string, typed profile.Answers) dialogue.Told {
	t := dialogue.Told{Lang: lang, Answers: typed, Who: dialogue.Who(typed.One("who")), Leave: typed["leave"], Named: map[string]string{}, CheckIn: typed.Given(formCheckIn)}
	for key := range typed {
		if id, ok := strings.CutPrefix(key, "named."); ok {
			t.Named[id] = typed.One(key)
		}
	}
	return t
}

// namesAsked is the question about each name that was typed.
func (b *mailbox) namesAsked(r *http.Request, form retaliationForm) []ui.FormError {
	var list []ui.FormError
	for _, m := range form.names {
		if m.Answer != "yes" && m.Answer != "no" {
			list = append(list, ui.FormError{Field: "named." + string(m.Member), Text: b.words(r, "form.names.missing", "name", m.Name)})
		}
	}
	return list
}

func (b *mailbox) wrongTold(r *http.Request, refused *dialogue.Refusal) []ui.FormError {
	list := b.wrongIn(r, refused)
	for i := range list {
		if list[i].Field == "who" {
			list[i].Text = b.words(r, "watch.who-missing")
		}
	}
	return list
}
