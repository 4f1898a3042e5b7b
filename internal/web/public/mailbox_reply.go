package public

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/web/pieces"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// replyForm is what stands in the form that writes to us when it is shown again.
type replyForm struct {
	key, text string
	files     []dialogue.Attachment
	restored  bool // it was typed before the session ended
}

// letterIn is a message as it came in.
type letterIn struct {
	values  map[string][]string
	tickets []string
	refused []ui.FormError
	dropped []string // names of files that came without a session
	full    bool     // a file was refused because the disk has no room
}

// reply sends a message, or adds or removes a file of it. Only the finished message
// is stored; until then text and files live in the page, so adding answers with the
// page and not with a redirect.
func (b *mailbox) reply(w http.ResponseWriter, r *http.Request) error {
	tok, ok := b.pass(r)
	in, err := b.readReply(r, tok, ok)
	if err != nil {
		return err
	}
	text := question.AsTyped(in.values, "text")
	s := sendingOf(in.values)
	if !ok || len(in.dropped) > 0 {
		return b.askAgain(w, r, dialogue.Kept{Form: formReply, Number: s.Number, Text: text, Tickets: in.tickets}, in.dropped)
	}
	err = b.act(r, tok, s, &in, text)
	if errors.Is(err, dialogue.ErrNoSession) {
		return b.askAgain(w, r, dialogue.Kept{Form: formReply, Number: s.Number, Text: text, Tickets: in.tickets}, nil)
	}
	if err == nil {
		ui.Redirect(w, r, b.at(r, "/mailbox/case")+"?done="+formReply)
		return nil
	}
	return b.replyAgain(w, r, tok, s, in, text, err)
}

// errUnfinished tells that the message is shown again because nothing was to be
// sent yet.
var errUnfinished = errors.New("message goes on")

// act does what the button says: send, unless a file was refused.
func (b *mailbox) act(r *http.Request, tok seal.Token, s dialogue.Sending, in *letterIn, text string) error {
	if id := first(in.values, "remove"); id != "" {
		return b.removeFile(r, tok, in, id)
	}
	if len(in.refused) > 0 || first(in.values, "act") == "add" || first(in.values, "act") == "stay" {
		return errUnfinished
	}
	if err := b.slow(r); err != nil {
		return err
	}
	return b.Dialogue.Reply(r.Context(), tok, s, b.lang(r), text, in.tickets)
}

func (b *mailbox) removeFile(r *http.Request, tok seal.Token, in *letterIn, id string) error {
	for i, t := range in.tickets {
		if strings.HasPrefix(t, id+".") {
			if err := b.Dialogue.RemoveFile(r.Context(), tok, t); err != nil {
				return err
			}
			in.tickets = slices.Delete(in.tickets, i, i+1)
			break
		}
	}
	return errUnfinished
}

// replyAgain shows the message with what is wrong with it.
func (b *mailbox) replyAgain(w http.ResponseWriter, r *http.Request, tok seal.Token, s dialogue.Sending, in letterIn, text string, why error) error {
	status, wrong := http.StatusOK, in.refused
	switch {
	case in.full:
		status = http.StatusServiceUnavailable
	case len(wrong) > 0:
		status = http.StatusUnprocessableEntity
	}
	if !errors.Is(why, errUnfinished) {
		e, code, ok := b.told(r, "text", why)
		if !ok {
			return why
		}
		if f, _ := fault.As(why); f.Key == "error.file-too-many" || f.Key == "mailbox.file-gone" {
			e.Field = "files"
		}
		status, wrong = code, append(wrong, e)
	}
	files, err := b.Dialogue.Attachments(r.Context(), tok, in.tickets)
	if err != nil {
		return err
	}
	return b.renderCase(w, r, tok, status, replyForm{key: s.Key, text: text, files: files}, wrong)
}

