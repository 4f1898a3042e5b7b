package desk

import (
	"net/http"
	"strconv"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

type erasedPage struct {
	Table ui.Table
	Spam  int // how many of them were manifestly no complaint
}

// erasedList lists what is left of erased cases.
func (d *desk) erasedList(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Casework.Certificates(r.Context(), actor(r))
	if err != nil {
		return err
	}
	t := ui.Table{Caption: d.text(r, "desk.erased.title"), Stacked: true, Empty: d.text(r, "desk.erased.none")}
	for _, key := range []string{"desk.certificate.number", "desk.erased.on", "desk.certificate.kind", "desk.certificate.rule"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, key)})
	}
	spam := 0
	for _, k := range list {
		n := string(k.Number)
		if k.Rule.NoComplaint() {
			spam++
		}
		t.Rows = append(t.Rows, ui.Row{Key: n, Name: n, Cells: []ui.Cell{
			{Text: n, Href: "/desk/erased/" + n, Head: true}, {Text: d.date(r, k.Erased)},
			{Text: d.text(r, "common.route."+string(k.Route))}, {Text: d.text(r, "common.retention."+string(k.Rule))},
		}})
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/erased", page(d, r, d.text(r, "desk.erased.title"), erasedPage{t, spam}))
}

// certificatePage is one of them, to be printed.
type certificatePage struct {
	Number string
	Done   bool
	Lead   string
	Facts  []ui.Answer
	Copies string
	Gone   string // until when a copy can hold it
	Files  string // that sealed files are still being removed; empty: none are left
}

func (d *desk) erasedShow(w http.ResponseWriter, r *http.Request) error {
	k, err := d.Casework.Certificate(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := certificatePage{
		Number: string(k.Number), Done: r.URL.Query().Get("done") == "erased", Facts: d.certified(r, k),
		Lead: d.text(r, "desk.certificate.lead", "date", d.date(r, k.Erased)), Copies: d.text(r, "desk.certificate.copies", "date", d.date(r, k.Erased)),
	}
	data.Gone = d.text(r, "desk.certificate.undeclared")
	if !k.Horizon.IsZero() {
		data.Gone = d.text(r, "desk.certificate.horizon", "date", d.date(r, k.Horizon))
	}
	if k.Files > 0 {
		data.Files = d.text(r, "desk.certificate.files", "n", k.Files)
	}
	p := page(d, r, d.text(r, "desk.certificate.title"), data)
	p.TitleParts = []string{data.Number}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/certificate", p)
}

// certified is what a certificate says.
func (d *desk) certified(r *http.Request, k casework.Certificate) []ui.Answer {
	by, outcome, position := "one", "desk.certificate.no-outcome", d.text(r, "desk.certificate.waits")
	if k.Two {
		by = "two"
	}
	if k.Rule.NoComplaint() {
		outcome = "desk.certificate.spam"
	}
	if k.Outcome.Known() {
		outcome = "common.outcome." + string(k.Outcome)
	}
	if k.Position >= 0 {
		position = strconv.FormatInt(k.Position, 10)
	}
	label := func(key, text string) ui.Answer {
		return ui.Answer{Label: d.text(r, "desk.certificate."+key), Text: text}
	}
	facts := []ui.Answer{
		label("number", string(k.Number)), label("kind", d.text(r, "common.route."+string(k.Route))),
		label("received", d.month(r, k.Received)), label("closed", d.month(r, k.Closed)), label("outcome", d.text(r, outcome)),
		label("rule", d.text(r, "common.retention."+string(k.Rule))), label("due", d.date(r, k.Due)),
	}
	if !k.Story.IsZero() {
		facts = append(facts, label("story", d.date(r, k.Story)))
	}
	if !k.Who.IsZero() {
		facts = append(facts, label("who", d.date(r, k.Who)))
	}
	return append(
		facts,
		label("by", d.text(r, "desk.certificate."+by, "team", d.text(r, "common.team."+string(k.Team)))),
		label("position", position), label("hash", k.Hash),
	)
}

// month words a month that stands as 2006-01.
func (d *desk) month(r *http.Request, s string) string {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return s
	}
	return lang.Month(lang.Lang(d.Renderer.Lang(r)), t.Month()) + " " + strconv.Itoa(t.Year())
}
