package public

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
)

// showTopic is the address of a topic, as it stands on posters and links: the first
// question, with that topic chosen. Nothing is kept before somebody sends it. A topic that
// we do not know, or no longer offer, leaves the choice open and says so.
func (f *face) showTopic(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.draft(r); errors.Is(err, intake.ErrNoDraft) && f.notOffered(w, r) {
		return nil
	}
	v, closed, err := f.topicView(r)
	if err != nil {
		return err
	}
	if closed != nil {
		return f.renderClosed(w, r, closed)
	}
	v.looks = true
	id := r.PathValue("topic")
	if t, ok := f.Profile.Topic(id); ok && t.On {
		v.answers = withTopic(v.answers, id)
		v.path = "/topic/" + id
	} else {
		v.notice = f.words(r, "form.topic-unknown")
	}
	return f.renderStep(w, r, http.StatusOK, v)
}

// topicView is the question about topics, with what this browser answered before.
func (f *face) topicView(r *http.Request) (v stepView, closed *question.Closed, err error) {
	d, err := f.draft(r)
	switch {
	case errors.Is(err, intake.ErrNoDraft):
		if n := f.noBegin(r); n != nil {
			return v, n, nil
		}
		f.Intake.Seen()
		v.answers = f.Profile.Presets(f.Renderer.Lang(r))
	case err != nil:
		return v, nil, err
	default:
		v.answers, v.files = d.Answers, d.Files
	}
	v.step, _ = f.Profile.StepFor(v.answers, f.topicStep())
	return v, nil, nil
}

// topicStep is the page of the form that asks for topics; the first, where none does.
func (f *face) topicStep() string {
	for _, s := range f.Profile.Form.Steps {
		if slices.ContainsFunc(s.Fields, func(x profile.Field) bool { return x.ID == profile.FieldTopics }) {
			return s.ID
		}
	}
	return f.firstStep()
}

// withTopic adds a topic to what was chosen, without changing what is kept.
func withTopic(a profile.Answers, id string) profile.Answers {
	a = maps.Clone(a)
	if chosen := a[profile.FieldTopics]; !slices.Contains(chosen, id) {
		a[profile.FieldTopics] = append(slices.Clone(chosen), id)
	}
	return a
}
