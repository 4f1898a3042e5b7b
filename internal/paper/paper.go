// Package paper makes PDF files that a screen reader reads as it reads a page: tagged,
// with headings, tables with headings, a title and a language. It takes plain words
// only and writes nothing to the disk. It fails where the libraries do, and must never
// give a file without its tags.
package paper

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

//go:embed fonts
var fonts embed.FS

// errTooLong tells that words do not fit on what they are to stand on.
var errTooLong = errors.New("too long for the paper")

// TooLong reports whether words did not fit.
func TooLong(err error) bool { return errors.Is(err, errTooLong) }

// Document is what a paper says, in one language.
type Document struct {
	Lang   string
	Title  string // is its first heading as well
	Footer string // stands at the foot of each page, before its number
	Blocks []Block
}

// Block is a part of a document: a Heading, a Paragraph or a Table.
type Block interface{ put(*sheet) }

// Heading is a heading below the title.
type Heading string

// Paragraph is a paragraph.
type Paragraph string

// Table is a table. The first cell of each row is its heading.
type Table struct {
	Head []string
	Rows [][]string
}

// The measures, in millimetres and points.
const (
	pageWidth  = 210.0
	margin     = 20.0
	footer     = 277.0 // where the space for text ends
	inner      = pageWidth - 2*margin
	textSize   = 10.5
	lineHeight = 5.0
	gap        = 3.0
	family     = "text"
)

// Write makes the file. made stands in it as the time at which it was made.
func (d Document) Write(w io.Writer, made time.Time) error {
	s, err := newSheet(d, made)
	if err != nil {
		return err
	}
	s.words("H1", d.Title, "B", 18, 9)
	for _, b := range d.Blocks {
		b.put(s)
	}
	var plain bytes.Buffer
	if err := s.f.Output(&plain); err != nil {
		return fmt.Errorf("write paper: %w", err)
	}
	return s.tags.into(w, plain.Bytes())
}

// sheet is a document while it is being laid out.
type sheet struct {
	f    *fpdf.Fpdf
	y    float64
	tags *tags
}

func newSheet(d Document, made time.Time) (*sheet, error) {
	f := fpdf.New("P", "mm", "A4", "")
	for style, name := range map[string]string{"": "DejaVuSansCondensed.ttf", "B": "DejaVuSansCondensed-Bold.ttf"} {
		font, err := fonts.ReadFile("fonts/" + name)
		if err != nil {
			return nil, fmt.Errorf("read font: %w", err)
		}
		f.AddUTF8FontFromBytes(family, style, font)
	}
	f.SetAutoPageBreak(false, 0) // a page must not end inside a tag
	f.SetTitle(d.Title, true)
	f.SetCreator("Klankbord", true)
	f.SetLang(d.Lang)
	f.SetCatalogSort(true)
	f.SetCreationDate(made.UTC())
	f.SetModificationDate(made.UTC())
	s := &sheet{f: f, tags: &tags{root: &tag{kind: "Document"}}}
	f.SetFooterFunc(func() {
		s.apart(func() {
			s.f.SetFont(family, "", 8.5)
			s.f.Text(margin, footer+9, d.Footer)
			n := strconv.Itoa(s.f.PageNo())
			s.f.Text(pageWidth-margin-s.f.GetStringWidth(n), footer+9, n)
		})
	})
	s.page()
	return s, nil
}

func (s *sheet) page() {
	s.f.AddPage()
	s.y = margin
	s.tags.pages++
	s.tags.marks = append(s.tags.marks, nil)
}

// room begins a new page where less than this is left.
func (s *sheet) room(height float64) {
	if s.y+height > footer {
		s.page()
	}
}

// apart draws what a screen reader passes over.
func (s *sheet) apart(draw func()) {
	s.f.RawWriteStr("/Artifact BMC")
	draw()
	s.f.RawWriteStr("EMC")
}

// marked draws a part of what a tag holds.
func (s *sheet) marked(t *tag, draw func()) {
	s.f.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", t.kind, s.tags.mark(t)))
	draw()
	s.f.RawWriteStr("EMC")
}

func (s *sheet) words(kind, text, style string, size, height float64) {
	t := s.tags.root.add(kind)
	s.f.SetFont(family, style, size)
	for i, line := range s.f.SplitText(text, inner) {
		if i == 0 && kind != "P" {
			s.room(height + 4*lineHeight) // a heading does not stand alone at the foot of a page
		} else {
			s.room(height)
		}
		s.f.SetFont(family, style, size)
		s.marked(t, func() { s.f.Text(margin, s.y+height*0.75, line) })
		s.y += height
	}
	s.y += gap
}

func (h Heading) put(s *sheet) {
	s.y += gap
	s.words("H2", string(h), "B", 13, 6.5)
}

func (p Paragraph) put(s *sheet) { s.words("P", string(p), "", textSize, lineHeight) }

func (t Table) put(s *sheet) {
	table := s.tags.root.add("Table")
	widths := t.widths()
	s.row(table, widths, t.Head, "Column", true)
	for _, row := range t.Rows {
		s.row(table, widths, row, "Row", false)
	}
	s.y += gap
}

// widths gives the first column the half, and the others the rest.
func (t Table) widths() []float64 {
	n := len(t.Head)
	list := make([]float64, n)
	for i := range list {
		list[i] = inner / 2 / float64(max(n-1, 1))
	}
	list[0] = inner / 2
	return list
}

// row draws a row as high as its highest cell; one that does not fit begins a page.
func (s *sheet) row(table *tag, widths []float64, cells []string, scope string, head bool) {
	style := func(i int) string {
		if head || i == 0 {
			return "B"
		}
		return ""
	}
	lines, high := make([][]string, len(cells)), 1
	for i, c := range cells {
		s.f.SetFont(family, style(i), textSize)
		lines[i] = s.f.SplitText(c, widths[i]-2)
		high = max(high, len(lines[i]))
	}
	s.room(float64(high)*lineHeight + 2)
	tr, x := table.add("TR"), margin
	for i := range cells {
		kind := "TD"
		if head || i == 0 {
			kind = "TH"
		}
		cell := tr.add(kind)
		if kind == "TH" {
			cell.scope = scope
		}
		s.f.SetFont(family, style(i), textSize)
		s.marked(cell, func() {
			for n, line := range lines[i] {
				s.f.Text(x+1, s.y+float64(n)*lineHeight+4, line)
			}
		})
		x += widths[i]
	}
	s.y += float64(high)*lineHeight + 1
	s.apart(func() { s.f.Line(margin, s.y, pageWidth-margin, s.y) })
	s.y++
}
