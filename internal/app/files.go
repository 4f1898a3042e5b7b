package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"klankbord/internal/clamd"
)

// newScanner makes what looks through files.
func (a *App) newScanner() (*clamd.Scanner, error) {
	if a.Config.Scanner == "" {
		return nil, nil //nolint:nilnil // a nil scanner is one that asks nobody
	}
	return clamd.New(a.Config.Scanner, a.Config.ScannerMaxMB<<20, clamd.Patience)
}

// signaturesStale is the age from which on what a scanner knows misses what goes around.
const signaturesStale = 7 * 24 * time.Hour

// examineScanner looks whether the scanner answers, and how old what it knows is.
func (a *App) examineScanner(ctx context.Context) Finding {
	scanner, err := a.newScanner()
	switch {
	case err != nil:
		return Finding{true, "scanner: " + err.Error(), "correct scanner"}
	case scanner == nil:
		return Finding{What: "no scanner is set: files are not looked through for viruses, and the desk says so"}
	}
	version, err := scanner.Version(ctx)
	if err != nil {
		return Finding{
			true, fmt.Sprintf("the scanner at %s does not answer; files are taken, and marked as not looked through", a.Config.Scanner),
			"start clamd, and let the user of klankbord reach its socket; see doc/files.md",
		}
	}
	what := "the scanner answers: " + version
	const do = "let freshclam run, and clamd read what it brings"
	_, dated, ok := strings.Cut(strings.TrimPrefix(version, "ClamAV "), "/")
	if !ok {
		return Finding{true, what + ", without the signatures of ClamAV", do}
	}
	_, date, _ := strings.Cut(dated, "/")
	at, err := time.Parse(time.ANSIC, date)
	if err != nil || a.clock.Now().Sub(at) > signaturesStale {
		return Finding{true, what + ", which is old", do}
	}
	return Finding{What: what}
}
