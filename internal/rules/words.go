package rules

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// falsePromises are words that claim more than the product keeps, in its four
// languages.
func falsePromises() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(?i)zero[- ]knowledge|nulkennis|connaissance nulle`),
		regexp.MustCompile(`(?i)end[- ]to[- ]end|eind[- ]tot[- ]eind|bout en bout|ende[- ]zu[- ]ende`),
		regexp.MustCompile(`(?i)\banoniem(e|er)?\b|\banonimiteit\b|\banonymous(ly)?\b|\banonymity\b|\banonym(e|es|ement|at|en|er|es)?\b|\banonymität\b`),
	}
}

// denial stands before a word to say that it does not hold, with at most three
// words between: "not anonymous", "n'est pas anonyme", "keine anonyme Beschwerde".
var denial = regexp.MustCompile(`(?i)(^|[^\pL])(not|never|no|cannot|without|niet|nooit|geen|zonder|pas|jamais|aucun|aucune|sans|nicht|nie|kein|keine|keinen|keiner|ohne)[\s*_]+([^\s.;:!?]+[\s*_]+){0,3}["'«„“*_]*$`)

// read says which files people read as text.
func read(name string) bool {
	if inTestdata(name) || strings.HasPrefix(name, "internal/rules/") || strings.HasPrefix(name, "doc/adr/") {
		return false
	}
	switch path.Ext(name) {
	case ".md", ".html", ".tmpl":
		return true
	case ".json":
		return strings.HasPrefix(name, "internal/")
	}
	return false
}

// findFalsePromises looks for the words in texts, templates, profiles and documents,
// except where the sentence denies them.
func findFalsePromises(t *Tree) []string {
	var out []string
	for _, name := range t.paths(read) {
		text := t.Texts[name]
		for _, word := range falsePromises() {
			for _, at := range word.FindAllStringIndex(text, -1) {
				if denial.MatchString(text[max(0, at[0]-80):at[0]]) {
					continue
				}
				out = append(out, fmt.Sprintf("%s:%d: %q", name, 1+strings.Count(text[:at[0]], "\n"), text[at[0]:at[1]]))
			}
		}
	}
	return out
}

// nodeSkip is how a browser test is skipped, or the others beside it.
var nodeSkip = regexp.MustCompile(`\b(test|it|describe|suite|t)\.(skip|todo|only)\(|\b(skip|todo|only): *(true|['"])`)

// traces are what a file must not tell of the machine that it was written on.
func traces() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(^|[\s"'=(:,])(/work|/root|/home/[a-z]+|/Users/[A-Za-z]+)/[A-Za-z.]`),
		regexp.MustCompile(`/tmp/kb\b`),
		regexp.MustCompile(`registry\.npmjs\.org|registry\.yarnpkg\.com|proxy\.golang\.org|sum\.golang\.org|deb\.debian\.org|pypi\.org|GOPROXY=|\bGONOSUMDB=`),
	}
}

func findTraces(t *Tree) []string {
	var out []string
	for _, name := range t.paths(func(p string) bool { return !strings.HasPrefix(p, "internal/rules/") }) {
		lines := strings.Split(t.Texts[name], "\n")
		for i, line := range lines {
			if slices.ContainsFunc(traces(), func(r *regexp.Regexp) bool { return r.MatchString(line) }) {
				out = append(out, fmt.Sprintf("%s:%d: %s", name, i+1, strings.TrimSpace(line)))
			}
		}
	}
	return out
}
