package desk

import (
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/casework"
	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// yearPage is where a member enters what the numbers of a year are measured by.
type yearPage struct {
	Year, Back string
	Fields     []ui.Field
}

func (d *desk) yearShow(w http.ResponseWriter, r *http.Request) error {
	return d.showYear(w, r, http.StatusOK, nil, nil)
}

// yearAsked is the year that an address names; this year where it names none.
func (d *desk) yearAsked(r *http.Request) int {
	year, err := strconv.Atoi(r.URL.Query().Get("year"))
	if err != nil {
		return figures.MonthIn(d.Clock.Now(), lang.Brussels()).Year()
	}
	return year
}

func (d *desk) showYear(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	y, err := d.Casework.Year(r.Context(), actor(r), d.yearAsked(r))
	if err != nil {
		return err
	}
	year := strconv.Itoa(y.Year)
	data := yearPage{Year: year, Back: "/desk/numbers?year=" + year}
	for _, x := range []struct {
		name string
		n    int
	}{{"people", y.People}, {"supporters", y.Supporters}, {"trainings", y.Trainings}} {
		f := ui.Field{
			Kind: ui.KindText, Name: x.name, Label: d.text(r, "numbers.year-"+x.name), Hint: d.text(r, "numbers.year-hint-"+x.name), Optional: true,
			InputMode: "numeric", Width: "20", Error: ui.ErrorFor(errs, x.name),
		}
		if x.n != casework.Unknown {
			f.Values = []string{strconv.Itoa(x.n)}
		}
		if typed != nil {
			f.Values = typed[x.name]
		}
		data.Fields = append(data.Fields, f)
	}
	p := page(d, r, d.text(r, "numbers.year-title", "year", year), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/year", p)
}

func (d *desk) yearSave(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	y := casework.Year{Year: d.yearAsked(r)}
	var errs []ui.FormError
	for name, into := range map[string]*int{"people": &y.People, "supporters": &y.Supporters, "trainings": &y.Trainings} {
		var ok bool
		if *into, ok = wholeNumber(f.one(name)); !ok {
			errs = append(errs, ui.FormError{Field: name, Text: d.text(r, "error.year-number")})
		}
	}
	if errs != nil {
		return d.showYear(w, r, http.StatusUnprocessableEntity, f, errs)
	}
	err = d.Casework.EnterYear(r.Context(), actor(r), y)
	if errs, status := d.problems(r, err, "people"); errs != nil {
		return d.showYear(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/numbers?year="+strconv.Itoa(y.Year)+"#rate-integrity")
	return nil
}

// wholeNumber reads a number as people type it, with or without the signs between
// thousands; nothing is casework.Unknown.
func wholeNumber(s string) (int, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ".", "", ",", "").Replace(strings.TrimSpace(s))
	if s == "" {
		return casework.Unknown, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}
