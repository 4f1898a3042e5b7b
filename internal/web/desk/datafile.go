package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// dataAlonePage notes a request about data by somebody who has no case.
type dataAlonePage struct {
	ID            string
	Rights, Langs []ui.Option
	On            []string
	Typed         form
}

func (d *desk) dataAloneShow(w http.ResponseWriter, r *http.Request) error {
	return d.showDataAlone(w, r, http.StatusOK, form{"id": {ident.New()}, "lang": {d.Renderer.Lang(r)}}, nil)
}

func (d *desk) showDataAlone(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	if a := actor(r); !a.Handler() || !a.Entry.Active {
		return fault.ErrNotFound
	}
	data := dataAlonePage{ID: typed.one("id"), On: []string{typed.one("on.day"), typed.one("on.month"), typed.one("on.year")}, Typed: typed}
	for _, right := range casefile.DataRights() {
		data.Rights = append(data.Rights, ui.Option{Value: string(right), Label: d.text(r, "common.data-right."+string(right))})
	}
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language-name."+l)})
	}
	p := page(d, r, d.text(r, "desk.data.alone-title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/data-alone", p)
}

// dataAloneNote makes a file of it, and leads to the register that lists it for whoever
// may read it.
func (d *desk) dataAloneNote(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	on, ok := dateOf(f, "on")
	if !ok {
		return d.showDataAlone(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "on", Text: d.text(r, "error.data-on")}})
	}
	l, _ := lang.Parse(f.one("lang"))
	number, err := d.Casework.NoteDataAlone(r.Context(), actor(r), casework.DataAsked{
		ID: f.one("id"), Right: casefile.DataRight(f.one("right")), Who: f.one("who"), On: on, Text: f.one("text"), Lang: l,
		About: d.text(r, "desk.data.alone-about"),
	})
	field := dataField(err)
	if saysKey(err, "error.data-on") {
		field = "on"
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showDataAlone(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/data?noted="+string(number))
	return nil
}
