package desk_test

import (
	"net/url"
	"os"
	"strconv"
	"testing"
)

// TestEveryStateOfTheSettingsIsWellFormed renders what a configurator sees.
func TestEveryStateOfTheSettingsIsWellFormed(t *testing.T) {
	h, c := staffed(t)
	s := &states{t: t, house: h, crew: c, dir: os.Getenv("KLANKBORD_PAGES")}
	for _, lang := range []string{"nl", "fr", "en", "de"} {
		s.lang = lang
		s.settings()
		s.keep("settings-denied", s.crew.sofie.get(s.in("/desk/settings")))
	}
}

// settings renders the pages of the configuration, and leaves it as it is built in.
func (s *states) settings() {
	nele, privacy, clocks := s.crew.nele, "/desk/settings/texts/privacy", "/desk/settings/clocks/all"
	s.keep("settings-built", nele.get(s.in("/desk/settings")))
	s.keep("settings_file", nele.get(s.in("/desk/settings/file")))
	s.keep("settings_file-error", nele.sendsFile(s.in("/desk/settings/file"), "file", "settings.json", []byte(`{"format":1,"profile":"wwf-belgium","changes":{"clocks.D3.length":99,"topics.nothing.label":{"en":"x"}}}`), nil))
	s.keep("settings_mail", nele.get(s.in("/desk/settings/mail?done=sent")))
	s.keep("settings_part", nele.get(s.in("/desk/settings/texts")))
	s.keep("settings_part-topics", nele.get(s.in("/desk/settings/topics")))
	s.keep("settings_part-form", nele.get(s.in("/desk/settings/form")))
	s.keep("settings_part-teams", nele.get(s.in("/desk/settings/teams")))
	s.keep("settings_part-templates", nele.get(s.in("/desk/settings/templates")))
	s.keep("settings_part-notices", nele.get(s.in("/desk/settings/notices")))
	for _, area := range []string{"public", "form", "who", "mailbox", "mail"} {
		s.keep("settings_part-words-"+area, nele.get(s.in("/desk/settings/words?area="+area)))
	}
	for name, at := range map[string]string{
		"look": "organisation/all", "team": "teams/complaints", "order": "topics/order", "topic": "topics/theft", "clocks": "clocks/all",
		"keeping": "retention/all", "rules": "rules/all", "emergency": "notices/emergency", "external": "notices/external", "actions": "notices/actions",
		"messages": "notices/messages", "words": "words/mail.mail-receipt.subject",
	} {
		s.keep("settings_edit-"+name, nele.get(s.in("/desk/settings/"+at)))
	}
	for _, step := range s.Current().Form.Steps {
		s.keep("settings_edit-step-"+step.ID, nele.get(s.in("/desk/settings/form/"+step.ID)))
	}
	s.looks(nele)
	for _, list := range s.Current().Lists() {
		s.keep("settings_items-"+list.Name, nele.get(s.in("/desk/settings/items/"+list.Name)))
	}
	items := "/desk/settings/items/topics"
	s.keep("settings_items-error", nele.get(items).sendIn(s.lang, items, url.Values{"topics.label.nl": {"Lawaai"}, "act": {"add"}}))
	nele.get(items).send(items, s.ownTopic())
	s.keep("settings_items-own", nele.get(s.in(items+"?done=added")))
	old := nele.get(privacy)
	s.keep("settings_edit-look-first", nele.get(privacy).sendIn(s.lang, privacy, url.Values{"texts.privacy.title.en": {"A title"}, "act": {"look"}}))
	s.keep("settings_edit-error", nele.get(clocks).sendIn(s.lang, clocks, url.Values{"clocks.D1.length": {"soon"}, "clocks.holidays": {"tomorrow"}}))
	nele.get(privacy).send(privacy, url.Values{"texts.privacy.title.en": {"A title"}, "why": {"A shorter one"}})
	s.keep("settings_edit-changed", nele.get(s.in(privacy)))
	s.keep("settings_edit-conflict", old.sendIn(s.lang, privacy, url.Values{"texts.privacy.title.en": {"Another title"}}))
	order := "/desk/settings/topics/order"
	nele.get(order).send(order, s.reversed())
	s.keep("settings", nele.get(s.in("/desk/settings?done=saved")))
	s.keep("settings_history", nele.get(s.in("/desk/settings/history")))
	newest, err := s.Settings.Newest(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	at := "/desk/settings/history/" + strconv.FormatInt(newest, 10)
	s.keep("settings_version", nele.get(s.in(at)))
	before := nele.get(at)
	nele.get(at).send(at, url.Values{"version": {"0"}})
	s.keep("settings_version-conflict", before.sendIn(s.lang, at, url.Values{"version": {"1"}}))
	s.keep("settings-back", nele.get(s.in("/desk/settings?done=back")))
}

// reversed is the order of a page of orders the other way round.
func (s *states) reversed() url.Values {
	places, err := s.Settings.In("topics", "order", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	fill := url.Values{}
	for _, x := range places {
		for _, input := range x.Inputs() {
			fill[name(x, input)] = []string{otherwise(x, input, x.Typed(input))}
		}
	}
	return fill
}

// ownTopic is a topic as a configurator types it.
func (s *states) ownTopic() url.Values { return ownTopic("Lawaai") }

// looks keeps how what was typed would look, before it is saved.
func (s *states) looks(nele *browser) {
	look := func(name, at, place, text string) {
		path := "/desk/settings/" + at
		s.keep("settings_edit-look-"+name, nele.get(path).sendIn(s.lang, path, url.Values{place: {text}, "act": {"look"}}))
	}
	for _, page := range s.Current().Pages {
		look("page-"+page.ID, "texts/"+page.ID, "texts."+page.ID+".title.en", "What we tell here")
	}
	for _, step := range s.Current().Form.Steps {
		look("step-"+step.ID, "form/"+step.ID, "step."+step.ID+".title.en", "What we ask here")
	}
	look("topic", "topics/theft", "topics.theft.label.en", "Something is missing")
	look("mail", "words/mail.mail-receipt.subject", "words.mail.mail-receipt.subject.nl", "Wij kregen uw klacht {number}")
	t := s.Current().Templates[0].ID
	look("template", "templates/"+t, "templates."+t+".label.en", "A first answer")
}
