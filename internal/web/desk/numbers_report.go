package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casework"
	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// reportPage is an edition that leaves the team. Its own words are in the language that
// was chosen for it.
type reportPage struct {
	Filters []ui.Field
	Lang    string
	Title   string
	Intro   []string
	Figures []figureView
	Now     string
	Before  string
	Ranges  []ui.Answer // of a monthly page
	Period  string      // of a monthly page, in its language
	For     string      // what its file is called after
	File    string      // where it can be had as a file
	Table   string      // and as a table; empty: it cannot
}

// reportShow shows the report of a year.
func (d *desk) reportShow(w http.ResponseWriter, r *http.Request) error {
	data, err := d.report(r)
	if err != nil {
		return err
	}
	p := page(d, r, d.text(r, "numbers.report"), data)
	p.TitleParts = []string{data.Now}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/report", p)
}

// report makes the edition that an address asks for: of the last year for the public,
// in the language of the page, where it does not say.
func (d *desk) report(r *http.Request) (data reportPage, err error) {
	q := r.URL.Query()
	this := figures.MonthIn(d.Clock.Now(), lang.Brussels()).Year()
	year, err := strconv.Atoi(q.Get("year"))
	if err != nil || year < this-yearsBack || year >= this {
		year = this - 1
	}
	to, audience := "public", figures.Public
	if q.Get("for") == "board" {
		to, audience = "board", figures.Board
	}
	n, err := d.Casework.Numbers(r.Context(), actor(r), casework.NumbersFilter{Period: figures.YearOf(year), For: audience})
	if err != nil {
		return data, err
	}
	l := d.paperLang(r)
	data = reportPage{
		Lang: l, Figures: d.figureViews(l, n.Report), Now: strconv.Itoa(year), Before: strconv.Itoa(year - 1),
		Title: d.Words.Text(l, "numbers.report-title", map[string]string{"year": strconv.Itoa(year), "organisation": d.Brand(l).Name}),
		For:   to, File: "/desk/numbers/report.pdf?year=" + strconv.Itoa(year) + "&for=" + to + "&in=" + l,
	}
	data.Table = strings.Replace(data.File, ".pdf", ".csv", 1)
	data.Intro = []string{d.Words.Text(l, "numbers.report-"+to, nil), d.scope(l, actor(r), to), d.Words.Text(l, "numbers.report-small", nil)}
	var years []ui.Option
	for y := this - 1; y >= this-yearsBack; y-- {
		years = append(years, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	editions := options(d, r, "numbers.edition-", []string{"public", "board"})
	data.Filters = []ui.Field{
		d.paperField(r, "year", strconv.Itoa(year), years), d.paperField(r, "for", to, editions), d.paperField(r, "in", l, d.paperLangs()),
	}
	return data, nil
}

// scope says which cases an edition counts, and which it does not.
func (d *desk) scope(l string, a access.Actor, to string) string {
	say := func(key string, pairs map[string]string) string { return d.Words.Text(l, key, pairs) }
	if !a.Handler() && to == "board" {
		return say("numbers.report-all", nil)
	}
	if !a.Handler() {
		return say("numbers.report-all", nil) + " " + say("numbers.report-without", nil)
	}
	var teams []string
	for _, as := range a.Entry.Assignments {
		if as.Role == staff.RoleHandler && !slices.Contains(teams, string(as.Team)) {
			teams = append(teams, string(as.Team))
		}
	}
	for i, t := range teams {
		teams[i] = say("common.team."+t, nil)
	}
	return say("numbers.report-teams", map[string]string{"teams": strings.Join(teams, ", ")}) + " " + say("numbers.report-without", nil)
}

// paperLang is the language of an edition.
func (d *desk) paperLang(r *http.Request) string {
	if in := r.URL.Query().Get("in"); slices.Contains(d.Languages, in) {
		return in
	}
	return d.Renderer.Lang(r)
}

func (d *desk) paperLangs() (list []ui.Option) {
	for _, l := range d.Languages {
		list = append(list, ui.Option{Value: l, Label: d.Words.Text(l, "common.language."+l, nil)})
	}
	return list
}

func (d *desk) paperField(r *http.Request, name, chosen string, list []ui.Option) ui.Field {
	return ui.Field{Kind: ui.KindSelect, Name: name, Label: d.text(r, "numbers.filter-"+name), Values: []string{chosen}, Bare: true, Options: list}
}

// monthShow shows the page of a month, without cases.
func (d *desk) monthShow(w http.ResponseWriter, r *http.Request) error {
	data, err := d.monthly(r)
	if err != nil {
		return err
	}
	p := page(d, r, d.text(r, "numbers.month"), data)
	p.TitleParts = []string{data.Now}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/report", p)
}

// monthsBack is how many months before this one can be chosen.
const monthsBack = 12

func (d *desk) monthly(r *http.Request) (data reportPage, err error) {
	this := figures.MonthIn(d.Clock.Now(), lang.Brussels())
	m, ok := figures.ParseMonth(r.URL.Query().Get("month"))
	if !ok || m >= this || m < this-monthsBack {
		m = this - 1
	}
	ranges, err := d.Casework.Month(r.Context(), actor(r), m)
	if err != nil {
		return data, err
	}
	l := d.paperLang(r)
	called := func(l string, m figures.Month) string { return d.periodText(l, figures.Period{From: m, To: m}) }
	data = reportPage{
		Lang: l, Now: called(d.Renderer.Lang(r), m), Period: called(l, m), For: m.String(), File: "/desk/numbers/month.pdf?month=" + m.String() + "&in=" + l,
		Title: d.Words.Text(l, "numbers.month-title", map[string]string{"month": called(l, m), "organisation": d.Brand(l).Name}),
		Intro: []string{d.Words.Text(l, "numbers.month-lead", nil), d.scope(l, actor(r), "board")},
	}
	for _, k := range ranges {
		data.Ranges = append(data.Ranges, ui.Answer{Label: d.Words.Text(l, "numbers.flow."+k.Key, nil), Text: d.rangeText(l, k)})
	}
	var months []ui.Option
	for x := this - 1; x >= this-monthsBack; x-- {
		months = append(months, ui.Option{Value: x.String(), Label: called(d.Renderer.Lang(r), x)})
	}
	data.Filters = []ui.Field{d.paperField(r, "month", m.String(), months), d.paperField(r, "in", l, d.paperLangs())}
	return data, nil
}

func (d *desk) rangeText(l string, k figures.Range) string {
	pairs := map[string]string{"from": strconv.Itoa(k.From), "to": strconv.Itoa(k.To)}
	switch {
	case k.From == 0:
		return d.Words.Text(l, "numbers.range-few", nil)
	case k.To == 0:
		return d.Words.Text(l, "numbers.range-more", map[string]string{"from": pairs["from"]})
	default:
		return d.Words.Text(l, "numbers.range", pairs)
	}
}
