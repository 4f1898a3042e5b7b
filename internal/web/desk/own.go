package desk

import (
	"net/http"

	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/web/ui"
)

// caseWatch has the member told of what others do in a case, or no longer.
func (d *desk) caseWatch(w http.ResponseWriter, r *http.Request) error {
	f, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	set, what := d.Casework.Watch, "watch"
	if f.one("watch") != "on" {
		set, what = d.Casework.EndWatch, "watch-ended"
	}
	if err := set(r.Context(), actor(r), number(r)); err != nil {
		return err
	}
	done(w, r, what)
	return nil
}

// snoozePage is where a member hides a case from their own lists for a while.
type snoozePage struct {
	Base, Number string
	Now          string // how it stands; empty: it is shown
	Passes       string // that a deadline ends before it is shown again
	Next         string // when the next deadline ends; empty: none runs
	How          string
	On           []string
}

func (d *desk) snoozeShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSnooze(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showSnooze(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := snoozePage{
		Base: base(r), Number: string(c.Number), How: typed.one("how"),
		On: []string{typed.one("until.day"), typed.one("until.month"), typed.one("until.year")},
	}
	data.Now, data.Passes = d.snoozeText(r, c.Snooze)
	if !c.Next.Due.IsZero() {
		data.Next = d.clockPhrase(r, c.Next.Clock)
	}
	p := page(d, r, d.text(r, "together.snooze.title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/snooze", p)
}

// snoozeText says until when a case is hidden, and that a deadline ends before.
func (d *desk) snoozeText(r *http.Request, s casework.Snooze) (now, passes string) {
	switch {
	case !s.On:
		return "", ""
	case s.Until.IsZero():
		now = d.text(r, "together.snooze.writes")
	default:
		now = d.text(r, "together.snooze.until", "date", d.date(r, s.Until.AddDate(0, 0, 1)))
	}
	if !s.Passes.IsZero() {
		passes = d.text(r, "together.snooze.passes", "date", d.date(r, s.Passes))
	}
	return now, passes
}

func (d *desk) snoozeSet(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	wrong := func(field, key string) error {
		return d.showSnooze(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: field, Text: d.text(r, key)}})
	}
	what := "snoozed"
	switch f.one("how") {
	case "end":
		what, err = "snooze-ended", d.Casework.EndSnooze(r.Context(), actor(r), number(r))
	case "writes":
		err = d.Casework.SnoozeUntil(r.Context(), actor(r), number(r), deadline.Date{})
	case "date":
		day, ok := dateOf(f, "until")
		if !ok {
			return wrong("until", "error.date-wrong")
		}
		err = d.Casework.SnoozeUntil(r.Context(), actor(r), number(r), day)
	default:
		return wrong("how", "error.choose-one")
	}
	if errs, status := d.problems(r, err, "until"); errs != nil {
		return d.showSnooze(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, what)
	return nil
}

// wanted lists for what colleagues want this member, as links.
func (d *desk) wanted(r *http.Request) (links []ui.Link, err error) {
	list, err := d.Casework.Wanted(r.Context(), actor(r))
	for _, k := range list {
		to := "/desk/case/" + string(k.Number) + "#e-" + k.What
		if k.Kind == casework.WantCheck {
			to = "/desk/case/" + string(k.Number) + "/reread/" + k.What
		}
		links = append(links, ui.Link{Href: to, Text: d.text(r, "together.wanted."+string(k.Kind), "number", string(k.Number), "date", d.date(r, k.At))})
	}
	return links, err
}
