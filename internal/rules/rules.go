// Package rules holds the rules of this source tree that a machine can check, each
// with its reason: which package may import which, which calls are banned and
// where, what every file, name, text and dependency must look like. Its test runs
// every rule over the tree, and over a small tree in testdata in which the rule is
// broken, so that no rule can rot into one that never fails.
//
// It reads source files only: it must never import the packages it judges, write a
// file or reach the network. It fails when a file of the tree cannot be read or
// parsed. No other package imports it.
package rules

import "slices"

// Rule is one rule of the tree.
type Rule struct {
	Name   string
	Reason string
	// Find returns what breaks the rule, one sentence each, opening with the file
	// and line or the package that it is about.
	Find func(*Tree) []string
}

// All returns every rule.
func All() []Rule {
	return slices.Concat(importRules(), callRules(), shapeRules(), docRules(), textRules(), treeRules())
}
