package figure

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
)

// Print writes the table: every figure that was measured beside its target and the
// limit of the machine, in the order of the design.
func (r *Results) Print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "figure\tvalue\ttarget\t\tlimit of the machine\truns")
	for _, x := range targets() {
		f, ok := r.Figures[x.key]
		if !ok {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\n", x.key, amount(f.Value, f.Unit), f.Target, f.verdict(), f.beside(), len(f.Runs))
	}
	for _, key := range slices.Sorted(maps.Keys(r.Limits)) {
		if l := r.Limits[key]; r.Figures[key].Runs == nil {
			fmt.Fprintf(t, "%s\t%s\t\tlimit\t\t%d\n", key, amount(l.Value, l.Unit), len(l.Runs))
		}
	}
	_ = t.Flush() // the terminal may be gone
	for _, x := range targets() {
		if f, ok := r.Figures[x.key]; ok && f.Note != "" {
			fmt.Fprintf(w, "%s: %s\n", x.key, f.Note)
		}
	}
}

// Missed lists the keys whose target was not met.
func (r *Results) Missed() []string {
	var out []string
	for _, x := range targets() {
		if f, ok := r.Figures[x.key]; ok && f.Met != nil && !*f.Met {
			out = append(out, x.key)
		}
	}
	return out
}

func (f Figure) verdict() string {
	switch {
	case f.Met == nil:
		return ""
	case *f.Met:
		return "met"
	default:
		return "MISSED"
	}
}

func (f Figure) beside() string {
	if f.Limit == nil {
		return ""
	}
	return f.Limit.Key + " " + amount(f.Limit.Value, f.Limit.Unit)
}

func amount(v float64, unit string) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if unit == "" {
		return s
	}
	return s + " " + unit
}
