package setup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Step is one of the first steps of a new desk.
type Step string

// The steps, in their order.
const (
	StepFirst        Step = "first"        // a first member enrols
	StepOrganisation Step = "organisation" // name and languages are right
	StepRecovery     Step = "recovery"     // the recovery key is kept
	StepMail         Step = "mail"         // mail arrives
	StepTopics       Step = "topics"       // topics and deadlines are right
	StepPeople       Step = "people"       // every team has who it needs
	StepPages        Step = "pages"        // the public pages were read, in each language
	StepPractice     Step = store.SetupPractice
	StepOpen         Step = "open" // the form takes complaints in
)

// Steps lists the steps.
func Steps() []Step {
	return []Step{StepFirst, StepOrganisation, StepRecovery, StepMail, StepTopics, StepPeople, StepPages, StepPractice, StepOpen}
}

// neededToOpen are the steps without which the form stays closed.
func neededToOpen() []Step { return []Step{StepOrganisation, StepRecovery, StepTopics, StepPeople} }

// Confirmed is who confirmed a step, or a part of it, and when.
type Confirmed struct {
	Part, Name string
	At         time.Time
}

// AskedBack is two groups of the recovery key, or of one of its shares, that are to be
// typed back, counted from 1.
type AskedBack struct {
	Part          string // number of the share; of a key in one piece "1"
	First, Second int
}

// Seats is how many members a team has of those that it needs.
type Seats struct {
	Team   casefile.Team
	Needs  int
	Short  int // how many do not hold keys yet
	Free   int // how many of those nobody was invited for
	People []Colleague
}

// FirstSteps is how far the set-up of a desk is.
type FirstSteps struct {
	Opened        bool
	By            bool // a member opens, or opened, the form; false: it was open from the start
	May           bool // whoever looks sets up the desk
	Confirmed     map[Step][]Confirmed
	Ask           []AskedBack
	Shares        bool // the recovery key is in shares
	Seats         []Seats
	MailOut       bool
	Configurators []string
}

// Done reports whether a step is done; languages are those of the public pages.
func (f *FirstSteps) Done(s Step, languages []string) bool {
	switch s {
	case StepFirst:
		return true
	case StepOpen:
		return f.Opened
	case StepPeople:
		return !slices.ContainsFunc(f.Seats, func(s Seats) bool { return s.Short > 0 })
	case StepRecovery:
		return len(f.Ask) == 0
	case StepPages:
		for _, l := range languages {
			if !slices.ContainsFunc(f.Confirmed[s], func(c Confirmed) bool { return c.Part == l }) {
				return false
			}
		}
		return true
	case StepOrganisation, StepMail, StepTopics, StepPractice:
		return len(f.Confirmed[s]) > 0
	default:
		return false
	}
}

// Missing lists what must be done before the form can be opened.
func (f *FirstSteps) Missing() []Step {
	return slices.DeleteFunc(neededToOpen(), func(s Step) bool { return f.Done(s, nil) })
}

// FirstSteps tells every member how far the set-up is. Fault: not allowed to whoever is
// none yet.
func (s *Setup) FirstSteps(ctx context.Context, actor access.Actor) (*FirstSteps, error) {
	people, err := s.People(ctx, actor)
	if err != nil {
		return nil, err
	}
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	f := &FirstSteps{
		Opened: dir.Opened(), By: dir.Chain().Rules().Closed, May: actor.Configurator(), MailOut: s.MailOut,
		Confirmed: map[Step][]Confirmed{}, Shares: slices.ContainsFunc(dir.RecoveryKeys(), func(r staff.Recovery) bool { return len(r.Shares) > 0 }),
	}
	for _, t := range s.Profile.Teams {
		f.Seats = append(f.Seats, seats(dir, t.ID, people))
	}
	for _, p := range people {
		if p.State == Active && slices.ContainsFunc(p.Assignments, func(a staff.Assignment) bool { return a.Role == staff.RoleConfigurator }) {
			f.Configurators = append(f.Configurators, p.Name)
		}
	}
	return f, s.marks(ctx, f, people)
}

func seats(dir *staff.Directory, team casefile.Team, people []Colleague) Seats {
	v := Seats{Team: team, Needs: access.OpensWith(team), Short: access.Short(dir, team)}
	coming := 0
	for _, p := range people {
		if !slices.ContainsFunc(p.Assignments, func(a staff.Assignment) bool { return a.Role == staff.RoleHandler && a.Team == team }) {
			continue
		}
		v.People = append(v.People, p)
		if p.State == Invited || p.State == Waiting || p.State == Entering {
			coming++
		}
	}
	v.Free = max(0, v.Short-coming)
	return v
}

// marks adds what lies in the database.
func (s *Setup) marks(ctx context.Context, f *FirstSteps, people []Colleague) error {
	name := func(id staff.ID) string {
		at := slices.IndexFunc(people, func(c Colleague) bool { return c.Member == id })
		if at < 0 {
			return ""
		}
		return people[at].Name
	}
	err := s.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.SetupMarks()
		for _, m := range list {
			if m.Member == "" {
				a := AskedBack{Part: m.Part}
				a.First, a.Second = seal.Sample(m.Value).Groups()
				f.Ask = append(f.Ask, a)
				continue
			}
			f.Confirmed[Step(m.Step)] = append(f.Confirmed[Step(m.Step)], Confirmed{m.Part, name(m.Member), m.At})
		}
		if err != nil || len(f.Confirmed[StepPractice]) > 0 {
			return err
		}
		answered, err := tx.Practised()
		if answered {
			f.Confirmed[StepPractice] = []Confirmed{{}} // it stands in the log once it is thrown away
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read first steps: %w", err)
	}
	return nil
}

// Opened reports whether complaints are taken in.
func (s *Setup) Opened(ctx context.Context) (bool, error) {
	dir, err := s.Custody.Directory(ctx)
	return err == nil && dir.Opened(), err
}

// Begun reports whether anybody is on the desk yet: before, nobody can sign in, and the
// page says how the first member comes. The zero answer where that cannot be told.
func (s *Setup) Begun(ctx context.Context) bool {
	dir, err := s.Custody.Directory(ctx)
	return err != nil || len(dir.Active()) > 0
}

// mayConfirm is the fault of whoever does not set up the desk.
func mayConfirm(actor access.Actor) error {
	if !actor.Entry.Active || !actor.Configurator() {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	return nil
}
