package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/lang"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// setupPage leads a new desk to its open form: what is done, what is not, and on the same
// page how each step is done.
type setupPage struct {
	Done   string // what was just done
	State  ui.Notice
	Tasks  []ui.Task
	Steps  []setupStep
	Opened bool
}

// setupStep is one step: why it is asked, what there is to look at, and how it is done.
type setupStep struct {
	ID, Title, Why string
	State          ui.Tag
	By             string // who did it and when
	Notes          []string
	Facts          []ui.Answer
	Table          *ui.Table
	Invited        []ui.Answer // names with their links, shown once
	Handing        string      // how they get them
	Links          []ui.Link
	Forms          []setupForm
	Folded         bool // done: to be opened by whoever wants to look
}

// setupForm is the part of the page's form that a button belongs to.
type setupForm struct {
	Action, Button, Lead string
	Value                string      // what the button says, as "confirm"; empty: nothing
	Hidden               []ui.Option // labels are names
	Fields               []ui.Field
	Second               bool // not the button that most need
	Proof                bool // takes a passkey as well
}

// setupView is what the page is made from.
type setupView struct {
	*setup.FirstSteps
	errs  []ui.FormError
	typed form
}

func (d *desk) setupShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSetup(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showSetup(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	f, err := d.Setup.FirstSteps(r.Context(), actor(r))
	if err != nil {
		return err
	}
	v := setupView{f, errs, typed}
	data := setupPage{Opened: f.Opened, State: d.setupState(r, f)}
	if done := r.URL.Query().Get("done"); slices.Contains([]string{"confirmed", "sent", "invited", "opened"}, done) {
		data.Done = d.text(r, "setup.done-"+done)
	}
	for _, s := range setup.Steps() {
		step, err := d.setupStep(r, v, s)
		if err != nil {
			return err
		}
		data.Steps = append(data.Steps, step)
		data.Tasks = append(data.Tasks, ui.Task{Text: step.Title, Href: "#" + step.ID, Hint: step.By, State: step.State})
	}
	p := page(d, r, d.text(r, "setup.title"), data)
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/setup", p)
}

// setupState sums up: open, or what is missing and who can do it.
func (d *desk) setupState(r *http.Request, f *setup.FirstSteps) ui.Notice {
	switch missing := f.Missing(); {
	case f.Opened:
		return ui.Notice{Text: d.text(r, "setup.state-open"), Tone: ui.Good}
	case !f.May:
		return ui.Notice{Text: d.text(r, "setup.state-others", "names", strings.Join(f.Configurators, ", ")), Tone: ui.Info}
	case len(missing) == 0:
		return ui.Notice{Text: d.text(r, "setup.state-ready"), Tone: ui.Info}
	default:
		return ui.Notice{Text: d.text(r, "setup.state-closed", "missing", d.setupNames(r, missing)), Tone: ui.Info}
	}
}

// setupNames are the names of steps, one after another.
func (d *desk) setupNames(r *http.Request, list []setup.Step) string {
	var names []string
	for _, s := range list {
		names = append(names, d.text(r, "setup.step-"+string(s)))
	}
	return strings.Join(names, "; ")
}

func (d *desk) setupStep(r *http.Request, v setupView, s setup.Step) (step setupStep, err error) {
	key := string(s)
	step = setupStep{ID: "s-" + key, Title: d.text(r, "setup.step-"+key), Why: d.text(r, "setup.why-"+key), State: ui.Tag{Text: d.text(r, "setup.tag-not-yet"), Tone: ui.Info}}
	if v.Done(s, d.Offered) {
		step.State, step.Folded = ui.Tag{Text: d.text(r, "setup.tag-done")}, true
	} else if s == setup.StepOpen && len(v.Missing()) > 0 || s == setup.StepMail && !v.MailOut {
		step.State = ui.Tag{Text: d.text(r, "setup.tag-cannot"), Tone: ui.Warn}
	}
	step.By = d.setupBy(r, v, s)
	switch s {
	case setup.StepFirst:
		step.Notes = []string{d.text(r, "setup.first-done")}
	case setup.StepOrganisation:
		step.Facts = d.setupOrganisation(r)
		d.setupChange(r, &step)
		d.setupConfirm(r, v, &step, s, "")
	case setup.StepRecovery:
		d.setupRecovery(r, v, &step)
	case setup.StepMail:
		err = d.setupMail(r, v, &step)
	case setup.StepTopics:
		step.Facts, step.Table = d.setupTopics(r), d.setupDeadlines(r)
		d.setupChange(r, &step)
		d.setupConfirm(r, v, &step, s, "")
	case setup.StepPeople:
		err = d.setupPeople(r, v, &step)
	case setup.StepPages:
		d.setupPages(r, v, &step)
	case setup.StepPractice:
		d.setupPractice(r, v, &step)
	case setup.StepOpen:
		d.setupOpen(r, v, &step)
	}
	return step, err
}

// setupBy says who did a step and when; of one without a date nothing.
func (d *desk) setupBy(r *http.Request, v setupView, s setup.Step) string {
	if !v.Done(s, d.Offered) || len(v.Confirmed[s]) == 0 {
		return ""
	}
	last := v.Confirmed[s][0]
	for _, c := range v.Confirmed[s] {
		if c.At.After(last.At) {
			last = c
		}
	}
	if last.At.IsZero() || last.Name == "" {
		return ""
	}
	return d.text(r, "setup.by", "name", last.Name, "date", d.date(r, last.At))
}

// setupConfirm adds the button by which something is found right, for whoever may and
// while it was not.
func (d *desk) setupConfirm(r *http.Request, v setupView, step *setupStep, s setup.Step, part string) {
	if !v.May || v.Done(s, d.Offered) {
		return
	}
	f := setupForm{Action: "/desk/setup/confirm#" + step.ID, Value: string(s)}
	if part == "" {
		f.Button = d.text(r, "setup.confirm-"+string(s))
	} else {
		f.Button = d.text(r, "setup.confirm-"+string(s), "language", d.text(r, "common.language."+part))
		f.Value += "." + part
	}
	step.Forms = append(step.Forms, f)
}

func (d *desk) setupOrganisation(r *http.Request) []ui.Answer {
	l, o := d.Renderer.Lang(r), d.Casework.Profile.Organisation
	var languages, ways []string
	for _, x := range d.Offered {
		languages = append(languages, d.text(r, "common.language."+x))
	}
	for _, t := range d.Casework.Profile.Teams {
		for _, c := range t.Contacts {
			if c.Placeholder {
				ways = append(ways, t.Name.In(l)+": "+c.Value)
			}
		}
	}
	list := []ui.Answer{
		{Label: d.text(r, "setup.organisation-name"), Text: o.Name.In(l)}, {Label: d.text(r, "setup.organisation-desk"), Text: o.Desk.In(l)},
		{Label: d.text(r, "setup.organisation-address"), Text: o.Address.In(l)}, {Label: d.text(r, "setup.organisation-site"), Text: o.Website},
		{Label: d.text(r, "setup.organisation-languages"), Text: strings.Join(languages, ", ")},
	}
	if len(ways) > 0 {
		list = append(list, ui.Answer{Label: d.text(r, "setup.organisation-placeholders"), Text: strings.Join(ways, "\n")})
	}
	return list
}

// setupTopics are the topics of the form by the team that reads them.
func (d *desk) setupTopics(r *http.Request) []ui.Answer {
	l, p := d.Renderer.Lang(r), d.Casework.Profile
	var list []ui.Answer
	for _, team := range p.Teams {
		for _, route := range team.Routes {
			var names []string
			for _, t := range p.Topics {
				if t.On && t.Route == route {
					names = append(names, t.Label.In(l))
				}
			}
			list = append(list, ui.Answer{
				Label: d.text(r, "setup.topics-route", "route", d.text(r, "common.route."+string(route)), "team", team.Name.In(l)), Text: strings.Join(names, "\n"),
			})
		}
	}
	return list
}

func (d *desk) setupDeadlines(r *http.Request) *ui.Table {
	l := d.Renderer.Lang(r)
	t := &ui.Table{Caption: d.text(r, "setup.deadlines"), Stacked: true}
	for _, key := range []string{"what", "length", "routes", "who"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "setup.deadlines-"+key)})
	}
	for _, c := range d.Casework.Profile.Clocks.Rules {
		var routes []string
		for _, x := range c.Routes {
			routes = append(routes, d.text(r, "common.route."+string(x)))
		}
		who := "target"
		switch {
		case c.Law:
			who = "law"
		case c.Hard:
			who = "promise"
		}
		length := d.text(r, "setup.deadlines-at-once")
		if c.Length > 0 {
			length = d.Words.Plural(l, "setup.unit-"+c.Unit, c.Length, nil)
		}
		t.Rows = append(t.Rows, ui.Row{Name: c.Label.In(l), Cells: []ui.Cell{
			{Text: c.Label.In(l), Head: true}, {Text: length}, {Text: strings.Join(routes, ", ")}, {Text: d.text(r, "setup.deadlines-"+who)},
		}})
	}
	return t
}

