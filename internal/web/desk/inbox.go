package desk

import (
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

type inboxPage struct {
	Waiting  bool // enrolled, but no colleague has vouched yet
	Mark     string
	From     string // from when, once colleagues have vouched
	NoCases  bool
	Auditor  bool
	Views    []ui.Link
	View     string
	Filters  []ui.Field
	Filtered bool
	Table    ui.Table
	Pages    *ui.Pages
	Total    int
	Most     bool // there are more than Total
	Cut      bool
	Next     *casework.Row
	Asked    []ui.Link // requests of colleagues that wait for this member
	Wanted   []ui.Link // what else colleagues want of this member
	Saved    []ui.Link // lists under a name
	Save     string    // where this one gets a name
	Standing []standing
	Done     string // what was just done; empty: nothing
	Erased   bool   // the view from which erased cases are found
}

func (d *desk) inboxShow(w http.ResponseWriter, r *http.Request) error {
	a := actor(r)
	if !a.Entry.Active {
		return d.showWaiting(w, r, a)
	}
	q := r.URL.Query()
	in, err := d.Casework.Inbox(r.Context(), a, filterOf(q))
	if err != nil {
		return err
	}
	title := d.text(r, "desk.view."+string(in.View))
	if in.NoCases {
		title = d.text(r, "desk.inbox.title")
	}
	data := d.inboxData(r, a, in)
	if data.Asked, err = d.waiting(r); err != nil {
		return err
	}
	if data.Wanted, err = d.wanted(r); err != nil {
		return err
	}
	if err := d.savedLists(r, &data, in); err != nil {
		return err
	}
	if data.Standing, err = d.standing(r); err != nil {
		return err
	}
	if what := q.Get("done"); what == "aside" || what == "moved" {
		data.Done = d.text(r, "desk.inbox.done-"+what)
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/inbox", page(d, r, title, data))
}

func (d *desk) showWaiting(w http.ResponseWriter, r *http.Request, a access.Actor) error {
	data := inboxPage{Waiting: true, Mark: spaced(a.Keys.Public().Fingerprint())}
	if from, ok := d.Setup.Entering(r.Context(), a); ok {
		data.From = d.text(r, "desk.waiting.from", "date", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), from))
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/waiting", page(d, r, d.text(r, "desk.waiting.title"), data))
}

// spaced groups a fingerprint so that two people can read it to each other.
func spaced(s string) string {
	var out []byte
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, s[i])
	}
	return string(out)
}

func (d *desk) inboxData(r *http.Request, a access.Actor, in *casework.Inbox) inboxPage {
	data := inboxPage{
		NoCases: in.NoCases, Auditor: a.Auditor(), View: string(in.View), Total: in.Total,
		Most: in.Total >= casework.CountMost, Cut: in.Cut, Erased: in.View == casework.ViewErase,
		Filtered: in.Filter.Route != "" || in.Filter.State != "" || in.Filter.Topic != "" || in.Filter.Tag != "" || in.Filter.Severity > 0,
	}
	if in.NoCases {
		return data
	}
	for _, v := range casework.Views() {
		data.Views = append(data.Views, ui.Link{
			Href: "/desk?view=" + string(v), Text: d.text(r, "desk.view."+string(v)), Current: v == in.View,
			Count: min(in.Counts[v], casework.ViewCountMost-1), Over: in.Counts[v] >= casework.ViewCountMost,
		})
	}
	data.Filters = d.filters(r, in)
	data.Table = d.caseTable(r, in)
	data.Pages = d.inboxPages(r, in)
	if in.Next.Number != "" {
		data.Next = &in.Next
	}
	return data
}

func (d *desk) filters(r *http.Request, in *casework.Inbox) []ui.Field {
	every := ui.Option{Label: d.text(r, "desk.filter.all")}
	field := func(name, chosen string, list []ui.Option) ui.Field {
		return ui.Field{
			Kind: ui.KindSelect, Name: name, Label: d.text(r, "desk.filter."+name), Values: []string{chosen}, Bare: true,
			Options: append([]ui.Option{every}, list...),
		}
	}
	routes := []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}
	lang := d.Renderer.Lang(r)
	var topics []ui.Option
	for _, t := range in.Topics {
		topics = append(topics, ui.Option{Value: t.ID, Label: t.Label.In(lang)})
	}
	return []ui.Field{
		field("route", string(in.Filter.Route), options(d, r, "common.route.", routes)),
		field("topic", in.Filter.Topic, topics),
		field("state", string(in.Filter.State), options(d, r, "common.state.", casefile.States())),
		{Kind: ui.KindText, Name: "tag", Label: d.text(r, "together.tag.filter"), Values: []string{in.Filter.Tag}, Bare: true},
		field("severity", chosenSeverity(in.Filter.Severity), options(d, r, "work.severity.", []string{"2", "3", "4"})),
	}
}

