package desk

import (
	"net/http"
	"slices"
	"strconv"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// practicePage is where a member makes up complaints to practise on, one on each route.
type practicePage struct {
	Done string // what was just done; empty: nothing
	Ends string
	Made []practiceMade
	Free []ui.Option // routes on which there is none
}

// practiceMade is a complaint that is there.
type practiceMade struct {
	ID, Route, Title, Until string
	Open                    string // where it is
	Steps                   []practiceStep
}

// practiceStep is something that a real case asks for as well.
type practiceStep struct {
	Text, Href string
	State      ui.Tag
}

func (d *desk) practiceShow(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Casework.Practices(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := practicePage{Ends: d.text(r, "practice.ends", "days", strconv.Itoa(casework.PracticeDays))}
	if r.URL.Query().Get("done") == "ended" {
		data.Done = d.text(r, "practice.ended")
	}
	has := map[casefile.Route]bool{}
	for _, p := range list {
		has[p.Route] = true
		data.Made = append(data.Made, d.practiceMade(r, p))
	}
	for _, route := range d.Casework.PracticeRoutes() {
		if !has[route] {
			data.Free = append(data.Free, ui.Option{Value: string(route), Label: d.text(r, "practice.begin-on", "route", d.text(r, "common.route."+string(route)))})
		}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/practice", page(d, r, d.text(r, "practice.title"), data))
}

func (d *desk) practiceMade(r *http.Request, p casework.Practice) practiceMade {
	m := practiceMade{
		ID: "made-" + string(p.Route), Route: string(p.Route), Title: d.text(r, "common.route."+string(p.Route)), Open: "/desk/case/" + string(p.Number),
		Until: d.text(r, "practice.until", "number", string(p.Number), "until", d.date(r, p.Ends)),
	}
	for _, s := range p.Steps {
		step := practiceStep{Text: d.text(r, "practice.step-"+s.Key), Href: m.Open + s.To, State: ui.Tag{Text: d.text(r, "practice.not-yet")}}
		if s.Done {
			step.State = ui.Tag{Text: d.text(r, "practice.done"), Tone: ui.Good}
		}
		m.Steps = append(m.Steps, step)
	}
	return m
}

// practiceBegin makes a complaint up on the route that was asked for, in the language in
// which the member reads.
func (d *desk) practiceBegin(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	route, about := casefile.Route(f.one("route")), casefile.Privacy
	if slices.Contains(d.Casework.PracticeRoutes(), route) {
		about = route
	}
	n, err := d.Casework.Practise(r.Context(), actor(r), casework.PracticeStory{
		Route: route, Subject: d.text(r, "practice.subject-"+string(about)), Text: d.text(r, "practice.text-"+string(about)),
		First: d.text(r, "practice.story-first"), Last: d.text(r, "practice.story-last"),
	})
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/case/"+string(n))
	return nil
}

// practiceEnd throws away what was made up on a route.
func (d *desk) practiceEnd(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if err := d.Casework.EndPractice(r.Context(), actor(r), casefile.Route(f.one("route"))); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/practice?done=ended")
	return nil
}

// sayPractice says above every page of a made-up complaint, and in its title, that it is
// one.
func (d *desk) sayPractice(r *http.Request, a access.Actor, title *string, user *ui.User) {
	n := number(r)
	if n == "" {
		return
	}
	until, err := d.Casework.Practising(r.Context(), a, n)
	if err != nil {
		d.Renderer.Failed(r, err) // the page itself could be read: it is shown all the same
	}
	if until.IsZero() {
		return
	}
	*title = d.text(r, "practice.word") + ": " + *title
	user.Warnings = append([]ui.Warning{{
		Tone: ui.Info, Title: d.text(r, "practice.banner-title", "number", string(n)),
		Text: d.text(r, "practice.banner", "until", d.date(r, until)),
		Link: ui.Link{Href: "/desk/practice", Text: d.text(r, "practice.banner-link")},
	}}, user.Warnings...)
}
