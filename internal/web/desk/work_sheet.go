package desk

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// sheetPage is one sheet of a case, to fill in or to change.
type sheetPage struct {
	Base, Number string
	Action       string
	Lead, Help   string
	Fields       []ui.Field
	ID, Version  string
	Kept         string // who wrote the newest version, and when; empty: nobody yet
	Strike       bool   // it can be struck
	Beside       *ui.Link
	Told         []ui.Answer // what the complainant ticked, beside what members find
	Agree        *agreement  // of a decision that was written
	Earlier      []sheetVersion
	Slips        []ui.Task // put before the complainant
	Put          *ui.Link  // puts it before the complainant
	Words        []string  // explained on the page
	Sound        string    // a recording that is played while it is written down; empty: none
}

// sheetVersion is an earlier version of a record, to be read.
type sheetVersion struct {
	Title   string
	Answers []ui.Answer
	Changes []sheetChange // what the version after it says otherwise
}

// sheetChange is what became of the words of one field.
type sheetChange struct {
	Label  string
	Pieces []casefile.Piece
}

// sheetChanges compares a version with the one after it, in a member's own words.
func (d *desk) sheetChanges(r *http.Request, f casefile.Form, before, after casefile.Record) (list []sheetChange) {
	for _, x := range f.Fields {
		if was, is := before.One(x.ID), after.One(x.ID); x.Typed() && was != is {
			list = append(list, sheetChange{d.text(r, "work.field."+string(f.Sheet)+"."+x.ID), casefile.Differ(was, is)})
		}
	}
	return list
}

