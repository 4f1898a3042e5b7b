package desk

import (
	"net/http"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// keptRenewed is what a member sees once after they enrolled again.
const keptRenewed = "renewed"

// resetPage is the start of new access for a member.
type resetPage struct {
	Base, Back string
	Person     setup.Colleague
	Mine       bool // it was started for the member who looks
}

func (d *desk) resetShow(w http.ResponseWriter, r *http.Request) error {
	return d.showReset(w, r, http.StatusOK, nil)
}

func (d *desk) showReset(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	c, _, err := d.Setup.Colleague(r.Context(), actor(r), staff.ID(r.PathValue("member")))
	if err != nil {
		return err
	}
	mine := c.Member == actor(r).Member
	if !mine && !actor(r).Configurator() || mine && !c.Resetting {
		return fault.ErrNotFound
	}
	data := resetPage{Base: setup.ResetPath(c.Member), Back: "/desk/people/member/" + string(c.Member), Person: c, Mine: mine}
	p := page(d, r, d.text(r, "restore.reset-title", "name", c.Name), data)
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/reset", p)
}

// resetStart makes the link by which a member enrols again, and shows it once.
func (d *desk) resetStart(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	member := staff.ID(r.PathValue("member"))
	link, err := d.Setup.Reset(r.Context(), actor(r), member, d.proof(r, f))
	if errs, status := d.problems(r, err, "password"); errs != nil {
		return d.showReset(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	c, _, err := d.Setup.Colleague(r.Context(), actor(r), member)
	if err != nil {
		return err
	}
	if err := d.keep(w, r, keptInvited, map[string][]string{"link": {link}, "name": {c.Name}, "reset": {"yes"}}); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/people/invited")
	return nil
}

// resetCancel calls off a reset that was not used yet.
func (d *desk) resetCancel(w http.ResponseWriter, r *http.Request) error {
	member := staff.ID(r.PathValue("member"))
	if err := d.Setup.CancelReset(r.Context(), actor(r), member); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/people?done=withdrawn")
	return nil
}

// renewedPage is what a member sees who enrolled again and is not signed in.
type renewedPage struct {
	Code ui.Code
	Mark string
	Gone bool
}

// resetConfirm ends the enrolment of a member who enrols again.
func (d *desk) resetConfirm(w http.ResponseWriter, r *http.Request, tok seal.Token, v signin.InvitationView, code string) error {
	done, err := d.SignIn.ConfirmReset(r.Context(), tok, code)
	if why, ok := fault.As(err); ok && why.Kind == fault.Invalid {
		start, again := d.SignIn.Prepared(r.Context(), tok)
		if again != nil {
			return again
		}
		wrong := []ui.FormError{{Field: "code", Text: d.text(r, "error.second-factor-wrong")}}
		return d.showFactor(w, r, http.StatusUnprocessableEntity, v, start, wrong)
	}
	if err != nil {
		return err
	}
	err = d.keep(w, r, keptRenewed, map[string][]string{"code": {done.Recovery}, "mark": {done.Fingerprint}, "lang": {v.Language}})
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/renewed")
	return nil
}

// renewedShow shows the new recovery code and what to read out to colleagues, to the
// browser that enrolled and nobody else.
func (d *desk) renewedShow(w http.ResponseWriter, r *http.Request) error {
	data := renewedPage{Gone: true}
	v, ok, err := d.found(r, keptRenewed)
	if err != nil {
		return err
	}
	if ok {
		f := form(v.Values)
		r = r.WithContext(ui.WithLang(r.Context(), f.one("lang")))
		data = renewedPage{Code: ui.Code{Text: f.one("code"), Label: d.text(r, "desk.recovery.label")}, Mark: spaced(f.one("mark"))}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/renewed", page(d, r, d.text(r, "restore.renewed-title"), data))
}

// standingReset tells a member that new access was started for them.
func (d *desk) standingReset(r *http.Request, a access.Actor) ([]standing, error) {
	where, err := d.Setup.ResetOf(r.Context(), a)
	if err != nil || where == "" {
		return nil, err
	}
	return []standing{{Text: d.text(r, "restore.reset-mine"), Link: d.text(r, "restore.reset-mine-link"), Href: where, Warns: true}}, nil
}
