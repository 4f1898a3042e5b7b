package desk

import (
	"errors"
	"net/http"

	"klankbord/internal/casework"
)

// againScript asks once more by itself; a link does so without it.
const againScript = "again.js"

// patient says so where a page must read so many cases first that it takes a while.
func (d *desk) patient(show func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := show(w, r)
		if !errors.Is(err, casework.ErrGathering) {
			return err
		}
		p := page(d, r, d.text(r, "desk.gathering.title"), d.pagePath(r))
		p.Script = againScript
		return d.Renderer.Render(w, r, http.StatusOK, "desk/gathering", p)
	}
}
