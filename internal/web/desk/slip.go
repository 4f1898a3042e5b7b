package desk

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// slipPage is what a member is about to put before the complainant.
type slipPage struct {
	Back, Number string
	Action       string
	Lead, Help   string
	ID           string
	Record       string
	Version      string
	Shown        []ui.Answer // what the record holds and the complainant will read
	Fields       []ui.Field
	Button       string
	NoCode       bool // nobody may hold a code: a letter without a sender
}

// slipNew is the address at which something is put before the complainant.
func slipNew(r *http.Request, kind casefile.SlipKind, record string) string {
	at := base(r) + "/slip/new/" + string(kind)
	if record != "" {
		at += "?record=" + url.QueryEscape(record)
	}
	return at
}

// fillSlips adds to a sheet what was put before the complainant of its record.
func (d *desk) fillSlips(r *http.Request, c *casework.Case, f casefile.Form, k casefile.Kept, data *sheetPage) {
	kind := casefile.SlipOf(f.Sheet)
	if kind == "" || k.ID == "" {
		return
	}
	data.Slips = d.slipTasks(r, c.Slips.Of(k.ID))
	data.Put = &ui.Link{Href: slipNew(r, kind, string(k.ID)), Text: d.text(r, "slip.put-"+string(kind))}
}

func consents(l casefile.Puts) casefile.Puts {
	return slices.DeleteFunc(slices.Clone(l), func(p casefile.Put) bool { return p.Kind != casefile.SlipConsent })
}

// slipTasks lists slips with how they stand.
func (d *desk) slipTasks(r *http.Request, l casefile.Puts) (list []ui.Task) {
	for _, p := range l {
		text := d.text(r, "slip.row-"+string(p.Kind), "date", d.date(r, p.At))
		if p.Kind == casefile.SlipConsent {
			text += ": " + p.Whom
		}
		list = append(list, ui.Task{Text: text, Href: base(r) + "/slip/" + string(p.ID), Hint: d.slipHint(r, p), State: d.slipTag(r, p)})
	}
	return list
}

// slipHint says when the newest answer came.
func (d *desk) slipHint(r *http.Request, p casefile.Put) string {
	if len(p.Turns) == 0 {
		return ""
	}
	return d.slipTurn(r, p.Turns[len(p.Turns)-1])
}

func (d *desk) slipTurn(r *http.Request, t casefile.SlipTurn) string {
	return d.text(r, "slip.desk-turn-"+string(t.Act), "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), t.At), "name", t.Name)
}

func (d *desk) slipTag(r *http.Request, p casefile.Put) ui.Tag {
	t := ui.Tag{Text: d.text(r, "slip.state-"+string(p.State()))}
	switch p.State() {
	case casefile.SlipState(casefile.SlipSign), casefile.SlipState(casefile.SlipAgree):
		t.Tone = ui.Good
	case casefile.SlipWaits, casefile.SlipState(casefile.SlipCorrect), casefile.SlipState(casefile.SlipWithdraw):
		t.Tone = ui.Warn
	default: // nothing to do about it
	}
	return t
}

// slipText words what was put before the complainant, or what became of it.
func (d *desk) slipText(r *http.Request, it casework.Item) string {
	switch {
	case it.Slip != nil && it.Slip.Kind == casefile.SlipConsent:
		return d.text(r, "slip.event-consent", "whom", it.Slip.Whom) + "\n\n" + it.Text
	case it.Slip != nil:
		return d.text(r, "slip.event-"+string(it.Slip.Kind)) + "\n\n" + it.Text
	case it.Answer == nil:
		return it.Text
	}
	said := d.text(r, "slip.turn-"+string(it.Answer.Act), "name", it.Answer.Name)
	if it.Text != "" {
		said += "\n\n" + it.Text
	}
	return said
}

// slipAsk shows what is about to be put before the complainant, as they will read it.
func (d *desk) slipAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showSlipForm(w, r, http.StatusOK, form{"record": {r.URL.Query().Get("record")}}, nil)
}

