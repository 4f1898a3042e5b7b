package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// accessPage is who can read a case, and what a member can change about it.
type accessPage struct {
	*casework.Readers
	Base     string
	Done     string
	Table    ui.Table
	Out      []outRow
	Waiting  []askedRow
	Recovery []string
	LeftOut  []string // functions left out when the complaint came in
	Since    string
	Named    []namedRow
	MayLeave bool // somebody can be left out
}

type outRow struct {
	casework.Outsider
	Words string // what happened, by whom and when
}

type askedRow struct {
	casework.Asked
	Words string
	Until string
}

// namedRow is a name in the complaint that is like a member's.
type namedRow struct {
	ID, Text, Aside, Other string
	Me                     bool
}

// accessDeeds are what the page may say was just done.
func accessDeeds() []string {
	return []string{"excluded", "added", "asked", "returned", "other"}
}

func (d *desk) accessShow(w http.ResponseWriter, r *http.Request) error {
	return d.showAccess(w, r, http.StatusOK, nil)
}

func (d *desk) showAccess(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	p, err := d.Casework.Readers(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := accessPage{
		Readers: p, Base: base(r), Table: d.readerTable(r, p), Since: d.date(r, p.Fresh),
		Named: d.namedRows(r, p.Named), MayLeave: len(p.Never) > 0 || len(p.Readers) > 1,
	}
	if what := r.URL.Query().Get("done"); slices.Contains(accessDeeds(), what) {
		data.Done = d.text(r, "desk.access.done-"+what)
	}
	for _, f := range p.Left {
		data.LeftOut = append(data.LeftOut, d.text(r, "common.function."+string(f)))
	}
	for _, k := range p.Recovery {
		data.Recovery = append(data.Recovery, d.keeping(r, k))
	}
	for _, x := range p.Out {
		data.Out = append(data.Out, outRow{x, d.outText(r, x)})
	}
	for _, x := range p.Requests {
		if x.State == casework.RequestWaiting {
			data.Waiting = append(data.Waiting, askedRow{x, d.text(r, "desk.access.asked", "by", x.By.Name, "name", x.For.Name), d.date(r, x.Until)})
		}
	}
	shown := page(d, r, d.text(r, "desk.access.title"), data)
	shown.TitleParts, shown.Errors = []string{string(p.Number)}, errs
	return d.Renderer.Render(w, r, status, "desk/access", shown)
}

func (d *desk) readerTable(r *http.Request, p *casework.Readers) ui.Table {
	t := ui.Table{Caption: d.text(r, "desk.access.readers"), Stacked: true, Empty: d.text(r, "desk.access.nobody")}
	for _, key := range []string{"name", "since", "by"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.access.column-"+key)})
	}
	for _, x := range p.Readers {
		name := x.Name
		if x.Me {
			name = d.text(r, "desk.access.me", "name", x.Name)
		}
		how := d.text(r, "desk.access.by-"+string(x.By))
		if x.Charge {
			charge := d.text(r, "desk.access.charge")
			how += "; " + charge
		}
		t.Rows = append(t.Rows, ui.Row{Key: string(x.ID), Name: x.Name, Cells: []ui.Cell{{Text: name, Head: true}, {At: x.Since}, {Text: how}}})
	}
	return t
}

// keeping says who keeps a recovery key.
func (d *desk) keeping(r *http.Request, k casework.Keeping) string {
	names := peopleNames(k.Members)
	switch {
	case names == "":
		return d.text(r, "desk.access.kept-outside")
	case k.Outside:
		return d.text(r, "desk.access.kept-both", "names", names)
	default:
		return d.text(r, "desk.access.kept-by", "names", names)
	}
}

func peopleNames(list []casework.Person) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (d *desk) outText(r *http.Request, x casework.Outsider) string {
	date := lang.DateTime(lang.Lang(d.Renderer.Lang(r)), x.At)
	switch x.Act {
	case "":
		return d.text(r, "desk.access.out-first")
	case casefile.AccessExcluded:
		return d.text(r, "desk.access.out-excluded", "by", x.By.Name, "date", date)
	case casefile.AccessLeft:
		return d.text(r, "desk.access.out-left", "date", date)
	default:
		return d.text(r, "desk.access.out-aside", "date", date)
	}
}

// namedRows word the names in a complaint that are like a member's.
func (d *desk) namedRows(r *http.Request, list []casework.Named) []namedRow {
	var rows []namedRow
	for _, n := range list {
		row := namedRow{ID: string(n.ID), Me: n.Me, Aside: base(r) + "/access/exclude?member=" + string(n.ID)}
		row.Text = d.text(r, "desk.named.colleague", "name", n.Name)
		row.Other = d.text(r, "desk.named.not-colleague", "name", n.Name)
		if n.Me {
			row.Aside = base(r) + "/access/aside"
			row.Text, row.Other = d.text(r, "desk.named.me"), d.text(r, "desk.named.not-me")
		}
		rows = append(rows, row)
	}
	return rows
}

// accessOther records that a name in the complaint is somebody else's.
func (d *desk) accessOther(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if err := d.Casework.NotAbout(r.Context(), actor(r), number(r), staff.ID(f.one("member"))); err != nil {
		return d.accessRefused(w, r, err, "member")
	}
	ui.Redirect(w, r, base(r)+"/access?done=other")
	return nil
}

// accessReturned carries out what another member approved.
func (d *desk) accessReturned(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if err := d.Casework.LetBackIn(r.Context(), actor(r), number(r), staff.ID(f.one("member"))); err != nil {
		return d.accessRefused(w, r, err, "member")
	}
	ui.Redirect(w, r, base(r)+"/access?done=returned")
	return nil
}

func (d *desk) accessRefused(w http.ResponseWriter, r *http.Request, err error, field string) error {
	errs, status := d.problems(r, err, field)
	if errs == nil {
		return err
	}
	return d.showAccess(w, r, status, errs)
}
