package public_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"klankbord/internal/lang"
	"klankbord/internal/profile"
)

// promises are the keys of the page, from the catalogue of a language.
func promises(t *testing.T, d *desk, l string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, key := range d.words.Keys() {
		if strings.HasPrefix(key, "who.") {
			out[key] = d.words.Text(lang.Lang(l), key, nil)
		}
	}
	if len(out) < 40 {
		t.Fatalf("only %d texts of the page in %s", len(out), l)
	}
	return out
}

// Each promise stands on the page in each language, and none in another's words.
func TestEveryPromiseStandsOnThePageInEveryLanguage(t *testing.T) {
	d := newDesk(t)
	for _, l := range []string{"nl", "fr", "en", "de"} {
		page := d.visitor().get("/" + l + "/who-reads")
		for key, words := range promises(t, d, l) {
			if key == "who.name.second-member" || key == "who.link" {
				continue
			}
			if !page.says(strings.Join(strings.Fields(words), " ")) {
				t.Errorf("%s: %s is not on the page: %q", l, key, words)
			}
		}
		for _, other := range []string{"nl", "fr", "en", "de"} {
			for key, words := range promises(t, d, other) {
				if other != l && words == promises(t, d, l)[key] {
					t.Errorf("%s in %s is that of %s: %q", key, l, other, words)
				}
			}
		}
		for _, team := range d.profile.Teams {
			if !page.says(team.Readers.In(l)) {
				t.Errorf("%s: who reads for %s is not on the page", l, team.ID)
			}
		}
	}
}

func TestASecondMemberIsPromisedOnlyWhereOneIsAsked(t *testing.T) {
	d := newDesk(t)
	words := d.words.Text("en", "who.name.second-member", nil)
	if d.visitor().get("/en/who-reads").says(words) {
		t.Error("a second member is promised where a reason is enough")
	}
	d.profile.Settings.IdentityOpening = "second-member"
	if !d.visitor().get("/en/who-reads").says(words) {
		t.Error("a second member is not promised where one is asked")
	}
}

// The page is one step away from wherever somebody decides to trust us.
func TestWhoReadsIsLinkedFromWhereItMatters(t *testing.T) {
	h := newHouse(t)
	v := h.front.visitor()
	check := v.start("en").answer(basic("question"), nil, nil)
	pages := map[string]*page{
		"start page": v.get("/en/"), "first question": v.get("/en/complaint/topics"), "check page": check,
		"receipt": check.sendOff(), "mailbox": h.inside("en", h.strictCase("en").Code), "privacy": v.get("/en/privacy"),
	}
	for name, p := range pages {
		if len(p.find("a", "href", "/en/who-reads")) == 0 {
			t.Errorf("the %s does not lead there", name)
		}
	}
}

var sentence = regexp.MustCompile(`[^.!?]+[.!?]?`)

// sentences are those of a text, in words each.
func sentences(text string) [][]string {
	var out [][]string
	for _, s := range sentence.FindAllString(text, -1) {
		words := strings.FieldsFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune("‘’“”„«»–,;()", r) && r != '’'
		})
		words = slices.DeleteFunc(words, func(w string) bool { return !strings.ContainsFunc(w, unicode.IsLetter) })
		if len(words) > 0 {
			out = append(out, words)
		}
	}
	return out
}

// B1 reads in one go: about 15 words a sentence on average, never more than 25.
func TestThePagesAboutTrustCanBeReadAtB1(t *testing.T) {
	d := newDesk(t)
	for _, l := range []string{"nl", "fr", "en", "de"} {
		texts := map[string][]string{}
		for _, words := range promises(t, d, l) {
			texts["who-reads"] = append(texts["who-reads"], words)
		}
		for _, team := range d.profile.Teams {
			texts["who-reads"] = append(texts["who-reads"], team.Handles.In(l), team.Readers.In(l), team.InboxNote.In(l))
		}
		page, _ := d.profile.Page("privacy")
		texts["privacy"] = append(texts["privacy"], page.Intro.In(l))
		for _, b := range page.Blocks {
			for _, p := range slices.Concat([]profile.Text{b.Heading}, b.Paragraphs, b.List) {
				texts["privacy"] = append(texts["privacy"], p.In(l))
			}
		}
		for name, list := range texts {
			n, words := 0, 0
			for _, text := range list {
				for _, s := range sentences(text) {
					n, words = n+1, words+len(s)
					if len(s) > 25 {
						t.Errorf("%s, %s: %d words: %s", name, l, len(s), strings.Join(s, " "))
					}
				}
			}
			if n < 20 || float64(words)/float64(n) > 15 {
				t.Errorf("%s, %s: %d sentences of %.1f words on average", name, l, n, float64(words)/float64(n))
			}
			t.Logf("%s, %s: %d sentences of %.1f words on average", name, l, n, float64(words)/float64(n))
		}
	}
}
