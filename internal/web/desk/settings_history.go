package desk

import (
	"net/http"
	"slices"
	"strconv"

	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// settingsDiff is what changed at one place.
type settingsDiff struct {
	Place string
	Lines []settingsLine
}

// settingsLine is what stood there and what stands there, in one language or for all.
type settingsLine struct{ Lang, Name, Before, After string }

func (d *desk) historyShow(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Settings.History(r.Context(), actor(r))
	if err != nil {
		return err
	}
	t := ui.Table{Caption: d.text(r, "settings.history"), Stacked: true, Empty: d.text(r, "settings.history-none")}
	for _, key := range []string{"version", "when", "who", "why", "places"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "settings.column-"+key)})
	}
	for _, e := range list {
		n := strconv.FormatInt(e.Number, 10)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: d.text(r, "settings.version", "n", n), Href: "/desk/settings/history/" + n, Head: true}, {Text: d.when(r, e.Made)}, {Text: d.configurator(r, e.By)}, {Text: e.Why},
			{Text: strconv.Itoa(len(e.Differs))},
		}})
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/settings_history", page(d, r, d.text(r, "settings.history"), t))
}

// settingsVersionPage is one version: what it changed, and how to put it back.
type settingsVersionPage struct {
	Action, Base string
	Number       string
	Said         string
	Why          string
	Diff         []settingsDiff
	Newest       bool
	Before       string // number of the one before
}

func (d *desk) versionShow(w http.ResponseWriter, r *http.Request) error {
	return d.showVersion(w, r, http.StatusOK, nil)
}

func (d *desk) showVersion(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	number, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	if err != nil {
		return fault.ErrNotFound
	}
	v, before, err := d.Settings.Look(r.Context(), actor(r), number)
	if err != nil {
		return err
	}
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	list, err := d.Settings.History(r.Context(), actor(r))
	if err != nil {
		return err
	}
	places, err := d.Settings.Places(v.Changes.With(before.Changes))
	if err != nil {
		return err
	}
	data := settingsVersionPage{
		Action: "/desk/settings/history/" + r.PathValue("version"), Base: strconv.FormatInt(now.Number, 10), Why: v.Why, Number: strconv.FormatInt(number, 10),
		Diff: d.diff(r, places, before.Changes, v.Changes), Newest: v.Number == now.Number, Before: strconv.FormatInt(before.Number, 10),
	}
	for _, e := range list {
		if e.Number == v.Number {
			data.Said = d.text(r, "settings.last", "when", d.when(r, e.Made), "who", d.configurator(r, e.By))
		}
	}
	p := page(d, r, d.text(r, "settings.version", "n", strconv.FormatInt(number, 10)), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/settings_version", p)
}

// versionBack puts a version back, or the one before it.
func (d *desk) versionBack(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	to, err1 := strconv.ParseInt(f.one("version"), 10, 64)
	base, err2 := strconv.ParseInt(f.one("base"), 10, 64)
	if err1 != nil || err2 != nil {
		return fault.ErrNotFound
	}
	_, err = d.Settings.PutBack(r.Context(), actor(r), base, to)
	if errs, status := d.problems(r, err, ""); errs != nil {
		return d.showVersion(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/settings?done=back")
	return nil
}

// diff says at which places two configurations differ, as people read it. What the program
// has no place for any more is named by its address.
func (d *desk) diff(r *http.Request, places []profile.Place, before, after profile.Changes) (list []settingsDiff) {
	at := map[string]profile.Place{}
	for _, x := range places {
		at[x.Address] = x
	}
	for _, address := range before.Differs(after) {
		x, known := at[address]
		if !known {
			continue
		}
		if item := itemOf(places, address); item != "" && (before[item] == nil || after[item] == nil) {
			continue // it came or went as a whole
		}
		v := settingsDiff{Place: d.placeWords(r, x)}
		if x.Kind == profile.PlaceItem {
			v.Lines = []settingsLine{d.itemLine(r, x, before[address] != nil, after[address] != nil)}
		}
		was, is := x.Now(before), x.Now(after)
		for _, input := range x.Inputs() {
			if was[input] != is[input] {
				v.Lines = append(v.Lines, d.lineOf(r, x, input, was[input], is[input]))
			}
		}
		list = append(list, v)
	}
	return list
}

func (d *desk) lineOf(r *http.Request, x profile.Place, input, was, is string) settingsLine {
	l := settingsLine{Before: d.saidAt(r, x, was), After: d.saidAt(r, x, is)}
	switch {
	case x.Kind == profile.PlaceOrder:
		l.Name = x.Labels[slices.Index(x.Options, input)].In(d.Renderer.Lang(r))
	case input != "":
		l.Lang, l.Name = input, d.text(r, "common.language."+input)
	}
	return l
}
