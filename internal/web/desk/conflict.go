package desk

import (
	"net/http"
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// conflictPage shows two versions of a member's own draft: the one that was saved
// elsewhere meanwhile, and the one that was typed on an older page.
type conflictPage struct {
	Base, Number  string
	Kind          casework.DraftKind
	Action        string
	Revision      int64
	Seen          int64
	Saved         ui.Message
	SavedAt       string
	Text          string
	Outcome       string
	Feedback, Why string
	Lang          string
	Mention       []string
	Outcomes      []ui.Option
	Langs         []ui.Option
	Leave         string // where the saved version is written on
}

func (d *desk) conflictShow(w http.ResponseWriter, r *http.Request) error {
	return d.showConflict(w, r, http.StatusOK, casework.Writing{Kind: casework.DraftKind(r.PathValue("kind"))})
}

// showConflict shows both versions; what was typed stands in the form and nothing of it is
// lost, whichever button follows.
func (d *desk) showConflict(w http.ResponseWriter, r *http.Request, status int, typed casework.Writing) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Drafts, func(x casework.Draft) bool { return x.Kind == typed.Kind })
	if i < 0 { // sent or discarded: there is nothing to choose between
		ui.Redirect(w, r, base(r))
		return nil
	}
	saved := c.Drafts[i]
	data := conflictPage{
		Base: base(r), Number: string(c.Number), Kind: saved.Kind, Action: base(r) + "/compose", Revision: saved.Revision, Seen: saved.Seen,
		SavedAt: d.moment(r, saved.Changed), Text: typed.Text, Outcome: string(typed.Outcome), Feedback: typed.Feedback, Why: typed.Why,
		Lang: string(typed.Lang), Mention: typed.Mention, Leave: editPath(r, saved.Kind),
		Saved: ui.Message{From: d.text(r, "desk.item.me"), At: saved.Changed, Text: saved.Text, Lang: string(saved.Lang), Kind: ui.Internal, Files: d.draftFiles(r, saved)},
	}
	if saved.Kind == casework.DraftMessage {
		data.Saved.Kind = ui.Sent
	}
	if saved.Kind == casework.DraftOutcome {
		data.Action, data.Saved.Kind, data.Saved.Text = base(r)+"/close", ui.Sent, d.closingText(saved)
		data.Outcomes = options(d, r, "common.outcome.", casefile.Outcomes())
	}
	if data.Lang == "" {
		data.Lang = string(saved.Lang)
	}
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language-name."+l)})
	}
	p := page(d, r, d.text(r, "together.conflict.title"), data)
	p.Path, p.TitleParts = base(r)+"/conflict/"+string(saved.Kind), []string{data.Number}
	return d.Renderer.Render(w, r, status, "desk/conflict", p)
}

// besideText says who is writing what.
func (d *desk) besideText(r *http.Request, list []casework.Beside) (lines []string) {
	for _, b := range list {
		key := "together.beside." + string(b.Kind)
		if !b.Now {
			key = "together.beside.begun-" + string(b.Kind)
		}
		lines = append(lines, d.text(r, key, "name", b.Who.Name, "when", d.moment(r, b.At)))
	}
	return lines
}

// hereText says who else is at the case.
func (d *desk) hereText(r *http.Request, list []casework.Here) (lines []string) {
	for _, h := range list {
		key := "together.here.reading"
		if h.Working {
			key = "together.here.working"
		}
		lines = append(lines, d.text(r, key, "name", h.Who.Name, "when", d.moment(r, h.At)))
	}
	return lines
}
