package public

import (
	"errors"
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/fault"
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
	Full bool // it is the disk that has no room
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
	return f.everyWay(r)
}

// everyWay names the ways to reach every team.
func (f *face) everyWay(r *http.Request) *closedNotice {
	n := &closedNotice{}
	for _, t := range f.Profile.Teams {
		n.Ways = append(n.Ways, otherContacts(t, f.Renderer.Lang(r))...)
	}
	return n
}

// noBegin tells why no complaint can be begun now: nobody would receive it, or there
// is no room to keep it. It is nil where one can.
func (f *face) noBegin(r *http.Request) *closedNotice {
	n := f.allClosed(r)
	if n == nil && errors.Is(f.Intake.Room(), fault.ErrFull) {
		n = f.everyWay(r)
		n.Full = true
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

// otherContacts are the ways to reach a team without the form, as far as they are
// filled in.
func otherContacts(t profile.Team, l string) []landingContact {
	var list []landingContact
	for _, c := range t.Contacts {
		if c.Kind != "form" && !c.Placeholder {
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

func (f *face) renderClosed(w http.ResponseWriter, r *http.Request, n *closedNotice) error {
	title := f.words(r, "public.closed.title")
	if n.Full {
		title = f.words(r, "public.full.title")
	}
	return f.Renderer.Render(w, r, http.StatusServiceUnavailable, "public/closed", ui.Page[closedPage]{
		Title: title, Path: "/complaint", Data: closedPage{n, f.emergency(f.Renderer.Lang(r))},
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
