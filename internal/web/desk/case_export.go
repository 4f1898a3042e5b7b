package desk

import (
	"bytes"
	"net/http"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/paper"
	"klankbord/internal/web/ui"
)

type caseExportPage struct{ Base, Number string }

// caseExport asks for the password before the file of a case is taken along.
func (d *desk) caseExport(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.Casework.Case(r.Context(), actor(r), number(r)); err != nil {
		return err
	}
	return d.showCaseExport(w, r, http.StatusOK, nil)
}

func (d *desk) showCaseExport(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	p := page(d, r, d.text(r, "numbers.case-file"), caseExportPage{base(r), string(number(r))})
	p.TitleParts = []string{string(number(r))}
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/case_export", p)
}

// caseExportAllow checks the password and leads to the file, which this browser may
// fetch for a few minutes.
func (d *desk) caseExportAllow(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	t, err := d.Casework.AllowCaseFile(r.Context(), actor(r), number(r), d.proof(r, f))
	if errs, status := d.problems(r, err, "password"); errs != nil {
		return d.showCaseExport(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	return d.lead(w, r, keptCaseFile, string(t.Number), t.Until, base(r)+"/export.zip")
}

// caseExportFile sends the file of a case. That it is taken along was logged before its
// first byte.
func (d *desk) caseExportFile(w http.ResponseWriter, r *http.Request) error {
	of, until, err := d.ticket(r, keptCaseFile)
	if err != nil {
		return err
	}
	if of != string(number(r)) {
		return fault.ErrNotFound
	}
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := d.casePaper(r, c).Write(&file, d.Clock.Now()); err != nil {
		return err
	}
	out := &lateHeaders{ResponseWriter: w, name: d.fileName(string(c.Number), "zip")}
	err = d.Casework.ExportCase(r.Context(), actor(r), casework.CaseTicket{Number: c.Number, Until: until}, file.Bytes(), out)
	if err != nil && out.begun {
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
	return err
}

// casePaper puts a case on paper as its page shows it, without the record of who the
// complainant is, whether that is open to the member or not.
func (d *desk) casePaper(r *http.Request, c *casework.Case) paper.Document {
	c.Identity = casework.Identity{Sealed: true}
	data, l := d.caseData(r, c), d.Renderer.Lang(r)
	doc := paper.Document{Lang: l, Title: string(c.Number), Footer: d.Brand(l).Name + ", " + string(c.Number)}
	say := func(s string) { doc.Blocks = append(doc.Blocks, paper.Paragraph(s)) }
	say(d.text(r, "numbers.case-redacted"))
	if c.Channel == casefile.ChannelPractice {
		doc.Title = d.text(r, "practice.banner-title", "number", doc.Title)
		doc.Footer = doc.Title
	}
	facts := paper.Table{Head: []string{d.text(r, "numbers.case-facts"), ""}}
	fact := func(key, text string) {
		if text != "" {
			facts.Rows = append(facts.Rows, []string{d.text(r, "numbers.column-"+key), text})
		}
	}
	fact("route", d.text(r, "common.route."+string(c.Route)))
	fact("team", d.text(r, "common.team."+string(c.Team)))
	fact("state", d.text(r, "common.state."+string(c.State)))
	fact("topics", data.Topics)
	fact("received", d.date(r, c.Received))
	if !c.Closed.IsZero() {
		fact("closed", d.date(r, c.Closed))
	}
	if c.Outcome.Known() {
		fact("outcome", d.text(r, "common.outcome."+string(c.Outcome)))
	}
	fact("charge", c.Charge.Name)
	doc.Blocks = append(doc.Blocks, facts)
	for _, g := range data.Groups {
		doc.Blocks = append(doc.Blocks, paper.Heading(g.Title))
		for _, a := range g.Answers {
			say(a.Label + " " + a.Text)
		}
	}
	doc.Blocks = append(doc.Blocks, paper.Heading(d.text(r, "numbers.case-timeline")))
	for i, m := range data.Timeline {
		if c.Timeline[i].Kind == casefile.EntryContactChange {
			continue // it belongs to who the complainant is
		}
		say(d.paperItem(r, m))
	}
	return doc
}

// paperItem is an item of the timeline in one paragraph.
func (d *desk) paperItem(r *http.Request, m ui.Message) string {
	parts := []string{lang.DateTime(lang.Lang(d.Renderer.Lang(r)), m.At)}
	if m.From != "" {
		parts = append(parts, m.From)
	}
	for _, t := range m.Tags {
		parts = append(parts, t.Text)
	}
	words := []string{strings.Join(parts, ", ") + ":", m.Text}
	for _, f := range m.Files {
		words = append(words, "["+f.Name+"]")
	}
	return strings.Join(words, " ")
}
