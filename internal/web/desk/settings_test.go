package desk_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"klankbord/internal/profile"
)

// visit is a page as anybody sees it.
func (h *house) visit(path string) string {
	h.t.Helper()
	w := httptest.NewRecorder()
	h.h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://desk.example"+path, http.NoBody))
	if w.Code != http.StatusOK {
		h.t.Fatalf("%s answers %d", path, w.Code)
	}
	return w.Body.String()
}

// TestSettings tries what a configurator does, on one instance.
func TestSettings(t *testing.T) {
	h, c := staffed(t)
	for name, fn := range map[string]func(*testing.T, *house, crew){
		"every place takes effect and is put back":         settingsEachTakesEffectAndIsPutBack,
		"changes show at once where they belong":           settingsShowAtOnceWhereTheyBelong,
		"only configurators see them":                      settingsAreForConfigurators,
		"two configurators do not overwrite each other":    settingsTwoConfiguratorsDoNotOverwriteEachOther,
		"what cannot be is refused by the field":           settingsRefuseByTheFieldAndLoseNothing,
		"a logo is made anew from its pixels":              settingsALogoIsMadeAnewFromItsPixels,
		"a file goes out and comes in":                     settingsAFileGoesOutAndComesIn,
		"signing in and witnesses follow":                  settingsSigningInAndWitnessesFollow,
		"a case keeps the questions that it was made with": settingsACaseKeepsTheQuestionsItWasMadeWith,
		"languages are offered or not":                     settingsLanguagesAreOfferedOrNot,
		"looking first shows the form and the mail":        settingsLookShowsTheFormAndTheMail,
		"items are added to lists and taken away":          settingsItemsComeAndGo,
		"an own topic stays with the case that has it":     settingsAnOwnTopicStaysWithItsCase,
	} {
		t.Run(name, func(t *testing.T) {
			fn(t, h, c)
			if n := newest(t, h); n > 0 { // each begins with the built-in profile
				at := "/desk/settings/history/" + strconv.FormatInt(n, 10)
				if p := c.nele.get(at).send(at, url.Values{"version": {"0"}}); p.status != 200 {
					t.Errorf("putting everything back answers %d", p.status)
				}
			}
		})
	}
}

// said is the beginning of what a page says.
func said(p *page) string {
	words := strings.Join(strings.Fields(text(p.doc)), " ")
	return words[:min(len(words), 700)]
}

func newest(t *testing.T, h *house) int64 {
	t.Helper()
	n, err := h.Settings.Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// otherwise is something that can be typed at a place and is not what stands there.
func otherwise(x profile.Place, input, now string) string {
	switch x.Kind {
	case profile.PlaceText, profile.PlaceLine:
		return strings.TrimSpace(now + " (x)")
	case profile.PlaceParagraphs:
		return strings.TrimSpace(strings.Replace(now, "\n\n", " (x)\n\n", 1) + " (y)")
	case profile.PlaceCount:
		if n, _ := strconv.Atoi(now); n > x.Min {
			return strconv.Itoa(n - 1)
		}
		return strconv.Itoa(x.Min + 1)
	case profile.PlaceFlag, profile.PlaceHidden, profile.PlaceMandatory:
		return strconv.FormatBool(now != "true")
	case profile.PlaceOrder:
		n, _ := strconv.Atoi(now)
		return strconv.Itoa(len(x.Options) + 1 - n)
	case profile.PlaceChoice:
		if i := slices.Index(x.Options, "route.integrity"); i >= 0 && now != x.Options[i] {
			return x.Options[i]
		}
		return now
	case profile.PlaceDates:
		return "2027-01-04"
	case profile.PlaceAddresses:
		return "log@notaris.example.org"
	case profile.PlaceColour:
		return "#7a1f5c"
	case profile.PlacePicture:
		return dot(1)
	default:
		return now
	}
}

func dot(width int) string {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 1)))
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// fixed are places that hold one value only: what law sets cannot be longer, and the
// shortest there is stands already.
func fixed(x profile.Place) bool { return x.Kind == profile.PlaceCount && x.Min == x.Max }

