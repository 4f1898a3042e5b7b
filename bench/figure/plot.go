package figure

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"slices"
)

// Point is one measured value.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Line is how one figure grows; its points stand in the order of X.
type Line struct {
	Name   string  `json:"name"`
	Points []Point `json:"points"`
}

// Panel is a set of lines that grow with the same thing.
type Panel struct {
	Title string `json:"title"`
	Unit  string `json:"unit"` // of Y
	Lines []Line `json:"lines"`
}

// Size of the drawing, in its own units.
const (
	plotWidth  = 760
	panelHigh  = 250
	plotLeft   = 56
	plotRight  = 300 // for names at the ends of lines
	plotTop    = 34
	plotBottom = 30
	nameHigh   = 15
)

// Plot draws panels below one another as SVG, both axes logarithmic: a line that rises as
// steeply as the diagonal of a decade grows in proportion. Lines are told apart by
// pattern, mark and name, not by colour alone.
func Plot(panels []Panel) []byte {
	var b bytes.Buffer
	high := len(panels) * panelHigh
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="sans-serif" font-size="12">`+"\n", plotWidth, high)
	fmt.Fprintf(&b, "<title>How figures grow</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", plotWidth, high)
	for n, p := range panels {
		if len(p.Lines) > 0 {
			p.draw(&b, float64(n*panelHigh))
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// axes turn values into places.
type axes struct{ x0, x1, y0, y1, top float64 }

func (p Panel) axes(top float64) axes {
	a := axes{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1), top}
	for _, l := range p.Lines {
		for _, at := range l.Points {
			a.x0, a.x1 = min(a.x0, math.Log10(at.X)), max(a.x1, math.Log10(at.X))
			a.y0, a.y1 = min(a.y0, math.Log10(at.Y)), max(a.y1, math.Log10(at.Y))
		}
	}
	a.y0, a.y1 = math.Floor(a.y0), math.Ceil(a.y1)
	if a.x1 == a.x0 {
		a.x1++
	}
	if a.y1 == a.y0 {
		a.y1++
	}
	return a
}

func (a axes) x(v float64) float64 {
	return plotLeft + (math.Log10(v)-a.x0)/(a.x1-a.x0)*(plotWidth-plotLeft-plotRight)
}

func (a axes) y(v float64) float64 {
	const room = panelHigh - plotTop - plotBottom
	return a.top + plotTop + room - (math.Log10(v)-a.y0)/(a.y1-a.y0)*room
}

func (p Panel) draw(b *bytes.Buffer, top float64) {
	a := p.axes(top)
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%.0f\" font-weight=\"bold\">%s</text>\n", plotLeft, top+16, html.EscapeString(p.Title))
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%.0f\" text-anchor=\"end\" fill=\"#444\">%s</text>\n", plotWidth-8, top+16, html.EscapeString(p.Unit))
	for e := a.y0; e <= a.y1; e++ {
		v := math.Pow(10, e)
		fmt.Fprintf(b, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ccc\"/>", plotLeft, plotWidth-plotRight, a.y(v), a.y(v))
		fmt.Fprintf(b, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#444\">%g</text>\n", plotLeft-6, a.y(v)+4, v)
	}
	seen := map[float64]bool{}
	for _, l := range p.Lines {
		for _, at := range l.Points {
			if !seen[at.X] {
				seen[at.X] = true
				fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\" fill=\"#444\">%g</text>\n", a.x(at.X), top+panelHigh-8, at.X)
			}
		}
	}
	p.drawLines(b, a)
}

// patterns and colours of lines, in turn; the colours differ in lightness as well.
func patterns() []string { return []string{"", "6 3", "2 3", "8 3 2 3", "12 4", "1 2"} }
func colours() []string {
	return []string{"#0b3c5d", "#b3541e", "#2e6b34", "#6a3d9a", "#555555", "#b8860b"}
}

func (p Panel) drawLines(b *bytes.Buffer, a axes) {
	names := p.namePlaces(a)
	for n, l := range p.Lines {
		if len(l.Points) == 0 {
			continue
		}
		colour, dash := colours()[n%len(colours())], patterns()[n%len(patterns())]
		var path bytes.Buffer
		for i, at := range l.Points {
			word := "L"
			if i == 0 {
				word = "M"
			}
			fmt.Fprintf(&path, "%s%.1f %.1f", word, a.x(at.X), a.y(at.Y))
			fmt.Fprintf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", a.x(at.X), a.y(at.Y), colour)
		}
		fmt.Fprintf(b, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" stroke-dasharray=\"%s\"/>\n", path.String(), colour, dash)
		last := l.Points[len(l.Points)-1]
		fmt.Fprintf(b, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"0.5\"/>",
			a.x(last.X), a.y(last.Y), plotWidth-plotRight+14, names[n], colour)
		fmt.Fprintf(b, "<text x=\"%d\" y=\"%.1f\" fill=\"%s\">%s: %.3g</text>\n", plotWidth-plotRight+18, names[n]+4, colour, html.EscapeString(l.Name), last.Y)
	}
}

// namePlaces are the heights of the names, so far apart that each can be read.
func (p Panel) namePlaces(a axes) []float64 {
	places, order := make([]float64, len(p.Lines)), []int{}
	for n, l := range p.Lines {
		if len(l.Points) > 0 {
			places[n] = a.y(l.Points[len(l.Points)-1].Y)
			order = append(order, n)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return int(math.Copysign(1, places[i]-places[j])) })
	bottom := a.top + panelHigh - plotBottom
	for i := len(order) - 1; i >= 0; i-- { // from below, so that none leaves the panel
		places[order[i]] = min(places[order[i]], bottom)
		bottom = places[order[i]] - nameHigh
	}
	return places
}
