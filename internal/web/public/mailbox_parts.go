package public

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

func (b *mailbox) day(r *http.Request, t time.Time) string { return lang.DateLong(b.lang(r), t) }

// promisedViews tell every date that was promised, and honestly how it was kept.
func (b *mailbox) promisedViews(r *http.Request, m *dialogue.Mailbox) []promised {
	var list []promised
	for _, p := range m.Promises {
		v := promised{Label: p.Label.In(b.Renderer.Lang(r)), Why: p.Why, Lang: string(p.Lang), Fresh: p.Unread}
		switch p.State {
		case deadline.Met:
			v.When, v.State = b.words(r, "mailbox.promise.kept", "date", b.day(r, *p.Clock.Met)), &ui.Tag{Text: b.words(r, "mailbox.promise.kept-tag"), Tone: ui.Good}
		case deadline.MetLate:
			v.When = b.words(r, "mailbox.promise.kept-late", "date", b.day(r, *p.Clock.Met), "promised", b.day(r, p.Clock.Due))
			v.State = &ui.Tag{Text: b.words(r, "mailbox.promise.late-tag"), Tone: ui.Warn}
		case deadline.Passed:
			v.When = b.words(r, "mailbox.promise.late", "date", b.day(r, p.Clock.Due))
			if !p.Clock.Again.IsZero() {
				v.When = b.words(r, "mailbox.promise.late-again", "date", b.day(r, p.Clock.Due), "again", b.day(r, p.Clock.Again))
			}
			v.State = &ui.Tag{Text: b.words(r, "mailbox.promise.late-tag"), Tone: ui.Bad}
			v.Missed = b.missed(r, v.Label, p.Clock)
		case deadline.Resting:
			v.When = b.words(r, "mailbox.promise.rests", "date", b.day(r, p.Clock.Paused))
			v.State = &ui.Tag{Text: b.words(r, "mailbox.promise.rests-tag"), Tone: ui.Info}
		default:
			v.When = b.words(r, "mailbox.promise.by", "date", lang.Date(b.lang(r), p.Clock.Due))
			if !p.Clock.Promised.IsZero() {
				v.When = b.words(r, "mailbox.promise.moved", "date", b.day(r, p.Clock.Due), "promised", b.day(r, p.Clock.Promised))
			}
		}
		list = append(list, v)
	}
	return list
}

// missed says of a date that was not kept: what was promised, by when, that it was
// missed, and the new date or that there is none.
func (b *mailbox) missed(r *http.Request, what string, k deadline.Clock) []string {
	first := k.Due
	if !k.Promised.IsZero() {
		first = k.Promised
	}
	said := []string{b.words(r, "mailbox.late.missed", "what", what, "date", b.day(r, first))}
	if !k.Promised.IsZero() {
		said = append(said, b.words(r, "mailbox.late.moved", "date", b.day(r, k.Due)))
	}
	if k.Again.IsZero() {
		return append(said, b.words(r, "mailbox.late.no-date"))
	}
	return append(said, b.words(r, "mailbox.late.again", "date", b.day(r, k.Again)))
}

// thread divides the dialogue into what stands open, newest first, and the rest.
func (b *mailbox) thread(r *http.Request, m *dialogue.Mailbox) (recent, older []ui.Message) {
	open := shownItems
	for n, x := range m.Thread {
		if x.Unread {
			open = max(open, n+1)
		}
	}
	for n, x := range m.Thread {
		if n < open {
			recent = append(recent, b.message(r, m, x))
		} else {
			older = append(older, b.message(r, m, x))
		}
	}
	return recent, older
}

