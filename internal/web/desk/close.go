package desk

import (
	"errors"
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

type closePage struct {
	Base     string
	Number   string
	Question bool
	Outcomes []ui.Option
	Outcome  string
	Feedback string
	Why      string
	Lang     string
	Langs    []ui.Option
	Was      string
	Revision int64
	Seen     int64
}

func (d *desk) closeShow(w http.ResponseWriter, r *http.Request) error {
	return d.showClose(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showClose(w http.ResponseWriter, r *http.Request, status int, typed *casework.Writing, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := closePage{
		Base: base(r), Number: string(c.Number), Question: c.Question, Seen: c.Seen, Lang: c.Language,
		Outcomes: options(d, r, "common.outcome.", casefile.Outcomes()),
	}
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language-name."+l)})
	}
	for _, dr := range c.Drafts {
		if dr.Kind == casework.DraftOutcome {
			data.Was, data.Revision, data.Seen = string(dr.Kind), dr.Revision, dr.Seen
			data.Outcome, data.Feedback, data.Why, data.Lang = string(dr.Outcome), dr.Feedback, dr.Why, string(dr.Lang)
		}
	}
	if typed != nil {
		data.Outcome, data.Feedback, data.Why, data.Lang = string(typed.Outcome), typed.Feedback, typed.Why, string(typed.Lang)
	}
	p := page(d, r, d.text(r, "desk.close.title"), data)
	p.TitleParts, p.Errors = []string{string(c.Number)}, errs
	return d.Renderer.Render(w, r, status, "desk/close", p)
}

// closeWrite saves what closing needs and goes on to the check page; it closes
// nothing. Without an outcome, or without telling what was done and why, it says so
// beside each field.
func (d *desk) closeWrite(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	writing := casework.Writing{
		Kind: casework.DraftOutcome, Was: casework.DraftOutcome, Revision: integer(f.one("revision")), Seen: integer(f.one("seen")),
		Outcome: casefile.Outcome(f.one("outcome")), Feedback: f.one("feedback"), Why: f.one("why"), Lang: lang.Lang(f.one("lang")),
	}
	if writing.Outcome != "" && !writing.Outcome.Known() {
		writing.Outcome = ""
	}
	writing.Both = f.one("act") == "both"
	if _, err := d.Casework.SaveDraft(r.Context(), actor(r), number(r), writing); err != nil {
		if errors.Is(err, casework.ErrChanged) {
			return d.showConflict(w, r, http.StatusConflict, writing, nil)
		}
		errs, status := d.problems(r, err, "feedback")
		if errs == nil {
			return err
		}
		return d.showClose(w, r, status, &writing, errs)
	}
	switch f.one("act") {
	case "draft":
		ui.Redirect(w, r, base(r))
		return nil
	case "both":
		ui.Redirect(w, r, base(r)+"/close")
		return nil
	}
	_, err = d.Casework.Check(r.Context(), actor(r), number(r), casework.DraftOutcome)
	if errs := d.closeProblems(r, err, writing); errs != nil {
		return d.showClose(w, r, http.StatusUnprocessableEntity, nil, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"/check/"+string(casework.DraftOutcome))
	return nil
}

func (d *desk) closeProblems(r *http.Request, err error, w casework.Writing) []ui.FormError {
	var no *casefile.Refusal
	if !errors.As(err, &no) {
		return nil
	}
	var errs []ui.FormError
	for _, g := range no.Guards {
		switch {
		case g == casefile.GuardOutcome:
			errs = append(errs, ui.FormError{Field: "outcome", Text: d.text(r, "error.guard.outcome")})
		case g == casefile.GuardFeedback && blank(w.Feedback):
			errs = append(errs, ui.FormError{Field: "feedback", Text: d.text(r, "error.feedback-missing")})
			if blank(w.Why) {
				errs = append(errs, ui.FormError{Field: "why", Text: d.text(r, "error.why-missing")})
			}
		case g == casefile.GuardFeedback:
			errs = append(errs, ui.FormError{Field: "why", Text: d.text(r, "error.why-missing")})
		default:
			errs = append(errs, ui.FormError{Text: d.text(r, "error.guard."+string(g))})
		}
	}
	return errs
}

// closingText is what the complainant will read, in the words of the mailbox.
func (d *desk) closingText(dr casework.Draft) string {
	if dr.Outcome == "" {
		return dr.Feedback + "\n\n" + dr.Why
	}
	say := func(key string, args map[string]string) string { return d.Words.Text(string(dr.Lang), key, args) }
	return say("desk.outcome.text", map[string]string{
		"outcome": say("common.outcome."+string(dr.Outcome), nil), "feedback": dr.Feedback, "why": dr.Why,
	})
}
