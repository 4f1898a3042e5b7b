package intake

import (
	"context"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
)

// ErrClosed is returned for a complaint to a team that has no member yet. Nothing is
// taken in and nothing is lost.
var ErrClosed = fault.New(fault.Unavailable, "error.form-closed")

// Receiving tells of each team that complaints go to whether it has a member who
// receives them. A team opens with its first member.
func (i *Intake) Receiving(ctx context.Context) (map[casefile.Team]bool, error) {
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	teams := map[casefile.Team]bool{}
	for _, t := range i.Profile.Teams {
		if len(t.Routes) > 0 {
			teams[t.ID] = access.Receives(dir, t.ID)
		}
	}
	return teams, nil
}
