package access

import (
	"encoding/json"
	"fmt"

	"klankbord/internal/casefile"
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
