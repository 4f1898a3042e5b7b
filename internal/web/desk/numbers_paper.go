package desk

import (
	"bytes"
	"net/http"
	"strconv"

	"klankbord/internal/paper"
	"klankbord/internal/sheet"
	"klankbord/internal/web/ui"
)

// reportFile sends the report of a year as a tagged PDF.
func (d *desk) reportFile(w http.ResponseWriter, r *http.Request) error {
	data, err := d.report(r)
	if err != nil {
		return err
	}
	return d.sendPaper(w, r, data, "yearly-report", "klankbord-"+data.Now+"-"+data.For+"-"+data.Lang+".pdf")
}

// reportTable sends the report of a year as a table, with the definition beside each
// figure.
func (d *desk) reportTable(w http.ResponseWriter, r *http.Request) error {
	data, err := d.report(r)
	if err != nil {
		return err
	}
	if err := d.Casework.TakePaper(r.Context(), actor(r), "yearly-report", "csv"); err != nil {
		return err
	}
	text := func(key string) sheet.Cell { return sheet.Text(d.Words.Text(data.Lang, key, nil)) }
	t := sheet.Table{Head: []string{text("numbers.column-figure").Text, text("numbers.column-line").Text, data.Now, data.Before, text("numbers.column-means").Text}}
	for _, f := range data.Figures {
		for _, l := range f.all() {
			t.Rows = append(t.Rows, []sheet.Cell{sheet.Text(f.Name), sheet.Text(l.Label), cellOf(l.Now), cellOf(l.Before), sheet.Text(f.Means)})
		}
	}
	for _, p := range data.Intro {
		t.Rows = append(t.Rows, []sheet.Cell{text("numbers.column-note"), sheet.Text(""), sheet.Text(""), sheet.Text(""), sheet.Text(p)})
	}
	var file bytes.Buffer
	if err := t.CSV(&file); err != nil {
		return err
	}
	ui.FileHeaders(w, "klankbord-"+data.Now+"-"+data.For+"-"+data.Lang+".csv")
	_, err = w.Write(file.Bytes())
	return err
}

// cellOf is a number where it is one, and words otherwise.
func cellOf(s string) sheet.Cell {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return sheet.Number(n)
	}
	return sheet.Text(s)
}

// all is every line, that of all last.
func (v figureView) all() []lineView {
	if v.Whole == nil {
		return v.Lines
	}
	return append(v.Lines[:len(v.Lines):len(v.Lines)], *v.Whole)
}

// monthFile sends the page of a month as a tagged PDF.
func (d *desk) monthFile(w http.ResponseWriter, r *http.Request) error {
	data, err := d.monthly(r)
	if err != nil {
		return err
	}
	return d.sendPaper(w, r, data, "monthly-page", "klankbord-"+data.For+"-"+data.Lang+".pdf")
}

func (d *desk) sendPaper(w http.ResponseWriter, r *http.Request, data reportPage, what, name string) error {
	if err := d.Casework.TakePaper(r.Context(), actor(r), what, "pdf"); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := d.paperOf(data).Write(&file, d.Clock.Now()); err != nil {
		return err
	}
	ui.FileHeaders(w, name)
	_, err := w.Write(file.Bytes())
	return err
}

// paperOf puts an edition on paper, in the words of the page.
func (d *desk) paperOf(data reportPage) paper.Document {
	doc := paper.Document{Lang: data.Lang, Title: data.Title, Footer: d.Brand(data.Lang).Name}
	for _, p := range data.Intro {
		doc.Blocks = append(doc.Blocks, paper.Paragraph(p))
	}
	if len(data.Ranges) > 0 {
		t := paper.Table{Head: []string{d.Words.Text(data.Lang, "numbers.range-head", nil), data.Period}}
		for _, a := range data.Ranges {
			t.Rows = append(t.Rows, []string{a.Label, a.Text})
		}
		doc.Blocks = append(doc.Blocks, t)
	}
	for _, f := range data.Figures {
		t := paper.Table{Head: []string{f.Name, data.Now, data.Before}}
		for _, l := range f.all() {
			t.Rows = append(t.Rows, []string{l.Label, l.Now, l.Before})
		}
		doc.Blocks = append(doc.Blocks, paper.Heading(f.Name), paper.Paragraph(f.Means), t)
	}
	return doc
}
