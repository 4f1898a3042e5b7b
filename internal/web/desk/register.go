package desk

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/sheet"
	"klankbord/internal/web/ui"
)

type registerPage struct{ Form string }

// registerAsk asks in which form, and for the password.
func (d *desk) registerAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showRegister(w, r, http.StatusOK, registerPage{string(casework.RegisterXLSX)}, nil)
}

func (d *desk) showRegister(w http.ResponseWriter, r *http.Request, status int, data registerPage, errs []ui.FormError) error {
	if a := actor(r); !a.Entry.Active || !a.Handler() && !a.Auditor() {
		return fault.ErrNotFound
	}
	p := page(d, r, d.text(r, "numbers.register"), data)
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/register", p)
}

// registerAllow checks the password and leads to the file, which this browser may fetch
// for a few minutes.
func (d *desk) registerAllow(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	t, err := d.Casework.AllowRegister(r.Context(), actor(r), d.proof(r, f), casework.RegisterForm(f.one("form")))
	field := "password"
	if is, ok := fault.As(err); ok && is.Key == "error.choose-one" {
		field = "form"
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showRegister(w, r, status, registerPage{f.one("form")}, errs)
	}
	if err != nil {
		return err
	}
	return d.lead(w, r, keptRegister, string(t.Form), t.Until, "/desk/numbers/register/file")
}

// registerFile sends the register. That it was taken along was logged before.
func (d *desk) registerFile(w http.ResponseWriter, r *http.Request) error {
	form, until, err := d.ticket(r, keptRegister)
	if err != nil {
		return err
	}
	t := casework.RegisterTicket{Form: casework.RegisterForm(form), Until: until}
	list, err := d.Casework.Register(r.Context(), actor(r), t)
	if err != nil {
		return err
	}
	table := d.registerTable(d.Renderer.Lang(r), list)
	var file bytes.Buffer
	write := map[casework.RegisterForm]func(io.Writer) error{casework.RegisterCSV: table.CSV, casework.RegisterXLSX: table.XLSX}[t.Form]
	if write == nil {
		return fault.ErrNotFound
	}
	if err := write(&file); err != nil {
		return err
	}
	ui.FileHeaders(w, d.fileName("klankbord-register", form))
	_, err = w.Write(file.Bytes())
	return err
}

// registerTable words the register. Dates are written as 2026-03-02, so that every
// spreadsheet sorts them.
func (d *desk) registerTable(l string, list []casework.Registered) sheet.Table {
	text := func(key string) string { return d.Words.Text(l, key, nil) }
	t := sheet.Table{Name: text("numbers.register-sheet")}
	for _, c := range []string{"number", "route", "team", "state", "channel", "language", "received", "closed", "days", "acknowledged", "answered", "outcome", "topics", "charge", "due"} {
		t.Head = append(t.Head, text("numbers.column-"+c))
	}
	for _, k := range list {
		row := []sheet.Cell{sheet.Text(string(k.Number))}
		for _, key := range []string{"common.route." + string(k.Route), "common.team." + string(k.Team), "common.state." + string(k.State), "common.channel." + string(k.Channel), "common.language-name." + k.Language} {
			row = append(row, sheet.Text(text(key)))
		}
		row = append(row, sheet.Text(dayOr(k.Received, k.Months[0])), sheet.Text(dayOr(k.Closed, k.Months[1])), daysOf(k.Days))
		row = append(row, sheet.Text(d.judgedText(l, k.Acknowledged)), sheet.Text(d.judgedText(l, k.Answered)), sheet.Text(d.endedText(l, k)))
		row = append(row, sheet.Text(strings.Join(d.topicTexts(l, k.Topics), "; ")), sheet.Text(k.Charge), sheet.Text(dayOr(k.Due, "")))
		t.Rows = append(t.Rows, row)
	}
	return t
}

func dayOr(t time.Time, month string) string {
	if t.IsZero() {
		return month
	}
	return t.In(lang.Brussels()).Format(time.DateOnly)
}

func daysOf(n int64) sheet.Cell {
	if n < 0 {
		return sheet.Text("")
	}
	return sheet.Number(n)
}

func (d *desk) judgedText(l string, j figures.Judged) string {
	if j == figures.NotAsked {
		return ""
	}
	return d.Words.Text(l, "numbers.judged-"+string(j), nil)
}

func (d *desk) endedText(l string, k casework.Registered) string {
	if !k.Outcome.Known() {
		return ""
	}
	return d.Words.Text(l, "common.outcome."+string(k.Outcome), nil)
}

func (d *desk) topicTexts(l string, ids []string) (list []string) {
	for _, id := range ids {
		if t, ok := d.Casework.Profile.Topic(id); ok {
			list = append(list, t.Label.In(l))
		}
	}
	return list
}
