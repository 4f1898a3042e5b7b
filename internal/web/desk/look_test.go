package desk_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"golang.org/x/net/html"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/bare"
	"klankbord/internal/config"
	"klankbord/internal/storetest"
)

// TestMain lets the test program make copies of files, as the real one does.
func TestMain(m *testing.M) {
	if args := os.Args[1:]; bare.Asked(args) {
		os.Exit(bare.Child(args, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// harmful is what the scanner of the tests finds.
const harmful = "KLANKBORD-TEST-SIGNATURE-7q4m9x"

// scanning is an instance with the scanner at address, which makes copies.
func scanning(address string) apptest.Option {
	return func(c *config.Config, o *app.Options) {
		c.Scanner, c.ScannerMaxMB = address, 1
		if program, err := os.Executable(); err == nil {
			o.Copies = bare.NewMaker(program)
		}
	}
}

// photo is a picture that says where it was taken.
func photo(t testing.TB) string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	return s[:33] + chunk("tEXt", "Comment\x00Wetstraat 16") + s[33:]
}

func chunk(name, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

// onePage is a document whose properties tell who wrote it where.
func onePage(t testing.TB) string {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCompression(false)
	f.SetAuthor("Wetstraat 16", true)
	f.AddPage()
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// allLinks are the addresses below a path that a page leads to.
func allLinks(p *page, below string) (list []string) {
	for _, a := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" }) {
		if href, _ := attr(a, "href"); strings.HasPrefix(href, below) {
			list = append(list, href)
		}
	}
	return list
}

// TestWhatAScannerFindsIsToldBeforeItIsOpened sends files by every way by which they come
// in, past the real daemon.
func TestWhatAScannerFindsIsToldBeforeItIsOpened(t *testing.T) {
	h, c := staffed(t, scanning("unix:"+storetest.Scanner(t)))
	big := strings.Repeat("x", 1<<20) + "y"
	made := h.Complain("en", complaint(), map[string]string{"good.txt": "Good morning", "bad.txt": "x" + harmful, "big.txt": big})
	at := "/desk/case/" + string(made.Number)
	p := c.sofie.get(at)
	for _, want := range []string{"Dangerous file", "not checked for viruses", "bad.txt", "big.txt", "good.txt"} {
		if !p.says(want) {
			t.Errorf("the case does not say %q", want)
		}
	}
	if n := len(fileLinks(p, at)); n != 2 {
		t.Errorf("%d files open at once, want good.txt and big.txt", n)
	}
	look := p.link(at + "/look/")
	asks := c.sofie.get(look)
	if !asks.says("Klankbord.Test-1.UNOFFICIAL") || !asks.says("Download the dangerous file") {
		t.Errorf("the page does not say what was found: %s", asks.title())
	}
	file := at + "/file/" + path.Base(look)
	before := h.readings()
	for _, plain := range []string{file, file + "?as=original"} {
		if got := c.sofie.get(plain); !strings.HasPrefix(got.path, look+"?") || strings.Contains(got.body, harmful) {
			t.Errorf("%s gives it without asking: %d at %s", plain, got.status, got.path)
		}
	}
	if n := h.readings() - before; n != 0 {
		t.Errorf("%d readings are logged of what nobody got", n)
	}
	if got := c.sofie.get(asks.link(file)); got.body != "x"+harmful {
		t.Errorf("on purpose it comes as %d, %d bytes", got.status, len(got.body))
	}
	if got := c.anke.kinds(); got["File opened: although it is dangerous"] != 1 {
		t.Errorf("the log does not tell that it was taken: %v", got)
	}
	_, values := p.form("/compose")
	values.Set("audience", "note")
	values.Set("text", "See the file")
	values.Set("act", "draft")
	if got := c.sofie.upload(at+"/compose", values, map[string]string{"mine.txt": harmful}); !got.says("Dangerous file") {
		t.Errorf("a member who adds one is not warned: %d %s", got.status, got.title())
	}
}

// A file that came in pieces, the virus across two of them.
func TestAVirusAcrossTwoPiecesIsFound(t *testing.T) {
	h, c := staffed(t, scanning("unix:"+storetest.Scanner(t)))
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	where, as := c.sofie.get(at).sends("file")
	id := c.sofie.inPieces(where, "film.bin", strings.Repeat("x", 700)+harmful+strings.Repeat("y", 700))
	_, values := c.sofie.get(at).form("/compose")
	values.Set("audience", "note")
	values.Set("text", "See the file")
	values.Set("act", "draft")
	values.Set(as, id)
	if got := c.sofie.post(at+"/compose", values); !got.says("film.bin") || !got.says("Dangerous file") {
		t.Errorf("it is not told: %d %s", got.status, got.title())
	}
}

// TestAScannerThatIsAwayKeepsNobodyOut: the file is taken and marked; when the scanner is
// back, it looks before a member gets it.
func TestAScannerThatIsAwayKeepsNobodyOut(t *testing.T) {
	socket := path.Join(t.TempDir(), "s")
	h, c := staffed(t, scanning("unix:"+socket))
	made := h.Complain("en", complaint(), map[string]string{"bad.txt": harmful})
	at := "/desk/case/" + string(made.Number)
	p := c.sofie.get(at)
	if !p.says("not checked for viruses") {
		t.Error("nothing is said of it")
	}
	file := p.link(at + "/file/")
	if got := c.sofie.get(file); got.body != harmful {
		t.Errorf("without a scanner it comes as %d", got.status)
	}
	if err := os.Symlink(storetest.Scanner(t), socket); err != nil {
		t.Fatal(err)
	}
	if got := c.sofie.get(file); got.status != http.StatusOK || !got.says("has just found something dangerous") || strings.Contains(got.body, harmful) {
		t.Errorf("once the scanner is back: %d %s", got.status, got.title())
	}
}

// TestMembersGetACopyThatDoesNotTellWhereAPhotoWasTaken, and the original on purpose.
func TestMembersGetACopyThatDoesNotTellWhereAPhotoWasTaken(t *testing.T) {
	h, c := staffed(t, scanning("unix:"+storetest.Scanner(t)))
	bomb := "\x89PNG\r\n\x1a\n" + chunk("IHDR", "\x00\x00\xff\xff\x00\x00\xff\xff\x08\x06\x00\x00\x00")
	paper := onePage(t)
	made := h.Complain("en", complaint(), map[string]string{"photo.png": photo(t), "bomb.png": bomb, "paper.pdf": paper})
	at := "/desk/case/" + string(made.Number)
	p := c.sofie.get(at)
	taken := map[string]*page{}
	for _, look := range allLinks(p, at+"/look/") {
		asks := c.sofie.get(look)
		file := at + "/file/" + path.Base(look)
		got := c.sofie.get(file)
		if asks.says("bomb.png") {
			if !strings.HasPrefix(got.path, look+"?") || !got.says("could not be made") || got.link(file+"?as=original") == "" {
				t.Errorf("a bomb: %d at %s", got.status, got.path)
			}
			if o := c.sofie.get(file + "?as=original"); o.body != bomb {
				t.Error("the original of a bomb is not there")
			}
			continue
		}
		taken["copy"], taken["original"] = got, c.sofie.get(asks.link(file+"?as=original"))
	}
	if taken["original"] == nil || taken["original"].body != photo(t) {
		t.Fatal("the original differs from what was sent")
	}
	if b := taken["copy"].body; strings.Contains(b, "Wetstraat") || taken["copy"].header.Get("Content-Disposition") == "" {
		t.Errorf("the copy tells where it was taken: %q", b)
	}
	if _, err := png.Decode(strings.NewReader(taken["copy"].body)); err != nil {
		t.Errorf("the copy is no picture: %v", err)
	}
	pdf := fileLinks(p, at)
	if len(pdf) != 2 || !strings.HasSuffix(pdf[1], "?as=original") {
		t.Fatalf("the document has the links %v", pdf)
	}
	if got := c.sofie.get(pdf[0]); api.Validate(strings.NewReader(got.body), nil) != nil || strings.Contains(got.body, "Wetstraat") {
		t.Errorf("the copy of the document: %d, %d bytes", got.status, len(got.body))
	}
	if got := c.sofie.get(pdf[1]); got.body != paper {
		t.Errorf("the original of the document: %d, %d bytes", got.status, len(got.body))
	}
	if got := c.anke.kinds(); got["File opened: the original"] != 3 {
		t.Errorf("the log does not tell which were originals: %v", got)
	}
}
