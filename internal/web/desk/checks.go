package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// shownCheck reports whether a field of a sheet is shown: of the checklists only those that
// the case has.
func shownCheck(c *casework.Case, f casefile.Form, x casefile.Field) bool {
	if f.Sheet != casefile.SheetChecks || x.ID == "sets" {
		return true
	}
	_, ok := c.Checklist(x.ID)
	return ok
}

// checksState says how far the checklists of a case are.
func (d *desk) checksState(r *http.Request, c *casework.Case) ui.Tag {
	open, all := 0, 0
	for _, l := range c.Checklists {
		open, all = open+l.Open(), all+len(l.Items)
	}
	t := ui.Tag{Text: d.text(r, "work.checks-state", "done", all-open, "all", all), Tone: ui.Good}
	if open > 0 {
		t.Tone = ui.Warn
	}
	return t
}
