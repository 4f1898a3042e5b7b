package public

import (
	"net/http"
	"strings"

	"klankbord/internal/web/ui"
)

// chooseLanguage leads from "/" to the page in the language that suits best.
func (f *face) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept-Language")
	ui.Redirect(w, r, f.at(r, "/"))
	return nil
}

// notOffered leads a page on which something begins to a language that is offered, and
// reports whether it did. What goes on in another language stays in it.
func (f *face) notOffered(w http.ResponseWriter, r *http.Request) bool {
	own, offered := f.Renderer.Lang(r), f.Renderer.Offered(r)
	if own == offered {
		return false
	}
	to := *r.URL
	to.Path = "/" + offered + strings.TrimPrefix(r.URL.Path, "/"+own)
	w.Header().Set("Cache-Control", "no-store") // it may be offered again at any moment
	w.Header().Add("Vary", "Accept-Language")
	ui.Redirect(w, r, to.RequestURI())
	return true
}
