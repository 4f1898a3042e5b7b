package profile

import (
	"strings"
	"testing"
)

func TestATemplateWhosePlaceholderNothingFillsInIsRefused(t *testing.T) {
	p, err := Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Templates) == 0 {
		t.Fatal("the profile has no templates")
	}
	all := func(s string) Text { return Text{"nl": s, "fr": s, "en": s, "de": s} }
	for text, wrong := range map[string]bool{"Dear {number}": false, "Dear {name}": true, "": true} {
		bad := *p
		bad.Templates = []Template{{ID: "one", Label: all("One"), Text: all(text)}}
		if text == "" {
			bad.Templates[0].Text = nil
		}
		err := bad.Validate()
		if (err != nil) != wrong {
			t.Errorf("%q: %v", text, err)
		}
		if wrong && !strings.Contains(err.Error(), "template") {
			t.Errorf("%q: %v does not say what is wrong", text, err)
		}
	}
}
