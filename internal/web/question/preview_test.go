package question

import (
	"encoding/json"
	"strings"
	"testing"

	"klankbord/internal/profile"
)

// A preview shows what the page asks, hides what it hides, and has ids of its own.
func TestAPreviewShowsThePageAndKeepsApart(t *testing.T) {
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range p.Form.Steps {
		a := Asker{Profile: p, Lang: "fr", Files: 10, FileBytes: 1 << 20, Text: func(key string, _ ...any) string { return key }}
		v := a.PreviewOf(step, "preview-fr.")
		if v.Heading == "" && (len(v.Parts) != 1 || v.Parts[0].Field.Label != step.Title.In("fr")) {
			t.Errorf("%s has no heading and no question that says it", step.ID)
		}
		if len(v.Parts) < len(step.Fields) {
			t.Errorf("%s shows %d of %d questions", step.ID, len(v.Parts), len(step.Fields))
		}
		for _, part := range v.Parts {
			switch {
			case part.Field != nil:
				ours(t, step, part.Field.ID(), part.Field.DescribedBy())
				if part.Field.Upload != "" {
					t.Errorf("%s would send files", step.ID)
				}
			case part.Tick != nil:
				ours(t, step, part.Tick.ID, part.Tick.DescribedBy)
			case part.Group != nil:
				ours(t, step, part.Group.Name, part.Group.Items[0].Fields[0].ID())
			case part.Topics != nil:
				ours(t, step, part.Topics.ID, part.Topics.DescribedBy)
				ours(t, step, part.Topics.Groups[0].Topics[1].ID, "")
			}
		}
		fields, hidden := step.Fields, step
		hidden.Fields = nil
		for _, x := range fields {
			x.When = never(t)
			hidden.Fields = append(hidden.Fields, x)
		}
		if got := a.PreviewOf(hidden, "preview-fr."); len(got.Parts) != 0 {
			t.Errorf("%s shows questions that are not asked", step.ID)
		}
	}
}

// never is the condition of a question that is left out.
func never(t *testing.T) (c profile.Condition) {
	t.Helper()
	if err := json.Unmarshal([]byte(`{"not":{"always":true}}`), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func ours(t *testing.T, step profile.Step, ids ...string) {
	t.Helper()
	for _, id := range strings.Fields(strings.Join(ids, " ")) {
		if !strings.HasPrefix(id, "preview-fr") {
			t.Errorf("%s: %s could stand twice on a page", step.ID, id)
		}
	}
}
