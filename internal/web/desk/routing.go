package desk

import (
	"errors"
	"net/http"
	"strings"

	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/setup"
	"klankbord/internal/web/ui"
)

const routingPath = "/desk/settings/routing"

// routingPage is where complaints go, who reads them, and what is about to change.
type routingPage struct {
	Waiting string // address of the change that waits for signatures
	Coming  []routingComing
	Change  string
	Stop    bool // what is on its way can be taken back
	Tables  []routingTable
}

// routingTable is a table under a heading of its own; what is behind a fold is seldom needed.
type routingTable struct {
	Title  string
	Folded bool
	Table  ui.Table
}

// routingComing is a change on its way, as pages tell of it.
type routingComing struct {
	When  string
	Moves []routingMove
}

func (d *desk) routingShow(w http.ResponseWriter, r *http.Request) error {
	routes, err := d.Setup.Routes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := routingPage{Coming: d.routingComing(r, routes), Change: routingPath + "/change", Tables: []routingTable{
		d.routesTable(r, "topics", routes.Things, func(x setup.Thing) bool { return x.Part == profile.RoutingTopics && x.On }),
		d.routesTable(r, "options", routes.Things, func(x setup.Thing) bool { return x.Part == profile.RoutingOptions }),
		d.routesTable(r, "off", routes.Things, func(x setup.Thing) bool { return !x.On }),
	}}
	data.Stop = len(routes.Coming) > 0 && routes.Waiting == ""
	if routes.Waiting != "" {
		data.Waiting = setup.ChangePath(routes.Waiting)
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/routing", page(d, r, d.text(r, "settings.routing-title"), data))
}

func (d *desk) routingComing(r *http.Request, routes *setup.Routes) (list []routingComing) {
	for _, c := range routes.Coming {
		date := lang.DateTime(lang.Lang(d.Renderer.Lang(r)), c.From)
		list = append(list, routingComing{d.text(r, "settings.routing-coming", "date", date), d.routingMoves(r, c.Moves)})
	}
	return list
}

func (d *desk) routesTable(r *http.Request, key string, things []setup.Thing, in func(setup.Thing) bool) routingTable {
	t := ui.Table{Caption: d.text(r, "settings.routing-"+key), Stacked: true}
	for _, column := range []string{"thing", "goes", "reads"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "settings.routing-column-"+column)})
	}
	for _, x := range things {
		if !in(x) {
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: x.Of.In(d.Renderer.Lang(r)), Head: true}, {Text: d.goes(r, x)}, {Text: strings.ReplaceAll(d.ways(r, x.Ways), "\n", "; ")},
		}})
	}
	return routingTable{t.Caption, key != "topics", t}
}

// routingChangePage is the form to choose what goes otherwise.
type routingChangePage struct {
	Action, Back string
	Note         string // another change is on its way, and this one comes after
	Groups       []routingGroup
}

// routingGroup is a part of the form; what is behind a fold is seldom needed.
type routingGroup struct {
	Title  string
	Folded bool
	Things []routingThing
}

type routingThing struct {
	Title  string
	Fields []ui.Field
}