func (d *desk) caseTable(r *http.Request, in *casework.Inbox) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.inbox.caption", "view", d.text(r, "desk.view."+string(in.View))), Stacked: true, Select: "case", Form: "page"}
	for _, key := range []string{"subject", "number", "due", "state", "route", "charge"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.column."+key), Whole: key == "number"})
	}
	t.Empty = d.text(r, "desk.empty."+string(in.View))
	for _, row := range in.Rows {
		t.Rows = append(t.Rows, ui.Row{Key: string(row.Number), Name: string(row.Number), Unread: row.Unread, Cells: d.cells(r, in.View, row)})
	}
	return t
}

func (d *desk) cells(r *http.Request, v casework.View, row casework.Row) []ui.Cell {
	subject := row.Subject
	if row.Damaged {
		subject = d.text(r, "desk.row.damaged")
	} else if subject == "" {
		subject = topicNames(row.Topics, d.Renderer.Lang(r), d.text(r, "desk.row.nameless"))
	}
	if len(row.Tags) > 0 {
		subject = d.text(r, "together.tag.row", "subject", subject, "tags", strings.Join(row.Tags, ", "))
	}
	charge := row.Charge
	if charge == "" {
		charge = d.text(r, "desk.nobody")
	}
	state := d.text(r, "common.state."+string(row.State))
	if row.Severity > 0 {
		state = d.text(r, "work.row-severity", "state", state, "n", row.Severity)
	}
	if away := d.awayText(r, charge, row.Away); away != "" {
		charge = away
	}
	var mark *ui.Tag
	if row.Distress {
		mark = &ui.Tag{Text: d.text(r, "distress.badge"), Tone: ui.Warn}
	}
	return []ui.Cell{
		{Text: subject, Href: "/desk/case/" + string(row.Number), Head: true, Mark: mark},
		{Text: string(row.Number)},
		d.dueCell(r, v, row),
		{Text: state},
		{Text: d.text(r, "common.route."+string(row.Route))},
		{Text: charge},
	}
}

func (d *desk) dueCell(r *http.Request, v casework.View, row casework.Row) ui.Cell {
	switch {
	case v != casework.ViewErase:
	case !row.Held.IsZero():
		return ui.Cell{Tag: &ui.Tag{Text: d.text(r, "desk.row.held", "date", d.date(r, row.Held)), Tone: ui.Warn}}
	case !row.Part.IsZero() && row.Part.Before(row.Kept):
		return ui.Cell{Text: d.text(r, "desk.row.part", "date", d.date(r, row.Part))}
	default:
		return ui.Cell{Text: d.text(r, "desk.row.kept", "date", d.date(r, row.Kept))}
	}
	if row.Due.IsZero() {
		return ui.Cell{Text: d.text(r, "desk.due.none")}
	}
	tag := ui.Tag{Text: d.phrase(r, row.Phrase)}
	switch {
	case row.Late:
		tag.Tone = ui.Bad
	case row.Soon:
		tag.Tone = ui.Warn
	}
	return ui.Cell{Tag: &tag}
}

func topicNames(topics []profile.Topic, lang, otherwise string) string {
	names := ""
	for _, t := range topics {
		if names != "" {
			names += ", "
		}
		names += t.Label.In(lang)
	}
	if names == "" {
		return otherwise
	}
	return names
}

// inboxPages is nil where one page shows everything.
func (d *desk) inboxPages(r *http.Request, in *casework.Inbox) *ui.Pages {
	last := (in.Total + casework.PageSize - 1) / casework.PageSize
	now := in.Filter.Page
	if last < 2 && now == 1 {
		return nil
	}
	at := func(n int) string {
		q := listQuery(in.Filter)
		q.Set("page", strconv.Itoa(n))
		return "/desk?" + q.Encode()
	}
	p := &ui.Pages{Label: d.text(r, "desk.inbox.pages"), Summary: d.text(r, "desk.inbox.page", "page", now, "pages", max(last, now))}
	if now > 1 {
		p.Prev = at(now - 1)
	}
	if in.More {
		p.Next = at(now + 1)
	}
	return p
}
