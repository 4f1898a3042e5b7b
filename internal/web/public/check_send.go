package public

import (
	"errors"
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// sendComplaint sends the complaint. Sending the same draft again, from a second
// tab or after a lost answer, leads to the same receipt.
func (f *face) sendComplaint(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	tok, ok := f.token(r)
	if !ok {
		return f.elsewhere(w, r)
	}
	if again, ok := f.Networks.submits.allow(f.Clock.Now(), f.Client(r)); !ok {
		return f.refuseSending(w, r, tok, http.StatusTooManyRequests, f.words(r, "form.later", "time", f.clockTime(r, again)))
	}
	_, err = f.Intake.SubmitSeen(r.Context(), tok, first(values, "draft"), first(values, "seen"))
	switch why, isFault := fault.As(err); {
	case err == nil, errors.Is(err, intake.ErrNoReceipt):
		ui.Redirect(w, r, f.at(r, "/receipt"))
		return nil
	case errors.Is(err, intake.ErrNoDraft):
		return f.elsewhere(w, r)
	case fault.Unkept(err):
		f.Renderer.Failed(r, err)
		return f.refuseSending(w, r, tok, http.StatusServiceUnavailable, f.words(r, "form.disk-full"))
	case errors.Is(err, intake.ErrClosed):
		return f.refuseSending(w, r, tok, http.StatusServiceUnavailable, f.words(r, "error.form-closed"))
	case errors.Is(err, intake.ErrSeen):
		return f.refuseSending(w, r, tok, http.StatusConflict, f.words(r, "form.check.others-read"))
	case isFault && why.Kind == fault.Invalid:
		return f.refuseSending(w, r, tok, http.StatusUnprocessableEntity, f.words(r, "form.check.not-yet"))
	default:
		return err
	}
}

// refuseSending shows the check page again and says why nothing was sent.
func (f *face) refuseSending(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, why string) error {
	review, err := f.Intake.Review(r.Context(), tok)
	if errors.Is(err, intake.ErrNoDraft) {
		return f.elsewhere(w, r)
	}
	if err != nil {
		return err
	}
	return f.renderCheck(w, r, status, review, []ui.FormError{{Text: why}})
}
