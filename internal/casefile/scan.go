package casefile

import (
	"slices"
	"strings"
)

// ScanState is how far a file was looked through by a scanner for viruses.
type ScanState string

// The states.
const (
	ScanNone   ScanState = ""       // no scanner was there when it came
	ScanClean  ScanState = "clean"  // nothing was found
	ScanFound  ScanState = "found"  // something harmful was found
	ScanMissed ScanState = "missed" // there is a scanner, and it did not say
)

// ScanReasons are why a scanner did not say.
func ScanReasons() []string { return []string{"down", "slow", "too-big", "closed", "failed"} }

// Scan is what a scanner said of a file as it came. It lies sealed with the file.
type Scan struct {
	State ScanState
	Word  string // the scanner's name of what it found, or one of ScanReasons
}

// Harmful reports whether something was found.
func (s Scan) Harmful() bool { return s.State == ScanFound }

// String is the one way in which it is written down; ParseScan reads it.
func (s Scan) String() string {
	if s.Word == "" {
		return string(s.State)
	}
	return string(s.State) + ":" + s.Word
}

// ParseScan is the inverse of String. What it does not know counts as not looked
// through.
func ParseScan(text string) Scan {
	state, word, _ := strings.Cut(text, ":")
	s := Scan{ScanState(state), word}
	switch {
	case text == "", text == string(ScanClean), s.State == ScanFound && word != "":
		return s
	case s.State == ScanMissed && slices.Contains(ScanReasons(), word):
		return s
	default:
		return Scan{ScanMissed, "failed"}
	}
}
