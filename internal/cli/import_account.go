package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"klankbord/internal/intake"
)

// tale is what the report says of one mail or row.
type tale struct {
	Position int    `json:"position,omitempty"`
	Line     int    `json:"line,omitempty"`
	ID       string `json:"id,omitempty"` // hash of the Message-ID
	Fate     string `json:"result"`
	Reason   string `json:"reason,omitempty"`
	As       string `json:"as,omitempty"` // of a mail: what it is in its case
	Case     string `json:"case,omitempty"`
}

// account tells what became of each, as it happens, and keeps count.
type account struct {
	e      *env
	does   bool
	file   io.Closer
	lines  *json.Encoder
	failed error // of the report
	counts map[string]int
	mails  bool // not rows
	n, bad int
	first  int // mails that each began a case
}

func (r *account) tell(t tale, got intake.Brought) {
	t.Fate, t.Reason, t.As, t.Case = string(got.Fate), string(got.Reason), string(got.As), string(got.Number)
	said := strings.TrimSpace(t.Fate + " " + t.Case)
	if what := t.Reason + t.As; what != "" {
		said += ": " + what
	}
	if got.As == intake.AsComplaint {
		r.first++
	}
	at := t.Position + t.Line
	if got.Err != nil {
		r.e.say("%6d  %s (%v)", at, said, got.Err)
	} else {
		r.e.say("%6d  %s", at, said)
	}
	r.n++
	if got.Fate == intake.BringFailed {
		r.bad++
	}
	total := t.Fate
	if what := t.Reason + t.As; what != "" {
		total += ": " + what
	}
	r.counts[total]++
	if r.lines != nil {
		r.failed = errors.Join(r.failed, r.lines.Encode(t))
	}
}

// Some of what a run that did not reach its end says.
var (
	errSomeFailed = errors.New("some were not taken; see above, and run the same command again")
	errStopped    = errors.New("the import was stopped; run the same command again to go on where it was")
)

func (r *account) stopped(err error) error {
	r.sums()
	return fmt.Errorf("%w: %w", errStopped, err)
}

func (r *account) sums() {
	r.e.say("")
	for _, total := range slices.Sorted(maps.Keys(r.counts)) {
		r.e.say("%6d  %s", r.counts[total], total)
	}
	r.e.say("%6d  in all", r.n)
	if r.mails {
		r.e.say("%6d  correspondences that are a new case", r.first)
	}
}

// end says what came of it.
func (r *account) end() error {
	r.sums()
	switch {
	case r.failed != nil:
		return fmt.Errorf("write report: %w", r.failed)
	case !r.does:
		r.e.say("Nothing was changed. Run the same command with --yes to do this.")
	case r.bad > 0:
		return errSomeFailed
	default:
		r.e.say("Nobody was mailed. Tell the members of the team that these cases are there.")
	}
	return nil
}

func (r *account) close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
