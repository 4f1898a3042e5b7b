package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// rereadAskPage asks whom to have a draft read.
type rereadAskPage struct {
	Base, Number, Kind string
	Shown              ui.Message
	People             []ui.Option
	To, Words          string
	Edit               string
}

func (d *desk) rereadAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showRereadAsk(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showRereadAsk(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	kind := casework.DraftKind(r.PathValue("kind"))
	i := slices.IndexFunc(c.Drafts, func(x casework.Draft) bool { return x.Kind == kind })
	if i < 0 { // sent or discarded meanwhile
		ui.Redirect(w, r, base(r))
		return nil
	}
	data := rereadAskPage{
		Base: base(r), Number: string(c.Number), Kind: string(kind), Edit: editPath(r, kind), To: typed.one("to"), Words: typed.one("words"),
		Shown: d.draftShown(r, c.Drafts[i]),
	}
	for _, p := range c.People {
		if p.ID != actor(r).Member {
			data.People = append(data.People, ui.Option{Value: string(p.ID), Label: p.Name})
		}
	}
	if len(data.People) > 1 {
		data.People = append(data.People, ui.Option{Value: "all", Label: d.text(r, "together.reread.all")})
	}
	if len(data.People) == 1 && data.To == "" {
		data.To = data.People[0].Value
	}
	p := page(d, r, d.text(r, "together.reread.ask-title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/reread_ask", p)
}

// draftShown is a draft as its reader would see it.
func (d *desk) draftShown(r *http.Request, dr casework.Draft) ui.Message {
	m := ui.Message{From: d.text(r, "desk.item.me"), At: dr.Changed, Text: dr.Text, Lang: string(dr.Lang), Kind: ui.Sent, Files: d.draftFiles(r, dr)}
	switch dr.Kind {
	case casework.DraftNote:
		m.Kind = ui.Internal
	case casework.DraftOutcome:
		m.Text = d.closingText(dr)
	case casework.DraftMessage: // as it is
	}
	return m
}

func (d *desk) rereadSend(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	to := f.one("to")
	if to == "" {
		return d.showRereadAsk(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "to", Text: d.text(r, "error.choose-one")}})
	}
	if to == "all" {
		to = ""
	}
	err = d.Casework.AskReread(r.Context(), actor(r), number(r), casework.DraftKind(r.PathValue("kind")), staff.ID(to), f.one("words"))
	if errs, status := d.problems(r, err, "words"); errs != nil {
		return d.showRereadAsk(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "reread-asked")
	return nil
}

// rereadPage is a colleague's text to be checked.
type rereadPage struct {
	Base, Number, Entry string
	By                  string
	Outcome             string // in words; empty: none
	Closing             bool   // it ends the case
	Message             bool   // the complainant is to read it
	May                 bool
	Readers             []string
	Words               string
	Shown               ui.Message
	Text, Found, Why    string
	Say                 string
}

func (d *desk) rereadShow(w http.ResponseWriter, r *http.Request) error {
	return d.showReread(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showReread(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	v, err := d.Casework.Rereading(r.Context(), actor(r), number(r), r.PathValue("entry"))
	if err != nil {
		return err
	}
	kind := casework.DraftKind(v.Draft)
	data := rereadPage{
		Base: base(r), Number: string(v.Number), Entry: v.ID, By: v.By.Name, May: v.May, Words: v.Words, Text: v.Text, Found: v.Found, Why: v.Why,
		Closing: kind == casework.DraftOutcome, Message: kind != casework.DraftNote,
		Shown: ui.Message{From: v.By.Name, Text: d.rereadText(v.Reread), Lang: string(v.Lang), Kind: ui.Internal},
	}
	if v.Outcome != "" {
		data.Outcome = d.text(r, "common.outcome."+string(v.Outcome))
	}
	for _, p := range v.Readers {
		data.Readers = append(data.Readers, p.Name)
	}
	if typed != nil {
		data.Text, data.Found, data.Why, data.Say = typed.one("text"), typed.one("found"), typed.one("grounds"), typed.one("say")
	}
	p := page(d, r, d.text(r, "together.reread.title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/reread", p)
}

// rereadText is what a text that is shared says.
func (d *desk) rereadText(v casefile.Reread) string {
	return strings.TrimSpace(strings.Join([]string{v.Text, v.Found, v.Why}, "\n\n"))
}

func (d *desk) rereadBack(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	err = d.Casework.HandBack(r.Context(), actor(r), number(r), r.PathValue("entry"), casework.Checked{
		Text: f.one("text"), Found: f.one("found"), Why: f.one("grounds"), Words: f.one("say"),
	})
	if errs, status := d.problems(r, err, "text"); errs != nil {
		return d.showReread(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "reread-back")
	return nil
}

// rereadTake makes what a colleague handed back the member's draft. What stands in the
// composer is saved first.
func (d *desk) rereadTake(w http.ResponseWriter, r *http.Request) error {
	_, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	kind, err := d.Casework.TakeReread(r.Context(), actor(r), number(r), r.PathValue("entry"))
	if err != nil {
		return err
	}
	ui.Redirect(w, r, editPath(r, kind))
	return nil
}

// rereadItem words a shared text on the timeline, with who may see it.
func (d *desk) rereadItem(r *http.Request, it casework.Item, m *ui.Message) {
	v := it.Reread
	if v == nil {
		return
	}
	m.Text = d.rereadText(*v)
	m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "together.reread.tag-"+v.Draft), Tone: ui.Warn})
	if v.Words != "" {
		m.Text = d.text(r, "together.reread.says", "words", v.Words) + "\n\n" + m.Text
	}
	switch {
	case v.Of != "":
		m.Note = d.text(r, "together.reread.back")
		if it.Take {
			m.Sends = &ui.Link{Text: d.text(r, "together.reread.take"), Href: base(r) + "/reread/" + it.ID + "/take#errors"}
		}
	case len(it.To) == 0:
		m.Note = d.text(r, "together.reread.seen-none")
	default:
		m.Note = d.text(r, "together.reread.seen", "names", names(it.To))
		if it.MayCheck {
			m.Link = &ui.Link{Text: d.text(r, "together.reread.open"), Href: base(r) + "/reread/" + it.ID}
		}
	}
}

func names(people []casework.Person) string {
	var list []string
	for _, p := range people {
		list = append(list, p.Name)
	}
	return strings.Join(list, ", ")
}
