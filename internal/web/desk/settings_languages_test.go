package desk_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/profile"
)

// asks is the answer to an address as anybody gets it whose browser asks for a language.
func (h *house) asks(path, language string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "https://desk.example"+path, http.NoBody)
	r.Header.Set("Accept-Language", language)
	w := httptest.NewRecorder()
	h.h.ServeHTTP(w, r)
	return w
}

func settingsLanguagesAreOfferedOrNot(t *testing.T, h *house, c crew) {
	const at = "/desk/settings/languages/all"
	writer := h.browser()
	if p := writer.get("/de/complaint/topics"); p.status != 200 {
		t.Fatalf("the form answers %d in German", p.status)
	} else if p = p.send("/de/complaint/topics", url.Values{profile.FieldTopics: {"communication"}, "act": {"next"}}); p.status != 200 || !strings.HasPrefix(p.path, "/de/complaint/") {
		t.Fatalf("a draft in German answers %d at %s", p.status, p.path)
	}
	if p := c.nele.get(at).send(at, url.Values{"languages.offer-de": {"false"}, "languages.first": {"fr"}}); !p.says("Bewaard. Het geldt nu.") {
		t.Fatalf("offering one less answers %d: %s", p.status, said(p))
	}
	for path, to := range map[string]string{"/": "/fr/", "/de/": "/fr/", "/de/complaint/topics": "/fr/complaint/topics", "/de/topic/theft": "/fr/topic/theft"} {
		if w := h.asks(path, "ja"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
			t.Errorf("%s leads to %d %s, want %s", path, w.Code, w.Header().Get("Location"), to)
		}
	}
	if w := h.asks("/", "en"); w.Header().Get("Location") != "/en/" {
		t.Errorf("who asks for English gets %s", w.Header().Get("Location"))
	}
	if body := h.visit("/nl/"); strings.Contains(body, `hreflang="de"`) || !strings.Contains(body, `hreflang="fr"`) {
		t.Error("the pages do not lead to the languages that are offered")
	}
	for _, path := range []string{"/de/privacy", "/de/mailbox"} {
		if w := h.asks(path, "de"); w.Code != http.StatusOK {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	if p := writer.get("/de/complaint/topics"); p.status != 200 || p.path != "/de/complaint/topics" {
		t.Errorf("the draft in German goes on at %s with %d", p.path, p.status)
	}
	if options := h.Current().StepsFor(profile.Answers{}); !offersLanguage(options, "fr") || offersLanguage(options, "de") {
		t.Error("the question in which language to answer does not follow")
	}
	if !offersLanguage(h.Current().StepsFor(profile.Answers{profile.FieldLanguage: {"de"}}), "de") {
		t.Error("who chose German already cannot keep it")
	}
	if p := c.sofie.get("/desk/posters"); strings.Contains(p.body, `value="de"`) || !strings.Contains(p.body, `value="fr"`) {
		t.Error("posters do not follow")
	}
	if p := c.nele.get("/desk/settings?lang=de"); p.status != 200 || !p.says("Einstellungen") {
		t.Errorf("the desk does not speak German any more: %d", p.status)
	}
	c.nele.get("/desk/settings?lang=nl")
	all := url.Values{}
	for _, l := range profile.Languages() {
		all.Set("languages.offer-"+l, "false")
	}
	before := newest(t, h)
	if p := c.nele.get(at).send(at, all); p.status != 422 || newest(t, h) != before {
		t.Errorf("offering none answers %d", p.status)
	}
	if p := c.nele.get(at).send(at, url.Values{"languages.offer-fr": {"false"}}); p.status != 422 || newest(t, h) != before {
		t.Errorf("a first language that is not offered answers %d", p.status)
	}
	putBackAll(t, h, c)
	if w := h.asks("/de/", "de"); w.Code != http.StatusOK {
		t.Errorf("once it is put back German answers %d", w.Code)
	}
	if p := c.nele.get(at).send(at, url.Values{"languages.offer-nl": {"false"}}); p.status != 200 {
		t.Fatalf("offering no Dutch answers %d", p.status)
	}
	if w := h.asks("/", "ja"); w.Header().Get("Location") != "/fr/" {
		t.Errorf("without Dutch the first is %s", w.Header().Get("Location"))
	}
	if p := c.nele.get(at); !strings.Contains(p.body, `<option value="offered" selected>`) {
		t.Error("the page names a first language that nobody chose")
	}
	putBackAll(t, h, c)
	if w := h.asks("/", "es"); w.Header().Get("Location") != "/nl/" {
		t.Errorf("who asks for none gets %s", w.Header().Get("Location"))
	}
}

func offersLanguage(steps []profile.Step, l string) bool {
	for _, s := range steps {
		for _, f := range s.Fields {
			for _, o := range f.Options {
				if f.ID == profile.FieldLanguage && o.ID == l {
					return true
				}
			}
		}
	}
	return false
}
