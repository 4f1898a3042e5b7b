package desk

import (
	"net/http"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// settingsPreview is how a group reads in one language: the page or the mail that it is part
// of, else its texts.
type settingsPreview struct {
	Lang      string
	Open      bool // what is long is folded, but for the language of the reader
	Items     []settingsShown
	Page      *ui.Fragment // nil: it is of no page
	Sometimes bool         // some questions of the form are asked after certain answers only
	Mail      *MailExample
}

type settingsShown struct {
	Name  string
	Text  string
	Title bool
}

// MailExample is a mail as it would leave about a case that does not exist.
type MailExample struct{ Lang, From, Subject, Text, File string }

// previewOf shows a group as it would be with a profile that does not hold yet, in every
// language.
func (d *desk) previewOf(r *http.Request, p *profile.Profile, part, group string) ([]settingsPreview, error) {
	var list []settingsPreview
	step := previewStep(p, part, group)
	for _, l := range d.Languages {
		v := settingsPreview{Lang: l, Open: l == d.Renderer.Lang(r)}
		var shown ui.Fragment
		is := step != nil
		var err error
		switch {
		case is:
			form := d.previewAsker(p, l).PreviewOf(*step, "preview-"+l+".")
			v.Sometimes = form.Sometimes
			shown, err = d.Renderer.Part("desk/settings_edit", "settings-form", l, form)
		case part == "texts" && d.TextPage != nil:
			shown, is, err = d.TextPage(p, l, group)
		}
		if err != nil {
			return nil, err
		}
		if is {
			v.Page = &shown
		} else if m, ok := d.exampleOf(p, part, l, group); ok {
			v.Mail = &m
		} else {
			v.Open, v.Items = true, d.previewTexts(r, p, part, group, l)
		}
		list = append(list, v)
	}
	return list, nil
}

func (d *desk) exampleOf(p *profile.Profile, part, l, key string) (m MailExample, ok bool) {
	if part != "words" || d.Example == nil {
		return m, false
	}
	return d.Example(p, l, key)
}

// previewStep is the page of the form on which a group shows; nil where there is none.
func previewStep(p *profile.Profile, part, group string) *profile.Step {
	at := slices.IndexFunc(p.Form.Steps, func(s profile.Step) bool {
		if part == "topics" {
			return slices.ContainsFunc(s.Fields, func(x profile.Field) bool { return x.ID == profile.FieldTopics })
		}
		return part == "form" && s.ID == group
	})
	if at < 0 {
		return nil
	}
	return &p.Form.Steps[at]
}

// previewAsker asks the questions of a profile in one language, whatever that of the reader is.
func (d *desk) previewAsker(p *profile.Profile, l string) question.Asker {
	return question.Asker{
		Profile: p, Lang: l, Files: d.Intake.Limits.Files, FileBytes: d.Intake.Limits.FileBytes,
		Text: func(key string, pairs ...any) string { return d.Renderer.TextIn(l, key, pairs...) },
	}
}

func (d *desk) previewTexts(r *http.Request, p *profile.Profile, part, group, l string) (list []settingsShown) {
	for _, x := range p.Places() {
		if x.Part != part || x.Group != group || x.Kind == profile.PlacePicture || x.Kind == profile.PlaceOrder {
			continue
		}
		input := ""
		if len(x.Inputs()) > 1 {
			input = l
		}
		said := d.saidAt(r, x, x.Typed(input))
		if part == "templates" {
			said = profile.Text{l: said}.Fill(l, d.templateExample(p, l))
		}
		if said != "" {
			title := x.Name == "label" || x.Name == "title" || x.Name == "heading" || x.Name == "name"
			list = append(list, settingsShown{d.placeName(r, x), said, title})
		}
	}
	if words, ok := p.Words[group]; part == "words" && ok {
		list = append(list, settingsShown{group, words[l], false})
	}
	return list
}

// templateExample fills what a template has to be filled with.
func (d *desk) templateExample(p *profile.Profile, l string) map[string]string {
	const answered = 90 * 24 * time.Hour
	now := d.Clock.Now()
	return map[string]string{
		"number": string(casefile.ExampleNumber), "organisation": p.Organisation.Name.In(l),
		"received": lang.DateLong(lang.Lang(l), now), "answer": lang.DateLong(lang.Lang(l), now.Add(answered)),
	}
}
