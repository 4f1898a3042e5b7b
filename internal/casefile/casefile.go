// Package casefile holds what a case is: its route, team, state, entries and
// outcome, and the rules by which it moves. It has no I/O and no clock; its rules
// fail only by saying which step is not allowed and why.
package casefile

// ID names a case inside the system; it is never shown.
type ID string

// Number is the case number that people see, such as KB-7Q4M-9X.
type Number string

// ExampleNumber stands where a page shows what a number looks like, and no case is meant.
const ExampleNumber Number = "KB-7Q4M-2R"

// Team is the group of members that handles a case.
type Team string

// The teams.
const (
	SupportersService Team = "supporters-service"
	ComplaintsTeam    Team = "complaints"
	Alternative       Team = "alternative" // takes over where the others may not read
)

// Route decides which team handles a case and how its identity is kept.
type Route string

// The routes, in order of strictness.
const (
	General   Route = "general"
	Privacy   Route = "privacy"
	Integrity Route = "integrity"
)

func (r Route) rank() int {
	switch r {
	case Integrity:
		return 2
	case Privacy:
		return 1
	case General:
		return 0
	default:
		return -1
	}
}

// Stricter returns the stricter of two routes: general < privacy < integrity.
// An unknown route is less strict than any other.
func (r Route) Stricter(o Route) Route {
	if o.rank() > r.rank() {
		return o
	}
	return r
}

// SealsIdentityApart reports whether the complainant's identity lies under a gate
// that opens only with a recorded purpose.
func (r Route) SealsIdentityApart() bool { return r == Privacy || r == Integrity }
