package desk

import (
	"errors"
	"net/http"

	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// helperPage is the form by which somebody who helped gets a code of their own.
type helperPage struct {
	Base, Number string
	Langs        []ui.Option
	Typed        form
}

// helperAsk asks who helped and whether they want it.
func (d *desk) helperAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showHelper(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showHelper(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := helperPage{Base: base(r), Number: string(c.Number), Typed: typed}
	if typed.one("lang") == "" {
		data.Typed = form{"lang": {d.Renderer.Lang(r)}}
	}
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language-name."+l)})
	}
	p := page(d, r, d.text(r, "desk.helper.title"), data)
	p.TitleParts, p.Errors, p.Script = []string{data.Number}, errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/helper", p)
}

// helperAdd makes the file and leads to the sheet with its code.
func (d *desk) helperAdd(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	l, _ := lang.Parse(f.one("lang"))
	made, err := d.Casework.AddHelper(r.Context(), actor(r), number(r), casework.Helper{
		First: f.one("first_name"), Last: f.one("last_name"), Email: f.one("email"), Phone: f.one("phone"), Lang: l,
		Agreed: f.one("agreed") == "yes", About: d.text(r, "desk.helper.about", "number", r.PathValue("number")),
	}, d.proof(r, f))
	var wrong *casework.HelperRefusal
	if errors.As(err, &wrong) {
		var errs []ui.FormError
		for _, e := range wrong.Errors {
			text := e.In(d.Renderer.Lang(r))
			if e.Field == "agreed" {
				text = d.text(r, "error.helper-agreed")
			}
			errs = append(errs, ui.FormError{Field: e.Field, Text: text})
		}
		return d.showHelper(w, r, http.StatusUnprocessableEntity, f, errs)
	}
	if errs, status := d.problems(r, err, "password"); errs != nil {
		return d.showHelper(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return d.hand(w, r, "/desk/case/"+string(made.Number), made.Code)
}
