package paper

import (
	"fmt"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// quiet is how many empty modules stand around a QR code. ISO/IEC 18004 6.3.8.
const quiet = 4

// QR is a code as modules: true is dark. Up to a quarter of it can be lost, as on paper
// that hangs outside.
type QR [][]bool

// NewQR writes a text as a code.
func NewQR(text string) (QR, error) {
	var code barcode.Barcode
	code, err := qr.Encode(text, qr.Q, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw code: %w", err)
	}
	size := code.Bounds().Dx()
	rows := make(QR, size)
	for y := range rows {
		rows[y] = make([]bool, size)
		for x := range rows[y] {
			dark, _, _, _ := code.At(x, y).RGBA()
			rows[y][x] = dark == 0
		}
	}
	return rows, nil
}

// draw puts the code with its quiet zone into a square, each run of dark modules as one
// bar, so that no hairline shows between them.
func (q QR) draw(s *sheet, x, y, side float64) {
	module := side / float64(len(q)+2*quiet)
	s.f.SetFillColor(0, 0, 0)
	for row, line := range q {
		for from := 0; from < len(line); from++ {
			if !line[from] {
				continue
			}
			to := from
			for to < len(line) && line[to] {
				to++
			}
			s.f.Rect(x+float64(from+quiet)*module, y+float64(row+quiet)*module, float64(to-from)*module, module, "F")
			from = to
		}
	}
}
