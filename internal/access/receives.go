package access

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Receives reports whether a team takes complaints in: the organisation has opened, and
// the team has a member at all, whoever a complaint may be about. That is another thing
// than a complaint whose every recipient is excluded.
func Receives(d *staff.Directory, t casefile.Team) bool { return d.Opened() && staffed(d, t) > 0 }

// OpensWith is how many members of a team must hold keys before an organisation opens: two
// where complaints go to it, so that nobody handles one alone, and one alternative
// recipient.
func OpensWith(t casefile.Team) int {
	if t == casefile.Alternative {
		return 1
	}
	return 2
}

// Short is how many members a team lacks before an organisation opens.
func Short(d *staff.Directory, t casefile.Team) int { return max(0, OpensWith(t)-staffed(d, t)) }

func staffed(d *staff.Directory, t casefile.Team) int {
	return len(slices.DeleteFunc(d.Active(), func(e staff.Entry) bool { return !e.In(t) }))
}
