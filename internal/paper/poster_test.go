package paper_test

import (
	"bytes"
	"image"
	"image/color"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"klankbord/internal/paper"
)

func notice() paper.Notice {
	return paper.Notice{
		Lang: "nl", Organisation: "Natuurfonds België", Title: "Een klacht? Vertel het ons.", About: "Over: fraude of corruptie",
		Lead: "Is er iets misgegaan? Wij luisteren.", Points: []string{"Vertrouwelijk: alleen het team leest ze.", "Niet anoniem."}, Small: []string{"Vertrouwelijk.", "Niet anoniem."},
		Scan: "Scan de code, of typ:", Address: "https://klachten.natuurfonds.example/nl/topic/fraud-corruption", Alt: "QR-code met het adres", Place: []string{"Kantoor Brussel"},
	}
}

// picture prints a code as a camera sees it, and loses a part of it.
func picture(q paper.QR, lost image.Rectangle) image.Image {
	const scale, quiet = 6, 4
	side := (len(q) + 2*quiet) * scale
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for y := range side {
		for x := range side {
			row, col := y/scale-quiet, x/scale-quiet
			if row >= 0 && row < len(q) && col >= 0 && col < len(q) && q[row][col] && !image.Pt(col, row).In(lost) {
				img.SetGray(x, y, color.Gray{})
			}
		}
	}
	return img
}

func scan(img image.Image) (string, error) {
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	var last error
	for _, hint := range []gozxing.DecodeHintType{gozxing.DecodeHintType_PURE_BARCODE, gozxing.DecodeHintType_TRY_HARDER} {
		found, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{hint: true})
		if err == nil {
			return found.GetText(), nil
		}
		last = err
	}
	return "", last
}

func TestTheCodeLeadsToTheAddressThatStandsBesideIt(t *testing.T) {
	for n := range 40 {
		address := "https://" + strings.Repeat("klacht", 1+n%5) + ".example/" + []string{"nl", "fr", "en", "de"}[n%4] + "/topic/" + strings.Repeat("fraud-", n%7) + strconv.Itoa(n)
		q, err := paper.NewQR(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := scan(picture(q, image.Rectangle{})); err != nil || got != address {
			t.Fatalf("a phone reads %q (%v), want %q", got, err, address)
		}
	}
}

func TestACodeWithASpotOnItIsStillRead(t *testing.T) {
	q, err := paper.NewQR(notice().Address)
	if err != nil {
		t.Fatal(err)
	}
	middle := len(q) / 2
	spot := image.Rect(middle-4, middle-4, middle+4, middle+4)
	if got, err := scan(picture(q, spot)); err != nil || got != notice().Address {
		t.Errorf("with a spot of 8 by 8 modules a phone reads %q (%v)", got, err)
	}
}

func TestPosterAndCardsAreOnePageThatAScreenReaderReads(t *testing.T) {
	made := time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"poster": func(b *bytes.Buffer) error { return notice().Poster(b, made) },
		"cards":  func(b *bytes.Buffer) error { return notice().Cards(b, made) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if err := api.Validate(bytes.NewReader(b.Bytes()), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n, err := api.PageCount(bytes.NewReader(b.Bytes()), nil); err != nil || n != 1 {
			t.Errorf("%s: %d pages (%v)", name, n, err)
		}
		if found := structure(t, b.Bytes()); found["H1"] != 1 || found["Figure"] != 1 || found["P"] < 4 {
			t.Errorf("%s: its structure is %v", name, found)
		}
	}
}

// However long the name of an office, it stands on each of the cards and leaves a code that a
// phone reads.
func TestTheOfficeStandsOnEveryCard(t *testing.T) {
	made := time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC)
	without := notice()
	without.Place = nil
	plain := textOf(t, without, made)
	for _, place := range [][]string{
		{"Namen"}, {"Kantoor Brussel", "Emile Jacqmainlaan 90, 1000 Brussel"},
		{strings.Repeat("Büro für Öffentlichkeit ", 2) + "Eupen", strings.Repeat("Vervierser Straße 100, ", 4) + "Eupen"},
	} {
		n := notice()
		n.Place = place
		if got := textOf(t, n, made); got < plain+10 {
			t.Errorf("%q: %d pieces of text on the page, without an office %d", place, got, plain)
		}
	}
	n := notice()
	n.Place = []string{strings.Repeat("Kantoor ", 100)}
	if err := n.Cards(&bytes.Buffer{}, made); err == nil {
		t.Error("a name that covers the code is printed")
	}
}

// textOf counts what is written on a page of cards.
func textOf(t *testing.T, n paper.Notice, made time.Time) int {
	t.Helper()
	var b bytes.Buffer
	if err := n.Cards(&b, made); err != nil {
		t.Fatal(err)
	}
	ctx, err := api.ReadValidateAndOptimize(bytes.NewReader(b.Bytes()), model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	content, err := pdfcpu.ExtractPageContent(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(raw, []byte("Tj")) + bytes.Count(raw, []byte("TJ"))
}

func TestWordsThatDoNotFitAreRefusedAndNotPrintedOverTheCode(t *testing.T) {
	n, made := notice(), time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC)
	n.Lead, n.Small = strings.Repeat("Een lange zin. ", 200), []string{strings.Repeat("Een lange zin. ", 60)}
	if err := n.Poster(&bytes.Buffer{}, made); err == nil {
		t.Error("a poster with too many words is printed")
	}
	if err := n.Cards(&bytes.Buffer{}, made); err == nil {
		t.Error("cards with too many words are printed")
	}
}
