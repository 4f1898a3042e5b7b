package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// linksPage is where a member links a case with others.
type linksPage struct {
	Base, Number string
	Links        []linkRow
	Kinds        []ui.Option
	Other, Kind  string
}

type linkRow struct {
	Href, Number, Text, Kind string
}

func (d *desk) linksShow(w http.ResponseWriter, r *http.Request) error {
	return d.showLinks(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showLinks(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := linksPage{
		Base: base(r), Number: string(c.Number), Links: d.linkRows(r, c), Other: typed.one("other"), Kind: typed.one("kind"),
	}
	for _, k := range casefile.LinkKinds() {
		data.Kinds = append(data.Kinds, ui.Option{Value: string(k), Label: d.text(r, "together.link.kind-"+string(k))})
	}
	p := page(d, r, d.text(r, "together.link.title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/links", p)
}

func (d *desk) linkRows(r *http.Request, c *casework.Case) (list []linkRow) {
	for _, l := range c.Links {
		row := linkRow{Href: "/desk/case/" + string(l.Number), Number: string(l.Number), Text: l.Subject, Kind: d.text(r, "together.link.kind-"+string(l.Kind))}
		if row.Text == "" {
			row.Text = d.text(r, "desk.row.nameless")
		}
		list = append(list, row)
	}
	return list
}

// linksSet links two cases, or ends a link.
func (d *desk) linksSet(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	what := "linked"
	if end := f.one("end"); end != "" {
		what, err = "unlinked", d.Casework.UnlinkCases(r.Context(), actor(r), number(r), casefile.Number(end))
	} else {
		other := casefile.Number(strings.ToUpper(strings.TrimSpace(f.one("other"))))
		err = d.Casework.LinkCases(r.Context(), actor(r), number(r), other, casefile.LinkKind(f.one("kind")))
	}
	field := "other"
	if saysKey(err, "error.choose-one") {
		field = "kind"
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showLinks(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"?done="+what+"#s-links")
	return nil
}

// linkText words a link on the timeline.
func (d *desk) linkText(r *http.Request, it casework.Item) string {
	l := it.Link
	if l == nil {
		return it.Text
	}
	if l.Off {
		return d.text(r, "together.link.event-off", "number", string(l.Number))
	}
	if !slices.Contains(casefile.LinkKinds(), l.About) {
		return it.Text
	}
	return d.text(r, "together.link.event", "number", string(l.Number), "kind", d.text(r, "together.link.kind-"+string(l.About)))
}
