package desk

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"

	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

type enrolPage struct {
	Action      string
	Cancel      string // where one goes instead
	Name, Email string
	Assignments []string
	Least       int
	Start       *signin.EnrolStart // once a password was chosen
	QR          picture
	Secret      string // for apps without a camera, in groups of four
	Reset       bool   // of a member who enrols again
}

// picture is a QR code as one path of squares.
type picture struct {
	Size int
	Path string
}

func (d *desk) invited(r *http.Request) (seal.Token, signin.InvitationView, error) {
	tok, err := seal.ParseToken(r.PathValue("token"))
	if err != nil {
		return tok, signin.InvitationView{}, signin.ErrInvitation
	}
	v, err := d.SignIn.Invitation(r.Context(), tok)
	return tok, v, err
}

func (d *desk) enrolShow(w http.ResponseWriter, r *http.Request) error {
	tok, v, err := d.invited(r)
	if err != nil {
		return err
	}
	r = r.WithContext(ui.WithLang(r.Context(), v.Language))
	if !v.Prepared || r.URL.Query().Get("again") != "" {
		return d.showEnrol(w, r, http.StatusOK, v, nil)
	}
	start, err := d.SignIn.Prepared(r.Context(), tok) //nolint:contextcheck // the request's own, with the language of the invitation
	if err != nil {
		return err
	}
	return d.showFactor(w, r, http.StatusOK, v, start, nil)
}

func (d *desk) showEnrol(w http.ResponseWriter, r *http.Request, status int, v signin.InvitationView, errs []ui.FormError) error {
	p := page(d, r, d.text(r, "desk.enrol.title"), enrolPage{
		Action: "/desk/enrol/" + r.PathValue("token"), Name: v.Name, Email: v.Email, Least: signin.MinPassword,
		Assignments: d.assignments(r, v.Assignments), Reset: v.Reset,
	})
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/enrol", p)
}

func (d *desk) showFactor(w http.ResponseWriter, r *http.Request, status int, v signin.InvitationView, start signin.EnrolStart, errs []ui.FormError) error {
	drawn, err := draw(start.TOTPURL)
	if err != nil {
		return err
	}
	p := page(d, r, d.text(r, "desk.factor.title"), enrolPage{
		Action: "/desk/enrol/" + r.PathValue("token") + "/confirm", Cancel: "/desk/enrol/" + r.PathValue("token") + "?again=1",
		Name: v.Name, Email: v.Email, Start: &start, QR: drawn, Secret: spaced(start.TOTPSecret),
	})
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/factor", p)
}

func draw(text string) (picture, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return picture{}, fmt.Errorf("draw QR code: %w", err)
	}
	var b strings.Builder
	size := code.Bounds().Dx()
	const quiet = 4 // empty modules around it, ISO/IEC 18004 6.3.8
	for y := range size {
		for x := range size {
			if dark, _, _, _ := code.At(x, y).RGBA(); dark == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return picture{size + 2*quiet, b.String()}, nil
}

func (d *desk) enrolPassword(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	tok, v, err := d.invited(r)
	if err != nil {
		return err
	}
	r = r.WithContext(ui.WithLang(r.Context(), v.Language))
	_, err = d.SignIn.Enrol(r.Context(), tok, f.one("password")) //nolint:contextcheck // the request's own, with the language of the invitation
	if why, ok := fault.As(err); ok && why.Kind == fault.Invalid {
		return d.showEnrol(w, r, http.StatusUnprocessableEntity, v, []ui.FormError{{Field: "password", Text: d.say(r, why)}})
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, sameLang(r, "/desk/enrol/"+r.PathValue("token")))
	return nil
}

func (d *desk) enrolConfirm(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	tok, v, err := d.invited(r)
	if err != nil {
		return err
	}
	r = r.WithContext(ui.WithLang(r.Context(), v.Language))
	if v.Reset {
		return d.resetConfirm(w, r, tok, v, f.one("code"))
	}
	recovery, session, err := d.SignIn.ConfirmTOTP(r.Context(), tok, f.one("code")) //nolint:contextcheck // the request's own, with the language of the invitation
	if why, ok := fault.As(err); ok && why.Kind == fault.Invalid {
		start, again := d.SignIn.Prepared(r.Context(), tok) //nolint:contextcheck // the request's own, with the language of the invitation
		if again != nil {
			return again
		}
		wrong := []ui.FormError{{Field: "code", Text: d.text(r, "error.second-factor-wrong")}}
		return d.showFactor(w, r, http.StatusUnprocessableEntity, v, start, wrong)
	}
	if err != nil {
		return err
	}
	return d.enter(w, r, signin.Entered{Session: session, Recovery: recovery}, "/desk")
}

// recoveryPage shows the personal recovery code, until the member says it is kept.
type recoveryPage struct {
	Code ui.Code
	Gone bool
}

func (d *desk) recoveryShow(w http.ResponseWriter, r *http.Request) error {
	return d.showRecovery(w, r, http.StatusOK, nil)
}

func (d *desk) showRecovery(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	data := recoveryPage{Gone: true}
	v, ok, err := d.found(r, keptRecovery)
	if err != nil {
		return err
	}
	if ok {
		data = recoveryPage{Code: ui.Code{Text: form(v.Values).one("code"), Label: d.text(r, "desk.recovery.label")}}
	}
	p := page(d, r, d.text(r, "desk.recovery.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/recovery", p)
}

func (d *desk) recoveryKept(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if f.one("kept") != "yes" {
		missing := []ui.FormError{{Field: "kept", Text: d.text(r, "error.code-not-kept")}}
		return d.showRecovery(w, r, http.StatusUnprocessableEntity, missing)
	}
	return d.keptDiscard(w, r)
}

// assignments words what a member is asked to do.
func (d *desk) assignments(r *http.Request, list []staff.Assignment) []string {
	var out []string
	for _, a := range list {
		words := d.text(r, "common.role."+string(a.Role))
		if a.Team != "" {
			words = d.text(r, "desk.assignment.team", "role", words, "team", d.text(r, "common.team."+string(a.Team)))
		}
		if a.Function != "" {
			words = d.text(r, "desk.assignment.function", "role", words, "function", d.text(r, "common.function."+string(a.Function)))
		}
		out = append(out, words)
	}
	return out
}
