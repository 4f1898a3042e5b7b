package desk

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/web/pieces"
	"klankbord/internal/web/ui"
)

// composer is the form in which a note or a message is written.
type composer struct {
	Kind      string
	Was       string
	Revision  int64
	Seen      int64
	Text      string
	Lang      string
	Langs     []ui.Option
	Files     []ui.File
	Sounds    []ui.Field // what is asked of those that play as sound
	Saved     *casework.Draft
	Other     string // kind of a second draft; empty: none
	Mail      bool
	Alone     bool        // nobody outside would read a message: only notes
	People    []ui.Option // colleagues whom a note can mention
	Mention   []string
	Templates []ui.Option
	Template  string
}

// composer shows what a refused form held, else the draft asked for, else the
// newest, else an empty note: internal comes first, so that nothing leaves by
// mistake.
func (d *desk) composer(r *http.Request, c *casework.Case, w *casework.Writing, errs []ui.FormError) composer {
	k := composer{Kind: string(casework.DraftNote), Seen: c.Seen, Lang: c.Language, Alone: !c.Channel.Reads()}
	for _, l := range d.Languages {
		k.Langs = append(k.Langs, ui.Option{Value: l, Label: d.text(r, "common.language-name."+l)})
	}
	for _, p := range c.People {
		if p.ID != actor(r).Member {
			k.People = append(k.People, ui.Option{Value: string(p.ID), Label: p.Name})
		}
	}
	for _, t := range d.Casework.Templates(c) {
		k.Templates = append(k.Templates, ui.Option{Value: t.ID, Label: t.Label.In(d.Renderer.Lang(r))})
	}
	want := casework.DraftKind(r.URL.Query().Get("write"))
	for i := range c.Drafts {
		switch dr := &c.Drafts[i]; {
		case dr.Kind == casework.DraftOutcome:
		case k.Saved == nil || dr.Kind == want:
			if k.Saved != nil {
				k.Other = string(k.Saved.Kind)
			}
			k.Saved = dr
		default:
			k.Other = string(dr.Kind)
		}
	}
	if s := k.Saved; s != nil {
		k.Kind, k.Was, k.Revision, k.Seen, k.Text, k.Lang = string(s.Kind), string(s.Kind), s.Revision, s.Seen, s.Text, string(s.Lang)
		k.Mention = s.Mention
		for _, f := range s.Files {
			k.Files = append(k.Files, d.added(r, f))
		}
	} else if want == casework.DraftMessage {
		k.Kind = string(want)
	}
	k.Sounds = d.draftSounds(r, k.Saved, errs)
	if w != nil {
		k.Kind, k.Text, k.Lang = string(w.Kind), w.Text, string(w.Lang)
		k.Mention = w.Mention
	}
	return k
}

// caseCompose saves the draft; "check" goes on to the page that shows it as it will
// be seen. Nothing is sent here.
func (d *desk) caseCompose(w http.ResponseWriter, r *http.Request) error {
	var added []*casework.Incoming
	var failed error
	values, err := ui.ReadForm(r, ui.Limits{Fields: formFields, TextBytes: formBytes, FileBytes: d.Casework.Limits.FileBytes + 1},
		func(u ui.Upload) error { //nolint:contextcheck // reads the request's own
			in, err := d.Casework.Receive(r.Context(), actor(r), number(r), u.Name, u.Body)
			if errs, _ := d.problems(r, err, "file"); errs != nil {
				failed = err // the other files stay
				return nil
			}
			if err != nil {
				return err
			}
			added = append(added, in)
			return nil
		})
	if err != nil {
		return err
	}
	f := form(values)
	came, err := d.Casework.TakeFiles(r.Context(), actor(r), number(r), f[pieces.Handed])
	if err != nil {
		return err
	}
	writing := composed(f)
	writing.Add, writing.Remove = append(added, came...), f.one("remove")
	writing.Both = f.one("act") == "both"
	if f.one("act") == "insert" { // what was typed stays before it
		text, err := d.Casework.FillTemplate(r.Context(), actor(r), number(r), f.one("template"), writing.Lang)
		if err != nil {
			return d.refused(w, r, err, "template", f, &writing)
		}
		if blank(writing.Text) && writing.Was == "" { // templates are written for the complainant
			writing.Kind, writing.Was = casework.DraftMessage, casework.DraftMessage
		}
		writing.Text = strings.TrimSpace(writing.Text + "\n\n" + text)
	}
	saved, err := d.Casework.SaveDraft(r.Context(), actor(r), number(r), writing)
	if errors.Is(err, casework.ErrChanged) {
		return d.showConflict(w, r, http.StatusConflict, writing)
	}
	if err != nil {
		return d.refused(w, r, err, fieldOf(err), f, &writing)
	}
	if failed != nil {
		return d.refused(w, r, failed, "file", f, nil)
	}
	if f.one("act") == "reread" {
		ui.Redirect(w, r, base(r)+"/ask/"+string(saved.Kind))
		return nil
	}
	if f.one("act") != "check" {
		ui.Redirect(w, r, base(r)+"?write="+string(saved.Kind)+"#compose")
		return nil
	}
	if _, err := d.Casework.Check(r.Context(), actor(r), number(r), saved.Kind); err != nil {
		field := "text"
		if errors.Is(err, casework.ErrUnheard) {
			field = soundField + saved.Unheard().ID
		}
		return d.refused(w, r, err, field, f, nil)
	}
	ui.Redirect(w, r, base(r)+"/check/"+string(saved.Kind))
	return nil
}