// Every place of the description takes effect when it is typed on its page, and goes back
// with one button.
func settingsEachTakesEffectAndIsPutBack(t *testing.T, h *house, c crew) {
	places, err := h.Settings.Places(nil)
	if err != nil {
		t.Fatal(err)
	}
	built := typedAt(h.Current(), places)
	seen := map[string]bool{}
	for _, x := range places {
		at := "/desk/settings/" + x.Part + "/" + x.Group
		if x.Group == "" {
			at += "all"
		}
		if seen[at] || x.Part == "words" {
			continue
		}
		seen[at] = true
		group := slices.DeleteFunc(slices.Clone(places), func(y profile.Place) bool {
			return y.Part != x.Part || y.Group != x.Group || fixed(y) || oneTopic(y) || notAll(y)
		})
		fill := url.Values{}
		for _, y := range group {
			for _, input := range y.Inputs() {
				fill[name(y, input)] = []string{otherwise(y, input, y.Typed(input))}
			}
		}
		before := newest(t, h)
		if p := c.nele.get(at).send(at, fill); p.status != 200 || !p.says("Bewaard. Het geldt nu.") {
			t.Fatalf("%s: saving answers %d: %s", at, p.status, said(p))
		}
		now := typedAt(h.Current(), places)
		for _, y := range group {
			for _, input := range y.Inputs() {
				if want := fill.Get(name(y, input)); now[name(y, input)] != want {
					t.Errorf("%s: %q, want %q", name(y, input), now[name(y, input)], want)
				}
			}
		}
		back := "/desk/settings/history/" + strconv.FormatInt(before+1, 10)
		if p := c.nele.get(back).send(back, url.Values{"version": {strconv.FormatInt(before, 10)}}); p.status != 200 || !p.says("Teruggezet. Het geldt nu.") {
			t.Fatalf("%s: putting back answers %d at %s: %s", back, p.status, p.path, said(p))
		}
		if got := typedAt(h.Current(), places); !maps.Equal(got, built) {
			t.Errorf("%s: once it is put back it is not as it was", at)
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d groups were tried", len(seen))
	}
}

// notAll is a place that cannot be changed together with all of its kind: not every number,
// body or action is left out.
func notAll(x profile.Place) bool { return x.Part == "notices" && x.Name == "off" }

// oneTopic tells apart what would leave a route without a topic, or an organisation
// without a text or a language that it needs.
func oneTopic(x profile.Place) bool {
	return x.Part == "topics" && x.Name == "on" && soleTopics()[x.Group] || x.Address == "languages.offer-nl"
}

// soleTopics are those without which a route of the built-in profile has no topic.
func soleTopics() map[string]bool {
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		panic(err)
	}
	sole := map[string]bool{profile.TopicRetaliation: true}
	for _, x := range p.Topics {
		if len(p.TopicsOn(x.Route)) == 1 {
			sole[x.ID] = true
		}
	}
	return sole
}

func name(x profile.Place, input string) string {
	if input == "" {
		return x.Address
	}
	return x.Address + "." + input
}

// typedAt is what stands at every place of a profile.
func typedAt(p *profile.Profile, places []profile.Place) map[string]string {
	at := map[string]profile.Place{}
	for _, x := range p.Places() {
		at[x.Address] = x
	}
	typed := map[string]string{}
	for _, x := range places {
		if x.Part == "words" {
			continue
		}
		for _, input := range x.Inputs() {
			typed[name(x, input)] = at[x.Address].Typed(input)
		}
	}
	return typed
}

