package desk

import "net/http"

type profilePage struct {
	Name  string
	Tasks []string
	Mark  string
	Lang  string
}

// profileShow tells a member who they are on the desk. The language is chosen at the
// top of every page.
func (d *desk) profileShow(w http.ResponseWriter, r *http.Request) error {
	a := actor(r)
	data := profilePage{
		Name: a.Name, Tasks: d.assignments(r, a.Entry.Assignments), Mark: spaced(a.Keys.Public().Fingerprint()),
		Lang: d.text(r, "common.language."+a.Language),
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/profile", page(d, r, d.text(r, "desk.profile.title"), data))
}