// readReply reads a message. Files go straight into sealing, one by one; without a
// session none is taken.
func (b *mailbox) readReply(r *http.Request, tok seal.Token, known bool) (letterIn, error) {
	var in letterIn
	var added []string
	take := func(u ui.Upload) error {
		if u.Field != "files" {
			return nil
		}
		ticket, err := b.takeReplyFile(r, tok, known, u, &in)
		if ticket != "" {
			added = append(added, ticket)
		}
		return err
	}
	limits := ui.Limits{Fields: fields, TextBytes: textBytes, FileBytes: b.Dialogue.Limits.FileBytes + 1}
	values, err := ui.ReadForm(r, limits, take)
	in.values = values
	in.tickets = append(slices.Clone(values["ticket"]), added...)
	if err != nil || !known {
		return in, err
	}
	came, err := b.Dialogue.TakeFiles(r.Context(), tok, values[pieces.Handed])
	if errors.Is(err, dialogue.ErrNoSession) {
		return in, nil // nothing can be taken; the form is asked for again
	}
	in.tickets = append(in.tickets, came...)
	return in, err
}

func (b *mailbox) takeReplyFile(r *http.Request, tok seal.Token, known bool, u ui.Upload, in *letterIn) (string, error) {
	if !known {
		in.dropped = append(in.dropped, u.Name)
		return "", nil
	}
	if again, ok := b.Networks.uploads.allow(b.Clock.Now(), b.Client(r)); !ok {
		in.refused = append(in.refused, ui.FormError{Field: "files", Text: b.words(r, "mailbox.file-later", "name", u.Name, "time", b.clockTime(r, again))})
		return "", nil
	}
	a, err := b.Dialogue.AddFile(r.Context(), tok, u.Name, u.Body)
	if errors.Is(err, dialogue.ErrNoSession) {
		in.dropped = append(in.dropped, u.Name)
		return "", nil
	}
	if why, ok := fault.As(err); ok && why.Kind == fault.Invalid {
		in.refused = append(in.refused, ui.FormError{Field: "files", Text: b.Words.Text(b.Renderer.Lang(r), why.Key, why.Args)})
		return "", nil
	}
	if fault.Unkept(err) {
		b.Renderer.Failed(r, err)
		in.refused = append(in.refused, ui.FormError{Field: "files", Text: b.words(r, "form.file-no-room", "name", u.Name)})
		in.full = true
		return "", nil
	}
	return a.Ticket, err
}

func (b *mailbox) replyView(r *http.Request, m *dialogue.Mailbox, form replyForm, wrong []ui.FormError) replyView {
	v := replyView{Sending: sending(m, form.key), Action: b.at(r, "/mailbox/reply")}
	v.Text = ui.Field{
		Kind: ui.KindArea, Name: "text", Label: b.words(r, "mailbox.write"), Hint: b.words(r, "mailbox.write-hint"),
		Error: ui.ErrorFor(wrong, "text"), Values: []string{form.text}, Rows: 6, Bare: true, Autocomplete: "off",
	}
	if m.Helper {
		v.Text.Hint = b.words(r, "watch.helper-hint")
	}
	v.Files = ui.Field{
		Kind: ui.KindFiles, Name: "files", Label: b.words(r, "mailbox.files"), Error: fileErrors(wrong), Optional: true,
		Limit:  b.words(r, "mailbox.files-limit", "files", decimal(b.Dialogue.Limits.Files), "size", question.Megabytes(b.Dialogue.Limits.FileBytes)),
		Upload: b.at(r, "/upload/mailbox"), Hands: pieces.Handed,
	}
	for _, f := range form.files {
		v.Tickets = append(v.Tickets, f.Ticket)
		v.Files.Files = append(v.Files.Files, ui.File{ID: f.ID, Name: f.Name, Size: f.Size})
	}
	return v
}

// fileErrors joins what is wrong with files: each of several can be refused.
func fileErrors(wrong []ui.FormError) string {
	var out []string
	for _, e := range wrong {
		if e.Field == "files" {
			out = append(out, e.Text)
		}
	}
	return strings.Join(out, " ")
}
