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
// from the code: teams, decisions about a case and nothing else decide. It knows no
// epochs: whoever reads a case reads all of it, and whoever lost it reads nothing that
// was written since, whatever they kept.
type model struct {
	people map[string]*colleague // by name
	cases  []*modelCase
}

// colleague is somebody on the desk.
type colleague struct {
	name     string
	actor    access.Actor
	teams    []casefile.Team // those whose cases they handle
	function staff.Function
	left     bool
}

// modelCase is a case as it should be.
type modelCase struct {
	id       caseID
	number   casefile.Number
	code     string
	name     string // of the complainant, found in no other complaint
	team     casefile.Team
	director bool // is named, so that the alternative recipient always reads
	closed   bool
	apart    bool // who complains is sealed apart, and stays so

	readers map[string]bool // members who may read it now
	waiting map[string]bool // who read it, and lost the keys with their own
	out     map[string]bool // excluded, by function or by decision
	held    map[string]bool // read it when they were excluded
	loose   bool            // somebody lost the keys, and nothing was written since
	written map[string]entryReaders
}

// entryReaders are those who read the case when an entry was written or later: as far
// as they did before the identity was sealed apart, they may know that too.
type entryReaders struct {
	ever     map[string]bool
	identity map[string]bool
}

// GoString names the case, for what rapid prints of a history.
func (c *modelCase) GoString() string { return string(c.number) }

// The recovery key and codes are persons as well.
const recoveryPerson = "the recovery key"

func codePerson(n casefile.Number) string { return "the code of " + string(n) }

func (m *model) names() []string { return slices.Sorted(maps.Keys(m.people)) }

func (p *colleague) handles(t casefile.Team) bool { return !p.left && slices.Contains(p.teams, t) }

// founded adds a case: the team less the excluded.
func (m *model) founded(c *modelCase, excluded ...staff.Function) {
	c.out, c.held, c.waiting, c.written = map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]entryReaders{}
	for name, p := range m.people {
		c.out[name] = p.function != "" && slices.Contains(excluded, p.function)
	}
	m.cases = append(m.cases, c)
	m.settle(c, m.inTeam(c.team))
}

func (m *model) inTeam(t casefile.Team) map[string]bool {
	list := map[string]bool{}
	for name, p := range m.people {
		list[name] = p.handles(t)
	}
	return list
}

// settle says who reads a case from here on: the candidates, less the excluded and
// those who left; the alternative recipient where fewer than two are left, or the
// director is named.
func (m *model) settle(c *modelCase, candidates map[string]bool) {
	c.readers, c.loose = map[string]bool{}, false
	for name := range candidates {
		if p := m.people[name]; candidates[name] && !c.out[name] && !p.left && len(p.teams) > 0 {
			c.readers[name] = true
		}
	}
	left := len(c.readers)
	for name := range c.waiting {
		if c.waiting[name] && !c.out[name] && !m.people[name].left && !c.readers[name] {
			left++
		}
	}
	if c.director || left < 2 {
		for name, p := range m.people {
			if p.handles(casefile.Alternative) && !c.out[name] {
				c.readers[name] = true
			}
		}
	}
	for name := range c.readers {
		c.waiting[name] = false // whoever is called in reads everything again
	}
}

// again settles a case as it is, less or more one person.
func (m *model) again(c *modelCase, change func(map[string]bool)) {
	candidates := maps.Clone(c.readers)
	if change != nil {
		change(candidates)
	}
	m.settle(c, candidates)
}

// wrote notes that a member wrote in a case: where somebody lost the keys before, the
// alternative recipient is called in with the fresh ones. The complainant, who cannot
// know who is excluded, calls nobody.
func (m *model) wrote(c *modelCase) {
	if c.loose {
		m.again(c, nil)
	}
}

// lost takes the keys of a case from somebody without anybody writing in it.
func (c *modelCase) lost(name string) {
	if c.readers[name] {
		delete(c.readers, name)
		c.loose = true
	}
}

// knew reports whether a member ever could know who complains from the keys alone.
func (c *modelCase) knew(name string) bool {
	for _, w := range c.written {
		if w.identity[name] {
			return true
		}
	}
	return false
}

// room reports whether a person has a key to a compartment of a case that they read.
func (c *modelCase) room(name string, room seal.Compartment) bool {
	switch {
	case name == recoveryPerson:
		return true
	case name == codePerson(c.number):
		return room != seal.Investigation
	default:
		return c.readers[name] && (room != seal.Identity || !c.apart)
	}
}

// items lists everything that is sealed in the cases: entries, and the summary, which
// belongs to the investigation.
func (m *model) items(all copied, each func(c *modelCase, what string, room seal.Compartment)) {
	byID := map[caseID]*modelCase{}
	for _, c := range m.cases {
		byID[c.id] = c
	}
	for _, e := range all.entries {
		each(byID[e.Case], e.ID, e.Compartment)
	}
	for _, s := range all.summaries {
		each(byID[s.Case], summaryName(s), seal.Investigation)
	}
}

// now lists what a person should be able to open with what lies in the database.
func (m *model) now(name string, all copied) map[string]bool {
	list := map[string]bool{}
	m.items(all, func(c *modelCase, what string, room seal.Compartment) {
		if c.room(name, room) {
			list[string(c.id)+"/"+what] = true
		}
	})
	return list
}

// seen notes who could open what at this moment. What is new was written by those who
// read the case before as well.
func (m *model) seen(all copied, before map[caseID]map[string]bool) {
	m.items(all, func(c *modelCase, what string, _ seal.Compartment) {
		w, known := c.written[what]
		if !known {
			w = entryReaders{map[string]bool{}, map[string]bool{}}
			maps.Copy(w.ever, before[c.id])
		}
		for name := range c.readers {
			w.ever[name] = true
			w.identity[name] = w.identity[name] || !c.apart
		}
		c.written[what] = w
	})
}

// may lists what a person can at most open with everything they ever had.
func (m *model) may(name string, all copied) map[string]bool {
	list := map[string]bool{}
	m.items(all, func(c *modelCase, what string, room seal.Compartment) {
		w := c.written[what]
		switch {
		case name == recoveryPerson, name == codePerson(c.number) && room != seal.Investigation,
			w.ever[name] && room != seal.Identity, w.identity[name]:
			list[string(c.id)+"/"+what] = true
		}
	})
	return list
}
