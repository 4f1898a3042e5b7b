// Package handbook holds the handbook for members in each language, so that the desk can
// show what lies in this folder. It knows nothing of pages, and fails only for a language
// that has none.
package handbook

import (
	"embed"
	"fmt"
)

//go:embed members.*.md
var files embed.FS

// Members returns the handbook for members in a language, as it is written: headings,
// paragraphs, lists and tables of Markdown, and nothing nested in them.
func Members(lang string) (string, error) {
	text, err := files.ReadFile("members." + lang + ".md")
	if err != nil {
		return "", fmt.Errorf("handbook in %q: %w", lang, err)
	}
	return string(text), nil
}
