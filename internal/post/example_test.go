package post_test

import (
	"strings"
	"testing"
	"time"

	"klankbord/internal/lang"
	"klankbord/internal/post"
)

// Each text of a mail can be looked at, in every language, with everything filled in.
func TestEveryMailHasAnExample(t *testing.T) {
	words := lang.New()
	sender := post.Sender{
		Name: func(lang.Lang) string { return "Natuurfonds" }, Address: "desk@natuurfonds.example", Domain: "natuurfonds.example",
		PublicURL: "https://klacht.natuurfonds.example", DeskURL: "https://desk.natuurfonds.example",
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	seen := 0
	for _, key := range words.Keys() {
		if !strings.HasPrefix(key, "mail.") {
			if _, ok := post.Example(words, sender, key, lang.EN, now); ok {
				t.Errorf("%s is said to be of a mail", key)
			}
			continue
		}
		if key == "mail.encrypted.subject" { // of every mail that is encrypted, whatever it says
			continue
		}
		for _, l := range []lang.Lang{lang.NL, lang.FR, lang.EN, lang.DE} {
			m, ok := post.Example(words, sender, key, l, now)
			plain, _ := words.Plain(l, key)
			switch beginning, _, _ := strings.Cut(plain, "{"); {
			case !ok:
				t.Errorf("%s: no mail has it", key)
			case strings.ContainsAny(m.Subject+m.Text, "{}⟦⟧"):
				t.Errorf("%s in %s: something is not filled in: %s %s", key, l, m.Subject, m.Text)
			case !strings.HasPrefix(m.Subject, beginning) && !strings.HasPrefix(m.Text, beginning):
				t.Errorf("%s in %s is not in its own mail: %s %s", key, l, m.Subject, m.Text)
			default:
				seen++
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d were looked at", seen)
	}
}
