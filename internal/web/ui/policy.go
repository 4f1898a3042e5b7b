package ui

import (
	"fmt"
	"maps"
	"slices"
)

// Who says who may ask for a route. It is declared beside the route table and
// enforced by the guard and, finally, by the use case; the access matrix
// (doc/access.md) drives every route as everybody and compares.
type Who string

// Who may ask.
const (
	Everyone      Who = "everyone"                      // nobody is asked who they are
	HolderOfCode  Who = "whoever holds the case's code" // the complainant, in the mailbox
	HolderOfLink  Who = "whoever holds the link"        // a secret in the address
	Members       Who = "members"                       // anyone signed in
	Vouched       Who = "members in the directory"      // signed in and vouched for
	Configurators Who = "configurators"                 // sets up, reads no case
	Auditors      Who = "auditors"                      // reads the log, no case
	Handlers      Who = "members who handle cases"
	Leavers       Who = "configurators and handlers" // who may take somebody off the desk
	Certified     Who = "handlers and auditors"      // what was erased and what is counted: their own, or all
	Restorers     Who = "members with a key to what a colleague lost"
	Readers       Who = "members with a key to the case" // named in the address
	Begun         Who = "whoever began it"               // a later step, in the browser of the one before; or a thing of their own that they have
)

// Undeclared tells which routes declare nobody, and which policies have no route.
func Undeclared(policies map[string]Who, patterns []string) (wrong []string) {
	for _, p := range patterns {
		if policies[p] == "" {
			wrong = append(wrong, fmt.Sprintf("the route %q declares no policy; add it to policies.go", p))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(policies)) {
		if !slices.Contains(patterns, p) {
			wrong = append(wrong, fmt.Sprintf("the policy of %q has no route", p))
		}
	}
	return wrong
}