func settingsShowAtOnceWhereTheyBelong(t *testing.T, h *house, c crew) {
	save := func(at string, fill url.Values) {
		t.Helper()
		if p := c.nele.get(at).send(at, fill); !p.says("Bewaard. Het geldt nu.") {
			t.Fatalf("%s: %d %s", at, p.status, said(p))
		}
	}
	save("/desk/settings/texts/privacy", url.Values{"texts.privacy.title.en": {"How we keep your data"}})
	if body := h.visit("/en/privacy"); !strings.Contains(body, "How we keep your data") {
		t.Error("a text does not show on its page")
	}
	save("/desk/settings/organisation/all", url.Values{"organisation.name.en": {"Example Nature Fund"}, "organisation.accent": {"#7a1f5c"}})
	body := h.visit("/en/")
	if !strings.Contains(body, "Example Nature Fund") {
		t.Error("the name of the organisation does not show")
	}
	css := body[strings.Index(body, "/assets/app."):]
	css = css[:strings.Index(css, `"`)]
	if !strings.Contains(h.visit(css), "--accent:#7a1f5c") {
		t.Error("the colour does not show")
	}
	topic := h.Current().Topics[0]
	save("/desk/settings/topics/"+topic.ID, url.Values{"topics." + topic.ID + ".explanation.en": {"Changed by the configurator."}})
	if !strings.Contains(h.begun().body, "Changed by the configurator.") {
		t.Error("the hint of a topic does not show in the form")
	}
	save("/desk/settings/topics/"+topic.ID, url.Values{"topics." + topic.ID + ".on": {"false"}})
	if strings.Contains(h.begun().body, "Changed by the configurator.") {
		t.Error("a topic that is off is still offered")
	}
	outside := h.Current().Outside()[0]
	if text := h.visit("/en/other-ways"); !strings.Contains(text, outside.Name.In("en")) {
		t.Fatalf("%s is not named", outside.Name.In("en"))
	}
	save("/desk/settings/notices/external", url.Values{"external." + outside.ID + ".off": {"true"}})
	if strings.Contains(h.visit("/en/other-ways"), outside.Name.In("en")) {
		t.Error("a body outside that is left out is still named")
	}
	save("/desk/settings/words/mail.mail-receipt.subject", url.Values{"words.mail.mail-receipt.subject.nl": {"Wij kregen uw klacht {number}"}})
}

// begun is the first page of the form.
func (h *house) begun() *page {
	return h.browser().get("/en/complaint")
}

func settingsAreForConfigurators(t *testing.T, h *house, c crew) {
	for _, path := range []string{"/desk/settings", "/desk/settings/texts", "/desk/settings/texts/privacy", "/desk/settings/history"} {
		for _, b := range []*browser{c.thomas, c.sofie, c.anke} {
			if p := b.get(path); p.status != 404 {
				t.Errorf("%s answers %d to somebody who is no configurator", path, p.status)
			}
		}
	}
	if p := c.thomas.post("/desk/settings/texts/privacy", url.Values{"base": {"0"}, "texts.privacy.title.en": {"Mine"}}); p.status != 404 {
		t.Errorf("somebody who is no configurator saves: %d", p.status)
	}
	if p := c.thomas.get("/desk"); strings.Contains(p.body, "/desk/settings") {
		t.Error("somebody who is no configurator is led to the settings")
	}
}

func settingsTwoConfiguratorsDoNotOverwriteEachOther(t *testing.T, h *house, c crew) {
	at := "/desk/settings/texts/privacy"
	first, second, elsewhere := c.nele.get(at), c.nele.get(at), c.nele.get("/desk/settings/texts/safety")
	first.send(at, url.Values{"texts.privacy.title.en": {"The first title"}})
	p := second.send(at, url.Values{"texts.privacy.title.en": {"The second title"}, "why": {"a reason"}})
	if p.status != 409 || !strings.Contains(p.body, `value="The second title"`) || !p.says("The first title") || !strings.Contains(p.body, "a reason") {
		t.Fatalf("the second is told %d: %s", p.status, said(p))
	}
	if got := pageTitle(h.Current()); got != "The first title" {
		t.Errorf("the first was overwritten: %q", got)
	}
	if saved := p.send(at, nil); !saved.says("Bewaard.") || pageTitle(h.Current()) != "The second title" {
		t.Errorf("saving again does not save: %d", saved.status)
	}
	if saved := elsewhere.send("/desk/settings/texts/safety", url.Values{"texts.safety.title.en": {"Safe"}}); !saved.says("Bewaard.") || pageTitle(h.Current()) != "The second title" {
		t.Errorf("what was changed elsewhere is in the way: %d", saved.status)
	}
}

func pageTitle(p *profile.Profile) string {
	x, _ := p.Page("privacy")
	return x.Title["en"]
}

