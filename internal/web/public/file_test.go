package public_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"klankbord/internal/profile"
	"klankbord/internal/web/public"
)

// atFiles goes to the page that takes files.
func atFiles(t *testing.T, d *desk, l string) *page {
	t.Helper()
	v := d.visitor()
	p := v.start(l)
	p.press("next", p.fill(strict("theft")))
	return v.get("/" + l + "/complaint/files")
}

func fileNames(p *page) []string {
	var out []string
	for _, b := range p.find("button", "name", "remove") {
		out = append(out, strings.TrimSpace(strings.TrimPrefix(text(b), "Remove")))
	}
	slices.Sort(out) // all come at the same moment of the clock that stands still
	return out
}

// removeButton is what the button that removes a file sends.
func removeButton(p *page, name string) string {
	for _, b := range p.find("button", "name", "remove") {
		if strings.HasSuffix(text(b), name) {
			return attribute(b, "value")
		}
	}
	return ""
}

func TestOneOfFiveFilesFailsAndTheGoodOnesStay(t *testing.T) {
	d := newDesk(t)
	p := atFiles(t, d, "en")
	big := strings.Repeat("x", 1<<20+1)
	p = p.press("next", p.fill(profile.Answers{"evidence_elsewhere": {"In the blue folder"}}),
		upload{"one.txt", "one"}, upload{"two.pdf", "%PDF-1.4 two"}, upload{"empty.txt", ""}, upload{"huge.mov", big}, upload{"three.jpg", "three"})
	if p.status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", p.status)
	}
	if got := fileNames(p); !slices.Equal(got, []string{"one.txt", "three.jpg", "two.pdf"}) {
		t.Errorf("kept %v", got)
	}
	for _, words := range []string{"empty.txt is empty", "huge.mov is too big"} {
		if !p.says(words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if !strings.Contains(p.body, "In the blue folder") {
		t.Error("the other answer was lost")
	}
	p = p.press("next", p.fill(nil))
	if strings.Contains(p.path, "/files") {
		t.Errorf("going on without the bad files led to %s", p.path)
	}
}

func TestChosenFilesAreAddedByEitherButtonAndRemovedOneByOne(t *testing.T) {
	d := newDesk(t)
	p := atFiles(t, d, "en")
	if none := p.press("add", p.fill(nil)); none.status != http.StatusUnprocessableEntity || !none.says("Choose a file") {
		t.Errorf("adding nothing gives status %d", none.status)
	}
	p = p.press("add", p.fill(nil), upload{"a.txt", "a"}, upload{"b.txt", "b"})
	if got := fileNames(p); !slices.Equal(got, []string{"a.txt", "b.txt"}) {
		t.Fatalf("added %v", got)
	}
	p.path = strings.Split(p.path, "#")[0]
	f, values := p.form("/en/complaint/files")
	values.Set("remove", removeButton(p, "a.txt"))
	p = p.post(f, values)
	if got := fileNames(p); !slices.Equal(got, []string{"b.txt"}) {
		t.Errorf("left %v", got)
	}
	p.press("next", p.fill(nil), upload{"c.txt", "c"})
	if check := p.v.get("/en/complaint/check"); !check.says("b.txt") || !check.says("c.txt") || check.says("a.txt") {
		t.Error("the check page does not list the files")
	}
}

func TestTooManyFilesKeepsThoseThatFit(t *testing.T) {
	d := newDesk(t)
	d.intake.Limits.Files = 2
	p := atFiles(t, d, "en")
	p = p.press("add", p.fill(nil), upload{"a.txt", "a"}, upload{"b.txt", "b"}, upload{"c.txt", "c"})
	if got := fileNames(p); p.status != http.StatusUnprocessableEntity || !slices.Equal(got, []string{"a.txt", "b.txt"}) {
		t.Errorf("status %d, kept %v", p.status, got)
	}
}

// hostileNames are names of files that have hurt somebody somewhere.
func hostileNames() []string {
	return []string{
		"../../etc/passwd", `..\..\boot.ini`, "/etc/shadow", "C:\\Windows\\win.ini", "con", "nul.txt", ".htaccess", "a.pdf.exe",
		`"><script>alert(1)</script>.jpg`, "<img src=x onerror=alert(1)>.png", "'; DROP TABLE draft;--.txt", "{{.Data}}.txt", "%00.txt", "a\u202Egnp.exe",
		"naïve 🙂 файл 文件.txt", strings.Repeat("n", 400) + ".txt", strings.Repeat("語", 300) + ".docx", "   .txt", "...", "-rf", "$(id).txt", "a;b.txt", "~", "trailing.  ",
	}
}

// corpusNames are the names of files in the corpora beside the repository, where
// they are there.
func corpusNames(t *testing.T) []string {
	root := os.Getenv("KLANKBORD_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "corpora")
	}
	var names []string
	err := filepath.WalkDir(root, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestNoNameOfAFileHurtsOrIsRefused(t *testing.T) {
	d := newDesk(t)
	d.intake.Limits.Files = 10_000
	p := atFiles(t, d, "en")
	p.v.from = "127.0.0.1:80" // a proxy of our own is not counted
	names := slices.Concat(hostileNames(), corpusNames(t))
	for part := range slices.Chunk(names, 100) {
		var files []upload
		for _, n := range part {
			files = append(files, upload{n, "content"})
		}
		p = p.press("add", p.fill(nil), files...)
		if p.status != http.StatusOK {
			t.Fatalf("status %d: %s", p.status, text(p.find("main")[0]))
		}
		p.path = strings.Split(p.path, "#")[0]
	}
	shown := fileNames(p)
	if len(shown) != len(names) {
		t.Errorf("%d files of %d arrived", len(shown), len(names))
	}
	for _, n := range shown {
		if strings.ContainsAny(n, `/\`) || strings.ContainsFunc(n, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Errorf("name %q", n)
		}
	}
}

func TestNothingTypedLiesInClearOnTheDisk(t *testing.T) {
	d := newDesk(t)
	canary := func(field string) string { return "canary-" + field + "-7f3c" }
	a := strict("theft", "other-integrity")
	for _, s := range d.profile.Form.Steps {
		for _, x := range s.Fields {
			switch x.Kind {
			case profile.Line, profile.Long, profile.Name, profile.Address:
				a[x.ID] = []string{canary(x.ID) + " and some more words to make it long enough"}
			case profile.Persons:
				for _, sub := range x.Fields {
					if sub.Kind == profile.Line {
						a[profile.RowKey(x.ID, 0, sub.ID)] = []string{canary(sub.ID)}
					}
				}
			default:
			}
		}
	}
	a["email"] = []string{"canary-email-7f3c@mail.example"}
	file := upload{"canary-name-7f3c.txt", strings.Repeat("canary-content-7f3c ", 1000)}
	receipt := d.visitor().start("en").answer(a, []upload{file}, nil).sendOff()
	if !strings.HasSuffix(receipt.path, "/receipt") {
		t.Fatalf("sending led to %s", receipt.path)
	}
	if strings.Contains(receipt.body, "canary-") {
		t.Error("the receipt holds what was typed")
	}
	err := filepath.WalkDir(d.folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.Contains(path, "canary-") || strings.Contains(string(b), "canary-") {
			t.Errorf("%s holds what was typed", path)
		}
		return err
	})
	d.check(err)
}

func TestAFloodFromOneNetworkLosesNothingAndLocksNobodyOut(t *testing.T) {
	slow := func(deps *public.Deps) {
		r := public.Rate{Every: 60e9, Burst: 1}
		deps.Rates = &public.Rates{Begin: r, Upload: r, Submit: r}
	}
	d := newDesk(t, slow)
	first := d.visitor()
	p := first.start("en")
	p.press("next", p.fill(basic("response-time")))

	second := d.visitor()
	p = second.start("en")
	refused := p.press("next", p.fill(basic("communication")))
	if refused.status != http.StatusTooManyRequests || !refused.says("Try again after 09:31") {
		t.Errorf("status %d: %s", refused.status, text(refused.find("main")[0]))
	}
	if _, values := refused.form("/en/complaint/topics"); !slices.Contains(values["topics"], "communication") {
		t.Error("what was ticked is lost")
	}
	elsewhere := d.visitor()
	elsewhere.from = "[2001:db8::1]:99"
	p = elsewhere.start("en")
	if ok := p.press("next", p.fill(basic("communication"))); ok.status != http.StatusOK {
		t.Errorf("another network gets status %d", ok.status)
	}
	d.clock.Add(61e9)
	if ok := refused.press("next", refused.fill(nil)); ok.status != http.StatusOK {
		t.Errorf("after the wait: status %d", ok.status)
	}

	p = first.get("/en/complaint/files")
	p = p.press("next", url.Values{}, upload{"a.txt", "a"}, upload{"b.txt", "b"})
	if p.status != http.StatusTooManyRequests || !slices.Equal(fileNames(p), []string{"a.txt"}) {
		t.Errorf("status %d, files %v", p.status, fileNames(p))
	}
	d.check(d.intake.Store.Ping(t.Context()))
}
