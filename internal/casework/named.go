package casework

import (
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/staff"
)

// Named is a member whose name, or one like it, stands in what the complainant
// wrote, or whom a colleague recorded as a person concerned. It may be somebody else of that name: the member who reads decides.
type Named struct {
	Person
	Me     bool // the member who reads
	Reader bool // who holds a key of the case; the others could get one
}

// named lists the members who are named in a case and have a part in it, or would
// have one next, unless somebody said that it is not about them.
func (c *Casework) named(actor access.Actor, o *custody.Opened, dir *staff.Directory, names map[staff.ID]string) []Named {
	var list []Named
	var words []string
	left, held := routing(o).Exclusion, o.MayRead()
	for _, e := range dir.Active() {
		reads := slices.Contains(held, e.ID)
		if !reads && !e.In(o.Case.Team) && !e.In(casefile.Alternative) || left.Covers(e) || cleared(o, e.ID) {
			continue
		}
		if words == nil {
			words = append(told(o), concerned(o)...)
		}
		if casefile.Mentions(words, names[e.ID]) {
			list = append(list, Named{Person{e.ID, names[e.ID]}, e.ID == actor.Member, reads})
		}
	}
	slices.SortStableFunc(list, func(x, y Named) int {
		switch {
		case x.Me == y.Me:
			return 0
		case x.Me:
			return -1
		default:
			return 1
		}
	})
	return list
}

// concerned are the words of the names of people whom members recorded as those whom
// a case is about.
func concerned(o *custody.Opened) []string {
	var names []string
	for _, k := range recorded(o).Of(casefile.SheetPerson) {
		if k.One("role") == "concerned" {
			names = append(names, k.One("name"))
		}
	}
	return casefile.Words(names...)
}

// cleared reports whether somebody said of a name in the case that it is not this
// member's.
func cleared(o *custody.Opened, id staff.ID) bool {
	return slices.ContainsFunc(accessEvents(o), func(e casefile.AccessEvent) bool {
		return e.Act == casefile.AccessNotAbout && e.Member == string(id)
	})
}
