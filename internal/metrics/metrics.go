// Package metrics is what a machine may know of how an instance does: figures in the text
// form of Prometheus, on an address of their own. Who reads them is the operator of the
// machine, from whom it must stay hidden when a complaint came in and who was at work. So
// what follows from a single visit is told late and in large steps (Requests, Times), and
// what is told at once does not follow from visits: failures, ages, what a probe measures.
// No figure may carry a person, a case, an address or a word. It fails by leaving a
// figure out, never by guessing it. ADR 0043.
package metrics

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Figure is one value under a name; names that are the same stand together.
type Figure struct {
	Name   string
	Help   string
	Labels map[string]string
	Value  float64
}

// Counter reports whether the figure only grows, as its name says.
func (f Figure) counter() bool { return strings.HasSuffix(f.Name, "_total") }

// Write prints figures in the text form of Prometheus, version 0.0.4, by name and labels.
func Write(w io.Writer, figures []Figure) error {
	list := slices.Clone(figures)
	slices.SortStableFunc(list, func(a, b Figure) int {
		return strings.Compare(a.Name+" "+labels(a.Labels), b.Name+" "+labels(b.Labels))
	})
	last := ""
	for _, f := range list {
		if math.IsNaN(f.Value) {
			continue
		}
		if f.Name != last {
			last = f.Name
			kind := "gauge"
			if f.counter() {
				kind = "counter"
			}
			if _, err := fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.Name, escape.Replace(f.Help), f.Name, kind); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "%s%s %s\n", f.Name, labels(f.Labels), strconv.FormatFloat(f.Value, 'g', -1, 64)); err != nil {
			return err
		}
	}
	return nil
}

var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`)

var escapeValue = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func labels(set map[string]string) string {
	if len(set) == 0 {
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		parts = append(parts, name+`="`+escapeValue.Replace(set[name])+`"`)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// Steps rounds down to whole steps, so that small changes do not show.
func Steps(v, step float64) float64 { return math.Floor(v/step) * step }

// within bounds how long figures may take to gather.
const within = 10 * time.Second

// Handler answers GET /metrics with what gather finds, and nothing else.
func Handler(gather func(context.Context) []Figure) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), within)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		_ = Write(w, gather(ctx)) // whoever asked has gone
	})
	return mux
}
