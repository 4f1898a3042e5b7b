package desk

import (
	"fmt"
	"net/http"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

type exportPage struct{ Scope string }

// logExport asks what to take along, and for the password.
func (d *desk) logExport(w http.ResponseWriter, r *http.Request) error {
	return d.showExport(w, r, http.StatusOK, exportPage{Scope: string(casework.ExportLeaves)}, nil)
}

func (d *desk) showExport(w http.ResponseWriter, r *http.Request, status int, data exportPage, errs []ui.FormError) error {
	if !actor(r).Auditor() {
		return fault.New(fault.Denied, "error.denied.what")
	}
	p := page(d, r, d.text(r, "desk.export.title"), data)
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/log_export", p)
}

// logExportAllow checks the password and leads to the file, which this browser may
// fetch for a few minutes.
func (d *desk) logExportAllow(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	t, err := d.Casework.AllowExport(r.Context(), actor(r), d.proof(r, f), casework.ExportScope(f.one("scope")))
	if errs, status := d.problems(r, err, exportField(err)); errs != nil {
		return d.showExport(w, r, status, exportPage{f.one("scope")}, errs)
	}
	if err != nil {
		return err
	}
	err = d.keep(w, r, keptExport, map[string][]string{
		"scope": {string(t.Scope)}, "until": {t.Until.Format(time.RFC3339Nano)}, "session": {actor(r).Session},
	})
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/log/export.txt")
	return nil
}

func exportField(err error) string {
	if f, ok := fault.As(err); ok && f.Key == "error.choose-one" {
		return "scope"
	}
	return "password"
}

// logExportFile sends the file. What is exported was logged before its first byte.
func (d *desk) logExportFile(w http.ResponseWriter, r *http.Request) error {
	v, ok, err := d.found(r, keptExport)
	if err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339Nano, form(v.Values).one("until"))
	if !ok || err != nil || form(v.Values).one("session") != actor(r).Session {
		return fault.ErrNotFound
	}
	name := fmt.Sprintf("klankbord-log-%s.txt", d.Clock.Now().UTC().Format("20060102-1504"))
	out := &lateHeaders{ResponseWriter: w, name: name}
	err = d.Casework.ExportLog(r.Context(), actor(r), casework.ExportTicket{Scope: casework.ExportScope(form(v.Values).one("scope")), Until: until}, out)
	if err != nil && out.begun {
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
	return err
}

// lateHeaders sends the headers of a download with its first byte, so that a failure
// before it still has a page of its own.
type lateHeaders struct {
	http.ResponseWriter
	name  string
	begun bool
}

// Write sends bytes of the file.
func (l *lateHeaders) Write(b []byte) (int, error) {
	if !l.begun {
		l.begun = true
		ui.FileHeaders(l.ResponseWriter, l.name)
	}
	return l.ResponseWriter.Write(b)
}
