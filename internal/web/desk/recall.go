package desk

import (
	"net/http"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

func (d *desk) moment(r *http.Request, t time.Time) string {
	return lang.DateTime(lang.Lang(d.Renderer.Lang(r)), t)
}

// recallNote words how it stands with a message to the complainant beyond whether it was
// read, and offers what this member can do about it.
func (d *desk) recallNote(r *http.Request, it casework.Item, m *ui.Message) {
	switch s := it.Standing; {
	case !s.Taken.IsZero():
		what := "withdrawn"
		if s.Undone {
			what = "undone"
		}
		m.Note = d.text(r, "together.recall."+what, "name", s.By, "when", d.moment(r, s.Taken))
		m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "together.recall.tag-"+what), Tone: ui.Warn})
	case s.Undo:
		m.Note = d.text(r, "together.recall.goes", "when", d.moment(r, s.Goes))
		m.Sends = &ui.Link{Text: d.text(r, "together.recall.undo"), Href: base(r) + "/undo/" + it.ID + "#errors"}
	case s.Waits:
		m.Note = d.text(r, "together.recall.goes-other", "when", d.moment(r, s.Goes))
	case s.Recall:
		m.Link = &ui.Link{Text: d.text(r, "together.recall.link"), Href: base(r) + "/withdraw/" + it.ID}
	}
}

// waitingText says when a message goes that was sent just now; empty where none waits.
func (d *desk) waitingText(r *http.Request, c *casework.Case) string {
	for i := len(c.Timeline) - 1; i >= 0; i-- {
		if s := c.Timeline[i].Standing; s.Undo {
			return d.text(r, "together.recall.waits", "when", d.moment(r, s.Goes))
		}
	}
	return ""
}

// messageUndo takes a message back before it goes. What was typed meanwhile comes along.
func (d *desk) messageUndo(w http.ResponseWriter, r *http.Request) error {
	f, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	if err := d.Casework.UndoMessage(r.Context(), actor(r), number(r), r.PathValue("entry")); err != nil {
		return d.refused(w, r, err, "", f, nil)
	}
	ui.Redirect(w, r, base(r)+"?write="+string(casework.DraftMessage)+"&done=undone#compose")
	return nil
}

type withdrawPage struct {
	Base, Number, Entry string
	Shown               ui.Message
	Can                 bool
}

func (d *desk) withdrawShow(w http.ResponseWriter, r *http.Request) error {
	return d.showWithdraw(w, r, http.StatusOK, nil)
}

func (d *desk) showWithdraw(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	it, err := d.Casework.Message(r.Context(), actor(r), number(r), r.PathValue("entry"))
	if err != nil {
		return err
	}
	data := withdrawPage{
		Base: base(r), Number: r.PathValue("number"), Entry: it.ID, Can: it.Standing.Recall,
		Shown: ui.Message{From: it.From.Name, At: it.At, Text: it.Text, Lang: string(it.Lang), Kind: ui.Sent, Files: d.files(base(r), r, it.Files)},
	}
	p := page(d, r, d.text(r, "together.recall.title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/withdraw", p)
}

func (d *desk) withdrawDo(w http.ResponseWriter, r *http.Request) error {
	if _, err := readForm(r); err != nil {
		return err
	}
	err := d.Casework.WithdrawMessage(r.Context(), actor(r), number(r), r.PathValue("entry"))
	if errs, status := d.problems(r, err, ""); errs != nil {
		return d.showWithdraw(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "message-withdrawn")
	return nil
}
