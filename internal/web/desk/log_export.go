package desk

import (
	"net/http"

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
	return d.lead(w, r, keptExport, string(t.Scope), t.Until, "/desk/log/export.txt")
}

func exportField(err error) string {
	if f, ok := fault.As(err); ok && f.Key == "error.choose-one" {
		return "scope"
	}
	return "password"
}

// logExportFile sends the file. What is exported was logged before its first byte.
func (d *desk) logExportFile(w http.ResponseWriter, r *http.Request) error {
	scope, until, err := d.ticket(r, keptExport)
	if err != nil {
		return err
	}
	out := &lateHeaders{ResponseWriter: w, name: d.fileName("klankbord-log", "txt")}
	err = d.Casework.ExportLog(r.Context(), actor(r), casework.ExportTicket{Scope: casework.ExportScope(scope), Until: until}, out)
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
