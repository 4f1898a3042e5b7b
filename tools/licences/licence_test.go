package main

import (
	"os"
	"path/filepath"
	"testing"
)

const mit = "Permission is hereby granted, free of charge, to any person obtaining\na copy … The above copyright notice and this permission notice shall be included in all copies"

// A licence that asks for more is not taken for one that does not.
func TestOtherLicencesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"GPL":               "GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007",
		"AGPL":              "GNU AFFERO GENERAL PUBLIC LICENSE",
		"BUSL":              "Business Source License 1.1",
		"nothing":           "",
		"a notice":          "All rights reserved.",
		"half of MIT":       "Permission is hereby granted, free of charge, to any person obtaining a copy",
		"MIT with a clause": `"Commons Clause" License Condition v1.0. ` + mit,
		"MIT for some":      mit + " for non-commercial use",
	} {
		if got := licenceOf(text); got != "" {
			t.Errorf("%s is taken for %s", name, got)
		}
	}
	const mpl = "Mozilla Public License Version 2.0 … “Covered Software” … means either the GNU General Public License, Version 2.0, " +
		"the GNU Lesser General Public License, Version 2.1, the GNU Affero General Public License, Version 3.0, or any later"
	if got := licenceOf(mpl); got != "MPL-2.0" {
		t.Errorf("MPL-2.0 is taken for %q", got)
	}
	if got := licenceOf(mpl + " GNU General Public License"); got != "" {
		t.Errorf("MPL beside GPL is taken for %q", got)
	}
	if got := licenceOf(mit); got != "MIT" {
		t.Errorf("MIT is taken for %q", got)
	}
}

// A second text in a module counts as much as the first.
func TestEveryLicenceFileOfAModuleCounts(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	is := func(want string) {
		t.Helper()
		if got, err := licenceIn(dir); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	is("")
	put("LICENSE.md", mit)
	is("MIT")
	put("NOTICE", "GNU General Public License")
	is("MIT")
	put("License-other.txt", "GNU General Public License")
	is("")
}

// A package of the browser tests gives itself a licence that is allowed, and is pinned
// by its hash.
func TestPackagesArePinnedAndAllowed(t *testing.T) {
	lock := filepath.Join(t.TempDir(), "lock.json")
	text := `{"packages": {"": {"version": "1"},
		"node_modules/good": {"version": "1", "license": "MIT", "integrity": "sha512-x"},
		"node_modules/gpl": {"version": "1", "license": "GPL-3.0", "integrity": "sha512-x"},
		"node_modules/loose": {"version": "1", "license": "MIT"},
		"node_modules/silent": {"version": "1", "integrity": "sha512-x"}}}`
	if err := os.WriteFile(lock, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := packages(lock)
	if err != nil || len(got) != 4 {
		t.Fatalf("%v, %v", got, err)
	}
	for name, licence := range got {
		if (licence != "") != (name == "npm good 1") {
			t.Errorf("%s: %q", name, licence)
		}
	}
}
