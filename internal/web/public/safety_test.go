package public_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/profile"
)

// hostileTexts are texts that have become script on some page somewhere.
func hostileTexts(t *testing.T) []string {
	out := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</textarea><script>alert(1)</script>`, `</title><svg onload=alert(1)>`,
		`javascript:alert(1)`, `{{.Data}}`, `'-alert(1)-'`, "</form><form action=//evil.example>", "a\u2028b\u202Ec", "<!--", "]]>", "\x00\x01", "&#x3C;script&#x3E;",
	}
	root := os.Getenv("KLANKBORD_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "corpora")
	}
	lists, err := filepath.Glob(filepath.Join(root, "*", "data", "blns.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		b, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && strings.ContainsAny(line, "<>\"'&") {
				out = append(out, line)
			}
		}
	}
	return out
}

// foreign returns the elements that no template of ours has.
func foreign(p *page) []string {
	var out []string
	for n := range p.document.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			if !ours(n) {
				out = append(out, n.Data)
			}
		case "img", "iframe", "object", "embed", "style", "base", "video", "audio", "math", "marquee":
			out = append(out, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") && a.Key != "value" {
				out = append(out, n.Data+" "+a.Key)
			}
		}
	}
	return out
}

func TestWhatIsTypedComesOutAsText(t *testing.T) {
	d := newDesk(t)
	everything := strings.Join(hostileTexts(t), " ")
	if len(everything) > 15_000 {
		everything = everything[:15_000]
	}
	for _, hostile := range []string{everything, hostileTexts(t)[1], hostileTexts(t)[2]} {
		v := d.visitor()
		a := strict("theft", "other-integrity")
		for _, s := range d.profile.Form.Steps {
			for _, x := range s.Fields {
				fillHostile(a, x, x.ID, hostile)
				for _, sub := range x.Fields {
					fillHostile(a, sub, profile.RowKey(x.ID, 0, sub.ID), hostile)
				}
			}
		}
		p := v.start("nl")
		p.press("next", p.fill(a))
		for _, s := range d.profile.Form.Steps {
			p = v.get("/nl/complaint/" + s.ID)
			if !strings.HasSuffix(p.formAction(), s.ID) {
				continue
			}
			wrong := p.press("next", p.fill(a))
			for _, q := range []*page{wrong, v.get("/nl/complaint/" + s.ID)} {
				if found := foreign(q); len(found) > 0 {
					t.Errorf("%s: %v", q.path, found)
				}
			}
		}
		check := v.get("/nl/complaint/check")
		if found := foreign(check); len(found) > 0 {
			t.Errorf("%s: %v", check.path, found)
		}
		if !check.says("<img src=x onerror=alert(1)>") && !check.says("</textarea><script>") {
			t.Error("what was typed does not stand on the check page")
		}
	}
}

func fillHostile(a profile.Answers, x profile.Field, key, hostile string) {
	switch x.Kind {
	case profile.Choice, profile.Choices, profile.Checkbox, profile.Files, profile.Persons:
	case profile.Date:
		a[key+".day"], a[key+".month"], a[key+".year"] = []string{hostile}, []string{hostile}, []string{hostile}
	default:
		a[key] = []string{hostile}
	}
}

func TestTheFirstPageIsSmallAndComplete(t *testing.T) {
	d := newDesk(t)
	for _, l := range []string{"nl", "fr", "en", "de"} {
		v := d.visitor()
		v.header.Set("Accept-Encoding", "gzip, br")
		answer := v.send("GET", "/"+l+"/", "", nil)
		raw, err := io.ReadAll(answer.Body)
		d.check(err)
		total, requests := len(raw), 1
		z, err := gzip.NewReader(bytes.NewReader(raw))
		d.check(err)
		body, err := io.ReadAll(z)
		d.check(err)
		for _, url := range regexp.MustCompile(`/assets/[^"]+`).FindAllString(string(body), -1) {
			asset := v.send("GET", url, "", nil)
			b, err := io.ReadAll(asset.Body)
			d.check(err)
			total, requests = total+len(b), requests+1
		}
		t.Logf("%s: %d bytes in %d requests, of which the page %d", l, total, requests, len(raw))
		if total > 14_336 || requests > 4 {
			t.Errorf("%s: %d bytes in %d requests", l, total, requests)
		}
		for _, topic := range d.profile.Topics {
			if topic.On && !bytes.Contains(body, []byte(html.EscapeString(topic.Label.In(l)))) {
				t.Errorf("%s: topic %s is not there", l, topic.ID)
			}
		}
		if answer.Header.Get("Cache-Control") == "no-store" || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: the first page cannot be kept", l)
		}
	}
}

