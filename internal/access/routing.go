package access

import (
	"encoding/json"
	"fmt"
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Routing is what was decided about a case when it came in, sealed in the case so
// that later grants respect it and the database does not tell who was left out.
type Routing struct {
	Routes      []casefile.Route `json:"routes"` // every route ticked; each has its clocks
	Topics      []string         `json:"topics"`
	Exclusion   Exclusion        `json:"exclusion"`
	Alternative bool             `json:"alternative,omitempty"` // director or board named
	Question    bool             `json:"question,omitempty"`    // a question needs no outcome
}

// After returns the routing as it stands after what members decided since, oldest
// first: who stepped aside or was excluded, who was let back in, where the case went.
func (r Routing) After(events ...casefile.AccessEvent) Routing {
	for _, e := range events {
		switch e.Act {
		case casefile.AccessAside, casefile.AccessExcluded:
			r.Exclusion = r.Exclusion.with(staff.ID(e.Member))
		case casefile.AccessReturned:
			r.Exclusion = r.Exclusion.without(staff.ID(e.Member))
		case casefile.AccessMoved:
			if e.To == nil {
				continue
			}
			if !slices.Contains(r.Routes, e.To.Route) {
				r.Routes = append(slices.Clone(r.Routes), e.To.Route)
			}
			r.Question = r.Question && e.To.Route == casefile.General
		default: // changes nothing for those who come after
		}
	}
	return r
}

// Encode writes the routing for sealing.
func (r Routing) Encode() ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode routing: %w", err)
	}
	return b, nil
}

// DecodeRouting reads what Encode wrote.
func DecodeRouting(b []byte) (Routing, error) {
	var r Routing
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("decode routing: %w", err)
	}
	return r, nil
}
