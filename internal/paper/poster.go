package paper

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// Notice is what hangs on a wall or lies on a counter: that one can complain, what is
// promised, and where. Address is the only thing that the code holds: whoever scans it
// tells nobody where they stood.
type Notice struct {
	Lang         string
	Organisation string
	Title        string
	About        string // the topic; may be empty
	Lead         string
	Points       []string
	Scan         string // what to do with the code
	Address      string // of the page
	Alt          string // what the code is, in words
	Place        []string
	Small        []string // the points of a card
}

// begin makes the code and an empty page.
func (n Notice) begin(made time.Time) (QR, *sheet, error) {
	code, err := NewQR(n.Address)
	if err != nil {
		return nil, nil, err
	}
	s, err := newSheet(Document{Lang: n.Lang, Title: n.Title}, made)
	if err != nil {
		return nil, nil, err
	}
	s.f.SetFooterFunc(nil)
	return code, s, nil
}

// Poster writes it as one page of A4.
func (n Notice) Poster(w io.Writer, made time.Time) error {
	code, s, err := n.begin(made)
	if err != nil {
		return err
	}
	page := s.tags.root
	s.apart(func() {
		s.ink()
		s.f.Rect(0, 0, pageWidth, 26, "F")
		s.f.Rect(0, 289, pageWidth, 8, "F")
	})
	s.f.SetTextColor(255, 255, 255)
	s.y = 9
	s.line(page, "P", n.Organisation, "B", 18, 9, left())
	s.f.SetTextColor(0, 0, 0)
	s.y = 36
	s.title(page, n.Title)
	if n.About != "" {
		s.y++
		s.line(page, "P", n.About, "B", 17, 8.5, left())
	}
	s.y += 3
	s.line(page, "P", n.Lead, "", 17, 8, left())
	s.y += 4
	list := s.tags.root.add("L")
	for _, p := range n.Points {
		s.apart(func() { s.ink(); s.f.Circle(margin+1.3, s.y+3.2, 1.3, "F") })
		s.line(list.add("LI"), "LBody", p, "", 12.5, 5.8, column{margin + 6, inner - 6})
		s.y += 1.6
	}
	return n.foot(s, code, w)
}

// foot is the lower part of a poster, at the same height on each: the code, what to do
// with it, and where.
func (n Notice) foot(s *sheet, code QR, w io.Writer) error {
	const top, side = 186.0, 74.0
	if s.y > top {
		return fmt.Errorf("%w: %.0f mm", errTooLong, s.y)
	}
	beside := column{margin + side + 6, inner - side - 6}
	figure := s.tags.root.add("Figure")
	figure.alt = n.Alt
	s.marked(figure, func() {
		s.f.SetDrawColor(22, 66, 60)
		s.f.SetLineWidth(0.6)
		s.f.RoundedRect(margin, top, side, side, 3, "1234", "D")
		code.draw(s, margin, top, side)
	})
	s.y = top + 6
	s.line(s.tags.root, "P", n.Scan, "B", 16, 8, beside)
	s.y += 3
	s.line(s.tags.root, "P", n.Address, "", 13, 6.5, beside)
	s.y = top + side + 6
	for _, p := range n.Place {
		s.line(s.tags.root, "P", p, "", 11, 5.5, left())
	}
	return s.write(w)
}

// ink is the colour of what is no text.
func (s *sheet) ink() { s.f.SetFillColor(22, 66, 60) }

// title puts a heading over the whole width, each sentence on a line of its own, as large
// as the longest allows.
func (s *sheet) title(in *tag, text string) {
	t, size := in.add("H1"), 46.0
	lines := sentences(text)
	for _, l := range lines {
		size = min(size, s.shrunk(l, "B", size, inner))
	}
	s.f.SetFont(family, "B", size)
	for _, l := range lines {
		height := size * 0.42
		s.marked(t, func() { s.f.Text(margin, s.y+height*0.78, l) })
		s.y += height
	}
}

// sentences parts a heading after its question.
func sentences(text string) []string {
	if before, after, ok := strings.Cut(text, "? "); ok {
		return []string{before + "?", after}
	}
	return []string{text}
}

// shrunk is the largest size up to one at which words fit on one line.
func (s *sheet) shrunk(text, style string, size, width float64) float64 {
	s.f.SetFont(family, style, size)
	width -= 2 * s.f.GetCellMargin() // which is left out where a line is broken
	if wide := s.f.GetStringWidth(text); wide > width {
		return size * width / wide * 0.99
	}
	return size
}

// column is where a line begins and how wide it may be.
type column struct{ x, width float64 }

// left is the whole width between the margins.
func left() column { return column{margin, inner} }

// line puts words into a column, as one element.
func (s *sheet) line(in *tag, kind, text, style string, size, height float64, at column) {
	t := in.add(kind)
	s.f.SetFont(family, style, size)
	for _, l := range s.fit(text, at.width) {
		s.marked(t, func() { s.f.Text(at.x, s.y+height*0.75, l) })
		s.y += height
	}
}

// fit breaks words into lines; an address that is too wide is broken where it may be.
func (s *sheet) fit(text string, width float64) (lines []string) {
	for _, l := range s.f.SplitText(text, width) {
		for s.f.GetStringWidth(l) > width {
			cut := len([]rune(l)) - 1
			for cut > 1 && s.f.GetStringWidth(string([]rune(l)[:cut])) > width {
				cut--
			}
			lines, l = append(lines, string([]rune(l)[:cut])), string([]rune(l)[cut:])
		}
		lines = append(lines, l)
	}
	return lines
}

