package casework

import (
	"log/slog"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/custody"
	"klankbord/internal/staff"
)

// writingFor is how long after their last save a colleague counts as writing now.
const writingFor = 15 * time.Minute

// Beside is what a colleague who may read the case has begun to write in it: of which kind
// and since when, never what.
type Beside struct {
	Who  Person
	Kind DraftKind
	At   time.Time // of the last save
	Now  bool      // they saved it within the last minutes
}

// String hides the content.
func (Beside) String() string { return "[sealed]" }

// LogValue hides the content.
func (Beside) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// beside lists what colleagues have begun to write, those who may read the case now.
func (c *Casework) beside(people []Person, a around) (list []Beside) {
	now := c.Store.Now()
	may := map[staff.ID]bool{}
	for _, p := range people {
		may[p.ID] = true
	}
	for _, d := range a.beside {
		if k := DraftKind(d.Kind); may[d.Member] && k.known() {
			list = append(list, Beside{Person{d.Member, a.names[d.Member]}, k, d.Changed, now.Sub(d.Changed) < writingFor})
		}
	}
	return list
}

// since is what others added to a case after an item.
func (c *Casework) since(actor access.Actor, o *custody.Opened, a around, seq int64) (list []Item) {
	for _, it := range c.timeline(actor, o, a, filesOf(o)) {
		if it.Seq > seq && !it.From.Me && it.From.Kind != custody.AuthorSystem {
			list = append(list, it)
		}
	}
	return list
}
