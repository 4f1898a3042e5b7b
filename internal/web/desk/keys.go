package desk

import (
	"net/http"

	"klankbord/internal/access"
	"klankbord/internal/web/ui"
)

// keysScript is what pages run for a member who has turned shortcuts on. Pages that ask
// for a password run none.
const keysScript = "keys.js"

// keysPage lists what single keys do, and turns them on and off.
type keysPage struct {
	On     bool
	Done   string // what was just changed; empty: nothing
	Groups []keyGroup
}

type keyGroup struct {
	ID, Title string
	Keys      []key
}

// key is what is pressed, one after the other, and what it does.
type key struct {
	Press []string
	Does  string
}

// keyRows are keys that do something in one place: of each what is pressed, and last the
// end of a catalogue key.
type keyRows struct {
	group string
	keys  [][]string
}

// shortcuts are the keys that keys.js knows.
func shortcuts() []keyRows {
	return []keyRows{
		{"everywhere", [][]string{{"g", "i", "inbox"}, {"g", "t", "tasks"}, {"/", "search"}, {"?", "list"}}},
		{"lists", [][]string{{"j", "next"}, {"k", "previous"}, {"o", "open"}, {"x", "select"}}},
		{"case", [][]string{{"r", "reply"}, {"n", "note"}, {"a", "assign"}, {"s", "snooze"}, {"u", "back"}, {"Ctrl+Enter", "check"}}},
	}
}

func (d *desk) keysShow(w http.ResponseWriter, r *http.Request) error {
	data := keysPage{On: actor(r).Shortcuts == access.ShortcutsOn}
	for _, g := range shortcuts() {
		group := keyGroup{ID: g.group, Title: d.text(r, "keys.group-"+g.group)}
		for _, k := range g.keys {
			last := len(k) - 1
			group.Keys = append(group.Keys, key{k[:last], d.text(r, "keys.does-"+k[last])})
		}
		data.Groups = append(data.Groups, group)
	}
	switch r.URL.Query().Get("done") {
	case "on":
		data.Done = d.text(r, "keys.done-on")
	case "off":
		data.Done = d.text(r, "keys.done-off")
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/keys", page(d, r, d.text(r, "keys.title"), data))
}

func (d *desk) keysSet(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	to, done := access.ShortcutsOff, "off"
	if f.one("turn") == "on" {
		to, done = access.ShortcutsOn, "on"
	}
	if err := d.SignIn.SetShortcuts(r.Context(), actor(r), to); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/keys?done="+done)
	return nil
}
