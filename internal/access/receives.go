package access

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Receives reports whether a team has a member at all, whoever a complaint may be
// about. While it has none, no complaint to it can be taken in: that is another thing
// than one whose every recipient is excluded.
func Receives(d *staff.Directory, t casefile.Team) bool {
	return slices.ContainsFunc(d.Active(), func(e staff.Entry) bool { return e.In(t) })
}
