package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

const textRoot = "internal/lang/text/"

func textRules() []Rule {
	return []Rule{
		{
			Name:   "every language has every text",
			Reason: "someone who reads French must not meet a page that is half Dutch, nor a hole where a date belongs",
			Find:   findIncompleteTexts,
		},
		{
			Name:   "every text that is used exists",
			Reason: "a key without text would be shown to a person as it is",
			Find:   findMissingTexts,
		},
		{
			Name:   "every text that exists is used",
			Reason: "a text that nothing shows is translated and reviewed for nothing",
			Find:   findUnusedTexts,
		},
		{
			Name:   "no promise that is not kept",
			Reason: "the product has no anonymous complainants, and a root user on the live server can read: texts must not say otherwise",
			Find:   findFalsePromises,
		},
	}
}

var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// catalogue is language → key → the forms of the text: one without a name, or
// "one" and "other".
type catalogue map[string]map[string]map[string]string

// readCatalogue reads every internal/lang/text/LANGUAGE/AREA.json.
func readCatalogue(t *Tree) (c catalogue, problems []string) {
	c = catalogue{}
	files := t.paths(func(p string) bool { return strings.HasPrefix(p, textRoot) && path.Ext(p) == ".json" })
	for _, name := range files {
		language, area, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(name, textRoot), ".json"), "/")
		var entries map[string]json.RawMessage
		if err := json.Unmarshal([]byte(t.Texts[name]), &entries); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		if c[language] == nil {
			c[language] = map[string]map[string]string{}
		}
		for key, raw := range entries {
			forms, err := readForms(raw)
			if err != nil || !strings.HasPrefix(key, area+".") {
				problems = append(problems, fmt.Sprintf("%s: %s is no text of this area", name, key))
				continue
			}
			c[language][key] = forms
		}
	}
	slices.Sort(problems)
	return c, problems
}

func readForms(raw json.RawMessage) (map[string]string, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return map[string]string{"": text}, nil
	}
	var forms map[string]string
	return forms, json.Unmarshal(raw, &forms)
}

// keys returns every key that exists in any language.
func (c catalogue) keys() []string {
	all := map[string]bool{}
	for _, texts := range c {
		for key := range texts {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func findIncompleteTexts(t *Tree) []string {
	c, out := readCatalogue(t)
	languages := slices.Sorted(maps.Keys(c))
	for _, key := range c.keys() {
		for _, language := range languages {
			forms, ok := c[language][key]
			if !ok {
				out = append(out, fmt.Sprintf("%s%s: %s is missing", textRoot, language, key))
				continue
			}
			for name, text := range forms {
				if strings.TrimSpace(text) == "" {
					out = append(out, fmt.Sprintf("%s%s: %s %s is empty", textRoot, language, key, name))
				}
			}
			if model := firstOf(c, languages, key); shapeOf(forms) != shapeOf(model) {
				out = append(out, fmt.Sprintf("%s%s: %s has %s, elsewhere %s", textRoot, language, key, shapeOf(forms), shapeOf(model)))
			}
		}
	}
	return out
}

func firstOf(c catalogue, languages []string, key string) map[string]string {
	for _, language := range languages {
		if forms, ok := c[language][key]; ok {
			return forms
		}
	}
	return nil
}

// shapeOf names the forms of a text and the placeholders in any of them, which must
// be the same in every language.
func shapeOf(forms map[string]string) string {
	open := map[string]bool{}
	for _, text := range forms {
		for _, p := range placeholder.FindAllString(text, -1) {
			open[p] = true
		}
	}
	names := strings.TrimSpace(strings.Join(slices.Sorted(maps.Keys(forms)), " "))
	return fmt.Sprintf("[%s] %v", names, slices.Sorted(maps.Keys(open)))
}
