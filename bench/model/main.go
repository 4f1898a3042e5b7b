// Command model says what it takes to serve many organisations: machines, disk and mail,
// from what `make bench` measured on one machine and from assumptions that it prints and
// that each can be set. It measures nothing itself, and fails where a figure that it needs
// was not measured. Its numbers are for planning: they hold for machines like the one that
// was measured.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// figures are what was measured, by key.
type figures map[string]float64

// assumed is what organisations are like, and how full a machine may be.
type assumed struct {
	Cases    float64 // a year, of one organisation
	Members  float64 // who sign in
	Visits   float64 // of members to the desk, a year each
	Pages    float64 // a visit
	Mails    float64 // out, for each case
	FileMB   float64 // that comes with a case
	Years    float64 // that a case is kept
	Busy     float64 // how many times the mean the busiest hour has
	Memory   float64 // of a machine, GiB
	Cores    float64 // of a machine
	Load     float64 // share of memory and processor that is used at most
	Machines float64 // at least, so that one can fail
}

func defaults() assumed {
	return assumed{Cases: 20, Members: 8, Visits: 12, Pages: 25, Mails: 12, FileMB: 6, Years: 3, Busy: 20, Memory: 4, Cores: 2, Load: 0.5, Machines: 2}
}

// need is what some number of organisations take.
type need struct {
	Organisations int
	Machines      int
	Memory        float64 // GiB in all
	Processor     float64 // cores in the busiest hour, in all
	Disk          float64 // GB when as much goes as comes
	MailsADay     float64
	Bound         string // what decides how many machines
}

var errMissing = errors.New("was not measured: run make bench")

// keys that the model needs.
func keys() []string {
	return []string{"organisation_rss_mib", "organisation_idle_ms_s", "idle_rss_mib", "submit_cpu_ms", "journey_per_s", "desk_ms_10k", "signin_ms", "case_kib"}
}

func read(r io.Reader) (figures, error) {
	var file struct {
		Figures map[string]struct {
			Value float64 `json:"value"`
		} `json:"figures"`
	}
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	f, errs := figures{}, []error(nil)
	for _, key := range keys() {
		v, ok := file.Figures[key]
		if !ok {
			errs = append(errs, fmt.Errorf("%s %w", key, errMissing))
		}
		f[key] = v.Value
	}
	return f, errors.Join(errs...)
}

// of works out what n organisations take.
func (a assumed) of(n int, f figures) need {
	const yearSeconds, msInSecond = 365 * 24 * 3600, 1000
	orgs := float64(n)
	// A whole journey through the form took both cores of the machine that was measured.
	journey := a.Cores / f["journey_per_s"]
	desk := a.Members * a.Visits * (a.Pages*f["desk_ms_10k"] + f["signin_ms"]) / msInSecond
	yearly := a.Cases*(journey+f["submit_cpu_ms"]/msInSecond) + desk
	w := need{Organisations: n, MailsADay: orgs * a.Cases * a.Mails / 365}
	w.Processor = orgs * (f["organisation_idle_ms_s"]/msInSecond + a.Busy*yearly/yearSeconds)
	w.Memory = orgs * f["organisation_rss_mib"] / 1024
	w.Disk = orgs * a.Cases * a.Years * (f["case_kib"]*1.024e-6 + a.FileMB*1e-3)
	roomy := a.Load*a.Memory - f["idle_rss_mib"]/1024
	byMemory, byProcessor := w.Memory/roomy, w.Processor/(a.Load*a.Cores)
	w.Bound = "memory"
	if byProcessor > byMemory {
		w.Bound = "processor"
	}
	most := max(byMemory, byProcessor)
	if most < a.Machines {
		w.Bound = "that one may fail"
	}
	w.Machines = int(math.Ceil(max(most, a.Machines)))
	w.Memory += float64(w.Machines) * f["idle_rss_mib"] / 1024 // the program itself, on each
	return w
}

func print(out io.Writer, list []need) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "organisations\tmachines\tmemory GiB\tcores, busiest hour\tdisk GB\tmails a day\tbound by\t")
	for _, n := range list {
		_, _ = fmt.Fprintf(w, "%d\t%d\t%.1f\t%.2f\t%.0f\t%.0f\t%s\t\n", n.Organisations, n.Machines, n.Memory, n.Processor, n.Disk, n.MailsADay, n.Bound)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func main() {
	a := defaults()
	results := flag.String("results", "bench/results.json", "what make bench measured")
	sizes := flag.String("organisations", "10,1000,10000", "how many, by comma")
	for _, f := range []struct {
		name, help string
		to         *float64
	}{
		{"cases", "a year, of one organisation", &a.Cases}, {"members", "of an organisation who sign in", &a.Members},
		{"visits", "of a member to the desk, a year", &a.Visits}, {"pages", "a visit", &a.Pages}, {"mails", "out, for each case", &a.Mails},
		{"file-mb", "that comes with a case", &a.FileMB}, {"years", "that a case is kept", &a.Years},
		{"busy", "how many times the mean the busiest hour has", &a.Busy}, {"memory", "of a machine, GiB", &a.Memory}, {"cores", "of a machine", &a.Cores},
		{"load", "share of memory and processor that is used at most", &a.Load}, {"machines", "at least", &a.Machines},
	} {
		flag.Float64Var(f.to, f.name, *f.to, f.help)
	}
	flag.Parse()
	if err := run(*results, *sizes, a); err != nil {
		fmt.Fprintln(os.Stderr, "model:", err)
		os.Exit(1)
	}
}

func run(results, sizes string, a assumed) error {
	file, err := os.Open(results)
	if err != nil {
		return fmt.Errorf("open results: %w", err)
	}
	defer func() { _ = file.Close() }() // was only read
	f, err := read(file)
	if err != nil {
		return err
	}
	var list []need
	for text := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return fmt.Errorf("organisations: %q is no number above 0: %w", text, strconv.ErrSyntax)
		}
		list = append(list, a.of(n, f))
	}
	slices.SortFunc(list, func(x, y need) int { return x.Organisations - y.Organisations })
	fmt.Printf("assumed: %+v\n\n", a)
	return print(os.Stdout, list)
}
