// Package promises holds one test per promise that the organisation makes on its
// public page, named after the promise. What a later capability completes is
// pending with a sentence that says what is missing; `make test` prints the list.
// It is imported by tests only.
package promises

import "testing"

// Pending skips the rest of a promise's test with what is missing. It is the only
// skip of a test in the tree; a random history may draw an act again (drawAgain).
func Pending(t testing.TB, missing string) {
	t.Helper()
	t.Skip("pending: " + missing)
}