// standingSetup says above the cases that the form is closed, what is missing and who can
// do it.
func (d *desk) standingSetup(r *http.Request, a access.Actor) ([]standing, error) {
	if !a.Entry.Active {
		return nil, nil
	}
	if opened, err := d.Setup.Opened(r.Context()); opened || err != nil {
		return nil, err
	}
	f, err := d.Setup.FirstSteps(r.Context(), a)
	if err != nil {
		return nil, err
	}
	text := d.text(r, "setup.standing-ready", "names", strings.Join(f.Configurators, ", "))
	if missing := f.Missing(); len(missing) > 0 {
		text = d.text(r, "setup.standing", "missing", d.setupNames(r, missing), "names", strings.Join(f.Configurators, ", "))
	}
	return []standing{{Text: text, Link: d.text(r, "setup.title"), Href: "/desk/setup"}}, nil
}

// afterEnrolment is where a new member goes once they have kept their recovery code: who
// sets up the desk to the first steps, while the form is closed.
func (d *desk) afterEnrolment(r *http.Request) string {
	a := actor(r)
	if a.Entry.Active && a.Configurator() {
		if opened, err := d.Setup.Opened(r.Context()); err == nil && !opened {
			return "/desk/setup"
		}
	}
	return "/desk"
}

// seatTasks are what somebody can be invited to do in a team.
func (d *desk) seatTasks(r *http.Request, team string) []ui.Option {
	var list []ui.Option
	for _, v := range taskValues() {
		if a, err := staff.ParseAssignments(v); err == nil && string(a[0].Team) == team {
			list = append(list, ui.Option{Value: v, Label: d.assignments(r, a)[0]})
		}
	}
	return list
}

// dated words a moment in the language of the page.
func (d *desk) dated(r *http.Request, s setup.Colleague) string {
	return lang.DateTime(lang.Lang(d.Renderer.Lang(r)), s.Since)
}

// setupChange leads whoever may to where the profile is changed.
func (d *desk) setupChange(r *http.Request, step *setupStep) {
	step.Notes = []string{d.text(r, "setup.change-later")}
	if actor(r).Configurator() {
		step.Links = []ui.Link{{Href: "/desk/settings", Text: d.text(r, "settings.title")}}
	}
}