// sheetShow shows a sheet: empty, or with its newest version in it.
func (d *desk) sheetShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSheet(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showSheet(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	f, k, err := sheetIn(r, c)
	if err != nil {
		return err
	}
	sheet := string(f.Sheet)
	data := sheetPage{
		Base: base(r), Number: string(c.Number), Action: sheetPath(r, f), Lead: d.text(r, "work.lead."+sheet), Help: d.text(r, "work.help."+sheet), Words: wordsOf(f.Sheet),
		ID: ident.New(), Version: string(k.Version), Kept: d.keptHint(r, c, k), Strike: k.ID != "" && !f.Own,
	}
	if typed != nil {
		data.ID, data.Version = typed.one("id"), typed.one("version")
	}
	for _, x := range f.Fields {
		if x.On(c.Route) && shownCheck(c, f, x) {
			data.Fields = append(data.Fields, d.sheetField(r, c, f.Sheet, x, k, typed, errs))
		}
	}
	if f.Sheet == casefile.SheetTriage {
		data.Told = []ui.Answer{{Label: d.text(r, "work.told-topics"), Text: topicNames(c.Topics, d.Renderer.Lang(r), "")}}
	}
	if it, ok := askedToMeet(c); ok && f.Sheet == casefile.SheetMeeting && k.ID == "" {
		data.Told = []ui.Answer{{Label: d.text(r, "work.told-meeting", "date", d.date(r, it.At)), Text: d.meetingWords(r, it)}}
	}
	later := k.Record
	for _, v := range c.Earlier[k.ID] {
		data.Earlier = append(data.Earlier, sheetVersion{
			d.text(r, "work.version", "n", v.Count, "who", d.keptBy(r, c, v)), d.recordAnswers(r, v.Record), d.sheetChanges(r, f, v.Record, later),
		})
		later = v.Record
	}
	if f.Sheet == casefile.SheetDecision && k.ID != "" {
		data.Agree = d.agreement(r, c, typed, errs)
	}
	d.fillSlips(r, c, f, k, &data)
	if f.Sheet == casefile.SheetBreach && c.State.Open() {
		data.Beside = &ui.Link{Href: data.Base + "/breach", Text: d.text(r, "desk.breach.title")}
	}
	if f.Sheet == casefile.SheetConflict {
		data.Beside = &ui.Link{Href: data.Base + "/access/aside", Text: d.text(r, "desk.access.aside")}
	}
	if id := soundAsked(r, c, f.Sheet); id != "" {
		data.Sound, data.Action = data.Base+"/sound/"+id, data.Action+"?sound="+id
	}
	p := page(d, r, d.text(r, "work.sheet."+sheet), data)
	p.TitleParts, p.Errors, p.Path, p.Plays = []string{data.Number}, errs, data.Action, data.Sound != ""
	return d.Renderer.Render(w, r, status, "desk/sheet", p)
}

// soundAsked is the recording that is to be played beside minutes.
func soundAsked(r *http.Request, c *casework.Case, s casefile.Sheet) string {
	for _, f := range filesIn(c) {
		if s == casefile.SheetMeeting && f.ID == r.URL.Query().Get("sound") && casefile.SoundType(f.Type) != "" {
			return f.ID
		}
	}
	return ""
}

// caseSound sends a recording, or a stretch of it, to the player of a page.
func (d *desk) caseSound(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Casework.Listen(r.Context(), actor(r), number(r), r.PathValue("entry"))
	if err != nil {
		return err
	}
	ui.PlayHeaders(w, s.Type)
	http.ServeContent(w, r, "", time.Time{}, s.Body)
	return nil
}

// sheetPath is the address of a sheet, also where one of its buttons was sent
// elsewhere.
func sheetPath(r *http.Request, f casefile.Form) string {
	at := base(r) + "/records/" + string(f.Sheet)
	if id := r.PathValue("record"); id != "" {
		at += "/" + id
	}
	return at
}

// sheetIn finds the sheet that an address names, and the record in it.
func sheetIn(r *http.Request, c *casework.Case) (casefile.Form, casefile.Kept, error) {
	f, ok := casefile.FormOf(casefile.Sheet(r.PathValue("sheet")))
	id := r.PathValue("record")
	if !ok || !f.On(c.Route) {
		return f, casefile.Kept{}, fault.ErrNotFound
	}
	switch {
	case id != "":
		i := slices.IndexFunc(c.Work, func(k casefile.Kept) bool { return string(k.ID) == id && k.Sheet == f.Sheet })
		if i < 0 || f.Own {
			return f, casefile.Kept{}, fault.ErrNotFound
		}
		return f, c.Work[i], nil
	case f.Own:
		return f, c.Work.By(f.Sheet, string(actor(r).Member)), nil
	case f.Many:
		return f, casefile.Kept{}, nil
	default:
		return f, c.Work.Single(f.Sheet), nil
	}
}

// sheetField is a field of a sheet with what stands in it.
func (d *desk) sheetField(r *http.Request, c *casework.Case, s casefile.Sheet, x casefile.Field, k casefile.Kept, typed form, errs []ui.FormError) ui.Field {
	key := string(s) + "." + x.ID
	f := ui.Field{
		Name: x.ID, Label: d.text(r, "work.field."+key), Optional: !x.Required, Values: k.Fields[x.ID], Error: ui.ErrorFor(errs, x.ID),
	}
	if s == casefile.SheetChecks {
		f.Bare, f.Optional = true, false
	}
	if hint := "work.hint." + key; d.Words.Has(hint) {
		f.Hint = d.text(r, hint)
	}
	if k.ID == "" && s == casefile.SheetMeeting {
		k.Fields = d.meetingAsked(r, c)
		f.Values = k.Fields[x.ID]
	}
	if typed != nil {
		f.Values = typed[x.ID]
	}
	switch x.Kind {
	case casefile.FieldLine:
		f.Kind = ui.KindText
	case casefile.FieldEuro:
		f.Kind, f.InputMode, f.Width = ui.KindText, "numeric", "20"
	case casefile.FieldWords:
		f.Kind, f.Rows = ui.KindArea, 4
	case casefile.FieldOne:
		f.Kind, f.Options = ui.KindRadios, d.sheetOptions(r, s, x)
	case casefile.FieldSome:
		f.Kind, f.Options = ui.KindChecks, d.sheetOptions(r, s, x)
	case casefile.FieldTopic:
		f.Kind = ui.KindChecks
		f.Options, f.FoldAt = d.topicOptions(r, c.Route)
		f.Fold = d.text(r, "work.other-topics")
		if k.ID == "" && typed == nil { // what the complainant ticked, to begin with
			for _, t := range c.Topics {
				f.Values = append(f.Values, t.ID)
			}
		}
	case casefile.FieldDay:
		f.Kind = ui.KindDate
		if f.Values = dayValues(k.One(x.ID)); typed != nil {
			f.Values = []string{typed.one(x.ID + ".day"), typed.one(x.ID + ".month"), typed.one(x.ID + ".year")}
		}
	}
	return f
}

func (d *desk) sheetOptions(r *http.Request, s casefile.Sheet, x casefile.Field) []ui.Option {
	var list []ui.Option
	for _, v := range x.Options {
		o := ui.Option{Value: v, Label: d.text(r, optionKey(s, x, v))}
		if about := "work.about." + string(s) + "." + x.ID + "." + v; d.Words.Has(about) {
			o.Hint = d.text(r, about)
		}
		list = append(list, o)
	}
	return list
}

// topicOptions are the topics of the case's own route first, then all others, and how
// many are the first.
func (d *desk) topicOptions(r *http.Request, own casefile.Route) (list []ui.Option, ours int) {
	var mine, rest []ui.Option
	for _, t := range d.Casework.Profile.Topics {
		o := ui.Option{Value: t.ID, Label: t.Label.In(d.Renderer.Lang(r))}
		if t.Route == own {
			mine = append(mine, o)
		} else if t.On {
			rest = append(rest, o)
		}
	}
	return append(mine, rest...), len(mine)
}

func dayValues(iso string) []string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return nil
	}
	return []string{t.Format("2"), t.Format("1"), t.Format("2006")}
}

