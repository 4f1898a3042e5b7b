package intake

import (
	"context"
	"slices"
	"strings"

	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// Room fails with fault.ErrFull when the disk has too little room for a new
// complaint. Whoever has begun one can finish it; files are refused as well.
func (i *Intake) Room() error { return i.Blobs.Room() }

// Save keeps the answers of one step as typed, right or wrong, and leaves those of
// other steps alone. Two tabs that save at once both keep what they have.
func (i *Intake) Save(ctx context.Context, tok seal.Token, lang string, step profile.Step, typed profile.Answers) (*Draft, error) {
	return i.change(ctx, tok, lang, func(d *Draft) {
		d.Lang = lang
		if !slices.Contains(d.Visited, step.ID) {
			d.Visited = append(d.Visited, step.ID)
		}
		d.Answers = Merged(d.Answers, step, typed)
	})
}

// Merged is the answers a with those of a step as typed, the others left alone. It
// changes a where that is not nil.
func Merged(a profile.Answers, step profile.Step, typed profile.Answers) profile.Answers {
	if a == nil {
		a = profile.Answers{}
	}
	for _, f := range step.Fields {
		if f.Kind == profile.Files {
			continue
		}
		for _, key := range answerKeys(f, a) {
			delete(a, key)
		}
		for _, key := range answerKeys(f, typed) {
			if len(typed[key]) > 0 {
				a[key] = slices.Clone(typed[key])
			}
		}
	}
	return a
}

// answerKeys lists the keys under which a field has answers: its own and those of
// its rows.
func answerKeys(f profile.Field, a profile.Answers) []string {
	keys := f.Keys()
	for key := range a {
		if strings.HasPrefix(key, f.ID+".") && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}
