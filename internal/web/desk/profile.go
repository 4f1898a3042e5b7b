package desk

import (
	"net/http"
	"slices"

	"klankbord/internal/web/ui"
)

type profilePage struct {
	Name  string
	Tasks []string
	Mark  string
	Lang  string
	Langs []ui.Option
	Saved bool
}

func (d *desk) profileShow(w http.ResponseWriter, r *http.Request) error {
	a := actor(r)
	data := profilePage{
		Name: a.Name, Tasks: d.assignments(r, a.Entry.Assignments), Mark: spaced(a.Keys.Public().Fingerprint()), Lang: a.Language,
		Saved: r.URL.Query().Get("done") != "",
	}
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language."+l)})
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/profile", page(d, r, d.text(r, "desk.profile.title"), data))
}

func (d *desk) profileSave(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if l := f.one("lang"); slices.Contains(d.Languages, l) {
		if err := d.SignIn.SetLanguage(r.Context(), actor(r), l); err != nil {
			return err
		}
	}
	ui.Redirect(w, r, "/desk/profile?done=1")
	return nil
}
