package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

type logPage struct {
	Stands   []ui.Notice // how the log stands, the worst first
	Filters  []ui.Field
	Filtered bool
	Table    ui.Table
	Older    string
	Looked   int64 // lines from this position on were looked through
}

// logShow lists what happened on the desk, for whoever checks it: never what a case
// holds.
func (d *desk) logShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f, errs := d.logFilter(r, q)
	p, err := d.Casework.Log(r.Context(), actor(r), f)
	if err != nil {
		return err
	}
	data := logPage{Stands: d.logStands(r, p), Filters: d.logFilters(r, p, q, errs), Table: d.logTable(r, p.Lines, "case"), Looked: p.Until}
	for _, key := range logKeys() {
		data.Filtered = data.Filtered || q.Get(key) != ""
	}
	if p.Older > 0 {
		next := url.Values{"before": {strconv.FormatInt(p.Older, 10)}}
		for _, key := range logKeys() {
			if v := q.Get(key); v != "" {
				next.Set(key, v)
			}
		}
		data.Older = "/desk/log?" + next.Encode()
	}
	shown := page(d, r, d.text(r, "desk.log.title"), data)
	shown.Errors = errs
	return d.Renderer.Render(w, r, http.StatusOK, "desk/log", shown)
}

// logKeys are the names of the filters in the address.
func logKeys() []string { return []string{"kind", "who", "number", "since", "until"} }

// logFilter reads the filters. A date that cannot be is told; the list is then not
// narrowed by it.
func (d *desk) logFilter(r *http.Request, q url.Values) (f casework.LogFilter, errs []ui.FormError) {
	f = casework.LogFilter{Kind: audit.Kind(q.Get("kind")), Who: staff.ID(q.Get("who")), Older: integer(q.Get("before"))}
	if typed := strings.TrimSpace(q.Get("number")); typed != "" {
		number, ok := ident.ParseCaseNumber(typed)
		if !ok {
			number = "KB-0000-00" // has the answer of a case that is not yours
		}
		f.Number = casefile.Number(number)
	}
	for _, key := range []string{"since", "until"} {
		typed := strings.TrimSpace(q.Get(key))
		if typed == "" {
			continue
		}
		day, ok := parseDay(typed)
		switch {
		case !ok:
			errs = append(errs, ui.FormError{Field: key, Text: d.text(r, "error.date-wrong")})
		case key == "since":
			f.Since = day
		default:
			f.Before = day.AddDate(0, 0, 1)
		}
	}
	return f, errs
}

// parseDay reads a day as people write it: day, month, year with anything between.
func parseDay(s string) (time.Time, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) != 3 {
		return time.Time{}, false
	}
	if len(parts[0]) == 4 { // as in 2026-03-02
		parts[0], parts[2] = parts[2], parts[0]
	}
	year, month, day := integer(parts[2]), integer(parts[1]), integer(parts[0])
	if year < 1900 || year > 9999 || month < 1 || month > 12 {
		return time.Time{}, false
	}
	t := time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, lang.Brussels())
	return t, int64(t.Day()) == day && int64(t.Month()) == month
}

func (d *desk) logFilters(r *http.Request, p *casework.LogPage, q url.Values, errs []ui.FormError) []ui.Field {
	every := ui.Option{Label: d.text(r, "desk.filter.all")}
	kinds, who := []ui.Option{every}, []ui.Option{every}
	for _, k := range audit.Kinds() {
		kinds = append(kinds, ui.Option{Value: string(k), Label: d.text(r, "desk.log.kind-"+string(k))})
	}
	for _, k := range []audit.ActorKind{audit.Complainant, audit.System, audit.Operator} {
		who = append(who, ui.Option{Value: string(k), Label: d.text(r, "desk.log.actor-"+string(k))})
	}
	for _, m := range p.People {
		who = append(who, ui.Option{Value: string(m.ID), Label: m.Name})
	}
	field := func(kind ui.FieldKind, name string, list []ui.Option) ui.Field {
		return ui.Field{
			Kind: kind, Name: name, Label: d.text(r, "desk.log.filter-"+name), Values: []string{q.Get(name)}, Bare: true, Options: list,
			Error: ui.ErrorFor(errs, name),
		}
	}
	return []ui.Field{
		field(ui.KindSelect, "kind", kinds), field(ui.KindSelect, "who", who), field(ui.KindText, "number", nil),
		field(ui.KindText, "since", nil), field(ui.KindText, "until", nil),
	}
}

