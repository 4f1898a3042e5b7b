package desk

import (
	"net/http"

	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// senderPage is where a member says who wrote a letter without a sender, or what was tried.
type senderPage struct {
	Base, Number string
	Known, Tried []ui.Field
}

func (d *desk) senderShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSender(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showSender(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	if !c.Nobody { // somebody named them meanwhile
		ui.Redirect(w, r, base(r))
		return nil
	}
	data := senderPage{Base: base(r), Number: string(c.Number)}
	add := func(kind ui.FieldKind, name string) ui.Field {
		return ui.Field{
			Kind: kind, Name: name, Label: d.text(r, "told.sender-"+name), Values: typed[name], Error: ui.ErrorFor(errs, name), Bare: true,
			Rows: 4, Autocomplete: "off", Verbatim: kind == ui.KindEmail,
		}
	}
	data.Known = []ui.Field{
		add(ui.KindText, "first"), add(ui.KindText, "last"), add(ui.KindEmail, "email"), add(ui.KindTel, "phone"), add(ui.KindArea, "post"),
	}
	data.Tried = []ui.Field{add(ui.KindArea, "why")}
	p := page(d, r, d.text(r, "told.sender-title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/sender", p)
}

// senderNote keeps who it is, or what was tried.
func (d *desk) senderNote(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	field, did := "why", "sender-tried"
	if f.one("act") == "tried" {
		err = d.Casework.LeaveUnknown(r.Context(), actor(r), number(r), f.one("why"))
	} else {
		did = "sender-named"
		err = d.Casework.NameSender(r.Context(), actor(r), number(r), casework.Sender{
			First: f.one("first"), Last: f.one("last"), Email: f.one("email"), Phone: f.one("phone"), Post: f.one("post"),
		})
		field = senderField(err)
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showSender(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, did)
	return nil
}

func senderField(err error) string {
	f, _ := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Key == "error.sender-name":
		return "first"
	default:
		return "email"
	}
}
