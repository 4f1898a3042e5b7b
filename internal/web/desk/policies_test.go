package desk

import (
	"testing"

	"klankbord/internal/web/ui"
)

// A route that declares nobody who may ask for it is not released.
func TestEveryRouteDeclaresItsPolicy(t *testing.T) {
	var patterns []string
	for _, r := range (&desk{}).routes() {
		patterns = append(patterns, r.pattern)
	}
	for _, wrong := range ui.Undeclared(Policies(), patterns) {
		t.Error(wrong)
	}
}
