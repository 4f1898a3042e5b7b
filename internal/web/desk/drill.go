package desk

import (
	"net/http"
	"time"

	"klankbord/internal/setup"
	"klankbord/internal/web/ui"
)

type drillPage struct {
	setup.Drill
	State []ui.Notice
	Table ui.Table
	Uses  ui.Table // of the recovery key
}

func (d *desk) drillShow(w http.ResponseWriter, r *http.Request) error {
	v, err := d.Setup.Drill(r.Context(), actor(r))
	if err != nil {
		return err
	}
	uses, err := d.Setup.RecoveryUses(r.Context(), actor(r), time.Time{})
	if err != nil {
		return err
	}
	data := drillPage{Drill: v, State: d.drillState(r, v), Table: d.drillTable(r, v), Uses: d.usesTable(r, uses)}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/drill", page(d, r, d.text(r, "drill.title"), data))
}

// drillState says where the drill stands: what is late, what runs, what was held.
func (d *desk) drillState(r *http.Request, v setup.Drill) []ui.Notice {
	last := ui.Notice{Text: d.text(r, "drill.first", "due", d.date(r, v.Due))}
	if !v.Held.IsZero() {
		last = ui.Notice{Text: d.text(r, "drill.held", "held", d.date(r, v.Held), "due", d.date(r, v.Due)), Tone: ui.Good}
	}
	var list []ui.Notice
	if v.Overdue {
		last.Tone = ui.Plain
		list = append(list, ui.Notice{Text: d.text(r, "drill.overdue", "due", d.date(r, v.Due)), Tone: ui.Warn})
	}
	if !v.Started.IsZero() && !v.Complete {
		runs := d.Words.Plural(d.Renderer.Lang(r), "drill.runs", v.Left(), map[string]string{"started": d.date(r, v.Started)})
		list = append(list, ui.Notice{Text: runs, Tone: ui.Info})
	}
	return append(list, last)
}

func (d *desk) drillTable(r *http.Request, v setup.Drill) ui.Table {
	t := ui.Table{Caption: d.text(r, "drill.who"), Stacked: true, Empty: d.text(r, "drill.empty")}
	for _, key := range []string{"what", "when"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "drill.column-"+key)})
	}
	for _, o := range v.Openings {
		name, when := o.Name, ui.Cell{At: o.Opened}
		if o.Recovery {
			name = d.text(r, "drill.recovery-key")
		}
		if o.Opened.IsZero() {
			when = ui.Cell{Text: d.text(r, "drill.not-yet")}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: name, Head: true}, when}})
	}
	if len(t.Rows) > 0 {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: d.text(r, "drill.backup"), Head: true}, {Text: d.text(r, "drill.backup-not-yet")},
		}})
	}
	return t
}

func (d *desk) drillOpen(w http.ResponseWriter, r *http.Request) error {
	if err := d.Setup.OpenDrill(r.Context(), actor(r)); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/drill")
	return nil
}

func (d *desk) drillStart(w http.ResponseWriter, r *http.Request) error {
	if err := d.Setup.StartDrill(r.Context(), actor(r)); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/drill")
	return nil
}

// usesTable lists when the recovery key gave cases to whom.
func (d *desk) usesTable(r *http.Request, list []setup.RecoveryUse) ui.Table {
	t := ui.Table{Caption: d.text(r, "drill.uses"), Stacked: true, Empty: d.text(r, "drill.uses-none")}
	for _, key := range []string{"when", "whom"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "drill.uses-"+key)})
	}
	for _, u := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{At: u.At, Head: true}, {Text: u.Name}}})
	}
	return t
}