// fieldOf is where it is said what is wrong with what was written.
func fieldOf(err error) string {
	switch f, _ := fault.As(err); {
	case f == nil:
		return ""
	case f.Key == "error.sound-withheld", f.Key == "error.file-too-many", f.Key == "error.file-incomplete":
		return "file"
	default:
		return "text"
	}
}

// composed is what stands in the composer.
func composed(f form) casework.Writing {
	w := casework.Writing{
		Kind: casework.DraftKind(f.one("audience")), Was: casework.DraftKind(f.one("was")), Revision: integer(f.one("draft-revision")),
		Seen: integer(f.one("seen")), Text: f.one("text"), Lang: lang.Lang(f.one("lang")),
		Mention: f["mention"], Heard: heardIn(f),
	}
	if w.Kind == "" {
		w.Kind = casework.DraftNote
	}
	return w
}

// readBeside reads the form of a case page whose button stands beside the composer.
// What was typed there comes along and is saved first: no button of the page may
// cost a member a message. done says that it could not be, and was answered so.
func (d *desk) readBeside(w http.ResponseWriter, r *http.Request) (f form, done bool, err error) {
	if f, err = readForm(r); err != nil {
		return nil, false, err
	}
	writing := composed(f)
	if writing.Add, err = d.Casework.TakeFiles(r.Context(), actor(r), number(r), f[pieces.Handed]); err != nil {
		return nil, false, err
	}
	if blank(writing.Text) && writing.Was == "" && len(writing.Add) == 0 {
		return f, false, nil
	}
	switch _, err := d.Casework.SaveDraft(r.Context(), actor(r), number(r), writing); {
	case errors.Is(err, casework.ErrChanged):
		return f, true, d.showConflict(w, r, http.StatusConflict, writing)
	case err != nil:
		return f, true, d.refused(w, r, err, "text", f, &writing)
	}
	return f, false, nil
}

