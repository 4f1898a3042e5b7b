package desk

import (
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

type peoplePage struct {
	Done        string // what was done just now
	Table       ui.Table
	Waiting     ui.Table // changes that wait for signatures
	Coming      ui.Table // changes that are signed and hold later
	Recovery    ui.Table
	MayInvite   bool
	Name, Email string
	Lang        string
	Langs       []ui.Option
	Tasks       []ui.Option
	Chosen      []string
	Link        string // of an invitation just made
	Reset       bool   // of a member who enrols again
}

func (d *desk) peopleShow(w http.ResponseWriter, r *http.Request) error {
	data := peoplePage{Lang: d.Renderer.Lang(r)}
	switch r.URL.Query().Get("done") {
	case "signed":
		data.Done = d.text(r, "desk.people.done-signed")
	case "withdrawn":
		data.Done = d.text(r, "desk.people.done-withdrawn")
	case "left":
		data.Done = d.text(r, "desk.leave.done")
	case "handed":
		data.Done = d.text(r, "desk.leave.handed")
	}
	return d.showPeople(w, r, http.StatusOK, data, nil)
}

func (d *desk) showPeople(w http.ResponseWriter, r *http.Request, status int, data peoplePage, errs []ui.FormError) error {
	list, err := d.Setup.People(r.Context(), actor(r))
	if err != nil {
		return err
	}
	all, err := d.Setup.Changes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data.MayInvite, data.Tasks, data.Table = actor(r).Configurator(), d.tasks(r), d.peopleTable(r, list)
	data.Waiting, data.Coming, data.Recovery = d.waitingTable(r, all), d.comingTable(r, all), d.recoveryTable(r, all)
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
			state.Href = setup.ChangePath(c.Invitation)
		}
		if c.Resetting {
			state.Text = d.text(r, "restore.reset-state")
		}
		name := ui.Cell{Text: c.Name, Head: true}
		if c.State == setup.Active {
			name.Href = "/desk/people/member/" + string(c.Member)
		}
		t.Rows = append(t.Rows, ui.Row{Key: c.Email, Name: c.Name, Cells: []ui.Cell{
			name, state, {Text: c.Email}, {At: c.Since}, {Text: strings.Join(d.assignments(r, c.Assignments), "; ")},
		}})
	}
	return t
}

func (d *desk) waitingTable(r *http.Request, all *setup.Changes) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.people.waiting"), Stacked: true}
	for _, key := range []string{"change", "about", "missing"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.people.column-"+key)})
	}
	for _, c := range all.Waiting {
		missing := d.text(r, "desk.change.more-"+strconv.Itoa(min(c.More, 2)))
		if c.MaySign {
			missing = d.text(r, "desk.people.sign")
		}
		if c.Broken {
			missing = d.text(r, "desk.change.broken")
		}
		title := d.changeTitle(r, c.Type)
		t.Rows = append(t.Rows, ui.Row{Name: title, Cells: []ui.Cell{
			{Text: title, Href: setup.ChangePath(c.ID), Head: true}, {Text: c.Person.Name}, {Text: missing},
		}})
	}
	return t
}

func (d *desk) comingTable(r *http.Request, all *setup.Changes) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.people.coming"), Stacked: true}
	for _, key := range []string{"change", "about", "from"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.people.column-"+key)})
	}
	for _, c := range all.Coming {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: d.changeTitle(r, c.Type), Head: true}, {Text: c.Name}, {Text: lang.DateTime(lang.Lang(d.Renderer.Lang(r)), c.From)},
		}})
	}
	return t
}

func (d *desk) recoveryTable(r *http.Request, all *setup.Changes) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.people.recovery"), Stacked: true, Empty: d.text(r, "desk.people.recovery-none")}
	for _, key := range []string{"key", "keepers"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.people.column-"+key)})
	}
	for _, k := range all.Recovery {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: d.text(r, "desk.keepers.title"), Href: "/desk/people/recovery-key/" + k.ID, Head: true},
			{Text: strings.ReplaceAll(d.keepers(r, k), "\n", "; ")},
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
	chosen := assigned(strings.Join(data.Chosen, ";"))
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

// assigned reads what somebody is to do; none where that cannot be read: the use case says
// what is missing.
func assigned(text string) []staff.Assignment {
	list, err := staff.ParseAssignments(text)
	if err != nil {
		return nil
	}
	return list
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
		data.Reset = form(v.Values).one("reset") != ""
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