// logTable lists lines; with "case" they are those of many cases.
func (d *desk) logTable(r *http.Request, lines []casework.LogLine, column string) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.log.title"), Stacked: true, Empty: d.text(r, "desk.log.empty")}
	for _, key := range []string{"at", "what", "who", column, "position"} {
		if key != "" {
			t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.log.column-"+key), Number: key == "position", Whole: key == "case"})
		}
	}
	for _, line := range lines {
		cells := []ui.Cell{{Text: lang.DateTime(lang.Lang(d.Renderer.Lang(r)), line.At)}, {Text: d.lineText(r, line), Head: true}, {Text: d.lineActor(r, line)}}
		if column != "" {
			cells = append(cells, ui.Cell{Text: string(line.Number)})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append(cells, d.linePlace(r, line))})
	}
	return t
}

// linePlace is the position of a line, or what is to be said about it instead.
func (d *desk) linePlace(r *http.Request, line casework.LogLine) ui.Cell {
	switch {
	case line.Altered:
		return ui.Cell{Tag: &ui.Tag{Text: d.text(r, "desk.log.altered-tag", "position", line.Position), Tone: ui.Bad}}
	case line.Position < 0:
		return ui.Cell{Tag: &ui.Tag{Text: d.text(r, "desk.log.waiting-tag")}}
	default:
		return ui.Cell{Text: strconv.FormatInt(line.Position, 10)}
	}
}

// logStands says how the log stands, and whether the lines of this page stand in it.
func (d *desk) logStands(r *http.Request, p *casework.LogPage) []ui.Notice {
	s := p.Standing
	if p.Altered > 0 {
		altered := ui.Notice{Text: d.Words.Plural(d.Renderer.Lang(r), "desk.log.altered", p.Altered, nil), Tone: ui.Bad}
		return []ui.Notice{altered, d.logWitnesses(r, s)}
	}
	if s.Trouble != "" || len(d.logAlarms(r, s)) > 0 || s.Size == 0 { // which stands above the page
		return []ui.Notice{d.logWitnesses(r, s)}
	}
	l := lang.Lang(d.Renderer.Lang(r))
	text := d.text(r, "desk.log.sound", "n", lang.Number(l, s.Size), "when", lang.DateTime(l, s.Signed))
	checked := d.text(r, "desk.log.checked", "when", lang.DateTime(l, s.Checked))
	if s.Checked.IsZero() {
		checked = d.text(r, "desk.log.never-checked")
	}
	return []ui.Notice{{Text: text + "\n\n" + checked, Tone: ui.Good}, d.logWitnesses(r, s)}
}

// logWitnesses says who outside holds a checkpoint.
func (d *desk) logWitnesses(r *http.Request, s custody.Standing) ui.Notice {
	n := ui.Notice{Title: d.text(r, "desk.log.witnesses")}
	if len(s.Witnesses) == 0 {
		n.Text, n.Tone = d.text(r, "desk.log.witness-none"), ui.Warn
		return n
	}
	l := lang.Lang(d.Renderer.Lang(r))
	var lines []string
	for _, w := range s.Witnesses {
		key := "got"
		switch {
		case w.Behind:
			key, n.Tone = "behind", ui.Warn
		case w.State == "dead":
			key, n.Tone = "dead", ui.Warn
		case w.Size == 0 && w.State == "waiting":
			key = "waits"
		case w.Size == 0:
			key = "nothing"
		}
		lines = append(lines, d.text(r, "desk.log.witness-"+key, "address", w.Address, "n", lang.Number(l, w.Size), "when", lang.DateTime(l, w.Sent)))
	}
	n.Text = strings.Join(lines, "\n\n")
	return n
}
