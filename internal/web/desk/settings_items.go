package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/configure"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// settingsItemsPage is a list to which an organisation adds items of its own.
type settingsItemsPage struct {
	Action, Back, Base string
	About, Done        string
	Own                []settingsItem
	Places             []settingsPlace
	Why                ui.Field
}

// settingsItem is an item that was added.
type settingsItem struct {
	Address, Text, Href string
	Off                 bool
}

func (d *desk) itemsShow(w http.ResponseWriter, r *http.Request) error {
	return d.showItems(w, r, http.StatusOK, settingsState{})
}

func (d *desk) showItems(w http.ResponseWriter, r *http.Request, status int, s settingsState) error {
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	list, err := listOf(r, now.Profile)
	if err != nil {
		return err
	}
	data := settingsItemsPage{
		Action: "/desk/settings/items/" + list.Name, Back: groupHref(list.Part, list.Group), Base: strconv.FormatInt(now.Number, 10),
		About: d.text(r, "settings.items-about-"+listKey(list)), Own: d.ownItems(r, now.Profile, list),
		Why: ui.Field{Kind: ui.KindText, Name: "why", Label: d.text(r, "settings.why"), Hint: d.text(r, "settings.why-hint"), Optional: true, Values: s.typed["why"], Error: ui.ErrorFor(s.errs, "why")},
	}
	if list.Group == "" {
		data.Back = "/desk/settings/" + list.Part
	}
	if done := r.URL.Query().Get("done"); slices.Contains([]string{"added", "removed", "off"}, done) {
		data.Done = d.text(r, "settings.items-done-"+done)
	}
	for _, x := range now.Profile.Asked(list.Name) {
		data.Places = append(data.Places, d.settingsPlace(r, x, nil, s))
	}
	p := page(d, r, d.listName(r, list), data)
	p.Errors = s.errs
	return d.Renderer.Render(w, r, status, "desk/settings_items", p)
}

func listOf(r *http.Request, p *profile.Profile) (profile.List, error) {
	lists := p.Lists()
	i := slices.IndexFunc(lists, func(l profile.List) bool { return l.Name == r.PathValue("list") })
	if i < 0 {
		return profile.List{}, fault.ErrNotFound
	}
	return lists[i], nil
}

// listKey is the kind of a list: that of the answers to a question is one.
func listKey(list profile.List) string {
	if !list.Of.Empty() {
		return "options"
	}
	return list.Name
}

// listName names what can be added.
func (d *desk) listName(r *http.Request, list profile.List) string {
	return d.text(r, "settings.items-"+listKey(list), "question", list.Of.In(d.Renderer.Lang(r)))
}

// listLinks lead to the lists that belong to a page of the settings.
func (d *desk) listLinks(r *http.Request, p *profile.Profile, part, group string) (links []ui.Link) {
	for _, list := range p.Lists() {
		if list.Part == part && (list.Group == group || list.Group == "" && group == "order") {
			links = append(links, ui.Link{Href: "/desk/settings/items/" + list.Name, Text: d.listName(r, list)})
		}
	}
	return links
}

func (d *desk) ownItems(r *http.Request, p *profile.Profile, list profile.List) (out []settingsItem) {
	items, labels := p.Own(list.Name)
	for i, x := range items {
		v := settingsItem{Address: x.Address, Text: labels[i].In(d.Renderer.Lang(r))}
		if list.Group == "" {
			v.Href = groupHref(list.Part, x.ID)
		}
		if t, ok := p.Topic(x.ID); ok && list.Name == profile.ListTopics {
			v.Off = !t.On
		}
		out = append(out, v)
	}
	return out
}

// itemsSave adds what was typed, or takes an own item away.
func (d *desk) itemsSave(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	list, err := listOf(r, now.Profile)
	if err != nil {
		return err
	}
	base, _ := strconv.ParseInt(f.one("base"), 10, 64) // none is the built-in profile
	done := "added"
	if address := f.one("remove"); address != "" {
		if !strings.HasPrefix(address, list.Name+"+") {
			return fault.ErrNotFound
		}
		var kept bool
		kept, err = d.Settings.Remove(r.Context(), actor(r), base, address, f.one("why"))
		if done = "removed"; kept {
			done = "off"
		}
	} else {
		_, err = d.Settings.Add(r.Context(), actor(r), configure.Addition{
			Base: base, List: list.Name, Why: f.one("why"),
			Typed: func(address, input string) string { return f.one(inputName(address, input)) },
		})
	}
	s := settingsState{typed: f}
	if status := d.settingsProblems(r, now.Profile.Asked(list.Name), err, base, &s); status != 0 {
		return d.showItems(w, r, status, s)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/settings/items/"+list.Name+"?done="+done)
	return nil
}

// itemOf is the address of the own item to which a place belongs; empty: to none.
func itemOf(places []profile.Place, address string) string {
	for _, x := range places {
		if x.Kind != profile.PlaceItem {
			continue
		}
		list, id, _ := strings.Cut(x.Address, "+")
		if strings.HasPrefix(address, list+"."+id+".") {
			return x.Address
		}
	}
	return ""
}

// itemLine tells that an own item came or went.
func (d *desk) itemLine(r *http.Request, x profile.Place, was, is bool) (line settingsLine) {
	label := x.Of.In(d.Renderer.Lang(r))
	if was {
		line.Before = label
	}
	if is {
		line.After = label
	}
	return line
}
