package desk

import (
	"bytes"
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/paper"
	"klankbord/internal/web/ui"
)

// handedFile is the letter with the code, in the language of whoever gets it. It can be made
// as long as the code is shown, and never again.
func (d *desk) handedFile(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	v, ok, err := d.found(r, keptHanded)
	if err != nil {
		return err
	}
	f := form(v.Values)
	if !ok || f.one("base") != base(r) {
		ui.Redirect(w, r, base(r)+"/code/handed")
		return nil
	}
	data := d.handed(r, c)
	return d.sendLetter(w, r, "code-letter", paper.Document{
		Lang: c.Language, Title: data.Title, Footer: d.Brand(c.Language).Name + ", " + string(c.Number),
		Blocks: []paper.Block{
			paper.Paragraph(d.Words.Text(c.Language, "told.letter-lead", map[string]string{
				"number": string(c.Number), "received": lang.DateLong(lang.Lang(c.Language), c.Received),
			})),
			paper.Heading(d.Words.Text(c.Language, "told.letter-code", nil)), paper.Paragraph(f.one("code")),
			paper.Paragraph(data.Text), paper.Paragraph(data.Address), paper.Paragraph(d.Words.Text(c.Language, "told.letter-close", nil)),
		},
	})
}

// minutesFile is minutes on paper, for somebody who checks and signs them by post.
// Directive (EU) 2019/1937 art. 18.
func (d *desk) minutesFile(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	p, ok := c.Slips.Find(r.PathValue("slip"))
	if !ok || p.Kind != casefile.SlipMinutes {
		return fault.ErrNotFound
	}
	l := string(p.Lang)
	say := func(key string) string { return d.Words.Text(l, key, nil) }
	doc := paper.Document{
		Lang: l, Title: say("told.paper-title"), Footer: d.Brand(l).Name + ", " + string(c.Number),
		Blocks: []paper.Block{
			paper.Paragraph(say("told.paper-lead")), paper.Paragraph(d.Words.Text(l, "told.paper-number", map[string]string{"number": string(c.Number), "on": p.On})),
			paper.Heading(say("slip.text-minutes")), paper.Paragraph(p.Text),
		},
	}
	for _, t := range p.Corrections() {
		doc.Blocks = append(doc.Blocks, paper.Heading(say("slip.turn-corrected")), paper.Paragraph(t.Words))
	}
	doc.Blocks = append(doc.Blocks,
		paper.Heading(say("told.paper-correct")), paper.Paragraph(dots()), paper.Paragraph(dots()), paper.Paragraph(dots()),
		paper.Heading(say("told.paper-sign")), paper.Paragraph(say("told.paper-agree")),
		paper.Paragraph(say("told.paper-name")+" "+dots()), paper.Paragraph(say("told.paper-date")+" "+dots()), paper.Paragraph(say("told.paper-signature")+" "+dots()),
		paper.Paragraph(say("slip.print-title")+": "+casefile.PrintGroups(p.Print)),
	)
	return d.sendLetter(w, r, "minutes", doc)
}

// dots are where somebody writes with a pen.
func dots() string { return "........................................................................" }

func (d *desk) sendLetter(w http.ResponseWriter, r *http.Request, what string, doc paper.Document) error {
	if err := d.Casework.TakeLetter(r.Context(), actor(r), number(r), what); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := doc.Write(&file, d.Clock.Now()); err != nil {
		return err
	}
	ui.FileHeaders(w, "klankbord-"+string(number(r))+"-"+what+".pdf")
	_, err := w.Write(file.Bytes())
	return err
}
