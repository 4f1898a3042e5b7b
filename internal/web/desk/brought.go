package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/web/ui"
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

// oldMail shows a mail of a correspondence that was kept before: no desk sent it, and nobody
// is told whether it was read.
func (d *desk) oldMail(r *http.Request, data *casePage, it casework.Item, m ui.Message) ui.Message {
	if it.Old.Ours {
		m.Kind, m.From = ui.Sent, d.text(r, "brought.organisation")
	} else {
		it.From = casework.Author{Kind: custody.AuthorComplainant}
		m.Kind, m.From = ui.Received, d.from(r, data, it)
	}
	if !strings.HasSuffix(strings.ToLower(it.Old.Subject), strings.ToLower(data.Case.Subject)) { // not "Re:" and the same
		m.Text = strings.TrimSpace(it.Old.Subject + "\n\n" + m.Text)
	}
	m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "brought.mail")})
	if !it.Redacted.IsZero() {
		m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "redact.tag")})
	}
	if it.New {
		m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "desk.item.new"), Tone: ui.Info})
	}
	return m
}
