package desk

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

type numbersPage struct {
	Lead     string
	Notices  []ui.Notice
	Filters  []ui.Field
	Filtered bool
	Figures  []figureView
	Now      string // the period, as it is called
	Before   string
	Year     string // the address at which the year is entered; empty: not for them
}

// figureView is a figure in words, as pages and papers show it.
type figureView struct {
	ID, Name, Means string
	Whole           *lineView // nil: there is none
	Lines           []lineView
}

// lineView is one line of it. The widths are those of its bars, in hundredths of the
// longest; nought where there is nothing to draw.
type lineView struct {
	Label, Now, Before    string
	NowWidth, BeforeWidth int
}

// yearsBack is how many years before this one can be chosen.
const yearsBack = 5

// numbersShow counts what the member may count, for a part of a year.
func (d *desk) numbersShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	now := d.Clock.Now()
	p := parsePeriod(q.Get("year"), q.Get("part"), figures.MonthIn(now, lang.Brussels()))
	f := casework.NumbersFilter{Period: p, Route: casefile.Route(q.Get("route")), For: figures.Team}
	n, err := d.Casework.Numbers(r.Context(), actor(r), f)
	if err != nil {
		return err
	}
	l := d.Renderer.Lang(r)
	data := numbersPage{
		Lead: d.text(r, "numbers.lead"), Filters: d.numbersFilters(r, f, now), Filtered: f.Route != "" || q.Get("part") != "",
		Figures: d.figureViews(l, n.Report), Now: d.periodText(l, p), Before: d.periodText(l, p.Before()),
	}
	if n.All {
		data.Lead = d.text(r, "numbers.lead-all")
	}
	if n.Running() {
		data.Notices = append(data.Notices, ui.Notice{Text: d.text(r, "numbers.running"), Tone: ui.Info})
	}
	if n.Damaged > 0 {
		data.Notices = append(data.Notices, ui.Notice{Text: d.Words.Plural(l, "numbers.damaged", n.Damaged, nil), Tone: ui.Warn})
	}
	if actor(r).Handler() {
		data.Year = "/desk/numbers/year?year=" + strconv.Itoa(p.From.Year())
	}
	page := page(d, r, d.text(r, "numbers.title"), data)
	page.TitleParts = []string{data.Now}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/numbers", page)
}

// parsePeriod reads a year and a part of it: nothing, a quarter such as q2 or a month
// such as 05. What cannot be read is the whole of this year.
func parsePeriod(year, part string, this figures.Month) figures.Period {
	y, err := strconv.Atoi(year)
	if err != nil || y < 2000 || y > 9000 {
		y = this.Year()
	}
	p := figures.YearOf(y)
	if n, err := strconv.Atoi(strings.TrimPrefix(part, "q")); err == nil {
		switch {
		case strings.HasPrefix(part, "q") && n >= 1 && n <= 4:
			p.From += figures.Month(3 * (n - 1))
			p.To = p.From + 2
		case !strings.HasPrefix(part, "q") && n >= 1 && n <= 12:
			p.From += figures.Month(n - 1)
			p.To = p.From
		}
	}
	return p
}

// periodText is what a period is called.
func (d *desk) periodText(l string, p figures.Period) string {
	year := strconv.Itoa(p.From.Year())
	switch p.To - p.From {
	case 0:
		return lang.Month(lang.Lang(l), p.From.Of()) + " " + year
	case 2:
		return d.Words.Text(l, "numbers.quarter-of", map[string]string{"n": strconv.Itoa(int(p.From.Of())/3 + 1), "year": year})
	default:
		return year
	}
}

func (d *desk) numbersFilters(r *http.Request, f casework.NumbersFilter, now time.Time) []ui.Field {
	l := lang.Lang(d.Renderer.Lang(r))
	var years, routes []ui.Option
	this := figures.MonthIn(now, lang.Brussels()).Year()
	for y := this; y >= this-yearsBack; y-- {
		years = append(years, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	parts := []ui.Option{{Label: d.text(r, "numbers.part-whole")}}
	for n := 1; n <= 4; n++ {
		parts = append(parts, ui.Option{Value: "q" + strconv.Itoa(n), Label: d.text(r, "numbers.quarter", "n", n)})
	}
	for m := time.January; m <= time.December; m++ {
		parts = append(parts, ui.Option{Value: strconv.Itoa(int(m)), Label: lang.Month(l, m)})
	}
	routes = append(routes, ui.Option{Label: d.text(r, "desk.filter.all")})
	routes = append(routes, options(d, r, "common.route.", []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity})...)
	part := ""
	switch from := int(f.Period.From.Of()); f.Period.To - f.Period.From {
	case 0:
		part = strconv.Itoa(from)
	case 2:
		part = "q" + strconv.Itoa(from/3+1)
	}
	field := func(name, chosen string, list []ui.Option) ui.Field {
		return ui.Field{Kind: ui.KindSelect, Name: name, Label: d.text(r, "numbers.filter-"+name), Values: []string{chosen}, Bare: true, Options: list}
	}
	return []ui.Field{
		field("year", strconv.Itoa(f.Period.From.Year()), years), field("part", part, parts), field("route", string(f.Route), routes),
	}
}
