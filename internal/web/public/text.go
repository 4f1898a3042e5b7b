package public

import (
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// textPage is a page of text in one language.
type textPage struct {
	Intro  string
	Blocks []textBlock
	Who    bool // leads to who reads a complaint
	Bodies []body
}

// textBlock is a part of a page under its own heading.
type textBlock struct {
	ID, Heading      string
	Paragraphs, List []string
}

// showText answers with a page of the profile.
func (f *face) showText(id string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		page, ok := f.Profile.Page(id)
		if !ok {
			return fault.ErrNotFound
		}
		l := f.Renderer.Lang(r)
		return f.Renderer.Render(w, r, http.StatusOK, "public/text", ui.Page[textPage]{
			Title: page.Title.In(l), Path: "/" + id, Compress: true, Index: true, Data: f.text(page, l),
		})
	}
}

func (f *face) text(page profile.Page, l string) textPage {
	data := textPage{Intro: page.Intro.In(l), Who: page.ID == "privacy"}
	if page.ID == "other-ways" {
		data.Bodies = bodiesIn(f.Profile.Outside(), l)
	}
	for _, b := range page.Blocks {
		data.Blocks = append(data.Blocks, blockIn(b, l))
	}
	return data
}

func blockIn(b profile.Block, l string) textBlock {
	return textBlock{b.ID, b.Heading.In(l), textsIn(b.Paragraphs, l), textsIn(b.List, l)}
}

func textsIn(texts []profile.Text, l string) []string {
	var out []string
	for _, t := range texts {
		out = append(out, t.In(l))
	}
	return out
}
