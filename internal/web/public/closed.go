package public

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// closedNotice tells that nobody receives complaints here yet, and how the
// organisation can be reached meanwhile.
type closedNotice struct {
	Team string // its name; empty where no team receives any
	Ways []landingContact
	Kept bool // what was filled in is kept
}

// openTeams are the teams that receive complaints now. When that cannot be told the
// form stays open: sending says what is wrong.
func (f *face) openTeams(r *http.Request) map[casefile.Team]bool {
	teams, err := f.Intake.Receiving(r.Context())
	if err != nil {
		teams = map[casefile.Team]bool{}
		for _, t := range f.Profile.Teams {
			teams[t.ID] = len(t.Routes) > 0
		}
	}
	return teams
}

func anyOpen(teams map[casefile.Team]bool) bool {
	for _, open := range teams {
		if open {
			return true
		}
	}
	return false
}

// allClosed tells that no team receives complaints; nil where one does.
func (f *face) allClosed(r *http.Request) *closedNotice {
	if anyOpen(f.openTeams(r)) {
		return nil
	}
	n := &closedNotice{}
	for _, t := range f.Profile.Teams {
		n.Ways = append(n.Ways, otherContacts(t, f.Renderer.Lang(r))...)
	}
	return n
}

// closedTo tells that a team receives no complaints; nil where it does, or where no
// team is meant.
func (f *face) closedTo(r *http.Request, id casefile.Team) *closedNotice {
	if n := f.allClosed(r); n != nil {
		return n
	}
	team, ok := f.Profile.Team(id)
	if !ok || f.openTeams(r)[id] {
		return nil
	}
	l := f.Renderer.Lang(r)
	return &closedNotice{Team: team.Name.In(l), Ways: otherContacts(team, l)}
}

// otherContacts are the ways to reach a team without the form.
func otherContacts(t profile.Team, l string) []landingContact {
	var list []landingContact
	for _, c := range t.Contacts {
		if c.Kind != "form" {
			list = append(list, contactIn(c, l))
		}
	}
	return list
}

// closedPage is what stands in place of the form.
type closedPage struct {
	Closed    *closedNotice
	Emergency *emergency
}

func (f *face) renderClosed(w http.ResponseWriter, r *http.Request, status int, n *closedNotice) error {
	return f.Renderer.Render(w, r, status, "public/closed", ui.Page[closedPage]{
		Title: f.words(r, "public.closed.title"), Path: "/complaint", Data: closedPage{n, f.emergency(f.Renderer.Lang(r))},
	})
}

// closedAt tells whether a question, once answered, leads to a team that receives
// nothing; nil where it may still lead to another.
func (f *face) closedAt(r *http.Request, d *intake.Draft, step string) *closedNotice {
	n := f.closedTo(r, f.Profile.Route(d.Answers).Team)
	if n == nil || n.Team != "" && !f.Profile.Decided(d.Answers, step) {
		return nil
	}
	n.Kept = true
	return n
}
