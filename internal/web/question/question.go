// Package question builds the controls that ask the questions of the profile's form, and
// words their answers, for every page that asks or shows them: that of the complainant and
// that of a member who registers what somebody told. It must know nothing of where an answer
// goes, drop nothing that was typed, and say of no field that it may be left out where it
// may not. It has no way to fail.
package question

import (
	"slices"
	"strconv"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// Asker asks the questions of a profile in one language.
type Asker struct {
	Profile   *profile.Profile
	Lang      string
	Text      func(key string, pairs ...any) string // words of the catalogue
	Files     int                                   // as many may be added
	FileBytes int64                                 // of one file
	Upload    string                                // where a script may send files in pieces; empty: nowhere
	Hands     string                                // as what the form then gets their ids
	Brief     bool                                  // what topics mean stands below them, folded
	// Closed tells that a team receives nothing yet; nil where nobody asks.
	Closed func(team casefile.Team) *Closed
	// Steps are the pages that are asked; nil: those that a complainant sees.
	Steps func(a profile.Answers) []profile.Step
	// Demands says that a field must be filled in; nil: as the profile says.
	Demands func(f profile.Field, a profile.Answers) bool
}

// View is what questions are shown with.
type View struct {
	Step    profile.Step
	Answers profile.Answers
	Files   []intake.File
	Errors  []ui.FormError
	More    string // group that gets an empty row
	Closing bool   // the page itself says who receives nothing
}

// Closed tells that nobody receives complaints here yet, and how the organisation can be
// reached meanwhile.
type Closed struct {
	Team string // its name; empty where no team receives any
	Ways []Contact
	Kept bool // what was filled in is kept
	Full bool // it is the disk that has no room
}

// Contact is one way to reach a team.
type Contact struct{ Kind, Value, For, Note string }

// Part is one thing on a question page; exactly one member is set.
type Part struct {
	Field  *ui.Field
	Topics *TopicList
	Group  *ui.Group
	Tick   *Tick
}

// TopicList is the one list of topics under a heading per route.
type TopicList struct {
	ID, Legend, Hint, Error, DescribedBy string
	Groups                               []TopicGroup
	Meanings                             []ui.Answer // what topics mean, where it is not beside them
}

// TopicGroup is the topics of one route.
type TopicGroup struct {
	Heading string
	Topics  []TopicChoice
	Closed  *Closed // nobody receives these yet
}

// TopicChoice is a topic that can be ticked.
type TopicChoice struct {
	ID, Value, Label, Hint string
	Ticked                 bool
}

// Tick is a single box with its own words.
type Tick struct {
	ID, Name, Label, Hint, Error, DescribedBy string
	Ticked, Optional                          bool
}

// Parts builds what a page asks, in order.
func (a Asker) Parts(v View) []Part {
	var parts []Part
	for _, x := range v.Step.Fields {
		switch {
		case x.ID == profile.FieldTopics:
			parts = append(parts, Part{Topics: a.topicList(x, v)})
		case x.Kind == profile.Checkbox:
			parts = append(parts, Part{Tick: a.tick(x, v)})
		case x.Kind == profile.Persons:
			parts = append(parts, Part{Group: a.group(x, v)})
		case x.Kind == profile.Amount:
			field := a.field(x, x.ID, v)
			parts = append(parts, Part{Field: &field}, Part{Field: a.currency(x, v)})
		default:
			field := a.field(x, x.ID, v)
			parts = append(parts, Part{Field: &field})
		}
	}
	return parts
}

// field builds the control of a field whose answer stands under key.
func (a Asker) field(x profile.Field, key string, v View) ui.Field {
	l := a.Lang
	u := ui.Field{
		Kind: controlOf(x.Kind), Name: key, Label: x.Label.In(l), Hint: InOrNone(x.Hint, l), Error: ErrorsFor(v.Errors, key),
		Values: slices.Clone(v.Answers[key]), Autocomplete: x.Autocomplete,
	}
	a.mark(&u, x, v)
	switch x.Kind {
	case profile.Date:
		u.Values = []string{AsTyped(v.Answers, key+".day"), AsTyped(v.Answers, key+".month"), AsTyped(v.Answers, key+".year")}
	case profile.Choice, profile.Choices:
		u.Options, u.Autocomplete = optionsIn(x.Options, l), ""
	case profile.Long:
		u.Rows = 10
		if u.Hint == "" {
			u.Limit = a.Text("form.limit", "max", strconv.Itoa(x.MaxChars))
		}
	case profile.Address:
		u.Rows = 4
	case profile.Files:
		u.Values, u.Files, u.Upload, u.Hands = nil, AddedFiles(v.Files), a.Upload, a.Hands
		u.Limit = a.Text("form.files-limit", "files", strconv.Itoa(a.Files), "size", Megabytes(a.FileBytes))
	case profile.Phone, profile.Amount:
		u.Width = "20"
	case profile.Email:
		u.Verbatim = true
	default:
	}
	return u
}

// mark says whether a field may be left out; where one of several is enough,
// neither is said. Browsers are asked not to remember what is typed, but for the
// fields that they can fill in (WCAG 2.2 SC 1.3.5).
func (a Asker) mark(u *ui.Field, x profile.Field, v View) {
	switch {
	case slices.Contains(v.Step.OneOf.Fields, x.ID):
		u.Bare = true
	default:
		u.Optional = !a.demands(x, v.Answers)
	}
	if u.Autocomplete == "" {
		u.Autocomplete = "off"
	}
}

func controlOf(k profile.Kind) ui.FieldKind {
	switch k {
	case profile.Choice:
		return ui.KindRadios
	case profile.Choices:
		return ui.KindChecks
	case profile.Long, profile.Address:
		return ui.KindArea
	case profile.Date:
		return ui.KindDate
	case profile.Email:
		return ui.KindEmail
	case profile.Phone:
		return ui.KindTel
	case profile.Files:
		return ui.KindFiles
	default:
		return ui.KindText
	}
}

func optionsIn(options []profile.Option, l string) []ui.Option {
	var out []ui.Option
	for _, o := range options {
		out = append(out, ui.Option{Value: o.ID, Label: o.Label.In(l), Hint: InOrNone(o.Hint, l)})
	}
	return out
}

func (a Asker) currency(x profile.Field, v View) *ui.Field {
	key := x.ID + ".currency"
	return &ui.Field{
		Kind: ui.KindSelect, Name: key, Label: a.Text("form.currency"), Bare: true, Width: "20",
		Values: v.Answers[key], Options: optionsIn(x.Options, a.Lang),
	}
}

func (a Asker) tick(x profile.Field, v View) *Tick {
	l := a.Lang
	t := &Tick{
		ID: ui.ID(x.ID), Name: x.ID, Label: x.Label.In(l), Hint: InOrNone(x.Hint, l), Error: ErrorsFor(v.Errors, x.ID),
		Ticked: v.Answers.Has(x.ID, "yes"), Optional: !a.demands(x, v.Answers),
	}
	t.DescribedBy = ui.Field{Name: x.ID, Hint: t.Hint, Error: t.Error}.DescribedBy()
	return t
}

func (a Asker) topicList(x profile.Field, v View) *TopicList {
	l := a.Lang
	t := &TopicList{ID: ui.ID(x.ID), Legend: x.Label.In(l), Hint: InOrNone(x.Hint, l), Error: ErrorsFor(v.Errors, x.ID)}
	t.DescribedBy = ui.Field{Name: x.ID, Hint: t.Hint, Error: t.Error}.DescribedBy()
	for _, route := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		g := TopicGroup{Heading: a.routeHeading(route, l)}
		for _, o := range x.Options {
			if o.Group == route {
				c := TopicChoice{t.ID + "-" + ui.ID(o.ID), o.ID, o.Label.In(l), InOrNone(o.Hint, l), v.Answers.Has(x.ID, o.ID)}
				if a.Brief && c.Hint != "" {
					t.Meanings, c.Hint = append(t.Meanings, ui.Answer{Label: c.Label, Text: c.Hint}), ""
				}
				g.Topics = append(g.Topics, c)
			}
		}
		if team, ok := a.Profile.TeamFor(route); ok && !v.Closing && a.Closed != nil {
			g.Closed = a.Closed(team)
		}
		if len(g.Topics) > 0 {
			t.Groups = append(t.Groups, g)
		}
	}
	if len(t.Groups) > 0 {
		t.Groups[0].Topics[0].ID = t.ID // errors lead to the first box
	}
	return t
}

