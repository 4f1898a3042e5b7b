package question

import (
	"strings"
	"testing"
)

func TestALongAnswerIsCutAtALineOrWordAndNothingIsLost(t *testing.T) {
	for _, s := range []string{
		"", "short", strings.Repeat("line\n", 9) + "line", strings.Repeat("line\n", 40), strings.Repeat("word ", 1000), strings.Repeat("x", 5000), strings.Repeat("語", 5000),
	} {
		shown, rest := cut(s)
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(shown)+bare(rest) != bare(s) {
			t.Errorf("%.20q lost something", s)
		}
		if strings.Count(shown, "\n") >= shownLines || len([]rune(shown)) > shownRunes {
			t.Errorf("%.20q shows %d runes", s, len([]rune(shown)))
		}
	}
}
