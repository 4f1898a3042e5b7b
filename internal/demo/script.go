package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
)

//go:embed cases
var scripts embed.FS

// script is one sample case: what came in, when, and what happened after it.
type script struct {
	Name    string            `json:"-"` // of its file
	Lang    lang.Lang         `json:"lang"`
	Ago     int               `json:"ago"` // days before today on which it came in
	At      string            `json:"at"`  // time of that day, as in "20:14"
	Answers map[string]answer `json:"answers"`
	Named   map[string]string `json:"named"` // "yes" or "no" by name of a member whose name was typed
	Files   []file            `json:"files"`
	Sample  bool              `json:"sample"` // its code stands on the page of the demo
	Steps   []step            `json:"steps"`
}

// step is something that a member, or without By the complainant, did.
type step struct {
	Day     int               `json:"day"` // after the day on which the case came in
	At      string            `json:"at"`
	By      string            `json:"by"`
	Do      deed              `json:"do"`
	To      string            `json:"to"` // a member or a state
	Text    string            `json:"text"`
	Why     string            `json:"why"`
	Lang    lang.Lang         `json:"lang"` // of a message; empty: the complainant's
	Outcome casefile.Outcome  `json:"outcome"`
	Way     string            `json:"way"`
	Clock   string            `json:"clock"`
	How     string            `json:"how"`
	Files   []file            `json:"files"`
	Sheet   casefile.Sheet    `json:"sheet"`
	Again   bool              `json:"again"` // a later version of the newest of its sheet
	Filled  map[string]answer `json:"filled"`
	Act     casefile.ClockAct `json:"act"`    // of a deadline
	Due     int               `json:"due"`    // the day of a new date, counted as Day
	Before  int               `json:"before"` // minutes before which a breach was known
}

// deed is what is done in a step.
type deed string

// The deeds: those up to read belong to complainants, the others to members; read is
// done by both.
const (
	deedSubmit      deed = "submit" // only ever the first
	deedReply       deed = "reply"
	deedTalk        deed = "talk"
	deedWithdraw    deed = "withdraw"
	deedCheckIn     deed = "check-in" // how they are treated after closing
	deedConfirm     deed = "confirm"  // the address, by the link in the mail
	deedDraw        deed = "draw"     // a new code, by the link in the mail
	deedRead        deed = "read"
	deedAssign      deed = "assign"
	deedMessage     deed = "message"
	deedNote        deed = "note"
	deedDraft       deed = "draft"
	deedState       deed = "state"
	deedIdentity    deed = "identity"
	deedClock       deed = "clock"
	deedDeadline    deed = "deadline" // what is done about one: more time, a new date
	deedAcknowledge deed = "acknowledge"
	deedClose       deed = "close"
	deedAside       deed = "aside"
	deedWarn        deed = "warn"     // of something distressing, in the file called so
	deedRecord      deed = "record"   // a sheet that is filled in, or changed
	deedAgree       deed = "agree"    // a colleague is asked to agree to the decision, and does
	deedCode        deed = "code"     // a new code for somebody who lost theirs
	deedCatchUp     deed = "catch-up" // only ever the last
)

// answer is one value or several.
type answer []string

// UnmarshalJSON reads a string or a list of strings.
func (a *answer) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		*a = answer{""}
		return json.Unmarshal(b, &(*a)[0])
	}
	var list []string
	err := json.Unmarshal(b, &list)
	*a = list
	return err
}

// read returns the sample cases by name.
func read() ([]script, error) {
	names, err := fs.Glob(scripts, "cases/*.json")
	if err != nil {
		return nil, fmt.Errorf("list sample cases: %w", err)
	}
	var list []script
	for _, name := range names {
		b, err := scripts.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read sample case: %w", err)
		}
		s := script{Name: strings.TrimSuffix(path.Base(name), ".json")}
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return nil, fmt.Errorf("read sample case %s: %w", s.Name, err)
		}
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("sample case %s: %w", s.Name, err)
		}
		list = append(list, s)
	}
	return list, nil
}

var errScript = errors.New("steps are out of order, or later than today")

func (s script) check() error {
	last := 0
	for _, x := range s.Steps {
		if x.Day < last || x.Day > s.Ago {
			return errScript
		}
		last = x.Day
	}
	return nil
}