// sheetKeep saves a sheet as a version. What does not fit is said beside each field,
// with everything typed still there.
func (d *desk) sheetKeep(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	sheet, ok := casefile.FormOf(casefile.Sheet(r.PathValue("sheet")))
	if !ok {
		return fault.ErrNotFound
	}
	answers, wrong := d.sheetAnswers(r, sheet, f)
	if len(wrong) > 0 && f.one("act") != "strike" {
		return d.showSheet(w, r, http.StatusUnprocessableEntity, f, wrong)
	}
	err = d.Casework.Keep(r.Context(), actor(r), number(r), casework.Filling{
		Sheet: sheet.Sheet, Record: r.PathValue("record"), Version: f.one("version"), ID: f.one("id"), Answers: answers, Strike: f.one("act") == "strike",
	})
	if errs, status := d.unfit(r, err); errs != nil {
		return d.showSheet(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"/records?done="+string(sheet.Sheet)+"#main")
	return nil
}

// sheetAnswers reads a form; a date is written as one value.
func (d *desk) sheetAnswers(r *http.Request, sheet casefile.Form, f form) (map[string][]string, []ui.FormError) {
	answers := map[string][]string{}
	var wrong []ui.FormError
	for _, x := range sheet.Fields {
		if x.Kind != casefile.FieldDay {
			answers[x.ID] = f[x.ID]
			continue
		}
		day, month, year := f.one(x.ID+".day"), f.one(x.ID+".month"), f.one(x.ID+".year")
		if strings.TrimSpace(day+month+year) == "" {
			continue
		}
		p, ok := profile.ParseDate(day, month, year)
		if !ok || p.Day == 0 {
			wrong = append(wrong, ui.FormError{Field: x.ID, Text: d.text(r, "work.problem.date")})
			continue
		}
		answers[x.ID] = []string{time.Date(p.Year, time.Month(p.Month), p.Day, 12, 0, 0, 0, lang.Brussels()).Format(time.DateOnly)}
	}
	return answers, wrong
}

// unfit words what is wrong with a sheet; nil for what a member can do nothing about.
func (d *desk) unfit(r *http.Request, err error) ([]ui.FormError, int) {
	var no *casefile.Unfit
	if !errors.As(err, &no) {
		return d.problems(r, err, "")
	}
	var errs []ui.FormError
	for _, p := range no.Problems {
		errs = append(errs, ui.FormError{Field: p.Field, Text: d.text(r, "work.problem."+p.Key)})
	}
	return errs, http.StatusUnprocessableEntity
}
