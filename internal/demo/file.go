package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"strings"
)

// file is an attachment, drawn when the demo is founded: a page of text as PDF or
// TXT, or a picture.
type file struct {
	Name  string   `json:"name"`
	Lines []string `json:"lines"` // none: a picture
}

// content draws the file; fill puts dates into its lines.
func (f file) content(fill func(string) string) (io.Reader, error) {
	var b bytes.Buffer
	lines := make([]string, len(f.Lines))
	for i, l := range f.Lines {
		lines[i] = fill(l)
	}
	var err error
	switch path.Ext(f.Name) {
	case ".txt":
		b.WriteString(strings.Join(lines, "\r\n") + "\r\n")
	case ".pdf":
		b.Write(pdf(lines))
	case ".png":
		err = png.Encode(&b, landscape(f.Name))
	case ".jpg":
		err = jpeg.Encode(&b, landscape(f.Name), &jpeg.Options{Quality: 70})
	default:
		err = fmt.Errorf("file %s: no such kind of sample", f.Name)
	}
	return &b, err
}

// pdf writes lines onto one page (ISO 32000-1 7.5).
func pdf(lines []string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 13 Tf 60 770 Td 20 TL\n")
	for _, l := range lines {
		text.WriteString("(" + winAnsi(l) + ") Tj T*\n")
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	places := make([]int, len(objects))
	for i, o := range objects {
		places[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// winAnsi writes a line as a string of the font's encoding, in which Latin-1 letters
// have their own number.
func winAnsi(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < 0x80:
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\%03o`, r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

// landscape paints hills under a sky, other ones for each name.
func landscape(name string) image.Image {
	const width, height = 480, 320
	seed := 0
	for _, r := range name {
		seed = seed*31 + int(r)
	}
	seed &= 0xffff
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			img.Set(x, y, shade(x, y, height, seed))
		}
	}
	return img
}

func shade(x, y, height, seed int) color.RGBA {
	for hill := range 3 {
		period := 90 + (seed>>(hill*4))%7*30
		slope := (x + seed>>hill) % (2 * period)
		slope = min(slope, 2*period-slope)
		if y > height/2+hill*40-slope/4 {
			green := uint8(150 - 30*hill)
			return color.RGBA{60, green, 70, 255}
		}
	}
	return color.RGBA{170, 200, uint8(255 - y/4), 255} //nolint:gosec // y is below 320
}
