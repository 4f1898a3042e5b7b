package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// exhibitsPage lists the evidence of a case: files with their fingerprints and hands, and
// what members keep outside the desk.
type exhibitsPage struct {
	Base, Number string
	Files        []exhibitView
	Outside      []ui.Task
	Add          string
}

type exhibitView struct {
	Name, Href string
	Facts      []ui.Answer
	Print      string // an address that makes the fingerprint; empty: it is there
	Hands      ui.Table
}

// exhibitsShow shows the evidence with its chain of custody.
func (d *desk) exhibitsShow(w http.ResponseWriter, r *http.Request) error {
	files, err := d.Casework.Exhibits(r.Context(), actor(r), number(r), r.URL.Query().Get("print"))
	if err != nil {
		return err
	}
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := exhibitsPage{Base: base(r), Number: string(c.Number), Add: base(r) + "/records/" + string(casefile.SheetEvidence)}
	for _, x := range files {
		data.Files = append(data.Files, d.exhibit(r, x))
	}
	form, _ := casefile.FormOf(casefile.SheetEvidence)
	for _, k := range c.Work.Of(casefile.SheetEvidence) {
		data.Outside = append(data.Outside, ui.Task{
			Text: d.recordTitle(r, k.Record), Href: data.Add + "/" + string(k.ID), Hint: d.exhibitHint(r, k), State: d.workState(r, c, form, k),
		})
	}
	p := page(d, r, d.text(r, "exhibit.title"), data)
	p.TitleParts = []string{data.Number}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/exhibits", p)
}

// exhibitHint says where a thing is kept and through whose hands it went.
func (d *desk) exhibitHint(r *http.Request, k casefile.Kept) string {
	hint := d.text(r, "exhibit.kept", "where", k.One("kept"))
	if hands := k.One("hands"); hands != "" {
		hint += " · " + hands
	}
	return hint
}

func (d *desk) exhibit(r *http.Request, x casework.Exhibit) exhibitView {
	l := lang.Lang(d.Renderer.Lang(r))
	v := exhibitView{Name: x.Name, Href: d.files(base(r), r, []casework.File{x.File})[0].Href}
	add := func(key, text string) { v.Facts = append(v.Facts, ui.Answer{Label: d.text(r, key), Text: text}) }
	add("exhibit.came", d.text(r, "exhibit.came-from", "when", lang.DateTime(l, x.At), "who", d.touched(r, x.From)))
	switch {
	case x.Removed:
		v.Name, v.Href = d.text(r, "redact.file"), ""
	case x.Damaged || x.Broken:
		v.Href = ""
		add("exhibit.print", d.text(r, "desk.file.damaged"))
		if x.Name == "" {
			v.Name = d.text(r, "desk.file.damaged")
		}
	case x.Print == "":
		v.Print = base(r) + "/exhibits?print=" + x.ID
	default:
		add("exhibit.print", casefile.PrintGroups(x.Print))
	}
	v.Hands = ui.Table{
		Caption: d.text(r, "exhibit.hands"), CaptionShown: true, Stacked: true, Empty: d.text(r, "exhibit.nobody"),
		Columns: []ui.Column{{Text: d.text(r, "exhibit.when")}, {Text: d.text(r, "exhibit.who")}, {Text: d.text(r, "exhibit.what")}},
	}
	for _, t := range x.Touches {
		what := d.text(r, "exhibit.opened")
		if t.Along {
			what = d.text(r, "exhibit.along")
		}
		v.Hands.Rows = append(v.Hands.Rows, ui.Row{Cells: []ui.Cell{
			{Text: lang.DateTime(l, t.At), Head: true}, {Text: d.touched(r, t.Who)}, {Text: what},
		}})
	}
	return v
}

// touched names who did something with a file.
func (d *desk) touched(r *http.Request, a casework.Author) string {
	switch {
	case a.Me:
		return d.text(r, "desk.item.me")
	case a.Kind == custody.AuthorMember && a.Name != "":
		return a.Name
	case a.Kind == custody.AuthorMember:
		return d.text(r, "work.former")
	case a.Kind == custody.AuthorComplainant:
		return d.text(r, "desk.item.complainant")
	default:
		return d.text(r, "desk.item.system")
	}
}
