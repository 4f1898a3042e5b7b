package desk_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/web/desk"
)

// The most words of a handbook, and bytes of a picture: more would not be read, and not
// be loaded on a telephone.
const (
	handbookWords = 4000
	pictureBytes  = 150 << 10
)

var (
	linked  = regexp.MustCompile(`!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)`)
	address = regexp.MustCompile("`(/desk[^` ?#]*)")
)

func handbooks(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, folder := range []string{"handbook", "templates"} {
		found, err := filepath.Glob(filepath.Join("../../../doc", folder, "*.md"))
		if err != nil || len(found) < 2 {
			t.Fatalf("%s: %d documents, %v", folder, len(found), err)
		}
		list = append(list, found...)
	}
	return list
}

// TestHandbooksLeadSomewhere holds the handbooks and templates to their length, and every
// link, picture and address of the desk in them to what is there.
func TestHandbooksLeadSomewhere(t *testing.T) {
	pages := http.NewServeMux()
	for pattern := range desk.Policies() {
		if strings.HasPrefix(pattern, "GET ") {
			pages.Handle(pattern, http.NotFoundHandler())
		}
	}
	links, addresses := 0, 0
	for _, name := range handbooks(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(strings.Fields(string(text))); n > handbookWords {
			t.Errorf("%s has %d words", name, n)
		}
		for _, m := range linked.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], ":") {
				continue // another site
			}
			links++
			info, err := os.Stat(filepath.Join(filepath.Dir(name), m[1]))
			if err != nil {
				t.Errorf("%s: nothing is at %s", name, m[1])
			} else if strings.HasSuffix(m[1], ".png") && info.Size() > pictureBytes {
				t.Errorf("%s: %s has %d bytes", name, m[1], info.Size())
			}
		}
		for _, m := range address.FindAllStringSubmatch(string(text), -1) {
			addresses++
			if _, pattern := pages.Handler(httptest.NewRequest(http.MethodGet, m[1], nil)); pattern == "" {
				t.Errorf("%s: the desk has no page %s", name, m[1])
			}
		}
	}
	if links < 30 || addresses < 40 {
		t.Errorf("only %d links and %d addresses were seen", links, addresses)
	}
}

// TestMembersReadTheSameInEveryLanguage compares what the handbooks for members name.
func TestMembersReadTheSameInEveryLanguage(t *testing.T) {
	read := func(l string) (headings int, addresses string) {
		text, err := os.ReadFile("../../../doc/handbook/members." + l + ".md")
		if err != nil {
			t.Fatal(err)
		}
		var named []string
		for _, m := range address.FindAllStringSubmatch(string(text), -1) {
			named = append(named, m[1])
		}
		return strings.Count(string(text), "\n## "), strings.Join(named, " ")
	}
	headings, addresses := read("en")
	for _, l := range []string{"nl", "fr", "de"} {
		if h, a := read(l); h != headings || a != addresses {
			t.Errorf("%s: %d headings and %s, in English %d and %s", l, h, a, headings, addresses)
		}
	}
}

func TestTheHandbookIsReadAtTheDesk(t *testing.T) {
	_, c := staffed(t)
	p := c.sofie.get("/desk/handbook?lang=en")
	for _, words := range []string{
		"<h2>Before the first complaint</h2>", "<strong>Open your invitation.</strong>", `<a href="/desk/practice">/desk/practice</a>`,
		`<span class="soft">General complaint:</span> at once, by the form`, "Work on a device that is yours alone",
	} {
		if !strings.Contains(p.body, words) {
			t.Errorf("the page does not hold %q", words)
		}
	}
	for _, left := range []string{"**", "`", "![", "| ", "## "} {
		if strings.Contains(p.body, left) {
			t.Errorf("the page still holds %q", left)
		}
	}
	for _, a := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" }) {
		href, _ := attr(a, "href")
		if strings.HasPrefix(href, "/desk/") && a.FirstChild != nil && a.FirstChild.Data == href {
			if to := c.sofie.get(href); to.status >= 400 && href != "/desk/mail" {
				t.Errorf("%s answers %d", href, to.status)
			}
		}
	}
}
