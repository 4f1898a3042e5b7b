package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// licence is one that we may ship under, known by words that stand in no other.
type licence struct {
	name  string
	words []string
}

// allowed are the licences of modules that may be linked: none asks for more than
// that its text comes along, or that changes to its own files stay open.
func allowed() []licence {
	return []licence{
		{"Apache-2.0", []string{"Apache License", "Version 2.0, January 2004"}},
		{"MPL-2.0", []string{"Mozilla Public License Version 2.0"}},
		{"MIT", []string{"Permission is hereby granted, free of charge, to any person obtaining a copy", "The above copyright notice and this permission notice shall be included"}},
		{"ISC", []string{"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"}},
		{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms", "THIS SOFTWARE IS PROVIDED", "endorse or promote products derived from"}},
		{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms", "THIS SOFTWARE IS PROVIDED"}},
	}
}

// Every module that is linked into the program has a licence that is known and
// allowed. What is unknown fails: a person reads it then.
func TestLinkedModulesHaveAllowedLicences(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for line := range strings.Lines(string(out)) {
		parts := strings.Split(strings.TrimSpace(line), "\t")
		if len(parts) != 3 || parts[0] == "klankbord" {
			continue
		}
		if _, known := seen[parts[0]]; !known {
			seen[parts[0]] = licenceIn(t, parts[0], parts[2])
		}
	}
	if len(seen) < 15 {
		t.Errorf("%d modules found: not those of the program", len(seen))
	}
	t.Log(seen)
}

func licenceIn(t *testing.T, module, dir string) string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*", "License*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if name := licenceOf(string(text)); name != "" {
			return name
		}
	}
	t.Errorf("%s: no licence that is known and allowed among %v", module, files)
	return ""
}

// licenceOf recognises a text; empty where it is none that is allowed.
func licenceOf(text string) string {
	flat := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, forbidden := range []string{"gnu general public license", "gnu affero", "server side public license", "business source license", "commons clause"} {
		if strings.Contains(flat, forbidden) && !strings.Contains(flat, "mozilla public license version 2.0") {
			return ""
		}
	}
	for _, l := range allowed() {
		all := true
		for _, w := range l.words {
			all = all && strings.Contains(flat, strings.ToLower(w))
		}
		if all {
			return l.name
		}
	}
	return ""
}

// A licence that asks for more is not taken for one that does not.
func TestOtherLicencesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"GPL":      "GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007",
		"AGPL":     "GNU AFFERO GENERAL PUBLIC LICENSE",
		"BUSL":     "Business Source License 1.1",
		"nothing":  "",
		"a notice": "All rights reserved.",
		"MIT with a clause": `"Commons Clause" License Condition v1.0. Permission is hereby granted, free of charge, to any person obtaining a copy ` +
			`The above copyright notice and this permission notice shall be included`,
	} {
		if got := licenceOf(text); got != "" {
			t.Errorf("%s is taken for %s", name, got)
		}
	}
}
