package desk

import (
	"net/http"
	"strconv"

	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// tasksPage is the dates that have to be kept, those that were missed first.
type tasksPage struct {
	Views       []ui.Link
	Late, Ahead ui.Table
	None        bool // nothing at all has to be done
	Asked       []ui.Link
	Pages       *ui.Pages
}

func (d *desk) tasksShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := casework.TaskFilter{Everyone: q.Get("view") == "all", Page: int(integer(q.Get("page")))}
	list, err := d.Casework.Tasks(r.Context(), actor(r), f)
	if err != nil {
		return err
	}
	data := tasksPage{
		Late: d.taskTable(r, list.Late, "desk.tasks.late"), Ahead: d.taskTable(r, list.Ahead, "desk.tasks.ahead"),
		None: len(list.Late)+len(list.Ahead) == 0, Pages: d.taskPages(r, list),
	}
	for _, v := range []struct{ href, key string }{{"/desk/tasks", "desk.tasks.mine"}, {"/desk/tasks?view=all", "desk.tasks.all"}} {
		data.Views = append(data.Views, ui.Link{Href: v.href, Text: d.text(r, v.key), Current: (v.key == "desk.tasks.all") == list.Filter.Everyone})
	}
	if data.Asked, err = d.waiting(r); err != nil {
		return err
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/tasks", page(d, r, d.text(r, "desk.tasks.title"), data))
}

func (d *desk) taskTable(r *http.Request, list []casework.Task, caption string) ui.Table {
	t := ui.Table{Caption: d.text(r, caption), Stacked: true}
	for _, key := range []string{"desk.tasks.what", "desk.column.number", "desk.clock.due", "desk.column.charge"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, key)})
	}
	for _, task := range list {
		what := d.text(r, "common.clock."+string(task.Kind))
		if task.Law {
			what += " (" + d.text(r, "common.clock-by-law") + ")"
		}
		charge := task.Charge
		if charge == "" {
			charge = d.text(r, "desk.nobody")
		}
		if away := d.awayText(r, charge, task.Away); away != "" {
			charge = away
		}
		t.Rows = append(t.Rows, ui.Row{Key: string(task.Number) + "/" + task.ID, Name: what, Cells: []ui.Cell{
			{Text: what, Href: "/desk/case/" + string(task.Number), Head: true},
			{Text: string(task.Number)},
			{Tag: &ui.Tag{Text: d.taskPhrase(r, task), Tone: toneOf(task.State)}},
			{Text: charge},
		}})
	}
	return t
}

// taskPhrase says when a task is due, of one that counts hours with the time, and of
// one that was missed with the new date that was told.
func (d *desk) taskPhrase(r *http.Request, task casework.Task) string {
	if hourly(task.Kind) && task.State != deadline.Passed {
		return d.text(r, "desk.clock.by-time", "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), task.Due))
	}
	said := d.phrase(r, task.Phrase)
	if !task.Again.IsZero() {
		said += ", " + d.text(r, "desk.clock.new-date", "date", d.date(r, task.Again))
	}
	return said
}

func (d *desk) taskPages(r *http.Request, list *casework.Tasks) *ui.Pages {
	now := list.Filter.Page
	if now == 1 && !list.More {
		return nil
	}
	at := func(n int) string {
		view := ""
		if list.Filter.Everyone {
			view = "view=all&"
		}
		return "/desk/tasks?" + view + "page=" + strconv.Itoa(n)
	}
	p := &ui.Pages{Label: d.text(r, "desk.inbox.pages"), Summary: d.text(r, "desk.tasks.page", "page", now)}
	if now > 1 {
		p.Prev = at(now - 1)
	}
	if list.More {
		p.Next = at(now + 1)
	}
	return p
}