func integer(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (d *desk) caseDiscard(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if err := d.Casework.DiscardDraft(r.Context(), actor(r), number(r), casework.DraftKind(f.one("kind"))); err != nil {
		return err
	}
	ui.Redirect(w, r, base(r))
	return nil
}

type checkPage struct {
	*casework.Preview
	Base     string
	Edit     string
	Shown    ui.Message
	Readers  []string
	Foreign  bool         // written in another language than the complainant asked for
	Names    []string     // of the language written in and of the one asked for
	Mentions string       // whom the note mentions, who get an e-mail
	New      []ui.Message // what came in since the text was begun
}

func (d *desk) caseCheck(w http.ResponseWriter, r *http.Request) error {
	kind := casework.DraftKind(r.PathValue("kind"))
	p, err := d.Casework.Check(r.Context(), actor(r), number(r), kind)
	if errs, _ := d.problems(r, err, ""); errs != nil { // changed since: back to where it is written
		ui.Redirect(w, r, editPath(r, kind))
		return nil
	}
	if err != nil {
		return err
	}
	return d.showCheck(w, r, http.StatusOK, p, nil)
}

func editPath(r *http.Request, k casework.DraftKind) string {
	if k == casework.DraftOutcome {
		return base(r) + "/close"
	}
	return base(r) + "?write=" + string(k) + "#compose"
}

func (d *desk) showCheck(w http.ResponseWriter, r *http.Request, status int, p *casework.Preview, errs []ui.FormError) error {
	dr := p.Draft
	data := checkPage{
		Preview: p, Base: base(r), Edit: editPath(r, dr.Kind), Foreign: dr.Kind != casework.DraftNote && string(dr.Lang) != p.Language,
		Names: []string{d.text(r, "common.language-name."+string(dr.Lang)), d.languageName(r, p.Language)},
		Shown: ui.Message{
			From: d.text(r, "desk.check.from"), At: d.Clock.Now(), Text: dr.Text, Lang: string(dr.Lang), Kind: ui.Sent,
			Files: d.draftFiles(r, dr),
		},
	}
	switch dr.Kind {
	case casework.DraftNote:
		data.Shown.Kind, data.Shown.From = ui.Internal, actor(r).Name
	case casework.DraftOutcome:
		data.Shown.Text = d.closingText(dr)
	case casework.DraftMessage: // shown as it is
	}
	if len(p.Mentioned) > 0 {
		data.Mentions = d.text(r, "together.mention.told", "names", names(p.Mentioned))
	}
	for _, it := range p.Since {
		m := d.message(r, &casePage{Case: &casework.Case{}, Base: base(r)}, it)
		m.Sends, m.Link = nil, nil // here one looks before sending, and does nothing else
		data.New = append(data.New, m)
	}
	for _, person := range p.People {
		data.Readers = append(data.Readers, person.Name)
	}
	pg := page(d, r, d.text(r, "desk.check.title-"+string(dr.Kind)), data)
	pg.TitleParts, pg.Errors = []string{string(p.Number)}, errs
	pg.Path = base(r) + "/check/" + string(dr.Kind)
	return d.Renderer.Render(w, r, status, "desk/check", pg)
}

func (d *desk) languageName(r *http.Request, l string) string {
	if !lang.Lang(l).Known() {
		return "?"
	}
	return d.text(r, "common.language-name."+l)
}

func (d *desk) draftFiles(r *http.Request, dr casework.Draft) []ui.File {
	var list []ui.File
	for _, f := range dr.Files {
		out := d.added(r, f)
		if note := d.heardNote(r, f.Heard); note != "" {
			out.Note = note
		}
		list = append(list, out)
	}
	return list
}

// added is a file of a text that is being written.
func (d *desk) added(r *http.Request, f casework.File) ui.File {
	out := ui.File{ID: f.ID, Name: f.Name, Size: f.Size, Note: d.scanNote(r, f.Scan)}
	if f.Scan.Harmful() {
		out.Mark = &ui.Tag{Text: d.text(r, "file.harmful-tag"), Tone: ui.Bad}
	}
	return out
}

// caseSend sends what was checked, once however often the button is pressed.
func (d *desk) caseSend(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	s := casework.Sending{
		Kind: casework.DraftKind(f.one("kind")), ID: f.one("draft"), Revision: integer(f.one("revision")), Seen: integer(f.one("seen")),
	}
	send := d.Casework.Send
	if s.Kind == casework.DraftOutcome {
		send = d.Casework.Close
	}
	err = send(r.Context(), actor(r), number(r), s)
	if err == nil {
		ui.Redirect(w, r, base(r)+"?done="+string(s.Kind)+"#main")
		return nil
	}
	errs, status := d.problems(r, err, "")
	if errs == nil {
		return err
	}
	var no *casefile.Refusal
	p, again := d.Casework.Check(r.Context(), actor(r), number(r), s.Kind)
	if again != nil && !errors.As(again, &no) {
		return d.showCase(w, r, status, nil, nil, errs)
	}
	return d.showCheck(w, r, status, p, errs)
}
