package desk

import (
	"net/http"
	"net/url"
	"strconv"

	"klankbord/internal/casework"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

type restorePage struct {
	casework.Lost
	Mark  string
	Table ui.Table
	More  int // cases beyond those in the table

	Waiting []casework.Lost // on the page of everyone who waits
	Done    []ui.Notice
}

// restoreList names the colleagues who wait, and says what was just done.
func (d *desk) restoreList(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Casework.Lost(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := restorePage{Waiting: list}
	for name, tone := range map[string]ui.Tone{"done": ui.Good, "refused": ui.Warn} {
		if n := int(integer(r.URL.Query().Get(name))); n > 0 {
			text := d.Words.Plural(d.Renderer.Lang(r), restoredKey(name), n, nil)
			data.Done = append(data.Done, ui.Notice{Text: text, Tone: tone, Status: true})
		}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/restores", page(d, r, d.text(r, "restore.list-title"), data))
}

func restoredKey(name string) string {
	if name == "done" {
		return "restore.done"
	}
	return "restore.refused"
}

func (d *desk) restoreShow(w http.ResponseWriter, r *http.Request) error {
	return d.showRestore(w, r, http.StatusOK, nil)
}

func (d *desk) showRestore(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	v, err := d.Casework.LostCases(r.Context(), actor(r), staff.ID(r.PathValue("member")))
	if err != nil {
		return err
	}
	data := restorePage{Lost: v.Lost, Mark: spaced(v.Fingerprint), More: v.Cases - len(v.Rows), Table: ui.Table{
		Caption: d.text(r, "restore.cases"), Stacked: true, Select: "case",
	}}
	for _, key := range []string{"subject", "number", "state"} {
		data.Table.Columns = append(data.Table.Columns, ui.Column{Text: d.text(r, "desk.column."+key)})
	}
	for _, row := range v.Rows {
		number := string(row.Number)
		subject := ui.Cell{Text: row.Subject, Head: true, Href: "/desk/case/" + number, Lang: row.Language}
		if row.Subject == "" {
			subject = ui.Cell{Text: number, Head: true, Href: "/desk/case/" + number}
		}
		data.Table.Rows = append(data.Table.Rows, ui.Row{Key: number, Name: number, Cells: []ui.Cell{
			subject, {Text: number}, {Text: d.text(r, "common.state."+string(row.State))},
		}})
	}
	p := page(d, r, d.text(r, "restore.title", "name", v.Name), data)
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/restore", p)
}

func (d *desk) restoreGive(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	numbers := chosenCases(f)
	all := f.one("which") == "all"
	switch {
	case f.one("compared") != "yes":
		return d.showRestore(w, r, http.StatusUnprocessableEntity, []ui.FormError{{Field: "compared", Text: d.text(r, "error.not-compared")}})
	case !all && len(numbers) == 0:
		return d.showRestore(w, r, http.StatusUnprocessableEntity, []ui.FormError{{Text: d.text(r, "error.choose-one")}})
	case all:
		numbers = nil
	}
	done, err := d.Casework.RestoreAccess(r.Context(), actor(r), staff.ID(r.PathValue("member")), numbers, d.proof(r, f))
	if errs, status := d.problems(r, err, "password"); errs != nil {
		return d.showRestore(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/restore?"+url.Values{"done": {strconv.Itoa(done.Done)}, "refused": {strconv.Itoa(done.Refused)}}.Encode())
	return nil
}
