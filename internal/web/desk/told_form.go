package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// toldHow is what is asked about how the member was told, and about a conversation.
func (d *desk) toldHow(r *http.Request, typed profile.Answers, recording []intake.File, errs []ui.FormError) (how, talk []ui.Field) {
	field := func(kind ui.FieldKind, name, label, hint string) ui.Field {
		f := ui.Field{Kind: kind, Name: name, Label: d.text(r, label), Values: typed[name], Error: ui.ErrorFor(errs, name), Autocomplete: "off"}
		if hint != "" {
			f.Hint = d.text(r, hint)
		}
		return f
	}
	channel := field(ui.KindRadios, intake.ToldChannel, "told.channel", "")
	channel.Options = options(d, r, "common.channel.", []casefile.Channel{casefile.ChannelPhone, casefile.ChannelLetter, casefile.ChannelVisit})
	on := field(ui.KindDate, intake.ToldOn, "told.on", "told.on-hint")
	on.Values = []string{typed.One(intake.ToldOn + ".day"), typed.One(intake.ToldOn + ".month"), typed.One(intake.ToldOn + ".year")}
	at := field(ui.KindText, intake.ToldTime, "told.time", "told.time-hint")
	at.Optional, at.Width = true, "4"
	written := field(ui.KindSelect, intake.ToldWritten, "told.written", "told.written-hint")
	written.Options, written.Width = options(d, r, "common.language-name.", d.Languages), "20"
	consent := field(ui.KindRadios, intake.ToldConsent, "told.consent", "")
	consent.Options, consent.Bare = options(d, r, "told.consent-", casefile.Consents()), true
	file := field(ui.KindFiles, intake.ToldRecording, "told.recording", "told.recording-hint")
	file.Values, file.Optional, file.Files = nil, true, question.AddedFiles(recording)
	file.Upload, file.Hands = toldUpload, recordingHanded
	return []ui.Field{channel, on, at, written}, []ui.Field{consent, file}
}

// asksMore reports whether answers brought up questions that were not on the page.
func asksMore(before, after []profile.Step) bool {
	known := map[string]bool{}
	for _, s := range before {
		for _, f := range s.Fields {
			known[f.ID] = true
		}
	}
	return slices.ContainsFunc(after, func(s profile.Step) bool {
		return slices.ContainsFunc(s.Fields, func(f profile.Field) bool { return !known[f.ID] })
	})
}

func wordOnly(r rune) rune {
	if r == '_' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

// answersOf is what was filled in of a form.
func answersOf(f form) profile.Answers {
	a := profile.Answers{}
	for key, list := range f {
		for _, v := range list {
			if v != "" {
				a[key] = append(a[key], v)
			}
		}
	}
	return a
}

// dropToldRow takes the row of a group out of what was typed whose Remove button was pressed.
func dropToldRow(f form, asked []profile.Step) {
	group, row, ok := strings.Cut(f.one("remove"), ".")
	if !ok || row == "" || !slices.ContainsFunc(asked, func(s profile.Step) bool {
		return slices.ContainsFunc(s.Fields, func(x profile.Field) bool { return x.ID == group && x.Kind == profile.Persons })
	}) {
		return
	}
	for key := range f {
		if strings.HasPrefix(key, group+"."+row+".") {
			delete(f, key)
		}
	}
}