func (d *desk) showSlipForm(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	kind := casefile.SlipKind(r.PathValue("kind"))
	if !slices.Contains(casefile.SlipKinds(), kind) {
		return fault.ErrNotFound
	}
	data := slipPage{
		Back: base(r) + "/records", Number: string(c.Number), Action: slipNew(r, kind, typed.one("record")), Lead: d.text(r, "slip.desk-lead-"+string(kind)), Help: d.text(r, "slip.desk-help-"+string(kind)),
		ID: ident.New(), Record: typed.one("record"), Button: d.text(r, "slip.desk-send-"+string(kind)), NoCode: c.Identity.Unknown && !c.Contact.Mail,
	}
	if id := typed.one("id"); id != "" {
		data.ID = id
	}
	if form, _ := casefile.FormOf(casefile.SheetConsent); kind == casefile.SlipConsent && !form.On(c.Route) {
		return fault.ErrNotFound
	}
	if kind != casefile.SlipConsent {
		i := slices.IndexFunc(c.Work, func(k casefile.Kept) bool { return string(k.ID) == data.Record && casefile.SlipOf(k.Sheet) == kind })
		if i < 0 {
			return fault.ErrNotFound
		}
		data.Back += "/" + string(c.Work[i].Sheet) + "/" + data.Record
		data.Version, data.Shown = string(c.Work[i].Version), d.slipShown(r, c.Work[i].Record)
	}
	data.Fields = d.slipFields(r, c, kind, typed, errs)
	p := page(d, r, d.text(r, "slip.put-"+string(kind)), data)
	p.TitleParts, p.Errors, p.Path = []string{data.Number}, errs, data.Action
	return d.Renderer.Render(w, r, status, "desk/slip_new", p)
}

// slipShown is what the complainant reads of a record, and nothing else of it.
func (d *desk) slipShown(r *http.Request, k casefile.Record) []ui.Answer {
	seen := []string{"on", "minutes"}
	if k.Sheet == casefile.SheetDisclosure {
		seen = []string{"authority", "basis", "what"}
	}
	var list []ui.Answer
	form, _ := casefile.FormOf(k.Sheet)
	for _, x := range form.Fields {
		if slices.Contains(seen, x.ID) {
			list = append(list, ui.Answer{Label: d.text(r, "work.field."+string(k.Sheet)+"."+x.ID), Text: d.shown(r, k.Sheet, x, k.Fields[x.ID])})
		}
	}
	return list
}

func (d *desk) slipFields(r *http.Request, c *casework.Case, kind casefile.SlipKind, typed form, errs []ui.FormError) []ui.Field {
	field := func(of ui.FieldKind, name string) ui.Field {
		f := ui.Field{
			Kind: of, Name: name, Label: d.text(r, "slip.field-"+string(kind)+"-"+name), Values: typed[name], Error: ui.ErrorFor(errs, name), Rows: 4,
		}
		if hint := "slip.hint-" + string(kind) + "-" + name; d.Words.Has(hint) {
			f.Hint = d.text(r, hint)
		}
		return f
	}
	var list []ui.Field
	switch kind {
	case casefile.SlipConsent:
		list = []ui.Field{field(ui.KindText, "whom"), field(ui.KindArea, "scope"), field(ui.KindArea, "why")}
	case casefile.SlipDisclosure:
		list = []ui.Field{field(ui.KindArea, "why")}
	case casefile.SlipMinutes: // all of it stands in the record
	}
	l := ui.Field{
		Kind: ui.KindRadios, Name: "lang", Label: d.text(r, "slip.field-lang"), Values: []string{c.Language}, Error: ui.ErrorFor(errs, "lang"),
		Hint: d.text(r, "slip.hint-lang", "language", d.languageName(r, c.Language)),
	}
	if typed.one("lang") != "" {
		l.Values = typed["lang"]
	}
	for _, id := range d.Languages {
		l.Options = append(l.Options, ui.Option{Value: id, Label: d.text(r, "common.language-name."+id)})
	}
	return append(list, l)
}

