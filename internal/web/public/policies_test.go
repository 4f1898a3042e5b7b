package public

import (
	"testing"

	"klankbord/internal/dialogue"
	"klankbord/internal/web/ui"
)

// A route that declares nobody who may ask for it is not released.
func TestEveryRouteDeclaresItsPolicy(t *testing.T) {
	patterns := []string{"GET /leave"} // outside the table, without a language
	for _, r := range (&face{Deps: Deps{Dialogue: &dialogue.Dialogue{}}}).table() {
		patterns = append(patterns, r.Method+" "+r.Path)
	}
	for _, wrong := range ui.Undeclared(Policies(), patterns) {
		t.Error(wrong)
	}
}
