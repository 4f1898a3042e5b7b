package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// outboxPage lists the mails of the desk by what became of them.
type outboxPage struct {
	Done   string
	Tables []outboxTable
}

// outboxTable is the mails of one fate. Those that can be sent again are chosen in it.
type outboxTable struct {
	ID, Why string
	Choose  bool
	Table   ui.Table
}

func (d *desk) outboxShow(w http.ResponseWriter, r *http.Request) error {
	return d.showOutbox(w, r, http.StatusOK, nil)
}

func (d *desk) showOutbox(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	list, err := d.Casework.Outbox(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := outboxPage{}
	if r.URL.Query().Get("done") == "again" {
		data.Done = d.text(r, "outbox.done-again")
	}
	for _, fate := range []casework.Fate{casework.FateDead, casework.FateReturned, casework.FateWaiting, casework.FateSent} {
		t := d.outboxTable(r, fate, list)
		if len(t.Table.Rows) > 0 || fate == casework.FateWaiting || fate == casework.FateSent {
			data.Tables = append(data.Tables, t)
		}
	}
	p := page(d, r, d.text(r, "outbox.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/outbox", p)
}

func (d *desk) outboxTable(r *http.Request, fate casework.Fate, list []casework.Outgoing) outboxTable {
	f := string(fate)
	t := outboxTable{ID: f, Why: d.text(r, "outbox.why."+f), Choose: fate == casework.FateDead, Table: ui.Table{
		Caption: d.text(r, "outbox.fate."+f), Stacked: true, Empty: d.text(r, "outbox.none"),
	}}
	for _, key := range []string{"outbox.column.about", "outbox.column.reason", "outbox.column.to", "outbox.column." + f} {
		t.Table.Columns = append(t.Table.Columns, ui.Column{Text: d.text(r, key)})
	}
	if t.Choose {
		t.Table.Select = "mail"
	}
	for _, m := range list {
		if m.Fate != fate {
			continue
		}
		about := ui.Cell{Text: d.text(r, "outbox.desk"), Head: true}
		if m.Number != "" {
			about.Text, about.Href = string(m.Number), "/desk/case/"+string(m.Number)
		}
		reason := d.text(r, "outbox.reason."+string(m.Reason))
		t.Table.Rows = append(t.Table.Rows, ui.Row{Key: m.ID, Name: about.Text + ", " + reason, Cells: []ui.Cell{
			about, {Text: reason}, {Text: d.mailTo(r, m)}, {Text: d.mailWhen(r, m)},
		}})
	}
	return t
}

func (d *desk) mailTo(r *http.Request, m casework.Outgoing) string {
	switch {
	case m.Person:
		return d.text(r, "outbox.to-complainant")
	case m.To != "":
		return m.To
	default:
		return d.text(r, "outbox.to-other")
	}
}

// mailWhen says since when a mail stands as it does, why, and when it is tried again.
func (d *desk) mailWhen(r *http.Request, m casework.Outgoing) string {
	l := lang.Lang(d.Renderer.Lang(r))
	switch {
	case m.Trial && !m.Next.IsZero():
		return d.text(r, "outbox.tried", "at", lang.DateTime(l, m.At), "why", d.mailWhy(r, m), "next", lang.DateTime(l, m.Next))
	case m.Fate == casework.FateDead:
		return d.text(r, "outbox.given-up", "at", lang.DateTime(l, m.At), "why", d.mailWhy(r, m))
	default:
		return lang.DateTime(l, m.At)
	}
}

// mailWhy is what the next server said, or that it said nothing.
func (d *desk) mailWhy(r *http.Request, m casework.Outgoing) string {
	return d.serverSaid(r, m.Server)
}

func (d *desk) serverSaid(r *http.Request, class string) string {
	if code, ok := strings.CutPrefix(class, "refused-"); ok {
		return d.text(r, "outbox.server-refused", "code", code)
	}
	if class == "unreachable" {
		return d.text(r, "outbox.server-away")
	}
	return d.text(r, "outbox.server-unwritten")
}

// outboxAgain sends mails again that no server took.
func (d *desk) outboxAgain(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	err = d.Casework.ResendMails(r.Context(), actor(r), f["mail"])
	if errs, status := d.problems(r, err, "dead"); errs != nil {
		return d.showOutbox(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/outbox?done=again#main")
	return nil
}

// standingDead tells that mails were given up.
func (d *desk) standingDead(r *http.Request, a access.Actor) ([]standing, error) {
	n, err := d.Casework.DeadMails(r.Context(), a)
	if err != nil || n == 0 {
		return nil, err
	}
	return []standing{{
		Text: d.Words.Plural(d.Renderer.Lang(r), "outbox.notice", n, nil), Link: d.text(r, "outbox.notice-link"), Href: "/desk/outbox", Warns: true,
	}}, nil
}
