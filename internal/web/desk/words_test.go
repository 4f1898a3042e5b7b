package desk

import (
	"io/fs"
	"regexp"
	"slices"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
)

// TestEveryWordThatAPageExplainsHasItsTexts looks at the templates themselves.
func TestEveryWordThatAPageExplainsHasItsTexts(t *testing.T) {
	var known []string
	for _, g := range wordGroups() {
		known = append(known, g.Words...)
	}
	texts := lang.New()
	for _, word := range known {
		for _, l := range lang.All() {
			for _, key := range []string{"words.term.", "words.means."} {
				if err := texts.Check(l, key+word, nil); err != nil {
					t.Errorf("%s %s%s: %v", l, key, word, err)
				}
			}
		}
	}
	used := slices.Clone(usedWords(t))
	if len(used) < 20 {
		t.Errorf("the pages explain %d words only", len(used))
	}
	for _, s := range casefile.Sheets() {
		used = append(used, wordsOf(s.Sheet)...)
	}
	for _, word := range used {
		if !slices.Contains(known, word) {
			t.Errorf("a page explains %q, which is no word of the list", word)
		}
	}
}

func usedWords(t *testing.T) (list []string) {
	t.Helper()
	calls, each := regexp.MustCompile(`\{\{template "words" \(list ([^)]*)\)\}\}`), regexp.MustCompile(`"([a-z-]+)"`)
	err := fs.WalkDir(templates, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := fs.ReadFile(templates, path)
		for _, call := range calls.FindAllSubmatch(body, -1) {
			for _, w := range each.FindAllSubmatch(call[1], -1) {
				list = append(list, string(w[1]))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
