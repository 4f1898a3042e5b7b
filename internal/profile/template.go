package profile

import "slices"

// Template is a text that members can begin a message or a note with, in every language.
// Its placeholders are those of Placeholders.
type Template struct {
	ID    string `json:"id,omitzero"`
	Label Text   `json:"label,omitzero"` // what it is for
	Text  Text   `json:"text,omitzero"`
	Off   bool   `json:"off,omitzero"` // the organisation leaves it out
}

// The placeholders of a template.
const (
	PlaceNumber       = "{number}"       // of the case
	PlaceOrganisation = "{organisation}" // its name
	PlaceReceived     = "{received}"     // the day on which it came in
	PlaceAnswer       = "{answer}"       // the day by which the complainant was promised an answer
)

// Placeholders lists what a template may hold to be filled in.
func Placeholders() []string {
	return []string{PlaceNumber, PlaceOrganisation, PlaceReceived, PlaceAnswer}
}

// Needs reports whether a template holds a placeholder.
func (t Template) Needs(place string) bool { return slices.Contains(placeholders(t.Text["en"]), place) }

func (v *findings) templates(p *Profile) {
	v.need(len(p.Templates) > 0, "no template is given")
	v.unique("template", wordID, ids(p.Templates, func(t Template) string { return t.ID }))
	for _, t := range p.Templates {
		v.need(!t.Label.Empty() && !t.Text.Empty(), "template %q is not complete", t.ID)
		for _, place := range placeholders(t.Text["en"]) {
			v.need(slices.Contains(Placeholders(), place), "template %q: nothing fills in %s", t.ID, place)
		}
	}
}