func (s *sheet) write(w io.Writer) error {
	var plain bytes.Buffer
	if err := s.f.Output(&plain); err != nil {
		return fmt.Errorf("write paper: %w", err)
	}
	return s.tags.into(w, plain.Bytes())
}

// The measures of a sheet of cards: ten of the size of a bank card, ISO/IEC 7810 ID-1.
const (
	cardWidth, cardHeight = 85.0, 54.0
	cardsAcross, cardsOn  = 2, 5
	cardPad               = 5.0
	cutMark               = 4.0
)

// Cards writes ten of them on a page of A4, with marks to cut along. A screen reader reads
// the first: the others say the same.
func (n Notice) Cards(w io.Writer, made time.Time) error {
	code, s, err := n.begin(made)
	if err != nil {
		return err
	}
	x0, y0 := (pageWidth-cardsAcross*cardWidth)/2, (297-cardsOn*cardHeight)/2
	s.apart(func() { s.cutMarks(x0, y0) })
	for i := range cardsAcross * cardsOn {
		x, y := x0+float64(i%cardsAcross)*cardWidth, y0+float64(i/cardsAcross)*cardHeight
		if err := n.card(s, code, x, y, i == 0); err != nil {
			return err
		}
	}
	return s.write(w)
}

// card draws one; only where it is read it stands in the structure of the file. The office
// and the address stand at its foot; the code gives way to them, as far as a phone still
// reads it.
func (n Notice) card(s *sheet, code QR, x, y float64, read bool) error {
	const most, least = 29.0, 22.0 // millimetres of the code
	words := func(kind, text, style string, size, height float64, at column) {
		if read {
			s.line(s.tags.root, kind, text, style, size, height, at)
			return
		}
		s.f.SetFont(family, style, size)
		for _, l := range s.fit(text, at.width) {
			s.apart(func() { s.f.Text(at.x, s.y+height*0.75, l) })
			s.y += height
		}
	}
	whole := column{x + cardPad, cardWidth - 2*cardPad}
	place := strings.Join(n.Place, " · ")
	small := max(5.4, s.shrunk(n.Address, "B", 6.6, whole.width)) // on one line, where that can be read
	foot := min(y+cardHeight-8, y+cardHeight-2-s.tall(place, "", 6.6, 2.9, whole.width)-s.tall(n.Address, "B", small, 3, whole.width))
	s.y = y + cardPad - 1
	words("P", n.Organisation, "", 7, 3.3, whole)
	words("H1", n.Title, "B", s.shrunk(n.Title, "B", 12, whole.width), 5, whole)
	top := s.y + 0.5
	side := min(most, foot-top-0.5)
	part := column{whole.x, whole.width - side - 1}
	size, height, ok := s.pointSize(n.Small, part.width, foot-top-1)
	if !ok || side < least {
		return fmt.Errorf("%w: a card", errTooLong)
	}
	s.y = top + 1
	for _, p := range n.Small {
		words("P", p, "", size, height, part)
		s.y++
	}
	draw := func() { code.draw(s, x+cardWidth-cardPad-side+1, top, side) }
	if read {
		figure := s.tags.root.add("Figure")
		figure.alt = n.Alt
		s.marked(figure, draw)
	} else {
		s.apart(draw)
	}
	s.y = foot
	if place != "" {
		words("P", place, "", 6.6, 2.9, whole)
	}
	words("P", n.Address, "B", small, 3, whole)
	if s.y > y+cardHeight-1.5 {
		return fmt.Errorf("%w: the address on a card", errTooLong)
	}
	return nil
}

// tall is how high words are in a column.
func (s *sheet) tall(text, style string, size, height, width float64) float64 {
	if text == "" {
		return 0
	}
	s.f.SetFont(family, style, size)
	return float64(len(s.fit(text, width))) * height
}

// pointSize is the largest print in which the points of a card fit between its heading and
// its foot; not ok: there is none that can be read.
func (s *sheet) pointSize(points []string, width, room float64) (size, height float64, ok bool) {
	for size = 7; size >= 6; size -= 0.25 {
		height = size * 3.2 / 7
		used := 0.0
		for _, p := range points {
			used += s.tall(p, "", size, height, width) + 1
		}
		if used <= room {
			return size, height, true
		}
	}
	return 0, 0, false
}

// cutMarks stand outside the cards alone, so that nothing of them is left on one.
func (s *sheet) cutMarks(x0, y0 float64) {
	s.f.SetDrawColor(90, 90, 90)
	s.f.SetLineWidth(0.2)
	x1, y1 := x0+cardsAcross*cardWidth, y0+cardsOn*cardHeight
	for i := range cardsAcross + 1 {
		x := x0 + float64(i)*cardWidth
		s.f.Line(x, y0-1-cutMark, x, y0-1)
		s.f.Line(x, y1+1, x, y1+1+cutMark)
	}
	for i := range cardsOn + 1 {
		y := y0 + float64(i)*cardHeight
		s.f.Line(x0-1-cutMark, y, x0-1, y)
		s.f.Line(x1+1, y, x1+1+cutMark, y)
	}
}