func (b *mailbox) message(r *http.Request, m *dialogue.Mailbox, x dialogue.Item) ui.Message {
	v := ui.Message{ID: "m-" + x.ID, Kind: ui.Received, At: x.At, Text: x.Text, Lang: string(x.Lang), From: b.teamName(r, m.Team), Files: b.fileViews(r, x.Files), Quoted: x.Quoted}
	if x.Kind == casefile.EntryRecall {
		v.Kind, v.Text, v.From = ui.Event, b.words(r, "mailbox.recalled", "date", b.day(r, x.At)), ""
		return v
	}
	switch {
	case x.Old:
		if v.Note = b.words(r, "mailbox.old-mail"); x.Mine {
			v.Kind, v.From = ui.Sent, b.words(r, "mailbox.you")
		}
	case x.Mine:
		v.Kind, v.From, v.Note = ui.Sent, b.words(r, "mailbox.you"), b.words(r, "mailbox.not-read")
		if !x.ReadAt.IsZero() {
			v.Note = b.words(r, "mailbox.read-on", "date", b.day(r, x.ReadAt))
		}
		if x.Mail {
			v.Note = b.words(r, "mailbox.by-mail") + " " + v.Note
		}
	}
	if x.Unread {
		v.Tags = []ui.Tag{{Text: b.words(r, "mailbox.new"), Tone: ui.Info}}
	}
	if x.Damaged {
		v.Text, v.Lang = b.words(r, "error.damaged"), ""
		return v
	}
	if !x.Redacted.IsZero() {
		v.Note = strings.TrimSpace(v.Note + " " + b.words(r, "redact.mailbox", "date", b.day(r, x.Redacted)))
	}
	label := b.wishText(r, x)
	switch {
	case label == "":
	case x.Text == "":
		v.Text, v.Lang = label, ""
	default:
		v.Note = label + " " + v.Note
	}
	if v.Text == "" && len(v.Files) > 0 {
		v.Text, v.Lang = b.words(r, "mailbox.only-files"), ""
	}
	return v
}

// wishText says what a turn is, where it is more than a message.
func (b *mailbox) wishText(r *http.Request, x dialogue.Item) string {
	switch x.Kind {
	case casefile.EntryWithdrawal:
		return b.words(r, "mailbox.you-withdrew")
	case casefile.EntryDataRequest:
		return b.words(r, "mailbox.you-data", "what", b.words(r, "common.data-right."+x.Way))
	case casefile.EntryDataAnswer:
		return b.words(r, "mailbox.data.answered", "what", b.words(r, "common.data-result."+x.Way))
	case casefile.EntryReview:
		return b.words(r, "mailbox.you-review")
	case casefile.EntryMeetingRequest:
		return b.words(r, "mailbox.you-asked", "way", b.wayText(r, x.Way))
	default:
		return ""
	}
}

func (b *mailbox) wayText(r *http.Request, way string) string {
	if !slices.Contains([]string{"phone", "video", "in-person"}, way) {
		return b.words(r, "mailbox.way.any")
	}
	return b.words(r, "mailbox.way."+way)
}

func (b *mailbox) teamName(r *http.Request, id casefile.Team) string {
	if team, ok := b.Profile.Team(id); ok {
		return team.Name.In(b.Renderer.Lang(r))
	}
	return b.words(r, "common.team."+string(id))
}

func (b *mailbox) fileViews(r *http.Request, files []dialogue.File) []ui.File {
	var list []ui.File
	for _, f := range files {
		if f.Removed {
			list = append(list, ui.File{Name: b.words(r, "redact.file")})
			continue
		}
		if f.Damaged {
			list = append(list, ui.File{Name: b.words(r, "mailbox.file-damaged")})
			continue
		}
		list = append(list, ui.File{ID: f.ID, Name: f.Name, Size: f.Size, Href: b.at(r, "/mailbox/file/"+f.ID)})
	}
	return list
}

// openingViews tell who opened the file: dates, teams and functions, never names.
func (b *mailbox) openingViews(r *http.Request, m *dialogue.Mailbox) []openingView {
	var list []openingView
	for _, o := range m.Openings {
		list = append(list, openingView{o.At, b.roleName(r, o.Team, o.Function), b.words(r, "mailbox.opened."+o.What), o.Purpose})
	}
	return list
}

