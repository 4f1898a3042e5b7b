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
	Everyone      Who = "everyone"                       // nobody is asked who they are
	HolderOfCode  Who = "whoever holds the case's code"  // the complainant, in the mailbox
	HolderOfLink  Who = "whoever holds the link"         // a secret in the address
	Members       Who = "members"                        // anyone signed in
	Vouched       Who = "members in the directory"       // signed in and vouched for
	Configurators Who = "configurators"                  // sets up, reads no case
	Auditors      Who = "auditors"                       // reads the log, no case
	Readers       Who = "members with a key to the case" // named in the address
)

// CheckPolicies panics where a route declares nobody, or a policy has no route: a
// face that was wired so never starts.
func CheckPolicies(face string, policies map[string]Who, patterns []string) {
	for _, p := range patterns {
		if policies[p] == "" {
			panic(fmt.Sprintf("%s: the route %q declares no policy; add it to policies.go", face, p))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(policies)) {
		if !slices.Contains(patterns, p) {
			panic(fmt.Sprintf("%s: the policy of %q has no route", face, p))
		}
	}
}