// routeHeading is what the public page calls a route.
func (a Asker) routeHeading(route casefile.Route, l string) string {
	page, _ := a.Profile.Page("public")
	b, _ := page.Block("route-" + string(route))
	return b.Heading.In(l)
}

// group shows the rows that hold anything, and one empty row at first or when one
// more was asked for.
func (a Asker) group(x profile.Field, v View) *ui.Group {
	l := a.Lang
	g := &ui.Group{Name: x.ID, Legend: x.Label.In(l), Hint: InOrNone(x.Hint, l), Add: a.Text("form.add-person")}
	rows := v.Answers.Rows(x.ID)
	if len(rows) == 0 || v.More == x.ID && len(rows) < x.MaxRows {
		rows = append(rows, EmptyRow(rows))
	}
	for i, row := range rows {
		item := ui.GroupItem{Key: strconv.Itoa(row), Legend: a.Text("form.person", "n", strconv.Itoa(i+1))}
		for _, sub := range x.Fields {
			item.Fields = append(item.Fields, a.field(sub, profile.RowKey(x.ID, row, sub.ID), v))
		}
		g.Items = append(g.Items, item)
	}
	if len(rows) == 1 && !v.Answers.Given(x.ID) {
		g.Items[0].Key = "" // nothing to remove
	}
	return g
}

// steps are the pages that are asked.
func (a Asker) steps(given profile.Answers) []profile.Step {
	if a.Steps != nil {
		return a.Steps(given)
	}
	return a.Profile.StepsFor(given)
}

// demands reports whether a field must be filled in.
func (a Asker) demands(x profile.Field, given profile.Answers) bool {
	if a.Demands != nil {
		return a.Demands(x, given)
	}
	return a.Profile.Requires(x, given)
}

// EmptyRow is the number of the row behind those that hold anything.
func EmptyRow(rows []int) int {
	if len(rows) == 0 {
		return 0
	}
	return rows[len(rows)-1] + 1
}

// AsTyped is the first value of a key with the space around it.
func AsTyped(a profile.Answers, key string) string {
	if v := a[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}