// roleName tells what somebody is on the desk, never who.
func (b *mailbox) roleName(r *http.Request, team casefile.Team, f staff.Function) string {
	who := b.teamName(r, team)
	if f != "" && string(f) != string(team) {
		who += " (" + b.words(r, "common.function."+string(f)) + ")"
	}
	return who
}

// sentParts are the questions that were answered, under the parts of the form.
func (b *mailbox) sentParts(r *http.Request, m *dialogue.Mailbox) []question.CheckedPart {
	answers, l := b.Dialogue.ContactAnswers(m), b.Renderer.Lang(r)
	var out []question.CheckedPart
	last := ""
	for _, s := range b.Profile.StepsFor(answers) {
		for _, f := range s.Fields {
			c := b.sentAnswer(r, m, s, f, answers)
			if c.Text == "" && len(c.Files) == 0 {
				continue
			}
			if s.Part != last || len(out) == 0 {
				part, _, _ := b.Profile.Progress(answers, s.ID)
				out, last = append(out, question.CheckedPart{Heading: part.Label.In(l)}), s.Part
			}
			out[len(out)-1].Answers = append(out[len(out)-1].Answers, c)
		}
	}
	return out
}

// sentAnswer is one question with its answer; who somebody is stands elsewhere, in
// its newest version.
func (b *mailbox) sentAnswer(r *http.Request, m *dialogue.Mailbox, s profile.Step, f profile.Field, a profile.Answers) question.Checked {
	l := b.Renderer.Lang(r)
	c := question.Checked{Label: f.Label.In(l)}
	if (len(s.Fields) == 1 || f.Kind == profile.Choices) && !s.Title.Empty() {
		c.Label = s.Title.In(l)
	}
	switch {
	case f.Compartment == profile.Identity, f.ID == profile.FieldLanguage:
	case f.Kind == profile.Files:
		c.Files = b.fileViews(r, m.Story.Files)
	default:
		c.Text = b.asker(r).AnswerText(f, f.ID, a)
	}
	return c
}

func (b *mailbox) mailView(r *http.Request, m *dialogue.Mailbox) mailView {
	v := mailView{Sending: sending(m, ""), Action: b.at(r, "/mailbox/mail")}
	switch {
	case m.Mail:
		v.Text, v.Button, v.Act = b.words(r, "mailbox.mail.on"), b.words(r, "mailbox.mail.stop"), "stop"
	case m.Identity.Email != "":
		v.Text, v.Button, v.Act = b.words(r, "mailbox.mail.off"), b.words(r, "mailbox.mail.start"), "start"
	default:
		v.Text = b.words(r, "mailbox.mail.none")
	}
	return v
}

// addressView says whether the address for news was confirmed, and offers the link
// again while it was not.
func (b *mailbox) addressView(r *http.Request, m *dialogue.Mailbox) mailView {
	v := mailView{Sending: sending(m, ""), Action: b.at(r, "/mailbox/confirm")}
	switch {
	case !m.Mail:
	case m.Verified.IsZero():
		v.Text, v.Button = b.words(r, "mailbox.confirm.not-yet"), b.words(r, "mailbox.confirm.again")
	default:
		v.Text = b.words(r, "mailbox.confirm.on", "date", b.day(r, m.Verified))
	}
	return v
}

func (b *mailbox) languageView(r *http.Request, m *dialogue.Mailbox) languageView {
	v := languageView{Sending: sending(m, ""), Action: b.at(r, "/mailbox/language"), Lang: b.Renderer.Lang(r)}
	if m.Language == "" {
		return v
	}
	v.Text = b.words(r, "mailbox.answer-in."+string(m.Language))
	if string(m.Language) != v.Lang {
		v.Button = b.words(r, "mailbox.answer-here")
	}
	return v
}
