package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/fault"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

type peoplePage struct {
	Table       ui.Table
	MayInvite   bool
	Name, Email string
	Lang        string
	Langs       []ui.Option
	Tasks       []ui.Option
	Chosen      []string
	Link        string // of an invitation just made
	Person      setup.Colleague
	Mark        string
	Assigned    []string
	Proof       proofField
}

func (d *desk) peopleShow(w http.ResponseWriter, r *http.Request) error {
	return d.showPeople(w, r, http.StatusOK, peoplePage{Lang: d.Renderer.Lang(r)}, nil)
}

func (d *desk) showPeople(w http.ResponseWriter, r *http.Request, status int, data peoplePage, errs []ui.FormError) error {
	list, err := d.Setup.People(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data.MayInvite, data.Tasks, data.Table = actor(r).Configurator(), d.tasks(r), d.peopleTable(r, list)
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language."+l)})
	}
	p := page(d, r, d.text(r, "desk.people.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/people", p)
}

func (d *desk) peopleTable(r *http.Request, list []setup.Colleague) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.people.title"), Stacked: true, Empty: d.text(r, "desk.people.none")}
	for _, key := range []string{"name", "state", "email", "since", "tasks"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.people.column-"+key)})
	}
	for _, c := range list {
		state := ui.Cell{Text: d.text(r, "desk.people.state-"+c.State)}
		if c.State == setup.Waiting {
			state.Href = "/desk/people/vouch/" + c.Invitation
		}
		t.Rows = append(t.Rows, ui.Row{Key: c.Email, Name: c.Name, Cells: []ui.Cell{
			{Text: c.Name, Head: true}, state, {Text: c.Email}, {At: c.Since}, {Text: strings.Join(d.assignments(r, c.Assignments), "; ")},
		}})
	}
	return t
}

// taskValues are the assignments that can be given, in the form of staff.
func taskValues() []string {
	return []string{
		"handler/supporters-service/", "handler/complaints/", "handler/complaints/integrity-manager", "handler/complaints/hr",
		"handler/alternative/", "handler/alternative/board", "configurator//", "auditor//",
	}
}

func (d *desk) tasks(r *http.Request) []ui.Option {
	var list []ui.Option
	for _, v := range taskValues() {
		if a, err := staff.ParseAssignments(v); err == nil {
			list = append(list, ui.Option{Value: v, Label: d.assignments(r, a)[0]})
		}
	}
	return list
}

func (d *desk) peopleInvite(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := peoplePage{Name: f.one("name"), Email: f.one("email"), Lang: f.one("lang"), Chosen: f["task"]}
	chosen, err := staff.ParseAssignments(strings.Join(data.Chosen, ";"))
	if err != nil {
		chosen = nil // the use case says what is missing
	}
	link, err := d.Setup.Invite(r.Context(), actor(r), setup.Person{
		Name: data.Name, Email: data.Email, Language: data.Lang, Assignments: chosen,
	})
	if errs, status := d.problems(r, err, inviteField(err)); errs != nil {
		return d.showPeople(w, r, status, data, errs)
	}
	if err != nil {
		return err
	}
	if err := d.keep(w, r, keptInvited, map[string][]string{"link": {link}, "name": {data.Name}}); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/people/invited")
	return nil
}

func inviteField(err error) string {
	f, _ := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Key == "error.email-wrong":
		return "email"
	case f.Key == "error.name-missing":
		return "name"
	default:
		return "task"
	}
}

// peopleInvited shows the link once; it is on its way by mail as well.
func (d *desk) peopleInvited(w http.ResponseWriter, r *http.Request) error {
	data := peoplePage{}
	v, ok, err := d.found(r, keptInvited)
	if err != nil {
		return err
	}
	if ok {
		data.Link, data.Name = d.address(r)+form(v.Values).one("link"), form(v.Values).one("name")
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/invited", page(d, r, d.text(r, "desk.invited.title"), data))
}

// address is this site as the browser reached it.
func (d *desk) address(r *http.Request) string {
	if d.Cookies.Secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (d *desk) vouchShow(w http.ResponseWriter, r *http.Request) error {
	return d.showVouch(w, r, http.StatusOK, nil)
}

func (d *desk) showVouch(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	list, err := d.Setup.People(r.Context(), actor(r))
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.State == setup.Waiting && c.Invitation == r.PathValue("invitation") {
			data := peoplePage{Person: c, Mark: spaced(c.Fingerprint), Assigned: d.assignments(r, c.Assignments)}
			if data.Proof, err = d.askProof(r, d.text(r, "desk.vouch.password-hint"), errs); err != nil {
				return err
			}
			p := page(d, r, d.text(r, "desk.vouch.title"), data)
			p.Errors, p.Script = errs, data.Proof.script()
			return d.Renderer.Render(w, r, status, "desk/vouch", p)
		}
	}
	return fault.ErrNotFound
}

func (d *desk) vouchGive(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if f.one("compared") != "yes" {
		missing := []ui.FormError{{Field: "compared", Text: d.text(r, "error.not-compared")}}
		return d.showVouch(w, r, http.StatusUnprocessableEntity, missing)
	}
	err = d.Setup.Vouch(r.Context(), actor(r), r.PathValue("invitation"), d.proof(r, f))
	if errs, status := d.problems(r, err, "password"); errs != nil {
		return d.showVouch(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/people")
	return nil
}
