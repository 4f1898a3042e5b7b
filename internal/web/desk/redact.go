package desk

import (
	"errors"
	"net/http"
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// removePage removes a passage or a file from a case for good.
type removePage struct {
	casework.Removal
	Base, Number string
	Fields       []ui.Field
	Agreed       []ui.Answer // what was agreed to, or waits
	Found        []ui.Answer // where it stands
	Shown        string
	Direct       bool // no second member has to agree
	Held         bool
	Typed        form
}

// removeShow asks what is to be removed. In another language it looks again for what was
// typed.
func (d *desk) removeShow(w http.ResponseWriter, r *http.Request) error {
	values, ok := ui.Carried(r)
	if f := form(values); ok && f.one("shown") != "" {
		found, err := d.Casework.LookForRemoval(r.Context(), actor(r), number(r), removing(f))
		if err != nil {
			found = nil
		}
		return d.showRemove(w, r, http.StatusOK, form{}, found, nil)
	}
	return d.showRemove(w, r, http.StatusOK, form{}, nil, nil)
}

// removing is what a form asks to be removed.
func removing(f form) casework.Removing {
	what := casework.Removing{Passage: f.one("passage"), Reason: casefile.RedactReason(f.one("reason")), Shown: f.one("shown")}
	if v := f.one("what"); v != "" && v != "passage" {
		what.Passage, what.File = "", v
	}
	return what
}

func (d *desk) showRemove(w http.ResponseWriter, r *http.Request, status int, typed form, found *casework.RemovalView, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := removePage{
		Removal: c.Removal, Base: base(r), Number: string(c.Number), Typed: typed, Held: c.Erasure.Hold != nil,
		Direct: c.Removal.Way == casework.WayReason,
	}
	if v := c.Removal.View; v != nil {
		data.Agreed, data.Shown = d.removalFacts(r, v), v.Shown
	}
	if found != nil {
		data.Found, data.Shown = d.removalFacts(r, found), found.Shown
	}
	data.Fields = d.removeFields(r, c, typed, errs)
	p := page(d, r, d.text(r, "redact.title"), data)
	p.TitleParts, p.Errors, p.Script = []string{data.Number}, errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/remove", p)
}

func (d *desk) removeFields(r *http.Request, c *casework.Case, typed form, errs []ui.FormError) []ui.Field {
	what := ui.Field{
		Kind: ui.KindRadios, Name: "what", Label: d.text(r, "redact.what"), Values: []string{"passage"}, Error: ui.ErrorFor(errs, "what"),
		Options: []ui.Option{{Value: "passage", Label: d.text(r, "redact.what-passage")}},
	}
	for _, f := range filesIn(c) {
		what.Options = append(what.Options, ui.Option{Value: f.ID, Label: d.text(r, "redact.what-file", "name", f.Name)})
	}
	if v := typed.one("what"); v != "" {
		what.Values = []string{v}
	}
	passage := ui.Field{
		Kind: ui.KindArea, Name: "passage", Label: d.text(r, "redact.passage"), Hint: d.text(r, "redact.passage-hint"), Rows: 3, Optional: true,
		Values: typed["passage"], Error: ui.ErrorFor(errs, "passage"), Autocomplete: "off",
	}
	reason := ui.Field{Kind: ui.KindRadios, Name: "reason", Label: d.text(r, "redact.reason"), Values: typed["reason"], Error: ui.ErrorFor(errs, "reason")}
	for _, x := range casefile.RedactReasons() {
		reason.Options = append(reason.Options, ui.Option{Value: string(x), Label: d.text(r, "redact.reason-"+string(x))})
	}
	return []ui.Field{what, passage, reason}
}

// filesIn are the files of a case that are there.
func filesIn(c *casework.Case) (list []casework.File) {
	if c.Story != nil {
		list = append(list, c.Story.Files...)
	}
	for _, it := range c.Timeline {
		list = append(list, it.Files...)
	}
	return slices.DeleteFunc(list, func(f casework.File) bool { return f.Damaged || f.Removed })
}

// removalFacts are what would go, why, and where it stands.
func (d *desk) removalFacts(r *http.Request, v *casework.RemovalView) []ui.Answer {
	if v == nil {
		return []ui.Answer{{Label: d.text(r, "redact.what-goes"), Text: d.text(r, "redact.gone")}}
	}
	what := v.Passage
	if v.File.ID != "" {
		what = d.text(r, "redact.what-file", "name", v.File.Name)
	}
	list := []ui.Answer{{Label: d.text(r, "redact.what-goes"), Text: what}, {Label: d.text(r, "redact.reason"), Text: d.text(r, "redact.reason-"+string(v.Reason))}}
	for _, p := range v.Places {
		label := d.text(r, "common.entry."+string(p.Kind))
		if p.Sheet != "" {
			label += ": " + d.text(r, "work.sheet."+string(p.Sheet))
		}
		key := "redact.stands"
		if p.Stuck {
			key = "redact.stuck"
		}
		list = append(list, ui.Answer{Label: label, Text: d.text(r, key, "n", p.Times, "date", d.date(r, p.At))})
	}
	return list
}

// removedText says that something was removed, and never what.
func (d *desk) removedText(r *http.Request, it casework.Item) string {
	if it.Reason == "" {
		return d.text(r, "redact.event")
	}
	return d.text(r, "redact.event") + ": " + d.text(r, "redact.reason-"+string(it.Reason))
}

// removeAct looks where something stands, asks a second member, or removes it.
func (d *desk) removeAct(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	what := removing(f)
	var found *casework.RemovalView
	did := "removed"
	switch f.one("act") {
	case "remove":
		if found, err = d.lookAgain(r, f, what); err == nil {
			err = d.Casework.Remove(r.Context(), actor(r), number(r), what, d.proof(r, f))
		}
	case "ask":
		did = "asked"
		if found, err = d.lookAgain(r, f, what); err == nil {
			err = d.Casework.AskRemoval(r.Context(), actor(r), number(r), what, f.one("why"))
		}
	default:
		if found, err = d.Casework.LookForRemoval(r.Context(), actor(r), number(r), what); err == nil {
			err = casework.ErrLook
		}
	}
	if errs, status := d.problems(r, err, removeField(err)); errs != nil {
		return d.showRemove(w, r, status, f, found, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, did)
	return nil
}

// lookAgain is what a form is about that is to be shown again; nothing where a request
// says it.
func (d *desk) lookAgain(r *http.Request, f form, what casework.Removing) (*casework.RemovalView, error) {
	if f.one("agreed") != "" {
		return nil, nil //nolint:nilnil // the request is shown
	}
	return d.Casework.LookForRemoval(r.Context(), actor(r), number(r), what)
}

// removeField is the field that a fault is about.
func removeField(err error) string {
	f, _ := fault.As(err)
	switch {
	case f == nil, errors.Is(err, casework.ErrLook):
		return ""
	case f.Key == "redact.no-passage" || f.Key == "redact.nowhere":
		return "passage"
	case f.Key == "error.choose-one":
		return "reason"
	case f.Key == "error.purpose-short" || f.Key == "error.text-too-long" || f.Key == "redact.why-repeats" || f.Key == "error.approval-nobody":
		return "why"
	default:
		return "password"
	}
}
