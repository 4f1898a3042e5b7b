package public

import (
	"net/http"
	"slices"
	"strconv"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// stepPart is one thing on a question page; exactly one member is set.
type stepPart struct {
	Field  *ui.Field
	Topics *topicList
	Group  *ui.Group
	Tick   *tick
}

// topicList is the one list of topics under a heading per route.
type topicList struct {
	ID, Legend, Hint, Error, DescribedBy string
	Groups                               []topicGroup
}

// topicGroup is the topics of one route.
type topicGroup struct {
	Heading string
	Topics  []topicChoice
	Closed  *closedNotice // nobody receives these yet
}

// topicChoice is a topic that can be ticked.
type topicChoice struct {
	ID, Value, Label, Hint string
	Ticked                 bool
}

// tick is a single box with its own words.
type tick struct {
	ID, Name, Label, Hint, Error, DescribedBy string
	Ticked, Optional                          bool
}

// stepParts builds what a page asks, in order.
func (f *face) stepParts(r *http.Request, v stepView) []stepPart {
	var parts []stepPart
	for _, x := range v.step.Fields {
		switch {
		case x.ID == profile.FieldTopics:
			parts = append(parts, stepPart{Topics: f.topicList(r, x, v)})
		case x.Kind == profile.Checkbox:
			parts = append(parts, stepPart{Tick: f.tick(r, x, v)})
		case x.Kind == profile.Persons:
			parts = append(parts, stepPart{Group: f.group(r, x, v)})
		case x.Kind == profile.Amount:
			field := f.field(r, x, x.ID, v)
			parts = append(parts, stepPart{Field: &field}, stepPart{Field: f.currency(r, x, v)})
		default:
			field := f.field(r, x, x.ID, v)
			parts = append(parts, stepPart{Field: &field})
		}
	}
	return parts
}

// field builds the control of a field whose answer stands under key.
func (f *face) field(r *http.Request, x profile.Field, key string, v stepView) ui.Field {
	l := f.Renderer.Lang(r)
	u := ui.Field{
		Kind: controlOf(x.Kind), Name: key, Label: x.Label.In(l), Hint: inOrNone(x.Hint, l), Error: errorsFor(v.errors, key),
		Values: slices.Clone(v.answers[key]), Autocomplete: x.Autocomplete,
	}
	f.mark(&u, x, v)
	switch x.Kind {
	case profile.Date:
		u.Values = []string{asTyped(v.answers, key+".day"), asTyped(v.answers, key+".month"), asTyped(v.answers, key+".year")}
	case profile.Choice, profile.Choices:
		u.Options, u.Autocomplete = optionsIn(x.Options, l), ""
	case profile.Long:
		u.Rows = 10
		if u.Hint == "" {
			u.Limit = f.words(r, "form.limit", "max", strconv.Itoa(x.MaxChars))
		}
	case profile.Address:
		u.Rows = 4
	case profile.Files:
		u.Values, u.Files, u.Upload = nil, addedFiles(v), "/"+l+"/upload/complaint"
		u.Limit = f.words(r, "form.files-limit", "files", strconv.Itoa(f.Intake.Limits.Files), "size", megabytes(f.Intake.Limits.FileBytes))
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
func (f *face) mark(u *ui.Field, x profile.Field, v stepView) {
	switch {
	case slices.Contains(v.step.OneOf.Fields, x.ID):
		u.Bare = true
	default:
		u.Optional = !f.Profile.Requires(x, v.answers)
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
		out = append(out, ui.Option{Value: o.ID, Label: o.Label.In(l), Hint: inOrNone(o.Hint, l)})
	}
	return out
}

func (f *face) currency(r *http.Request, x profile.Field, v stepView) *ui.Field {
	key := x.ID + ".currency"
	return &ui.Field{
		Kind: ui.KindSelect, Name: key, Label: f.words(r, "form.currency"), Bare: true, Width: "20",
		Values: v.answers[key], Options: optionsIn(x.Options, f.Renderer.Lang(r)),
	}
}

func (f *face) tick(r *http.Request, x profile.Field, v stepView) *tick {
	l := f.Renderer.Lang(r)
	t := &tick{
		ID: ui.ID(x.ID), Name: x.ID, Label: x.Label.In(l), Hint: inOrNone(x.Hint, l), Error: errorsFor(v.errors, x.ID),
		Ticked: v.answers.Has(x.ID, "yes"), Optional: !f.Profile.Requires(x, v.answers),
	}
	t.DescribedBy = ui.Field{Name: x.ID, Hint: t.Hint, Error: t.Error}.DescribedBy()
	return t
}

func (f *face) topicList(r *http.Request, x profile.Field, v stepView) *topicList {
	l := f.Renderer.Lang(r)
	t := &topicList{ID: ui.ID(x.ID), Legend: x.Label.In(l), Hint: inOrNone(x.Hint, l), Error: errorsFor(v.errors, x.ID)}
	t.DescribedBy = ui.Field{Name: x.ID, Hint: t.Hint, Error: t.Error}.DescribedBy()
	for _, route := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		g := topicGroup{Heading: f.routeHeading(route, l)}
		for _, o := range x.Options {
			if o.Group == route {
				g.Topics = append(g.Topics, topicChoice{t.ID + "-" + ui.ID(o.ID), o.ID, o.Label.In(l), inOrNone(o.Hint, l), v.answers.Has(x.ID, o.ID)})
			}
		}
		if team, ok := f.Profile.TeamFor(route); ok && v.closed == nil {
			g.Closed = f.closedTo(r, team)
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
func (f *face) routeHeading(route casefile.Route, l string) string {
	page, _ := f.Profile.Page("public")
	b, _ := page.Block("route-" + string(route))
	return b.Heading.In(l)
}

// group shows the rows that hold anything, and one empty row at first or when one
// more was asked for.
func (f *face) group(r *http.Request, x profile.Field, v stepView) *ui.Group {
	l := f.Renderer.Lang(r)
	g := &ui.Group{Name: x.ID, Legend: x.Label.In(l), Hint: inOrNone(x.Hint, l), Add: f.words(r, "form.add-person")}
	rows := v.answers.Rows(x.ID)
	if len(rows) == 0 || v.more == x.ID && len(rows) < x.MaxRows {
		rows = append(rows, emptyRow(rows))
	}
	for i, row := range rows {
		item := ui.GroupItem{Key: strconv.Itoa(row), Legend: f.words(r, "form.person", "n", strconv.Itoa(i+1))}
		for _, sub := range x.Fields {
			item.Fields = append(item.Fields, f.field(r, sub, profile.RowKey(x.ID, row, sub.ID), v))
		}
		g.Items = append(g.Items, item)
	}
	if len(rows) == 1 && !v.answers.Given(x.ID) {
		g.Items[0].Key = "" // nothing to remove
	}
	return g
}

// emptyRow is the number of the row behind those that hold anything.
func emptyRow(rows []int) int {
	if len(rows) == 0 {
		return 0
	}
	return rows[len(rows)-1] + 1
}

// asTyped is the first value of a key with the space around it.
func asTyped(a profile.Answers, key string) string {
	if v := a[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}
