package public

import (
	"errors"
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/web/ui"
)

// saveNames keeps the answers to whether the complaint is about a member whose name
// was typed. Only members who were asked about count.
func (f *face) saveNames(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	tok, ok := f.token(r)
	if !ok {
		return f.elsewhere(w, r)
	}
	review, err := f.Intake.Review(r.Context(), tok)
	if errors.Is(err, intake.ErrNoDraft) {
		return f.elsewhere(w, r)
	}
	if err != nil {
		return err
	}
	named, wrong := map[string]string{}, []ui.FormError(nil)
	for i, m := range review.Matches {
		name := "named." + string(m.Member)
		switch answer := first(values, name); answer {
		case "yes", "no":
			named[string(m.Member)] = answer
			review.Matches[i].Answer = answer
		default:
			wrong = append(wrong, ui.FormError{Field: name, Text: f.words(r, "form.names.missing", "name", m.Name)})
		}
	}
	if len(named) > 0 {
		_, err := f.Intake.Name(r.Context(), tok, f.Renderer.Lang(r), named)
		if fault.Unkept(err) {
			f.Renderer.Failed(r, err)
			full := []ui.FormError{{Text: f.words(r, "form.disk-full")}}
			return f.renderCheck(w, r, http.StatusServiceUnavailable, review, full)
		}
		if err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return f.renderCheck(w, r, http.StatusUnprocessableEntity, review, wrong)
	}
	ui.Redirect(w, r, f.at(r, "/complaint/check#who"))
	return nil
}
