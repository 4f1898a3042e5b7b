package public_test

import (
	"net/http"
	"strings"
	"testing"

	"klankbord/internal/profile"
)

// TestEveryProfileTakesAComplaintOnEachRoute goes through the form of every profile that
// is built in, from its first page to the receipt, and through its pages of text, in
// every language; visitor holds each page to the rules for pages.
func TestEveryProfileTakesAComplaintOnEachRoute(t *testing.T) {
	for i, name := range profile.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeskWith(t, name, (*desk).found)
			for j, l := range profile.Languages() {
				for _, at := range []string{"/", "/privacy", "/accessibility", "/other-ways", "/safety", "/who-reads"} {
					if p := d.visitor().get("/" + l + at); p.status != http.StatusOK {
						t.Errorf("/%s%s: status %d", l, at, p.status)
					}
				}
				answers := [][]string{{"response-time", "other-general"}, {"data-breach"}, {"theft", "abuse-of-power"}, {"question"}}
				topics := answers[(i+j)%len(answers)] // every kind over the languages
				receipt := d.visitor().start(l).answer(strict(topics...), nil, nil).sendOff()
				if !strings.HasSuffix(receipt.path, "/receipt") || receipt.status != http.StatusOK {
					t.Errorf("%s %v: sending led to %s with status %d", l, topics, receipt.path, receipt.status)
				}
			}
			for _, topic := range d.profile.Topics {
				if !topic.On || name == "wwf-belgium" { // that one is tried topic by topic elsewhere
					continue
				}
				if first := d.visitor().start("en").answer(strict(topic.ID), nil, nil); !strings.Contains(first.path, "/complaint/check") {
					t.Errorf("%s: the form ends at %s", topic.ID, first.path)
				}
			}
		})
	}
}

func TestAProfileMaySayMoreOnTheFirstPage(t *testing.T) {
	d := newDeskWith(t, "ngo-belgium", (*desk).found)
	page := d.visitor().get("/en/")
	for _, words := range []string{"What we keep to", "integrity charter", "Ask for advice first", "What we make public every year"} {
		if !page.says(words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}
