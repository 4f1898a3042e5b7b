package staff

import (
	"maps"
	"slices"
)

// The bounds of what an event says about where complaints go.
const (
	mostPlaces     = 1000
	mostPlaceBytes = 200
)

// Routed is where complaints go otherwise than the profile says, and who is left out: a
// value by the address of its place. What the addresses mean is for the profile.
type Routed struct {
	Seq    int64 // number of the event that says so; -1: none does
	Places map[string]string
}

// Routing is what holds of where complaints go. What is on its way is not in it; see
// Upcoming.
func (d *Directory) Routing() Routed {
	r := Routed{Seq: -1, Places: map[string]string{}}
	for _, s := range d.chain.routing.steps {
		if !s.from.After(d.at) {
			r = Routed{s.seq, maps.Clone(s.change.Routing)}
		}
	}
	if r.Places == nil {
		r.Places = map[string]string{}
	}
	return r
}

// saneRouting bounds what is said; an empty value is one that the profile has and that is
// taken away.
func saneRouting(places map[string]string) bool {
	for address, value := range places {
		if address == "" || len(address) > mostPlaceBytes || len(value) > mostPlaceBytes {
			return false
		}
	}
	return len(places) <= mostPlaces
}

// standing are the steps that hold at some time: a later one that holds from before takes
// back what it found on its way.
func standing(steps []step) (list []step) {
	for i, s := range steps {
		if !slices.ContainsFunc(steps[i+1:], func(later step) bool { return !later.from.After(s.from) }) {
			list = append(list, s)
		}
	}
	return list
}
