package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// spamPage lets a member erase what is manifestly no complaint.
type spamPage struct {
	casework.Erasure
	Base, Number string
	Typed        form
}

func (d *desk) spamShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSpam(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showSpam(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	p := page(d, r, d.text(r, "desk.spam.title"), spamPage{
		Erasure: c.Erasure, Base: base(r), Number: string(c.Number), Typed: typed,
	})
	p.TitleParts, p.Errors, p.Script = []string{string(c.Number)}, errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/spam", p)
}

// spamAct erases it, or asks a second member.
func (d *desk) spamAct(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	asks := f.one("act") == "ask"
	if asks {
		_, err = d.Casework.Ask(r.Context(), actor(r), number(r), casework.Question{Matter: casefile.MatterSpam, Reason: f.one("why")})
	} else {
		err = d.Casework.EraseSpam(r.Context(), actor(r), number(r), d.proof(r, f))
	}
	if errs, status := d.problems(r, err, spamField(err)); errs != nil {
		return d.showSpam(w, r, status, f, errs)
	}
	switch {
	case err != nil:
		return err
	case asks:
		done(w, r, "asked")
	default:
		ui.Redirect(w, r, "/desk/erased/"+string(number(r))+"?done=erased")
	}
	return nil
}

// spamField is the field that a fault is about.
func spamField(err error) string {
	f, _ := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Key == "error.purpose-short" || f.Key == "error.text-too-long":
		return "why"
	default:
		return "password"
	}
}
