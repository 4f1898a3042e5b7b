package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/intake"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// soundField begins the name of the question about a file that plays as sound; its id follows.
const soundField = "sound."

// soundAsk asks of a file that a member added whether it is a recording of a conversation.
func (d *desk) soundAsk(r *http.Request, name, file string, said casefile.Heard, errs []ui.FormError) ui.Field {
	f := ui.Field{
		Kind: ui.KindRadios, Name: name, Label: d.text(r, "sound.ask", "name", file), Hint: d.text(r, "sound.ask-why"),
		Error: ui.ErrorFor(errs, name), Values: []string{string(said)}, Autocomplete: "off",
	}
	f.Options = options(d, r, "sound.ask-", casefile.Hearings())
	return f
}

// toldSounds ask it of what a member registers.
func (d *desk) toldSounds(r *http.Request, draft *intake.Draft, errs []ui.FormError) (list []question.Part) {
	if draft == nil {
		return nil
	}
	for _, f := range draft.Sounds() {
		ask := d.soundAsk(r, intake.ToldSound+f.ID, f.Name, draft.Heard(f), errs)
		list = append(list, question.Part{Field: &ask})
	}
	return list
}

// draftSounds ask it of a text that is being written.
func (d *desk) draftSounds(r *http.Request, dr *casework.Draft, errs []ui.FormError) (list []ui.Field) {
	if dr == nil {
		return nil
	}
	for _, f := range dr.Sounds() {
		list = append(list, d.soundAsk(r, soundField+f.ID, f.Name, f.Heard, errs))
	}
	return list
}

// heardIn is what a form says of files that play as sound, by their ids.
func heardIn(f form) map[string]casefile.Heard {
	said := map[string]casefile.Heard{}
	for name := range f {
		if id, ok := strings.CutPrefix(name, soundField); ok {
			said[id] = casefile.Heard(f.one(name))
		}
	}
	return said
}

// heardNote says what a member said of a file that plays as sound.
func (d *desk) heardNote(r *http.Request, h casefile.Heard) string {
	if h != casefile.HeardElse && h != casefile.HeardAgreed {
		return ""
	}
	return d.text(r, "sound.note-"+string(h))
}
