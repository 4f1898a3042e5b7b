package public

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

func decimal(n int) string { return strconv.Itoa(n) }

// sendFile sends a file of the case as a download.
func (b *mailbox) sendFile(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	f, err := b.Dialogue.File(r.Context(), tok, r.PathValue("id"))
	if err != nil {
		return err
	}
	ui.FileHeaders(w, f.Name)
	w.Header().Set("Content-Length", strconv.FormatInt(f.Size, 10))
	if _, err := io.Copy(w, f.Body); err != nil {
		// A part that does not hold must not look like the end of the file.
		panic(http.ErrAbortHandler)
	}
	return nil
}

// saveCopy sends everything that was sent and received as a text file.
func (b *mailbox) saveCopy(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	m, err := b.Dialogue.Copy(r.Context(), tok)
	if err != nil {
		return err
	}
	text := b.copyOf(r, m).Bytes()
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", string(m.Number)+".txt"))
	_, _ = w.Write(text) // who went away needs no answer
	return nil
}

func (b *mailbox) copyOf(r *http.Request, m *dialogue.Mailbox) letter.Copy {
	c := letter.Copy{Title: b.title(r, m) + " " + string(m.Number)}
	head := []string{
		b.words(r, "mailbox.copy.made", "date", lang.DateTime(b.lang(r), b.Clock.Now())),
		b.words(r, "common.stage."+string(m.Stage)) + ". " + b.words(r, "common.stage-hint."+string(m.Stage)),
		b.words(r, "mailbox.received", "date", lang.DateTime(b.lang(r), m.Received)),
	}
	for _, p := range b.promisedViews(r, m) {
		head = append(head, "- "+p.When+": "+p.Label)
	}
	c.Parts = append(c.Parts, letter.Part{Heading: b.words(r, "mailbox.stands"), Body: strings.Join(head, "\n")})
	if o := b.outcomeView(r, m); o != nil {
		c.Parts = append(c.Parts, letter.Part{
			Heading: b.words(r, "mailbox.outcome.title") + ": " + o.Outcome,
			Body:    b.words(r, "mailbox.outcome.what") + "\n" + o.What + "\n\n" + b.words(r, "mailbox.outcome.why") + "\n" + o.Why,
		})
	}
	for i := len(m.Thread) - 1; i >= 0; i-- {
		x := b.message(r, m, m.Thread[i])
		c.Parts = append(c.Parts, letter.Part{
			Heading: lang.DateTime(b.lang(r), x.At) + ", " + x.From, Body: strings.TrimSpace(x.Text+"\n"+fileNames(x.Files)) + copyNote(x.Note),
		})
	}
	c.Parts = append(c.Parts, b.copyOfStory(r, m)...)
	c.Parts = append(c.Parts, b.copyOfOpenings(r, m))
	return c
}

func copyNote(note string) string {
	if note == "" {
		return ""
	}
	return "\n(" + note + ")"
}

func fileNames(files []ui.File) string {
	var names []string
	for _, f := range files {
		names = append(names, "- "+f.Name)
	}
	return strings.Join(names, "\n")
}

// copyOfStory is what was told at first, question by question.
func (b *mailbox) copyOfStory(r *http.Request, m *dialogue.Mailbox) []letter.Part {
	if m.Story == nil {
		return nil
	}
	parts := []letter.Part{{
		Heading: b.words(r, "mailbox.sent.title"), Body: b.words(r, "mailbox.sent.on", "date", lang.DateTime(b.lang(r), m.Story.At)),
	}}
	for _, part := range b.sentParts(r, m) {
		var lines []string
		for _, a := range part.Answers {
			lines = append(lines, strings.TrimRight(a.Label+"\n"+a.Text+"\n"+fileNames(a.Files), "\n"))
		}
		parts = append(parts, letter.Part{Heading: part.Heading, Body: strings.Join(lines, "\n\n")})
	}
	var who []string
	for _, a := range b.contactAnswers(r, m) {
		if a.Text != "" {
			who = append(who, a.Label+": "+a.Text)
		}
	}
	return append(parts, letter.Part{Heading: b.words(r, "mailbox.reach.title"), Body: strings.Join(who, "\n")})
}

func (b *mailbox) copyOfOpenings(r *http.Request, m *dialogue.Mailbox) letter.Part {
	var lines []string
	for _, o := range b.openingViews(r, m) {
		line := "- " + lang.DateLong(b.lang(r), o.At) + ": " + o.Who + ", " + o.What
		if o.Purpose != "" {
			line += ". " + b.words(r, "mailbox.opened.reason", "reason", o.Purpose)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = []string{b.words(r, "mailbox.opened.nobody")}
	}
	return letter.Part{Heading: b.words(r, "mailbox.opened.title"), Body: strings.Join(lines, "\n")}
}
