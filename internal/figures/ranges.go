package figures

// Range is a number of cases, roughly: from From to To, or with To nought From and more.
type Range struct {
	Key      string
	From, To int
}

// Ranges says roughly what came in, was closed and is open, for a page that comes out
// every month. Nought is in the first range: where it stood apart, twelve such pages and
// the report of the year would tell small numbers.
func (r Report) Ranges() []Range {
	var list []Range
	for _, f := range r.Figures {
		if f.ID != "flow" {
			continue
		}
		for _, l := range f.Lines {
			list = append(list, rangeOf(l.Key, len(l.Now.set)))
		}
	}
	return list
}

func rangeOf(key string, n int) Range {
	steps := []int{0, Least, 10, 20, 50, 100, 200}
	out := Range{Key: key, From: steps[len(steps)-1]}
	for i, from := range steps[:len(steps)-1] {
		if n >= from && n < steps[i+1] {
			out.From, out.To = from, steps[i+1]-1
		}
	}
	return out
}