func settingsRefuseByTheFieldAndLoseNothing(t *testing.T, h *house, c crew) {
	before := newest(t, h)
	for name, x := range map[string]struct {
		at, field, typed, says string
	}{
		"a text is empty":         {"texts/privacy", "texts.privacy.title.nl", "", "Vul dit in"},
		"no number":               {"rules/all", "rules.review-days", "soon", "getal van"},
		"too long for the law":    {"clocks/all", "clocks.D3.length", "9000", "getal van"},
		"no day":                  {"clocks/all", "clocks.holidays", "4 January", "2027-01-04"},
		"a colour nobody reads":   {"organisation/all", "organisation.accent", "#ffee00", "contrast"},
		"no colour":               {"organisation/all", "organisation.accent", "red", "#1a5c3a"},
		"words in braces removed": {"words/mail.mail-receipt.subject", "words.mail.mail-receipt.subject.en", "No number", "accolades"},
	} {
		t.Run(name, func(t *testing.T) {
			at := "/desk/settings/" + x.at
			p := c.nele.get(at).send(at, url.Values{x.field: {x.typed}, "why": {"kept"}})
			if p.status != 422 || !p.says(x.says) || !strings.Contains(p.body, x.typed) || !strings.Contains(p.body, `value="kept"`) {
				t.Errorf("answers %d: %s", p.status, said(p))
			}
		})
	}
	if n := newest(t, h); n != before {
		t.Errorf("%d versions were made", n-before)
	}
}

// sendsFile sends the form of a page back with a file in it.
func (b *browser) sendsFile(at, field, name string, file []byte, more url.Values) *page {
	b.t.Helper()
	path, query, _ := strings.Cut(at, "?")
	action, values := b.get(at).form(path)
	action, _, _ = strings.Cut(action, "#")
	maps.Copy(values, more)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, list := range values {
		for _, v := range list {
			_ = w.WriteField(key, v)
		}
	}
	f, _ := w.CreateFormFile(field, name)
	_, _ = f.Write(file)
	_ = w.Close()
	return b.do(http.MethodPost, action+"?"+query, w.FormDataContentType(), body.String())
}

func settingsALogoIsMadeAnewFromItsPixels(t *testing.T, h *house, c crew) {
	at := "/desk/settings/organisation/all"
	raw, _ := base64.StdEncoding.DecodeString(dot(40))
	send := func(file []byte) *page { return c.nele.sendsFile(at, "organisation.logo", "logo.png", file, nil) }
	if p := send([]byte("<svg onload=alert(1)>")); p.status != 422 || !p.says("Kies een PNG") {
		t.Errorf("what is no PNG answers %d", p.status)
	}
	hidden := append(slices.Clone(raw), []byte("and something else")...)
	if p := send(hidden); !p.says("Bewaard.") {
		t.Fatalf("a logo answers %d: %s", p.status, said(p))
	}
	body := h.visit("/en/")
	i := strings.Index(body, "/assets/logo.")
	if i < 0 {
		t.Fatal("the logo does not show")
	}
	served := h.visit(body[i : i+strings.Index(body[i:], `"`)])
	if strings.Contains(served, "something else") {
		t.Error("what lay behind the picture goes along")
	}
	if p := c.nele.get(at).send(at, url.Values{"organisation.logo.remove": {"yes"}}); !p.says("Bewaard.") || strings.Contains(h.visit("/en/"), "/assets/logo.") {
		t.Errorf("the logo does not go: %d", p.status)
	}
}

// A case keeps the words of the questions that it was made with.
func settingsACaseKeepsTheQuestionsItWasMadeWith(t *testing.T, h *house, c crew) {
	number := h.Complain("en", complaint(), nil).Number
	asked := h.Current()
	before := c.sofie.get("/desk/case/" + string(number))
	var f profile.Field
	var step string
	for _, x := range asked.Form.Steps {
		for _, y := range x.Fields {
			if before.says(y.Label["en"]) && y.ID != profile.FieldTopics && y.Compartment == profile.Dialogue {
				f, step = y, x.ID
			}
		}
	}
	if step == "" {
		t.Fatalf("no question shows: %s", said(before))
	}
	h.Clock.Add(time.Second)
	at := "/desk/settings/form/" + step
	if p := c.nele.get(at).send(at, url.Values{"form." + f.ID + ".label.en": {"Een andere vraag"}}); !p.says("Bewaard.") {
		t.Fatalf("answers %d", p.status)
	}
	if p := c.sofie.get("/desk/case/" + string(number)); p.says("Een andere vraag") || !p.says(f.Label["en"]) {
		t.Error("the case shows a question that nobody was asked")
	}
	h.Clock.Add(time.Second)
	if p := c.sofie.get("/desk/case/" + string(h.Complain("en", complaint(), nil).Number)); !p.says("Een andere vraag") {
		t.Error("a new case does not show the new question")
	}
}
