package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/casefile"
)

// broughtText says in the history of a case that it was kept elsewhere before, and how it
// stood there.
func (d *desk) broughtText(r *http.Request, b *casefile.Brought) string {
	lines := []string{d.text(r, "brought.event", "command", "klankbord import "+string(b.From), "date", d.date(r, b.Received))}
	if b.Closed.IsZero() {
		lines = append(lines, d.text(r, "brought.silent"))
	} else {
		lines = append(lines, d.text(r, "brought.closed", "date", d.date(r, b.Closed)))
	}
	if b.Outcome != "" {
		lines = append(lines, d.text(r, "brought.outcome", "outcome", d.text(r, "common.outcome."+string(b.Outcome))))
	}
	if b.Unknown {
		lines = append(lines, d.text(r, "brought.unknown"))
	}
	if b.LeftOut {
		lines = append(lines, d.text(r, "brought.left-out"))
	}
	if b.Reference != "" {
		lines = append(lines, d.text(r, "brought.reference", "reference", b.Reference))
	}
	if b.Note != "" {
		lines = append(lines, d.text(r, "brought.note"), b.Note)
	}
	return strings.Join(lines, "\n")
}
