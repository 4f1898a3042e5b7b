package public

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/web/pieces"
	"klankbord/internal/web/question"
)

// asker asks the questions of the form in the language of the request.
func (f *face) asker(r *http.Request) question.Asker {
	return question.Asker{
		Profile: f.Profile, Lang: f.Renderer.Lang(r), Files: f.Intake.Limits.Files, FileBytes: f.Intake.Limits.FileBytes,
		Upload: f.at(r, "/upload/complaint"), Hands: pieces.Handed,
		Text:   func(key string, pairs ...any) string { return f.words(r, key, pairs...) },
		Closed: func(team casefile.Team) *question.Closed { return f.closedTo(r, team) },
	}
}

// stepParts builds what a page asks, in order.
func (f *face) stepParts(r *http.Request, v stepView) []question.Part {
	return f.asker(r).Parts(question.View{
		Step: v.step, Answers: v.answers, Files: v.files, Errors: v.errors, More: v.more, Closing: v.closed != nil,
	})
}

// checkedParts lists every question that is asked, in the order of the form.
func (f *face) checkedParts(r *http.Request, d *intake.Draft) []question.CheckedPart {
	return f.asker(r).CheckedParts(d, func(step string) string { return f.stepAddress(r, step, true) })
}
