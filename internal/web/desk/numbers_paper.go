package desk

import (
	"bytes"
	"net/http"

	"klankbord/internal/paper"
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

// monthFile sends the page of a month as a tagged PDF.
func (d *desk) monthFile(w http.ResponseWriter, r *http.Request) error {
	data, err := d.monthly(r)
	if err != nil {
		return err
	}
	return d.sendPaper(w, r, data, "monthly-page", "klankbord-"+data.For+"-"+data.Lang+".pdf")
}

func (d *desk) sendPaper(w http.ResponseWriter, r *http.Request, data reportPage, what, name string) error {
	if err := d.Casework.TakePaper(r.Context(), actor(r), what); err != nil {
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
		for _, l := range append(f.Lines[:len(f.Lines):len(f.Lines)], f.Whole) {
			t.Rows = append(t.Rows, []string{l.Label, l.Now, l.Before})
		}
		doc.Blocks = append(doc.Blocks, paper.Heading(f.Name), paper.Paragraph(f.Means), t)
	}
	return doc
}
