package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// workPage lists what members record of a case, part by part, with how far each is.
type workPage struct {
	Base, Number string
	Done         string // what was just done; empty: nothing
	Next, To     string // the next step, and its page; To empty: on the page of the case
	Parts        []workPart
	Undeclared   []string // names of who still has to say whether they are impartial
}

type workPart struct {
	Title string
	Tasks []ui.Task
	Adds  []ui.Link
}

// workShow shows what is recorded of a case and what is still missing.
func (d *desk) workShow(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := workPage{Base: base(r), Number: string(c.Number), Next: d.text(r, "desk.next."+c.Next.Key), Parts: d.workParts(r, c)}
	if c.Next.To != "" {
		data.To = data.Base + c.Next.To
	}
	if s := casefile.Sheet(r.URL.Query().Get("done")); s != "" {
		if _, ok := casefile.FormOf(s); ok {
			data.Done = d.text(r, "work.done", "what", d.text(r, "work.sheet."+string(s)))
		}
	}
	if c.Route.SealsIdentityApart() {
		for _, p := range c.Undeclared {
			data.Undeclared = append(data.Undeclared, p.Name)
		}
	}
	p := page(d, r, d.text(r, "work.title"), data)
	p.TitleParts = []string{data.Number}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/work", p)
}

func (d *desk) workParts(r *http.Request, c *casework.Case) []workPart {
	var parts []workPart
	for _, part := range casefile.Parts() {
		p := workPart{Title: d.text(r, "work.part."+string(part))}
		for _, form := range casefile.Sheets() {
			if form.Part != part || !form.On(c.Route) {
				continue
			}
			d.addSheet(r, c, form, &p)
		}
		if len(p.Tasks)+len(p.Adds) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

func (d *desk) addSheet(r *http.Request, c *casework.Case, form casefile.Form, p *workPart) {
	at, title := base(r)+"/records/"+string(form.Sheet), d.text(r, "work.sheet."+string(form.Sheet))
	if !form.Many {
		k := c.Work.Single(form.Sheet)
		if form.Own {
			k = c.Work.By(form.Sheet, string(actor(r).Member))
		}
		p.Tasks = append(p.Tasks, ui.Task{Text: title, Href: at, Hint: d.keptHint(r, c, k), State: d.workState(r, c, form, k)})
		if form.Own {
			d.addOthers(r, c, form, p)
		}
		return
	}
	for _, k := range c.Work.Of(form.Sheet) {
		p.Tasks = append(p.Tasks, ui.Task{
			Text: title + ": " + d.recordTitle(r, k.Record), Href: at + "/" + string(k.ID), Hint: d.keptHint(r, c, k), State: d.workState(r, c, form, k),
		})
	}
	if form.Sheet == casefile.SheetConsent {
		p.Tasks = append(p.Tasks, d.slipTasks(r, consents(c.Slips))...)
		p.Adds = append(p.Adds, ui.Link{Href: slipNew(r, casefile.SlipConsent, ""), Text: d.text(r, "slip.put-consent")})
	}
	if form.Sheet == casefile.SheetEvidence {
		p.Adds = append(p.Adds, ui.Link{Href: base(r) + "/exhibits", Text: d.text(r, "exhibit.link")})
	}
	p.Adds = append(p.Adds, ui.Link{Href: at, Text: d.text(r, "work.add."+string(form.Sheet))})
}

// addOthers shows what colleagues declared; nobody changes it for them.
func (d *desk) addOthers(r *http.Request, c *casework.Case, form casefile.Form, p *workPart) {
	for _, k := range c.Work.Of(form.Sheet) {
		if k.First == string(actor(r).Member) {
			continue
		}
		words := d.writer(r, c, k.First) + ": " + d.recordTitle(r, k.Record)
		p.Tasks = append(p.Tasks, ui.Task{Text: words, Hint: strings.Join(k.Texts(), " "), State: d.workState(r, c, form, k)})
	}
}

// recordTitle is what a record is called among others: its first line, or its first
// choice.
func (d *desk) recordTitle(r *http.Request, k casefile.Record) string {
	form, _ := casefile.FormOf(k.Sheet)
	for _, kind := range []casefile.FieldKind{casefile.FieldLine, casefile.FieldOne} {
		i := slices.IndexFunc(form.Fields, func(f casefile.Field) bool { return f.Kind == kind && k.One(f.ID) != "" })
		if i < 0 {
			continue
		}
		if f := form.Fields[i]; kind == casefile.FieldOne {
			return d.optionText(r, form.Sheet, f, k.One(f.ID))
		}
		return k.One(form.Fields[i].ID)
	}
	return d.text(r, "work.nameless")
}

// keptHint says who wrote the newest version, and when.
func (d *desk) keptHint(r *http.Request, c *casework.Case, k casefile.Kept) string {
	if k.ID == "" {
		return ""
	}
	if due, ok := c.Due(k); ok {
		return d.text(r, "work.due", "date", d.date(r, due)) + " · " + d.keptBy(r, c, k)
	}
	return d.keptBy(r, c, k)
}

func (d *desk) keptBy(r *http.Request, c *casework.Case, k casefile.Kept) string {
	return d.text(r, "work.kept", "name", d.writer(r, c, k.By), "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), k.At))
}

// writer is the name of a member who wrote a record.
func (d *desk) writer(r *http.Request, c *casework.Case, id string) string {
	if id == string(actor(r).Member) {
		return d.text(r, "work.me")
	}
	if name := c.Names[staff.ID(id)]; name != "" {
		return name
	}
	return d.text(r, "work.former")
}

// workState says how far a sheet is: missing where a step waits for it, complete,
// or begun.
func (d *desk) workState(r *http.Request, c *casework.Case, form casefile.Form, k casefile.Kept) ui.Tag {
	switch {
	case form.Sheet == casefile.SheetChecks && len(c.Checklists) > 0:
		return d.checksState(r, c)
	case k.ID == "" && c.Asks(form.Sheet):
		return ui.Tag{Text: d.text(r, "work.state-todo"), Tone: ui.Warn}
	case k.ID == "":
		return ui.Tag{Text: d.text(r, "work.state-empty")}
	case len(form.Check(c.Route, k.Fields)) > 0 || open(c, k):
		return ui.Tag{Text: d.text(r, "work.state-begun"), Tone: ui.Warn}
	default:
		return ui.Tag{Text: d.text(r, "work.state-full"), Tone: ui.Good}
	}
}

// open reports whether something of a record is still to be done.
func open(c *casework.Case, k casefile.Kept) bool {
	w := c.Work
	for _, list := range [][]casefile.Kept{w.Unheard(), w.Unfound(), w.Unplanned(), w.Unsent()} {
		if slices.ContainsFunc(list, func(x casefile.Kept) bool { return x.ID == k.ID }) {
			return true
		}
	}
	_, due := c.Due(k)
	return due || k.Sheet == casefile.SheetBreach && w.BreachOpen()
}

// optionText words one of the options of a field.
func (d *desk) optionText(r *http.Request, s casefile.Sheet, f casefile.Field, v string) string {
	switch {
	case f.Kind == casefile.FieldTopic:
		if t, ok := d.Casework.Profile.Topic(v); ok {
			return t.Label.In(d.Renderer.Lang(r))
		}
		return v
	case slices.Contains(f.Options, v):
		return d.text(r, optionKey(s, f, v))
	default:
		return v
	}
}

// optionKey is where the words of an option stand; some are used by several sheets.
func optionKey(s casefile.Sheet, f casefile.Field, v string) string {
	switch {
	case slices.Equal(f.Options, casefile.Bodies()):
		return "work.body." + v
	case slices.Equal(f.Options, []string{"yes", "no"}) && v == "yes":
		return "common.yes"
	case slices.Equal(f.Options, []string{"yes", "no"}):
		return "common.no"
	case casefile.Outcome(v).Known():
		return "common.outcome." + v
	default:
		return "work.option." + string(s) + "." + f.ID + "." + v
	}
}

func severity(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 4 {
		return 0
	}
	return n
}

func chosenSeverity(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (d *desk) topicsOf(ids []string) (list []profile.Topic) {
	for _, id := range ids {
		if t, ok := d.Casework.Profile.Topic(id); ok {
			list = append(list, t)
		}
	}
	return list
}

// shown words what stands in a field.
func (d *desk) shown(r *http.Request, s casefile.Sheet, x casefile.Field, values []string) string {
	var words []string
	for _, v := range values {
		at, err := time.Parse(time.DateOnly, v)
		switch {
		case x.Kind == casefile.FieldDay && err == nil:
			v = d.date(r, at)
		case !x.Typed():
			v = d.optionText(r, s, x, v)
		}
		words = append(words, v)
	}
	return strings.Join(words, "\n")
}
