package casework

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// View is a list of cases that has an address of its own.
type View string

// The views.
const (
	ViewMine       View = "mine"
	ViewUnassigned View = "unassigned"
	ViewDue        View = "due" // a clock ends within seven days, or has
	ViewUnread     View = "unread"
	ViewWatch      View = "watch" // closed, and somebody has to look how the complainant is treated
	ViewWaiting    View = "waiting"
	ViewSnoozed    View = "snoozed" // what the member does not want to be shown for a while
	ViewClosed     View = "closed"
	ViewErase      View = "erase" // closed, and kept for long enough
	ViewAll        View = "all"
)

// Views lists every view in the order in which they are offered.
func Views() []View {
	return []View{ViewMine, ViewUnread, ViewDue, ViewWatch, ViewUnassigned, ViewWaiting, ViewSnoozed, ViewAll, ViewClosed, ViewErase}
}

// PageSize is how many cases a page of the inbox shows.
const PageSize = 50

// The bounds of counting and of looking through summaries. A view shows whether
// there is much to do, so it counts less far than the list that is open.
const (
	CountMost     = 1_000
	ViewCountMost = 100
	scanMost      = 5_000
	dueSoon       = 7 * 24 * time.Hour
)

// Filter says which cases to list. An empty View chooses the first that holds
// anything; Page counts from one.
type Filter struct {
	View  View           `json:"view"`
	Route casefile.Route `json:"route,omitempty"`
	State casefile.State `json:"state,omitempty"`
	Topic string         `json:"topic,omitempty"`
	Tag   string         `json:"tag,omitempty"`
	// Severity keeps the cases that members find at least as serious; 0 keeps all.
	Severity int `json:"severity,omitempty"`
	Page     int `json:"-"`
}

// looks reports whether summaries have to be opened to know which cases to list.
func (f Filter) looks() bool { return f.Topic != "" || f.Tag != "" || f.Severity > 0 }

// Inbox is a page of the member's cases, by next deadline.
type Inbox struct {
	NoCases bool // the member handles no cases, so there is nothing to list
	View    View
	Filter  Filter
	Counts  map[View]int // at most ViewCountMost
	Rows    []Row
	Total   int  // within the filter; at most CountMost, or more where that many rows were passed
	More    bool // there are rows after these
	Cut     bool // not every case was looked through for the topic
	Topics  []profile.Topic
	Next    Row // the case with the nearest deadline outside an empty view; zero: none
}

// Row is a case in the list. Of a damaged one only what stands in the clear is
// known.
type Row struct {
	Number   casefile.Number
	Subject  string
	Topics   []profile.Topic
	Tags     []string
	Route    casefile.Route
	State    casefile.State
	Language string
	Charge   string
	Severity int  // 0 while nobody said
	Distress bool // something in it is distressing
	Away     Away // of who is in charge, while they are away
	Received time.Time
	Due      time.Time // zero: no clock runs
	Late     bool
	Soon     bool
	Kept     time.Time // end of the last day on which anything of it is kept; zero: not planned
	Part     time.Time // end of the last day on which a part is kept that goes before the rest; zero: none does
	Held     time.Time // its erasure is stopped, at least until then; zero: it is not
	Phrase   deadline.Phrase
	Unread   bool
	Damaged  bool
}

// String hides the content.
func (*Inbox) String() string { return "[sealed]" }

// LogValue hides the content.
func (*Inbox) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Row) String() string { return "[sealed]" }

// LogValue hides the content.
func (Row) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Inbox lists the cases that the member has a key to. Reading it is logged once per
// session, view and hour, never with the words of a filter.
func (c *Casework) Inbox(ctx context.Context, actor access.Actor, f Filter) (*Inbox, error) {
	if !actor.Handler() {
		return &Inbox{NoCases: true, View: ViewAll, Filter: f}, nil
	}
	in := &Inbox{Counts: map[View]int{}, Topics: c.topics()}
	var names map[staff.ID]string
	var away map[staff.ID]store.Absence
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if names, away, err = namesAndAway(tx); err != nil {
			return err
		}
		return c.count(tx, actor, in)
	})
	if err != nil {
		return nil, fmt.Errorf("count inbox: %w", err)
	}
	in.settle(f)
	found, err := c.find(ctx, actor, in)
	if err != nil {
		return nil, err
	}
	if err := c.noteInbox(ctx, actor, in.View, found.rings); err != nil {
		return nil, err
	}
	in.Total, in.Cut, in.More = found.total, found.cut, found.more
	for _, r := range found.rows {
		row := c.row(r, names)
		if x := away[r.InCharge]; x.Away(c.Store.Now()) {
			row.Away = awayOf(x, names, c.Store.Now())
		}
		in.Rows = append(in.Rows, row)
	}
	if len(in.Rows) == 0 {
		in.Next = c.nearest(ctx, actor, names)
	}
	return in, nil
}

func (c *Casework) topics() []profile.Topic {
	return slices.DeleteFunc(slices.Clone(c.Profile.Topics), func(t profile.Topic) bool { return !t.On })
}

// namesAndAway are the names of the members, and who of them is away.
func namesAndAway(tx *store.Tx) (names map[staff.ID]string, away map[staff.ID]store.Absence, err error) {
	if names, err = memberNames(tx); err != nil {
		return nil, nil, err
	}
	away, err = tx.Absences()
	return names, away, err
}

func memberNames(tx *store.Tx) (map[staff.ID]string, error) {
	members, err := tx.Members()
	names := map[staff.ID]string{}
	for _, m := range members {
		names[m.ID] = m.Name
	}
	return names, err
}

func (c *Casework) count(tx *store.Tx, actor access.Actor, in *Inbox) error {
	k, err := c.counting(tx, actor)
	if err != nil {
		return err
	}
	for _, v := range Views() {
		n, err := k.count(c.viewFilter(actor, v), string(v), ViewCountMost)
		if err != nil {
			return err
		}
		in.Counts[v] = n
	}
	return nil
}

func (c *Casework) viewFilter(actor access.Actor, v View) store.InboxFilter {
	f, none := store.InboxFilter{Member: actor.Member}, staff.ID("")
	switch v { // where dates, or everything, are looked at, nothing is hidden
	case ViewMine, ViewUnassigned, ViewUnread, ViewWaiting:
		f.Awake = c.Store.Now()
	default:
	}
	switch v {
	case ViewSnoozed:
		f.Snoozed = c.Store.Now()
	case ViewMine:
		f.Open, f.Charge = true, &actor.Member
	case ViewUnassigned:
		f.Open, f.Charge = true, &none
	case ViewDue:
		f.Open, f.DueTill = true, c.Store.Now().Add(dueSoon)
	case ViewUnread:
		f.Unread = true
	case ViewWatch:
		f.Closed, f.Watched, f.DueTill = true, true, c.Store.Now()
	case ViewWaiting:
		f.States = []casefile.State{casefile.StateWaiting}
	case ViewClosed:
		f.Closed = true
	case ViewErase:
		f.Closed, f.EraseTill = true, c.Store.Now()
	case ViewAll, viewNumbers, viewHealth, viewUnsorted, viewOutbox:
	}
	return f
}

// settle chooses the view where none was asked for: what needs this member first.
func (in *Inbox) settle(f Filter) {
	in.View = f.View
	if !slices.Contains(Views(), in.View) {
		in.View = ViewAll
		for _, v := range []View{ViewUnread, ViewWatch, ViewMine, ViewUnassigned} {
			if in.Counts[v] > 0 {
				in.View = v
				break
			}
		}
	}
	f.View, f.Page = in.View, max(f.Page, 1)
	in.Filter = f
}
