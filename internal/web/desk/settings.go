package desk

import (
	"net/http"
	"slices"
	"strconv"

	"klankbord/internal/configure"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// settingsParts are the parts of the configuration in the order of the pages.
func settingsParts() []string { return append(profile.PartNames(), "words") }

// settingsAll stands in addresses for the one group of a part that has no others.
const settingsAll = "all"

// settingsPage lists the parts of the configuration.
type settingsPage struct {
	Done    string
	Parts   ui.Table
	Texts   ui.Table // how far each language is
	Behind  []ui.Link
	History *ui.Link
	Routing settingsRouting
}

// settingsRouting leads to where complaints go, and says what is about to change there.
type settingsRouting struct {
	Href    string
	Coming  []string
	Waiting bool
}

func (d *desk) settingsShow(w http.ResponseWriter, r *http.Request) error {
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	history, err := d.Settings.History(r.Context(), actor(r))
	if err != nil {
		return err
	}
	places, err := d.Settings.Places(now.Changes)
	if err != nil {
		return err
	}
	data := settingsPage{
		Parts: d.partsTable(r, places, history), Texts: d.textsTable(r, places, now.Changes), Behind: d.behind(r, places, now.Changes),
	}
	routes, err := d.Setup.Routes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data.Routing = settingsRouting{Href: routingPath, Waiting: routes.Waiting != ""}
	for _, c := range d.routingComing(r, routes) {
		data.Routing.Coming = append(data.Routing.Coming, c.When)
	}
	if len(history) > 0 {
		data.History = &ui.Link{Href: "/desk/settings/history", Text: d.Words.Plural(d.Renderer.Lang(r), "settings.history-link", len(history), nil)}
	}
	switch r.URL.Query().Get("done") {
	case "saved":
		data.Done = d.text(r, "settings.done-saved")
	case "back":
		data.Done = d.text(r, "settings.done-back")
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/settings", page(d, r, d.text(r, "settings.title"), data))
}

// partsTable says of each part what it is, and who changed it last.
func (d *desk) partsTable(r *http.Request, places []profile.Place, history []configure.Entry) ui.Table {
	t := ui.Table{Caption: d.text(r, "settings.parts"), Stacked: true}
	for _, key := range []string{"part", "about", "last"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "settings.column-"+key)})
	}
	partOf := map[string]string{}
	for _, x := range places {
		partOf[x.Address] = x.Part
	}
	for _, part := range settingsParts() {
		last := d.text(r, "settings.never")
		i := slices.IndexFunc(history, func(e configure.Entry) bool {
			return slices.ContainsFunc(e.Differs, func(a string) bool { return partOf[a] == part })
		})
		if i >= 0 {
			last = d.text(r, "settings.last", "when", d.when(r, history[i].Made), "who", d.configurator(r, history[i].By))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: d.text(r, "settings.part-"+part), Href: "/desk/settings/" + part, Head: true}, {Text: d.text(r, "settings.about-"+part)}, {Text: last},
		}})
	}
	return t
}

// configurator is who made a version.
func (d *desk) configurator(r *http.Request, name string) string {
	if name == "" {
		return d.text(r, "settings.operator")
	}
	return name
}

func (d *desk) textsTable(r *http.Request, places []profile.Place, changes profile.Changes) ui.Table {
	t := ui.Table{Caption: d.text(r, "settings.texts"), Stacked: true}
	for _, key := range []string{"language", "whole", "behind"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "settings.column-"+key), Number: key != "language"})
	}
	behind, all := configure.Behind(places, changes), 0
	for _, x := range places {
		if len(x.Inputs()) > 1 {
			all++
		}
	}
	for _, l := range profile.Languages() {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: d.text(r, "common.language."+l), Head: true}, {Text: strconv.Itoa((all-len(behind[l]))*100/max(all, 1)) + " %"}, {Text: strconv.Itoa(len(behind[l]))},
		}})
	}
	return t
}