func TestNoPageButTheOpenOnesIsKept(t *testing.T) {
	d := newDesk(t)
	v := d.visitor()
	v.start("en").answer(strict("theft"), nil, func(p *page) {
		if p.header.Get("Cache-Control") != "no-store" || p.header.Get("Referrer-Policy") != "no-referrer" || p.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %v", p.path, p.header)
		}
	}).sendOff()
	if p := v.get("/en/receipt"); p.header.Get("Cache-Control") != "no-store" {
		t.Error("the receipt can be kept")
	}
}

func TestReadingChangesNothing(t *testing.T) {
	d := newDesk(t)
	v := d.visitor()
	for _, path := range []string{"/", "/en/", "/en", "/en/complaint", "/en/complaint/topics", "/en/complaint/story", "/en/complaint/check", "/en/receipt", "/en/receipt.txt", "/en/receipt/print", "/en/resume", "/en/complaint/expired", "/en/complaint/story/short", "/en/privacy"} {
		v.get(path)
		if len(v.cookies) != 0 {
			t.Fatalf("%s sets a cookie", path)
		}
	}
}

func TestLeavingForgetsTheBrowserAndGoesElsewhere(t *testing.T) {
	d := newDesk(t)
	v := d.visitor()
	p := v.start("en")
	p = p.press("next", p.fill(strict("theft")))
	if links := p.find("a", "href", "/leave"); len(links) != 2 {
		t.Errorf("%d ways to leave on an integrity page", len(links))
	}
	answer := v.send("GET", "/leave", "", nil)
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != d.profile.Settings.ExitTarget {
		t.Errorf("leads to %s with status %d", answer.Header.Get("Location"), answer.StatusCode)
	}
	if answer.Header.Get("Clear-Site-Data") != `"cache", "cookies", "storage"` || len(v.cookies) != 0 {
		t.Errorf("the browser still has %v", v.cookies)
	}
	if back := v.get("/en/complaint/danger"); back.says("Theft") || !back.says("We no longer find your complaint here") {
		t.Error("going back shows the complaint")
	}
}

func TestWhatDoesNotExistIsSaidInTheLanguageOfTheVisitor(t *testing.T) {
	d := newDesk(t)
	for path, words := range map[string]string{"/nl/nergens": "nl", "/fr/complaint/rien": "fr", "/de/complaint/topics/nichts": "de", "/en/desk": "en"} {
		p := d.visitor().get(path)
		if p.status != http.StatusNotFound || attribute(p.find("html")[0], "lang") != words {
			t.Errorf("%s: status %d in %s", path, p.status, attribute(p.find("html")[0], "lang"))
		}
	}
	v := d.visitor()
	v.header.Set("Accept-Language", "de-BE,de;q=0.9")
	if p := v.get("/"); p.path != "/de/" {
		t.Errorf("the first address leads to %s", p.path)
	}
	if p := v.get("/de/safety"); p.status != http.StatusOK {
		t.Errorf("status %d", p.status)
	}
}

func TestAnotherSiteCannotSendTheForm(t *testing.T) {
	d := newDesk(t)
	v := d.visitor()
	v.header.Set("Sec-Fetch-Site", "cross-site")
	v.header.Set("Content-Type", "application/x-www-form-urlencoded")
	if answer := v.send("POST", "/en/complaint/topics", "", strings.NewReader("topics=theft")); answer.StatusCode != http.StatusForbidden || len(v.cookies) != 0 {
		t.Errorf("status %d", answer.StatusCode)
	}
}
