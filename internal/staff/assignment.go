package staff

import (
	"errors"
	"slices"
	"strings"

	"klankbord/internal/casefile"
)

// Assignment is one thing a member was asked to do. Team and Function are only
// set for handlers.
type Assignment struct {
	Role     Role          `json:"role"`
	Team     casefile.Team `json:"team,omitempty"`
	Function Function      `json:"function,omitempty"`
}

// errAssignment tells of an assignment that makes no sense.
var errAssignment = errors.New("unknown assignment")

func (a Assignment) valid() bool {
	switch a.Role {
	case RoleHandler:
		return slices.Contains([]casefile.Team{casefile.SupportersService, casefile.ComplaintsTeam, casefile.Alternative}, a.Team)
	case RoleConfigurator, RoleAuditor:
		return a.Team == "" && a.Function == ""
	default:
		return false
	}
}

// FormatAssignments writes assignments as "role/team/function;…".
func FormatAssignments(list []Assignment) string {
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = strings.Join([]string{string(a.Role), string(a.Team), string(a.Function)}, "/")
	}
	return strings.Join(parts, ";")
}

// ParseAssignments reads what FormatAssignments wrote.
func ParseAssignments(s string) ([]Assignment, error) {
	var list []Assignment
	for part := range strings.SplitSeq(s, ";") {
		f := strings.Split(part, "/")
		if len(f) != 3 {
			return nil, errAssignment
		}
		a := Assignment{Role(f[0]), casefile.Team(f[1]), Function(f[2])}
		if !a.valid() {
			return nil, errAssignment
		}
		list = append(list, a)
	}
	return list, nil
}
