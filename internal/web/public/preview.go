package public

import (
	"fmt"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// Preview shows a page of text as it would be with a profile that does not hold yet, in any
// language, with every team open; ok is false where the profile has no such page.
func Preview(rd *ui.Renderer, p *profile.Profile, l, id string) (shown ui.Fragment, ok bool, err error) {
	page, ok := p.Page(id)
	if !ok {
		return shown, false, nil
	}
	f := &face{Deps: Deps{Profile: p, Renderer: rd}}
	name, view := "public/text", ui.Viewed(ui.Page[textPage]{Title: page.Title.In(l), Lang: l, Data: f.text(page, l)})
	if id == "public" {
		open := map[casefile.Team]bool{}
		for _, t := range p.Teams {
			open[t.ID] = true
		}
		name, view = "public/landing", ui.Page[landingPage]{Title: page.Title.In(l), Lang: l, Data: f.landing(page, l, open)}
	}
	if shown, err = rd.Shown(name, view); err != nil {
		return shown, false, fmt.Errorf("preview page %s: %w", id, err)
	}
	return shown, true, nil
}
