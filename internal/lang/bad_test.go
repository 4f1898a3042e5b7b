package lang

import "testing"

// Two people write these files at once; what a merge can break must be refused.
func TestAFileThatIsNotWellFormedIsRefused(t *testing.T) {
	for name, file := range map[string]string{
		"not JSON":               `{"common.a": "b"`,
		"not an object":          `["common.a"]`,
		"a key of another area":  `{"desk.a": "b"}`,
		"a number":               `{"common.a": 1}`,
		"only one plural form":   `{"common.a": {"one": "b"}}`,
		"a third plural form":    `{"common.a": {"one": "b", "other": "c", "many": "d"}}`,
		"something after it all": `{"common.a": "b"} {}`,
	} {
		if err := add(map[string]entry{}, "common", []byte(file)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := add(map[string]entry{}, "common", []byte(`{"common.a": "b", "common.n": {"one": "c", "other": "d"}}`)); err != nil {
		t.Errorf("a good file is refused: %v", err)
	}
}

func TestIncompleteNamesEveryKindOfGap(t *testing.T) {
	full := func() map[string]entry {
		return map[string]entry{"common.a": {other: "{x}"}, "common.n": {one: "1", other: "{n}"}}
	}
	for name, change := range map[string]func(map[string]entry){
		"missing":            func(m map[string]entry) { delete(m, "common.a") },
		"empty":              func(m map[string]entry) { m["common.a"] = entry{other: " "} },
		"other placeholder":  func(m map[string]entry) { m["common.a"] = entry{other: "{y}"} },
		"no plural":          func(m map[string]entry) { m["common.n"] = entry{other: "{n}"} },
		"missing in English": func(m map[string]entry) { m["common.b"] = entry{other: "b"} },
	} {
		german := full()
		c := &Catalogue{texts: map[Lang]func() map[string]entry{NL: full, FR: full, EN: full, DE: func() map[string]entry { return german }}}
		c.keys = c.allKeys
		if got := c.Incomplete(); len(got) != 0 {
			t.Fatalf("a full catalogue lacks %v", got)
		}
		change(german)
		if len(c.Incomplete()) != 1 {
			t.Errorf("%s: told %v", name, c.Incomplete())
		}
	}
}

// A language of which a file does not read would be left out, and nobody told.
func TestEveryLanguageReads(t *testing.T) {
	for _, l := range All() {
		texts, err := read(l)
		if err != nil || len(texts) < 300 {
			t.Errorf("%s: %d texts, %v", l, len(texts), err)
		}
	}
}
