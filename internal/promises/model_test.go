package promises_test

import (
	"maps"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

type caseID = casefile.ID

// model says who should be able to open what. It is written from the promises, not
// from the code: teams and exclusions decide, nothing else.
type model struct {
	people map[string]*colleague // by name
	cases  []*modelCase
}

// colleague is somebody on the desk.
type colleague struct {
	name     string
	actor    access.Actor
	team     casefile.Team
	function staff.Function
	left     bool
}

// modelCase is a case as it should be.
type modelCase struct {
	id     caseID
	number casefile.Number
	code   string
	name   string // of the complainant, found in no other complaint
	strict bool   // who complains is sealed apart
	closed bool
	// readers are the names of those who hold the keys of an epoch now, and ever
	// those who once did.
	readers, ever []map[string]bool
}

// GoString names the case, for what rapid prints of a history.
func (c *modelCase) GoString() string { return string(c.number) }

// recovery and codes are persons as well.
const recoveryPerson = "the recovery key"

func codePerson(n casefile.Number) string { return "the code of " + string(n) }

func (m *model) names() []string { return slices.Sorted(maps.Keys(m.people)) }

// founded adds a case: the team less the excluded; the alternative recipient where
// fewer than two are left or the director is named.
func (m *model) founded(c *modelCase, team casefile.Team, director bool, excluded ...staff.Function) {
	readers := map[string]bool{recoveryPerson: true, codePerson(c.number): true}
	members := m.entitled(team, excluded)
	if director || len(members) < 2 {
		members = append(members, m.entitled(casefile.Alternative, excluded)...)
	}
	for _, name := range members {
		readers[name] = true
	}
	c.readers, c.ever = []map[string]bool{readers}, []map[string]bool{maps.Clone(readers)}
	m.cases = append(m.cases, c)
}

func (m *model) entitled(team casefile.Team, excluded []staff.Function) (list []string) {
	for _, name := range m.names() {
		p := m.people[name]
		if p.team == team && !p.left && !(p.function != "" && slices.Contains(excluded, p.function)) {
			list = append(list, name)
		}
	}
	return list
}

// reads reports whether somebody should be able to use the case as it is now.
func (c *modelCase) reads(name string) bool { return c.readers[len(c.readers)-1][name] }

// room reports whether a person has a key to a compartment, whatever the epoch.
func (c *modelCase) room(name string, room seal.Compartment) bool {
	switch {
	case name == recoveryPerson:
		return true
	case name == codePerson(c.number):
		return room != seal.Investigation
	default:
		return room != seal.Identity || !c.strict
	}
}

// opens lists what a person should be able to open by what an epoch grants them:
// entries, and the summary, which belongs to the investigation.
func (m *model) opens(name string, by func(*modelCase) []map[string]bool, all copied) map[string]bool {
	list := map[string]bool{}
	add := func(id caseID, epoch uint32, room seal.Compartment, what string) {
		for _, c := range m.cases {
			granted := by(c)
			if c.id == id && int(epoch) < len(granted) && granted[epoch][name] && c.room(name, room) {
				list[string(id)+"/"+what] = true
			}
		}
	}
	for _, e := range all.entries {
		add(e.Case, e.Epoch, e.Compartment, e.ID)
	}
	for _, s := range all.summaries {
		add(s.Case, s.Epoch, seal.Investigation, "summary")
	}
	return list
}
