package desk

import (
	"net/http"
	"strings"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// breachPage notes since when a breach of personal data is known.
type breachPage struct {
	Base, Number string
	Revision     int64
	Known        string // noted before: since then; empty: not yet
	Notified     bool   // the authority was told: nothing about the 72 hours changes any more
	Due          string
	On           []string
	Time, Why    string
	Risk         bool   // it can be decided now that the risk for people is high
	Danger       string // why it is; as it was typed
	Told         string // decided before: until when the people are told
}

func (d *desk) breachShow(w http.ResponseWriter, r *http.Request) error {
	return d.showBreach(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showBreach(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	if !c.State.Open() {
		return fault.ErrNotFound
	}
	l := lang.Lang(d.Renderer.Lang(r))
	data := breachPage{
		Base: base(r), Number: string(c.Number), Revision: c.Revision, Time: typed.one("time"), Why: typed.one("why"),
		On: []string{typed.one("on.day"), typed.one("on.month"), typed.one("on.year")},
	}
	for _, k := range c.Clocks {
		switch k.Kind {
		case deadline.KindBreachNotice:
			data.Known, data.Due, data.Notified = lang.DateTime(l, k.Start), lang.DateTime(l, k.Due), !k.Open()
		case deadline.KindBreachPersons:
			data.Told = lang.DateTime(l, k.Due)
		default: // has nothing to do with it
		}
	}
	data.Risk, data.Danger = data.Known != "" && data.Told == "", typed.one("danger")
	p := page(d, r, d.text(r, "desk.breach.title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/breach", p)
}

// breachNote starts the 72 hours.
func (d *desk) breachNote(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	known, wrong := d.minuteOf(r, f)
	if wrong != nil {
		return d.showBreach(w, r, http.StatusUnprocessableEntity, f, wrong)
	}
	field := "on"
	if blank(f.one("why")) {
		field = "why"
	}
	err = d.Casework.NoteBreach(r.Context(), actor(r), number(r), casework.BreachNote{
		Known: known, Why: f.one("why"), Revision: integer(f.one("revision")),
	})
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showBreach(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "breach")
	return nil
}

// minuteOf reads a date and a time of day in Belgium. A time that does not exist there,
// in the night on which summer time begins, is none.
func (d *desk) minuteOf(r *http.Request, f form) (time.Time, []ui.FormError) {
	day, ok := dateOf(f, "on")
	if !ok {
		return time.Time{}, []ui.FormError{{Field: "on", Text: d.text(r, "error.date-wrong")}}
	}
	typed := strings.NewReplacer(".", ":", "h", ":", "u", ":", " ", "").Replace(strings.ToLower(strings.TrimSpace(f.one("time"))))
	clock, err := time.Parse("15:04", typed)
	at := time.Date(day.Year, day.Month, day.Day, clock.Hour(), clock.Minute(), 0, 0, lang.Brussels())
	if err != nil || at.Hour() != clock.Hour() || at.Minute() != clock.Minute() {
		return time.Time{}, []ui.FormError{{Field: "time", Text: d.text(r, "error.time-wrong")}}
	}
	return at, nil
}

// breachRisk starts the time in which the people are told.
func (d *desk) breachRisk(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	err = d.Casework.NoteRisk(r.Context(), actor(r), number(r), casework.RiskNote{Why: f.one("danger"), Revision: integer(f.one("revision"))})
	if errs, status := d.problems(r, err, "danger"); errs != nil {
		return d.showBreach(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "risk")
	return nil
}
