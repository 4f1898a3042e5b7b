package desk

import (
	"bytes"
	"net/http"
	"strconv"

	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/paper"
	"klankbord/internal/web/ui"
)

type samplePage struct {
	Filters []ui.Field
	Lead    string
	Table   ui.Table
	File    string
	year    string
}

// sampleShow shows an auditor whether what was promised in a year was done in time.
func (d *desk) sampleShow(w http.ResponseWriter, r *http.Request) error {
	data, err := d.sample(r)
	if err != nil {
		return err
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/sample", page(d, r, d.text(r, "numbers.sample"), data))
}

// sampleFile sends the same as a tagged PDF.
func (d *desk) sampleFile(w http.ResponseWriter, r *http.Request) error {
	data, err := d.sample(r)
	if err != nil {
		return err
	}
	if err := d.Casework.TakePaper(r.Context(), actor(r), "log-sample", "pdf"); err != nil {
		return err
	}
	l := d.Renderer.Lang(r)
	t := paper.Table{}
	for _, c := range data.Table.Columns {
		t.Head = append(t.Head, c.Text)
	}
	for _, row := range data.Table.Rows {
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, c.Text)
		}
		t.Rows = append(t.Rows, cells)
	}
	doc := paper.Document{
		Lang: l, Title: d.text(r, "numbers.sample") + " " + data.year, Footer: d.Brand(l).Name,
		Blocks: []paper.Block{paper.Paragraph(data.Lead), paper.Paragraph(d.text(r, "numbers.sample-how"))},
	}
	if len(t.Rows) > 0 {
		doc.Blocks = append(doc.Blocks, t)
	}
	var file bytes.Buffer
	if err := doc.Write(&file, d.Clock.Now()); err != nil {
		return err
	}
	ui.FileHeaders(w, "klankbord-sample-"+data.year+"-"+l+".pdf")
	_, err = w.Write(file.Bytes())
	return err
}

func (d *desk) sample(r *http.Request) (data samplePage, err error) {
	if !actor(r).Auditor() {
		return data, fault.New(fault.Denied, "error.denied.what")
	}
	this := figures.MonthIn(d.Clock.Now(), lang.Brussels()).Year()
	year, err := strconv.Atoi(r.URL.Query().Get("year"))
	if err != nil || year > this || year < this-yearsBack {
		year = this
	}
	s, err := d.Casework.Sample(r.Context(), actor(r), year)
	if err != nil {
		return data, err
	}
	data.year = strconv.Itoa(year)
	data.File = "/desk/log/sample.pdf?year=" + data.year
	data.Lead = d.text(r, "numbers.sample-lead", "n", len(s.Cases), "of", s.Of, "year", year)
	var years []ui.Option
	for y := this; y >= this-yearsBack; y-- {
		years = append(years, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	data.Filters = []ui.Field{d.paperField(r, "year", data.year, years)}
	data.Table = ui.Table{Caption: d.text(r, "numbers.sample"), Stacked: true, Empty: d.text(r, "numbers.sample-none")}
	for _, c := range []string{"number", "received", "acknowledged", "answered"} {
		data.Table.Columns = append(data.Table.Columns, ui.Column{Text: d.text(r, "numbers.column-"+c)})
	}
	for _, k := range s.Cases {
		n := string(k.Number)
		row := ui.Row{Key: n, Name: n, Cells: []ui.Cell{{Text: n, Head: true}, {Text: d.evidenceText(r, k.Received)}}}
		for _, step := range k.Steps {
			row.Cells = append(row.Cells, ui.Cell{Text: d.keptText(r, step)})
		}
		for len(row.Cells) < len(data.Table.Columns) {
			row.Cells = append(row.Cells, ui.Cell{Text: d.text(r, "numbers.sample-nothing")})
		}
		data.Table.Rows = append(data.Table.Rows, row)
	}
	return data, nil
}

// evidenceText is when something was, and which line of the log tells of it.
func (d *desk) evidenceText(r *http.Request, e casework.Evidence) string {
	when := lang.DateTime(lang.Lang(d.Renderer.Lang(r)), e.At)
	switch {
	case e.Position < 0:
		return d.text(r, "numbers.sample-unplaced", "when", when)
	case !e.Proven:
		return d.text(r, "numbers.sample-unproven", "when", when, "position", e.Position)
	default:
		return d.text(r, "numbers.sample-line", "when", when, "position", e.Position, "hash", e.Hash[:16])
	}
}

func (d *desk) keptText(r *http.Request, k casework.Kept) string {
	due := d.text(r, "numbers.sample-due", "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), k.Due))
	switch {
	case !k.Done.At.IsZero():
		return d.judgedText(d.Renderer.Lang(r), k.Judged) + ". " + d.evidenceText(r, k.Done) + " " + due
	case k.Judged == figures.Late:
		return d.text(r, "numbers.sample-missed") + " " + due
	default:
		return due
	}
}
