package desk

import (
	"net/http"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// absencePage is when a member is away, and who stands in.
type absencePage struct {
	May      []ui.Option
	Deputy   string
	From, To []string
}

// awayText says that somebody is away, and who stands in; empty where they are not.
func (d *desk) awayText(r *http.Request, name string, a casework.Away) string {
	switch {
	case a.To.IsZero():
		return ""
	case a.Deputy.Name == "":
		return d.text(r, "desk.absence.away", "name", name, "date", d.date(r, a.To))
	default:
		return d.text(r, "desk.absence.away-deputy", "name", name, "date", d.date(r, a.To), "deputy", a.Deputy.Name)
	}
}

// absenceNotice is what the profile page says about it.
func (d *desk) absenceNotice(r *http.Request, a casework.Away) string {
	switch {
	case !a.To.IsZero() && a.Deputy.Name != "":
		return d.text(r, "desk.absence.set-deputy", "from", d.date(r, a.From), "to", d.date(r, a.To), "deputy", a.Deputy.Name)
	case !a.To.IsZero():
		return d.text(r, "desk.absence.set", "from", d.date(r, a.From), "to", d.date(r, a.To))
	case a.Deputy.Name != "":
		return d.text(r, "desk.absence.only-deputy", "deputy", a.Deputy.Name)
	default:
		return d.text(r, "desk.absence.none")
	}
}

func (d *desk) absenceShow(w http.ResponseWriter, r *http.Request) error {
	return d.showAbsence(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showAbsence(w http.ResponseWriter, r *http.Request, status int, typed *absencePage, errs []ui.FormError) error {
	a, err := d.Casework.Absence(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := absencePage{Deputy: string(a.Deputy.ID), From: dayParts(a.From), To: dayParts(a.To)}
	if typed != nil {
		data = *typed
	}
	data.May = []ui.Option{{Label: d.text(r, "desk.nobody")}}
	for _, p := range a.May {
		data.May = append(data.May, ui.Option{Value: string(p.ID), Label: p.Name})
	}
	p := page(d, r, d.text(r, "desk.absence.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/absence", p)
}

// dayParts are the parts of a date as they are typed.
func dayParts(t time.Time) []string {
	if t.IsZero() {
		return nil
	}
	t = t.In(lang.Brussels())
	return []string{t.Format("2"), t.Format("1"), t.Format("2006")}
}

func (d *desk) absenceSave(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	leave := casework.Leave{Deputy: staff.ID(f.one("deputy"))}
	typed := &absencePage{
		Deputy: f.one("deputy"), From: []string{f.one("from.day"), f.one("from.month"), f.one("from.year")},
		To: []string{f.one("to.day"), f.one("to.month"), f.one("to.year")},
	}
	for name, day := range map[string]*deadline.Date{"from": &leave.From, "to": &leave.To} {
		empty := blank(f.one(name+".day")) && blank(f.one(name+".month")) && blank(f.one(name+".year"))
		var ok bool
		if *day, ok = dateOf(f, name); !ok && !empty {
			return d.showAbsence(w, r, http.StatusUnprocessableEntity, typed, []ui.FormError{{Field: name, Text: d.text(r, "error.date-wrong")}})
		}
		if empty {
			*day = deadline.Date{}
		}
	}
	err = d.Casework.SetAbsence(r.Context(), actor(r), leave)
	field := "to"
	if saysKey(err, "error.deputy-choice") {
		field = "deputy"
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showAbsence(w, r, status, typed, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, profileAfter("absence"))
	return nil
}
