package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// agreement is how far a second member's agreement to a decision is.
type agreement struct {
	State   ui.Notice
	Request *ui.Link // that waits, or was answered
	Ask     *ui.Field
	Action  string
}

func (d *desk) agreement(r *http.Request, c *casework.Case, typed form, errs []ui.FormError) *agreement {
	a := &agreement{State: ui.Notice{Tone: ui.Info, Text: d.text(r, "work.agree-none")}, Action: base(r) + "/records/decision/agree"}
	at := c.Decided
	if at.Request != "" {
		a.Request = &ui.Link{Href: base(r) + "/request/" + at.Request, Text: d.text(r, "work.agree-see")}
	}
	switch {
	case at.By.ID != "":
		a.State = ui.Notice{Tone: ui.Good, Text: d.text(r, "work.agree-given", "name", at.By.Name)}
		return a
	case at.Alone:
		a.State.Text = d.text(r, "work.agree-alone")
		return a
	case at.Request != "" && waits(c, at.Request):
		a.State.Text = d.text(r, "work.agree-waits")
		return a
	}
	a.Ask = &ui.Field{
		Kind: ui.KindArea, Name: "reason", Label: d.text(r, "work.agree-reason"), Hint: d.text(r, "work.agree-hint"), Rows: 3,
		Values: []string{typed.one("reason")}, Error: ui.ErrorFor(errs, "reason"),
	}
	return a
}

func waits(c *casework.Case, request string) bool {
	for _, a := range c.Requests {
		if a.ID == request {
			return a.State == casework.RequestWaiting
		}
	}
	return false
}

// decisionAsk asks the others on a case to agree to the decision as it stands.
func (d *desk) decisionAsk(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	r.SetPathValue("sheet", string(casefile.SheetDecision))
	form, _ := casefile.FormOf(casefile.SheetDecision)
	answers, _ := d.sheetAnswers(r, form, f)
	err = d.Casework.AskAgreement(r.Context(), actor(r), number(r), casework.Filling{Version: f.one("version"), Answers: answers}, f.one("reason"))
	if errs, status := d.problems(r, err, "reason"); errs != nil {
		return d.showSheet(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "asked")
	return nil
}

// recordAnswers are what a record holds, under the questions of its sheet.
func (d *desk) recordAnswers(r *http.Request, k casefile.Record) []ui.Answer {
	form, _ := casefile.FormOf(k.Sheet)
	var list []ui.Answer
	for _, x := range form.Fields {
		values := k.Fields[x.ID]
		if len(values) == 0 {
			continue
		}
		list = append(list, ui.Answer{Label: d.text(r, "work.field."+string(k.Sheet)+"."+x.ID), Text: d.shown(r, k.Sheet, x, values)})
	}
	return list
}
