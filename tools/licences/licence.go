package main

import "strings"

// licence is one that we may ship under, known by words that stand in no other.
type licence struct {
	name  string
	words []string
}

// allowed are the licences of modules that may be linked: none asks for more than
// that its text comes along, or that changes to its own files stay open.
func allowed() []licence {
	const redistribution = "Redistribution and use in source and binary forms"
	return []licence{
		{"Apache-2.0", []string{"Apache License", "Version 2.0, January 2004", "Grant of Patent License"}},
		{"MPL-2.0", []string{"Mozilla Public License Version 2.0", "Covered Software"}},
		{"MIT", []string{"Permission is hereby granted, free of charge, to any person obtaining a copy", "The above copyright notice and this permission notice shall be included"}},
		{"ISC", []string{"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"}},
		{"BSD-3-Clause", []string{redistribution, "THIS SOFTWARE IS PROVIDED", "endorse or promote products derived from"}},
		{"BSD-2-Clause", []string{redistribution, "THIS SOFTWARE IS PROVIDED"}},
		{"Unlicense", []string{"This is free and unencumbered software released into the public domain"}},
		{"CC0-1.0", []string{"CC0 1.0 Universal", "Affirmer"}},
	}
}

// forTests are the names (SPDX) of licences of packages that only tests use.
func forTests() []string {
	return []string{"MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "MPL-2.0", "0BSD", "CC0-1.0", "Unlicense"}
}

func flat(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// secondary is the one place of the MPL that names others: as licences under which a
// larger work may be put.
const secondary = "either the gnu general public license, version 2.0, the gnu lesser general public license, version 2.1, " +
	"the gnu affero general public license, version 3.0"

// asksMore reports whether a text is, adds or holds a licence that asks for more.
func asksMore(text string) bool {
	text = strings.ReplaceAll(flat(text), secondary, "")
	for _, words := range []string{"gnu general public license", "gnu lesser general public license", "gnu affero", "server side public license",
		"business source license", "commons clause", "elastic license", "non-commercial use", "noncommercial use"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// licenceOf recognises a text; empty where it is none that is allowed.
func licenceOf(text string) string {
	if asksMore(text) {
		return ""
	}
	text = flat(text)
	for _, l := range allowed() {
		all := true
		for _, w := range l.words {
			all = all && strings.Contains(text, strings.ToLower(w))
		}
		if all {
			return l.name
		}
	}
	return ""
}
