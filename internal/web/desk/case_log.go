package desk

import (
	"net/http"

	"klankbord/internal/web/ui"
)

type caseLogPage struct {
	Base, Number string
	Altered      *ui.Notice
	Table        ui.Table
}

// caseLog shows who did what with a case, and when.
func (d *desk) caseLog(w http.ResponseWriter, r *http.Request) error {
	v, err := d.Casework.CaseLog(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := caseLogPage{Base: base(r), Number: string(v.Number), Table: d.logTable(r, v.Lines, "")}
	if v.Altered > 0 {
		data.Altered = &ui.Notice{Text: d.Words.Plural(d.Renderer.Lang(r), "desk.log.altered", v.Altered, nil), Tone: ui.Bad}
	}
	p := page(d, r, d.text(r, "desk.case-log.title"), data)
	p.TitleParts = []string{data.Number}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/case_log", p)
}
