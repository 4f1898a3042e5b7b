package desk

import (
	"net/http"
	"net/url"
	"strconv"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// filterOf reads which list an address asks for.
func filterOf(q url.Values) casework.Filter {
	number, _ := strconv.Atoi(q.Get("page"))
	return casework.Filter{
		View: casework.View(q.Get("view")), Route: casefile.Route(q.Get("route")), State: casefile.State(q.Get("state")),
		Topic: q.Get("topic"), Tag: q.Get("tag"), Severity: severity(q.Get("severity")), Page: number,
	}
}

// listQuery is the address of a list, without its page.
func listQuery(f casework.Filter) url.Values {
	q := url.Values{"view": {string(f.View)}}
	for key, v := range map[string]string{
		"route": string(f.Route), "topic": f.Topic, "tag": f.Tag, "state": string(f.State), "severity": chosenSeverity(f.Severity),
	} {
		if v != "" {
			q.Set(key, v)
		}
	}
	return q
}

// savedLists puts the lists that have a name beside the list that is shown.
func (d *desk) savedLists(r *http.Request, data *inboxPage, in *casework.Inbox) error {
	if in.NoCases {
		return nil
	}
	list, err := d.Casework.SavedLists(r.Context(), actor(r))
	here := "/desk?" + listQuery(in.Filter).Encode()
	for _, s := range list {
		href := "/desk?" + listQuery(s.Filter).Encode()
		data.Saved = append(data.Saved, ui.Link{Href: href, Text: s.Name, Current: href == here})
	}
	data.Save = "/desk/lists?" + listQuery(in.Filter).Encode()
	return err
}

// savedPage lists what a member saved and keeps the list from which they came.
type savedPage struct {
	Lists  []savedRow
	Fields []savedField // of the list that would be saved
	What   []ui.Answer
	Name   string
	Whose  string
	Done   string
}

type savedRow struct {
	ID, Name, Href string
	Shared, Mine   bool
}

type savedField struct{ Name, Value string }

func (d *desk) savedShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSaved(w, r, http.StatusOK, form(r.URL.Query()), nil)
}

func (d *desk) showSaved(w http.ResponseWriter, r *http.Request, status int, f form, errs []ui.FormError) error {
	list, err := d.Casework.SavedLists(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := savedPage{Name: f.one("name"), Whose: f.one("whose")}
	if what := f.one("done"); what == "saved" || what == "removed" {
		data.Done = d.text(r, "together.saved.done-"+what)
	}
	for _, s := range list {
		data.Lists = append(data.Lists, savedRow{s.ID, s.Name, "/desk?" + listQuery(s.Filter).Encode(), s.Shared, s.Mine})
	}
	filter := filterOf(url.Values(f))
	path := "/desk/lists"
	if filter.View != "" {
		q := listQuery(filter)
		path += "?" + q.Encode()
		for _, name := range []string{"view", "route", "topic", "state", "severity", "tag"} {
			if v := q.Get(name); v != "" {
				data.Fields = append(data.Fields, savedField{name, v})
				data.What = append(data.What, ui.Answer{Label: d.text(r, "together.saved.field-"+name), Text: d.filterWord(r, name, v)})
			}
		}
	}
	p := page(d, r, d.text(r, "together.saved.title"), data)
	p.Path, p.Errors = path, errs
	return d.Renderer.Render(w, r, status, "desk/lists", p)
}

// filterWord is one part of a filter in words; what is not known stays as it came.
func (d *desk) filterWord(r *http.Request, name, v string) string {
	switch name {
	case "view":
		for _, known := range casework.Views() {
			if string(known) == v {
				return d.text(r, "desk.view."+v)
			}
		}
	case "route":
		for _, known := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
			if string(known) == v {
				return d.text(r, "common.route."+v)
			}
		}
	case "state":
		for _, known := range casefile.States() {
			if string(known) == v {
				return d.text(r, "common.state."+v)
			}
		}
	case "severity":
		return d.text(r, "work.severity."+v)
	case "topic":
		return topicNames(d.topicsOf([]string{v}), d.Renderer.Lang(r), v)
	}
	return v
}

// savedSet saves a list under a name, or removes one.
func (d *desk) savedSet(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if id := f.one("remove"); id != "" {
		if err := d.Casework.RemoveList(r.Context(), actor(r), id); err != nil {
			return err
		}
		ui.Redirect(w, r, "/desk/lists?done=removed")
		return nil
	}
	err = d.Casework.SaveList(r.Context(), actor(r), casework.Saved{
		Name: f.one("name"), Filter: filterOf(url.Values(f)), Shared: f.one("whose") == "shared",
	})
	if errs, status := d.problems(r, err, "name"); errs != nil {
		return d.showSaved(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/lists?done=saved")
	return nil
}