// behind leads to the texts that were changed in some languages only.
func (d *desk) behind(r *http.Request, places []profile.Place, changes profile.Changes) (list []ui.Link) {
	seen := map[string]bool{}
	for _, l := range profile.Languages() {
		for _, x := range configure.Behind(places, changes)[l] {
			if href := groupHref(x.Part, x.Group) + "#" + ui.ID(x.Address); !seen[href] {
				seen[href] = true
				list = append(list, ui.Link{Href: href, Text: d.placeWords(r, x)})
			}
		}
	}
	return list
}

// placeWords names a place wherever it stands: its part, its thing and what it is of it.
func (d *desk) placeWords(r *http.Request, x profile.Place) string {
	s := d.text(r, "settings.part-"+x.Part)
	if thing := d.thing(r, x); thing != "" {
		s += " – " + thing
	}
	return s + " – " + d.placeName(r, x)
}

// placeName is what a place is of its thing. Texts of the program have no name but their key.
func (d *desk) placeName(r *http.Request, x profile.Place) string {
	if x.Part == "words" || x.Group == "messages" {
		return x.Name
	}
	return d.text(r, "settings.place-"+x.Name)
}

func groupHref(part, group string) string {
	if group == "" {
		group = settingsAll
	}
	return "/desk/settings/" + part + "/" + group
}

// settingsPartPage lists the groups of a part.
type settingsPartPage struct {
	About  string
	Areas  []ui.Link
	Lists  []ui.Link // where something can be added
	Groups ui.Table
}

// settingsPart leads to the groups of a part, or to its one group.
func (d *desk) settingsPart(w http.ResponseWriter, r *http.Request) error {
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	part := r.PathValue("part")
	if !slices.Contains(settingsParts(), part) {
		return fault.ErrNotFound
	}
	places, err := d.Settings.Places(now.Changes)
	if err != nil {
		return err
	}
	places = slices.DeleteFunc(places, func(x profile.Place) bool { return x.Part != part })
	if part != "words" && places[0].Group == "" {
		ui.Redirect(w, r, groupHref(part, ""))
		return nil
	}
	data := settingsPartPage{About: d.text(r, "settings.about-"+part)}
	if part == "words" {
		area := r.URL.Query().Get("area")
		if !slices.Contains(configure.WordAreas(), area) {
			area = "mail"
		}
		for _, a := range configure.WordAreas() {
			data.Areas = append(data.Areas, ui.Link{Href: "/desk/settings/words?area=" + a, Text: d.text(r, "settings.area-"+a), Current: a == area})
		}
		places = slices.DeleteFunc(places, func(x profile.Place) bool { return configure.AreaOf(x.Name) != area })
	}
	data.Lists = d.listLinks(r, now.Profile, part, "")
	data.Groups = d.groupsTable(r, places, now.Changes)
	return d.Renderer.Render(w, r, http.StatusOK, "desk/settings_part", page(d, r, d.text(r, "settings.part-"+part), data))
}

func (d *desk) groupsTable(r *http.Request, places []profile.Place, changes profile.Changes) ui.Table {
	t := ui.Table{Caption: d.text(r, "settings.groups"), Stacked: true}
	for _, key := range []string{"group", "changed"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "settings.column-"+key)})
	}
	changed := map[string]int{}
	for _, x := range places {
		if changes[x.Address] != nil {
			changed[x.Group]++
		}
	}
	seen := map[string]bool{}
	for _, x := range places {
		if seen[x.Group] {
			continue
		}
		seen[x.Group] = true
		said := ""
		if n := changed[x.Group]; n > 0 {
			said = d.Words.Plural(d.Renderer.Lang(r), "settings.changed", n, nil)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: d.groupName(r, x), Href: groupHref(x.Part, x.Group), Head: true}, {Text: said}}})
	}
	return t
}

// groupName is what a group is called, by the first of its places.
func (d *desk) groupName(r *http.Request, x profile.Place) string {
	switch {
	case x.Part == "words":
		return shorten(x.Typed(d.Renderer.Lang(r)))
	case x.Part == "notices", x.Part == "topics" && x.Group == "order", x.Part == "organisation":
		return d.text(r, "settings.group-"+x.Group)
	default:
		return x.Of.In(d.Renderer.Lang(r))
	}
}

// shorten keeps the beginning of a text.
func shorten(s string) string {
	const most = 90
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
