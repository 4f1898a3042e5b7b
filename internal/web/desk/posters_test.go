package desk_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
)

func TestEveryPosterAndCardIsPrintedInEveryLanguageForEveryTopic(t *testing.T) {
	h, c := staffed(t)
	theAddressOnAPosterDoesNotTellWhereItHangs(t, c)
	topics := []string{""}
	for _, topic := range h.Profile.Topics {
		if topic.On {
			topics = append(topics, topic.ID)
		}
	}
	for _, lang := range []string{"nl", "fr", "en", "de"} {
		for _, topic := range topics {
			for _, what := range []string{"poster", "cards"} {
				q := url.Values{"written": {lang}, "topic": {topic}, "office": {strings.Repeat("Kantoor ", 7)}, "place": {strings.Repeat("Laan 9, ", 12)}}
				p := c.sofie.get("/desk/posters/" + what + ".pdf?" + q.Encode())
				if n, err := api.PageCount(bytes.NewReader([]byte(p.body)), nil); err != nil || n != 1 {
					t.Errorf("%s in %s about %q: %d pages, %v", what, lang, topic, n, err)
				}
			}
		}
	}
}

// The address tells nobody in which office a paper hung.
func theAddressOnAPosterDoesNotTellWhereItHangs(t *testing.T, c crew) {
	t.Helper()
	p := c.sofie.get("/desk/posters?written=fr&topic=theft&office=Bureau-Namur&place=Rue-Haute")
	want := "/fr/topic/theft"
	found := 0
	for _, part := range strings.Split(p.body, `href="`)[1:] {
		address, _, _ := strings.Cut(part, `"`)
		if strings.Contains(address, "/topic/") {
			found++
			if !strings.HasSuffix(address, want) || strings.Contains(address, "Namur") || strings.Contains(address, "?") {
				t.Errorf("an address is %q", address)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d addresses stand on the page", found)
	}
	if text := c.sofie.get("/desk/posters?office=" + strings.Repeat("x", 61)); !strings.Contains(text.body, `id="errors"`) || strings.Contains(text.body, "poster.pdf?") {
		t.Error("a name that is too long can be printed")
	}
}
