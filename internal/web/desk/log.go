package desk

import (
	"net/http"
	"strconv"

	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

type logPage struct {
	Table ui.Table
	Size  int64
	Older string
}

// logShow lists what happened on the desk, for whoever checks it: never what a case
// holds.
func (d *desk) logShow(w http.ResponseWriter, r *http.Request) error {
	p, err := d.Casework.Log(r.Context(), actor(r), integer(r.URL.Query().Get("before")))
	if err != nil {
		return err
	}
	data := logPage{Table: d.logTable(r, p), Size: p.Size}
	if p.Older > 0 {
		data.Older = "/desk/log?before=" + strconv.FormatInt(p.Older, 10)
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/log", page(d, r, d.text(r, "desk.log.title"), data))
}

func (d *desk) logTable(r *http.Request, p *casework.LogPage) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.log.title"), Stacked: true, Empty: d.text(r, "desk.log.empty")}
	for _, key := range []string{"at", "what", "who", "case", "position"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.log.column-"+key), Number: key == "position"})
	}
	l := lang.Lang(d.Renderer.Lang(r))
	for _, line := range p.Lines {
		who := line.Name
		if who == "" && !line.Erased {
			who = d.text(r, "desk.log.actor-"+string(line.Actor))
		}
		what := d.text(r, "desk.log.kind-"+string(line.Kind))
		if line.Erased {
			what = d.text(r, "desk.log.erased")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: lang.DateTime(l, line.At)}, {Text: what, Head: true}, {Text: who}, {Text: string(line.Number)},
			{Text: strconv.FormatInt(line.Position, 10)},
		}})
	}
	return t
}
