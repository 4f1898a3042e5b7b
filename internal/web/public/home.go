package public

import (
	"net/http"

	"klankbord/internal/web/ui"
)

// chooseLanguage leads from "/" to the page in the language that suits best.
func (f *face) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept-Language")
	ui.Redirect(w, r, f.at(r, "/"))
	return nil
}
