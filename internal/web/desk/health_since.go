package desk

import (
	"net/http"

	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// healthSince lists what changed since the member signed in before: only cases that
// they have a key to.
func (d *desk) healthSince(r *http.Request, v *casework.Health) healthPage {
	data := healthPage{SinceTitle: d.text(r, "check.since-first"), CameMore: v.CameMore, ClosedMore: v.ClosedMore}
	if v.Since.IsZero() {
		data.Nothing = true
		return data
	}
	data.SinceTitle = d.text(r, "check.since", "date", d.date(r, v.Since))
	data.Came = d.healthRows(r, "check.since-came", v.Came)
	data.Closed = d.healthRows(r, "check.since-closed", v.Closed)
	for _, p := range v.Entered {
		data.People = append(data.People, d.text(r, "check.since-entered", "name", p.Name))
	}
	for _, p := range v.Left {
		data.People = append(data.People, d.text(r, "check.since-left", "name", p.Name))
	}
	data.Nothing = len(v.Came)+len(v.Closed)+len(data.People) == 0
	return data
}

func (d *desk) healthRows(r *http.Request, caption string, rows []casework.Row) ui.Table {
	t := ui.Table{Caption: d.text(r, caption), Stacked: true}
	for _, key := range []string{"subject", "number", "state"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.column."+key)})
	}
	for _, row := range rows {
		cells := d.cells(r, casework.ViewAll, row)
		t.Rows = append(t.Rows, ui.Row{Key: string(row.Number), Name: string(row.Number), Unread: row.Unread, Cells: []ui.Cell{cells[0], cells[1], cells[3]}})
	}
	return t
}
