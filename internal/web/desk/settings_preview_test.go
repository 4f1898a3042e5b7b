package desk_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/profile"
)

// Whoever looks first sees the page of the form, or the mail, as it would be; nothing of it
// holds until it is saved.
func settingsLookShowsTheFormAndTheMail(t *testing.T, h *house, c crew) {
	look := func(path string, typed url.Values) *page {
		typed.Set("act", "look")
		return c.nele.get(path).sendIn("en", path, typed)
	}
	p := look("/desk/settings/topics/theft", url.Values{"topics.theft.label.fr": {"Quelque chose manque ici"}})
	_, form, _ := strings.Cut(p.body, `<div lang="fr">`)
	form, _, _ = strings.Cut(form, `<div lang="en">`)
	for _, want := range []string{"<fieldset disabled>", "Quelque chose manque ici", `value="theft"`, `id="preview-fr`} {
		if !strings.Contains(form, want) {
			t.Errorf("the form in French does not show %s", want)
		}
	}
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(p.body, -1) {
		if ids[m[1]]++; ids[m[1]] == 2 {
			t.Errorf("the id %s stands twice", m[1])
		}
	}
	if strings.Contains(h.browser().get("/fr/complaint").body, "Quelque chose manque ici") {
		t.Error("it holds before it is saved")
	}
	t.Run("pages of text", func(t *testing.T) {
		for id, want := range map[string][]string{
			"public":  {"<h3>Reden Sie mit uns</h3>", `<ol class="steps">`, "<summary>"},
			"privacy": {"<h3>Reden Sie mit uns</h3>", "<h4>"},
		} {
			p := look("/desk/settings/texts/"+id, url.Values{"texts." + id + ".title.de": {"Reden Sie mit uns"}})
			_, german, _ := strings.Cut(p.body, `<div lang="de">`)
			german, _, _ = strings.Cut(german, "</details>\n</section>\n<p>")
			for _, w := range want {
				if !strings.Contains(german, w) {
					t.Errorf("page %s does not show %s: %s", id, w, german)
				}
			}
			if strings.Contains(german, "<h1") || strings.Contains(german, "href=") || strings.Contains(german, " id=") {
				t.Errorf("something in page %s leads away: %s", id, german)
			}
		}
		if strings.Contains(h.browser().get("/de/privacy").body, "Reden Sie mit uns") {
			t.Error("it holds before it is saved")
		}
	})
	mail := "/desk/settings/words/mail.acknowledgement.subject"
	p = look(mail, url.Values{"words.mail.acknowledgement.subject.de": {"Ihre Beschwerde {number} ist da"}})
	for _, want := range []string{"Ihre Beschwerde KB-7Q4M-2R ist da", "/nl/mailbox", "Nous avons reçu"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the mail does not say %q", want)
		}
	}
	if strings.ContainsAny(strings.Join(regexp.MustCompile(`(?s)<dd lang=.*?</dd>`).FindAllString(p.body, -1), ""), "{⟦") {
		t.Error("something in the mail is not filled in")
	}
	t.Run("template", func(t *testing.T) {
		templates := h.Current().Templates
		at := slices.IndexFunc(templates, func(x profile.Template) bool { return x.Needs(profile.PlaceReceived) })
		id := "templates." + templates[at].ID
		p := look("/desk/settings/templates/"+templates[at].ID, url.Values{id + ".label.en": {"Something to begin with"}})
		preview, _, _ := strings.Cut(p.body, `<form id="page"`)
		if !strings.Contains(preview, "Something to begin with") || strings.ContainsAny(preview, "{⟦") {
			t.Errorf("a template is not filled in: %s", preview)
		}
	})
}
