package desk

import (
	"net/http"
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// movePage hands a case to the team of another route.
type movePage struct {
	Base, Number string
	Revision     int64
	Routes       []ui.Option // where it may go; chosen first
	Route        string
	Team         string
	Gain, Lose   []string
	Asked        []ui.Field // whose name stands in the complaint: is it about them?
	Apart        bool
	Initial      bool
	Leaving      bool // the member who hands it over loses it too
	Why          string
}

func saysKey(err error, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Key == key
}

// moveAsk asks where to, and then shows what that brings.
func (d *desk) moveAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showMove(w, r, http.StatusOK, r.URL.Query().Get("route"), form{}, nil)
}

func (d *desk) showMove(w http.ResponseWriter, r *http.Request, status int, route string, typed form, errs []ui.FormError) error {
	p, err := d.Casework.Readers(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := movePage{Base: base(r), Number: string(p.Number), Revision: p.Revision, Why: typed.one("why")}
	for _, to := range p.Routes {
		data.Routes = append(data.Routes, ui.Option{
			Value: string(to), Label: d.text(r, "common.route."+string(to)), Hint: d.text(r, "desk.move.hint-"+string(to)),
		})
	}
	if slices.Contains(p.Routes, casefile.Route(route)) {
		m, err := d.Casework.PreviewMove(r.Context(), actor(r), number(r), casefile.Route(route))
		if err != nil {
			return err
		}
		d.fillMove(r, &data, m, typed, errs)
	}
	shown := page(d, r, d.text(r, "desk.move.title"), data)
	if data.Route != "" {
		shown.Path = base(r) + "/access/move?route=" + data.Route
	}
	shown.TitleParts, shown.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/move", shown)
}

func (d *desk) fillMove(r *http.Request, data *movePage, m *casework.MoveView, typed form, errs []ui.FormError) {
	data.Route, data.Team = string(m.To.Route), d.text(r, "common.team."+string(m.To.Team))
	data.Apart, data.Initial = m.Apart, m.Initial
	for _, p := range m.Gain {
		data.Gain = append(data.Gain, p.Name)
	}
	for _, p := range m.Lose {
		data.Lose = append(data.Lose, p.Name)
		data.Leaving = data.Leaving || p.ID == actor(r).Member
	}
	for _, p := range m.Asked {
		name := "about." + string(p.ID)
		f := ui.Field{
			Kind: ui.KindRadios, Name: name, Label: d.text(r, "desk.move.about", "name", p.Name), Values: []string{typed.one(name)},
			Options: []ui.Option{{Value: "no", Label: d.text(r, "desk.move.about-no")}, {Value: "yes", Label: d.text(r, "desk.move.about-yes", "name", p.Name)}},
		}
		for _, e := range errs {
			if e.Field == name {
				f.Error = e.Text
			}
		}
		data.Asked = append(data.Asked, f)
	}
}

// moveGive hands the case over as it was shown.
func (d *desk) moveGive(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	route := r.URL.Query().Get("route")
	moving := casework.Moving{
		Route: casefile.Route(route), Why: f.one("why"), Answers: map[staff.ID]string{}, Revision: integer(f.one("revision")),
	}
	m, err := d.Casework.PreviewMove(r.Context(), actor(r), number(r), moving.Route)
	if errs, status := d.problems(r, err, "route"); errs != nil {
		return d.showMove(w, r, status, "", f, errs)
	}
	if err != nil {
		return err
	}
	var missing []ui.FormError
	for _, p := range m.Asked {
		name := "about." + string(p.ID)
		moving.Answers[p.ID] = f.one(name)
		if answer := f.one(name); answer != "yes" && answer != "no" {
			missing = append(missing, ui.FormError{Field: name, Text: d.text(r, "error.choose-one")})
		}
	}
	if missing != nil {
		return d.showMove(w, r, http.StatusUnprocessableEntity, route, f, missing)
	}
	err = d.Casework.Move(r.Context(), actor(r), number(r), moving)
	if errs, status := d.problems(r, err, "why"); errs != nil {
		return d.showMove(w, r, status, route, f, errs)
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(m.Lose, func(p casework.Person) bool { return p.ID == actor(r).Member }) {
		ui.Redirect(w, r, "/desk?done=moved")
		return nil
	}
	ui.Redirect(w, r, base(r)+"?done=moved#main")
	return nil
}
