package public

import (
	"errors"
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

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

// allClosed tells that none of teams receives complaints; nil where one does.
func (f *face) allClosed(r *http.Request, teams map[casefile.Team]bool) *question.Closed {
	if anyOpen(teams) {
		return nil
	}
	return f.everyWay(r)
}

// everyWay names the ways to reach every team.
func (f *face) everyWay(r *http.Request) *question.Closed {
	n := &question.Closed{}
	for _, t := range f.Profile.Teams {
		n.Ways = append(n.Ways, otherContacts(t, f.Renderer.Lang(r))...)
	}
	return n
}

// noBegin tells why no complaint can be begun now: nobody would receive it, or there
// is no room to keep it. It is nil where one can.
func (f *face) noBegin(r *http.Request) *question.Closed {
	n := f.allClosed(r, f.openTeams(r))
	if n == nil && errors.Is(f.Intake.Room(), fault.ErrFull) {
		n = f.everyWay(r)
		n.Full = true
	}
	return n
}

// closedTo tells that a team receives no complaints; nil where it does, or where no
// team is meant.
func (f *face) closedTo(r *http.Request, id casefile.Team) *question.Closed {
	teams := f.openTeams(r)
	if n := f.allClosed(r, teams); n != nil {
		return n
	}
	team, ok := f.Profile.Team(id)
	if !ok || teams[id] {
		return nil
	}
	l := f.Renderer.Lang(r)
	return &question.Closed{Team: team.Name.In(l), Ways: otherContacts(team, l)}
}

// otherContacts are the ways to reach a team without the form, as far as they are
// filled in.
func otherContacts(t profile.Team, l string) []question.Contact {
	var list []question.Contact
	for _, c := range t.Contacts {
		if c.Kind != "form" && !c.Placeholder {
			list = append(list, contactIn(c, l))
		}
	}
	return list
}

// closedPage is what stands in place of the form.
type closedPage struct {
	Closed    *question.Closed
	Emergency *emergency
}

func (f *face) renderClosed(w http.ResponseWriter, r *http.Request, n *question.Closed) error {
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
func (f *face) closedAt(r *http.Request, d *intake.Draft, step string) *question.Closed {
	n := f.closedTo(r, f.Profile.Route(d.Answers).Team)
	if n == nil || n.Team != "" && !f.Profile.Decided(d.Answers, step) {
		return nil
	}
	n.Kept = true
	return n
}