// slipPut puts it in the mailbox.
func (d *desk) slipPut(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	err = d.Casework.PutBefore(r.Context(), actor(r), number(r), casework.Putting{
		Kind: casefile.SlipKind(r.PathValue("kind")), ID: f.one("id"), Record: f.one("record"), Version: f.one("version"),
		Lang: lang.Lang(f.one("lang")), Whom: f.one("whom"), Scope: f.one("scope"), Why: f.one("why"),
	})
	if errs, status := d.unfit(r, err); errs != nil {
		if errs[0].Field == "" && status == http.StatusUnprocessableEntity {
			errs[0].Field = "lang"
		}
		return d.showSlipForm(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"/slip/"+f.one("id")+"?done=put#main")
	return nil
}

// putPage is something that lies in the mailbox, and what became of it.
type putPage struct {
	Back, Number string
	Done         bool
	Lead         string
	State        ui.Notice
	Facts        []ui.Answer
	Text         ui.Message
	Turns        []ui.Message
	Print        string
	Paper        string // of minutes: to be signed on paper
	Action       string // takes it back; empty: that is no longer possible
}

// slipShow shows what lies in the mailbox, with every answer beside it.
func (d *desk) slipShow(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	p, ok := c.Slips.Find(r.PathValue("slip"))
	if !ok {
		return fault.ErrNotFound
	}
	data := putPage{
		Back: base(r) + "/records", Number: string(c.Number), Done: r.URL.Query().Get("done") == "put", Print: casefile.PrintGroups(p.Print),
		State: ui.Notice{Tone: d.slipTag(r, p).Tone, Text: d.text(r, "slip.desk-stands-"+string(p.Kind)+"-"+string(p.State()))},
		Text:  ui.Message{Kind: ui.Sent, From: d.writer(r, c, p.By), At: p.At, Text: p.Text, Lang: string(p.Lang)},
		Facts: d.slipFacts(r, p),
	}
	if k := slices.IndexFunc(c.Work, func(k casefile.Kept) bool { return k.ID == p.Record }); k >= 0 {
		data.Back += "/" + string(c.Work[k].Sheet) + "/" + string(p.Record)
	}
	for _, t := range p.Turns {
		m := ui.Message{Kind: ui.Received, From: d.text(r, "desk.item.complainant"), At: t.At, Text: t.Words, Lang: string(t.Lang), Note: d.text(r, "slip.turn-"+string(t.Act), "name", t.Name)}
		if t.Act == casefile.SlipTakeBack {
			m.Kind, m.From = ui.Sent, d.text(r, "slip.desk-us")
		}
		if m.Text == "" {
			m.Text, m.Lang, m.Note = m.Note, "", ""
		}
		data.Turns = append(data.Turns, m)
	}
	if !p.Redacted.IsZero() {
		data.Text.Note = d.text(r, "redact.note", "date", d.date(r, p.Redacted))
	}
	if p.Kind == casefile.SlipMinutes {
		data.Paper = base(r) + "/minutes/" + string(p.ID)
	}
	if p.May(casefile.SlipTakeBack) {
		data.Action = base(r) + "/slip/" + string(p.ID)
	}
	page := page(d, r, d.text(r, "slip.desk-name-"+string(p.Kind)), data)
	page.TitleParts = []string{data.Number}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/slip", page)
}

func (d *desk) slipFacts(r *http.Request, p casefile.Put) (list []ui.Answer) {
	add := func(key, text string) {
		if text != "" {
			list = append(list, ui.Answer{Label: d.text(r, key), Text: text})
		}
	}
	if on, err := time.Parse(time.DateOnly, p.On); err == nil {
		add("slip.on", d.date(r, on))
	}
	add("slip.whom-"+string(p.Kind), p.Whom)
	add("slip.basis", p.Basis)
	add("slip.why", p.Why)
	return list
}

// slipTakeBack takes back what waits for an answer.
func (d *desk) slipTakeBack(w http.ResponseWriter, r *http.Request) error {
	err := d.Casework.TakeBack(r.Context(), actor(r), number(r), r.PathValue("slip"))
	if errs, _ := d.problems(r, err, ""); errs == nil && err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"/slip/"+r.PathValue("slip")+"#main")
	return nil
}
