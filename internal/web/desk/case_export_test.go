package desk_test

import (
	"archive/zip"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestTheFileOfACaseIsTakenAlongWithoutWhoItIs(t *testing.T) {
	h, c := staffed(t)
	c.sofie.speaks("en")
	base := "/desk/case/" + string(h.Complain("en", complaint(), map[string]string{"../../evil.txt": "the invoice"}).Number)
	h.DeliverMail()
	c.sofie.write(base, "note", "The agency has had two warnings.")
	if p := c.thomas.get(base + "/export"); p.status != 404 {
		t.Errorf("who cannot read the case: %d", p.status)
	}
	ask := c.sofie.opens(base+"/export", "stay out")
	if p := ask.send("/export", url.Values{"password": {"not it"}}); p.status != 422 {
		t.Errorf("without the password: %d", p.status)
	}
	if p := c.sofie.get(base + "/export.zip"); p.status != 404 {
		t.Errorf("the file comes without the password: %d", p.status)
	}
	got := ask.send("/export", url.Values{"password": {password}})
	z, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
	if err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		content[f.Name] = string(b)
	}
	hashes := content["SHA256SUMS.txt"]
	if len(z.File) != 3 || strings.Count(hashes, "\n") != 2 {
		t.Errorf("the ZIP holds %d files, its list is %q", len(z.File), hashes)
	}
	for line := range strings.Lines(hashes) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sum := sha256.Sum256([]byte(content[name]))
		if strings.Contains(name, "..") || hex.EncodeToString(sum[:]) != want {
			t.Errorf("%q does not have the hash of the list", name)
		}
	}
	for name, b := range content {
		if strings.HasSuffix(name, ".pdf") {
			b = wordsOf(t, b)
			for _, said := range []string{"warnings", "invoice", "complainant"} {
				if !strings.Contains(b, said) {
					t.Errorf("the paper does not say %q", said)
				}
			}
		}
		for _, who := range []string{"Ingrid", "Maes", "mail.example"} {
			if strings.Contains(b, who) {
				t.Errorf("%s tells who the complainant is: %s", name, who)
			}
		}
	}
	h.Sequence()
	if p := c.anke.get("/desk/log?kind=export&lang=en"); !p.says("Sofie") {
		t.Error("the log does not say that the file was taken along")
	}
}

// wordsOf is what is printed in a PDF whose text stands in two bytes a letter.
func wordsOf(t *testing.T, file string) string {
	t.Helper()
	if !strings.HasPrefix(file, "%PDF-") {
		t.Fatal("it is no PDF")
	}
	var words strings.Builder
	for _, m := range regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`).FindAllStringSubmatch(file, -1) {
		z, err := zlib.NewReader(strings.NewReader(m[1]))
		if err != nil {
			continue // a font, as it is
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		words.WriteString(strings.ReplaceAll(string(b), "\x00", ""))
	}
	return words.String()
}