func (d *desk) routingEdit(w http.ResponseWriter, r *http.Request) error {
	return d.showRouting(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showRouting(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	routes, err := d.Setup.Routes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := routingChangePage{Action: routingPath + "/change", Back: routingPath}
	if len(routes.Coming) > 0 {
		data.Note = d.text(r, "settings.routing-after")
	}
	on := map[string]bool{}
	for _, x := range routes.Things {
		on[x.Part+x.Group] = x.On
	}
	groups := map[string]*routingGroup{}
	for _, key := range []string{"topics", "options", "off"} {
		groups[key] = &routingGroup{Title: d.text(r, "settings.routing-"+key), Folded: key == "off"}
	}
	last := ""
	for _, x := range routes.Last {
		key := x.Part
		if !on[x.Part+x.Group] {
			key = "off"
		}
		g := groups[key]
		if x.Thing() != last {
			g.Things = append(g.Things, routingThing{Title: x.Of.In(d.Renderer.Lang(r))})
			last = x.Thing()
		}
		f := d.routingField(r, x, typed)
		f.Error = ui.ErrorFor(errs, x.Address)
		g.Folded = g.Folded && f.Error == ""
		at := &g.Things[len(g.Things)-1]
		at.Fields = append(at.Fields, f)
	}
	for _, key := range []string{"topics", "options", "off"} {
		data.Groups = append(data.Groups, *groups[key])
	}
	p := page(d, r, d.text(r, "settings.routing-change-title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/routing_change", p)
}

// routingField asks for what stands at a place.
func (d *desk) routingField(r *http.Request, x setup.Placed, typed form) ui.Field {
	f := ui.Field{Kind: ui.KindSelect, Name: x.Address, Label: d.routingName(r, x.Place), Values: []string{x.Now}, Bare: true}
	if v, sent := typed[x.Address]; sent {
		f.Values = v
	}
	values := x.Options
	if x.Kind == profile.PlaceFlag {
		values = []string{"false", "true"}
	}
	for _, v := range values {
		f.Options = append(f.Options, ui.Option{Value: v, Label: d.routingSaid(r, x.Place, v)})
	}
	return f
}

// routingLookPage shows what a change means before anybody asks for it.
type routingLookPage struct {
	Action, Back string
	From         string
	Moves        []routingMove
	Typed        []routingTyped
}

type routingTyped struct{ Name, Value string }

// routingAsk shows what it would mean, and asks for it once that was seen.
func (d *desk) routingAsk(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for name, values := range f {
		if part, _, _ := strings.Cut(name, "."); len(values) == 1 && (part == profile.RoutingTopics || part == profile.RoutingOptions) {
			typed[name] = values[0]
		}
	}
	if f.one("act") == "stop" {
		routes, err := d.Setup.Routes(r.Context(), actor(r))
		if err != nil {
			return err
		}
		typed = routes.KeepRouting()
	}
	var look *setup.RoutingLook
	if f.one("act") == "ask" {
		var id string
		if id, err = d.Setup.AskRouting(r.Context(), actor(r), typed); err == nil {
			ui.Redirect(w, r, setup.ChangePath(id))
			return nil
		}
	} else {
		look, err = d.Setup.LookAtRouting(r.Context(), actor(r), typed)
	}
	if errs, status := d.routingProblems(r, err); errs != nil {
		return d.showRouting(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	data := routingLookPage{Action: routingPath + "/change", Back: routingPath + "/change", Moves: d.routingMoves(r, look.Moves), From: d.text(r, "settings.routing-from-now")}
	if look.Delayed {
		data.From = d.text(r, "settings.routing-from", "date", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), look.From))
	}
	if f.one("act") == "stop" {
		data.Back = routingPath
	}
	for _, m := range look.Moves {
		for _, x := range m.Places {
			data.Typed = append(data.Typed, routingTyped{x.Address, x.After})
		}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/routing_look", page(d, r, d.text(r, "settings.routing-look-title"), data))
}

// routingProblems says which place makes it so that complaints cannot go as chosen.
func (d *desk) routingProblems(r *http.Request, err error) ([]ui.FormError, int) {
	var no *profile.RoutingRefused
	switch {
	case errors.As(err, &no):
		return []ui.FormError{{Field: no.Address, Text: d.text(r, "settings.routing-problem-"+routingWhy(no.Address))}}, http.StatusUnprocessableEntity
	case errors.Is(err, profile.ErrRouting):
		return []ui.FormError{{Text: d.text(r, "settings.routing-problem")}}, http.StatusUnprocessableEntity
	default:
		return d.problems(r, err, "")
	}
}

// routingWhy names what is wrong by what kind of place it is.
func routingWhy(address string) string {
	switch {
	case strings.HasPrefix(address, profile.RoutingTopics+".") && strings.HasSuffix(address, ".team"):
		return "team"
	case strings.HasPrefix(address, profile.RoutingTopics+".") && strings.HasSuffix(address, ".route"):
		return "route"
	default:
		return "place"
	}
}
