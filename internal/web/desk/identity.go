package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

type identityPage struct {
	Base, Number string
	Reasons      []ui.Option
	Reason       string
	Purpose      string
	Second       bool // a second member must agree first
}

// reasons are those that can be chosen; the last asks for words.
func (d *desk) reasons(r *http.Request) []ui.Option {
	return options(d, r, "desk.identity.reason-", reasonKeys())
}

func reasonKeys() []string { return []string{"reach", "check", "measure", "law", "other"} }

// identityAsk is the page between sealed and opened: what it means, who is told.
func (d *desk) identityAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showIdentity(w, r, http.StatusOK, identityPage{}, nil)
}

func (d *desk) showIdentity(w http.ResponseWriter, r *http.Request, status int, data identityPage, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	if !c.Identity.Sealed {
		ui.Redirect(w, r, base(r)+"#complainant")
		return nil
	}
	if c.Identity.Request != "" {
		ui.Redirect(w, r, base(r)+"/request/"+c.Identity.Request)
		return nil
	}
	data.Base, data.Number, data.Reasons = base(r), string(c.Number), d.reasons(r)
	data.Second = c.Identity.Way == casework.WayAsk
	p := page(d, r, d.text(r, "desk.identity.title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/identity", p)
}

// identityOpen opens it with the reason that was chosen or typed, or with the
// approval that was given; where a second member must agree first, it asks.
func (d *desk) identityOpen(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := identityPage{Reason: f.one("reason"), Purpose: f.one("purpose")}
	if data.Reason == "" && c.Identity.Way != casework.WayApproved {
		missing := []ui.FormError{{Field: "reason", Text: d.text(r, "error.reason-missing")}}
		return d.showIdentity(w, r, http.StatusUnprocessableEntity, data, missing)
	}
	what := "identity"
	if c.Identity.Way == casework.WayAsk {
		what = "asked"
		_, err = d.Casework.Ask(r.Context(), actor(r), number(r), casework.Question{Matter: casefile.MatterIdentity, Reason: d.purpose(data, c.Language)})
	} else {
		err = d.Casework.OpenIdentity(r.Context(), actor(r), number(r), d.purpose(data, c.Language))
	}
	if errs, status := d.problems(r, err, "purpose"); errs != nil {
		return d.showIdentity(w, r, status, data, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"?done="+what+"#complainant")
	return nil
}

// purpose puts the chosen reason into the complainant's language, because they read
// it too.
func (d *desk) purpose(data identityPage, language string) string {
	if data.Reason == "other" || !slices.Contains(reasonKeys(), data.Reason) {
		return data.Purpose
	}
	return strings.TrimSpace(d.Words.Text(language, "desk.identity.reason-"+data.Reason, nil) + ". " + data.Purpose)
}
