package public

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// landingPage tells how complaints are handled, who reads them and where to begin.
type landingPage struct {
	Intro     string
	Start     string // address of the first question
	Emergency *emergency
	Follows   textBlock
	Blocks    []textBlock
	Choose    textBlock
	Teams     []landingTeam
	Closed    *question.Closed // nobody receives complaints yet
}

// landingTeam is a team: what it handles, who reads that, and how to reach it.
type landingTeam struct {
	ID, Name, Handles, Readers, Inbox, MailNote string
	Closed                                      bool // nobody is in it yet
	Routes                                      []landingRoute
	Contacts                                    []question.Contact
}

// landingRoute is a kind of complaint with its topics and what is promised.
type landingRoute struct {
	Heading string
	About   []string
	Topics  []landingTopic
	Promise []string
}

// landingTopic is a topic with what it means.
type landingTopic struct{ Label, Explanation, Example string }

// showLanding answers with the page that everything begins at.
func (f *face) showLanding(w http.ResponseWriter, r *http.Request) error {
	if f.notOffered(w, r) {
		return nil
	}
	l := f.Renderer.Lang(r)
	page, _ := f.Profile.Page("public")
	teams := f.openTeams(r)
	data := f.landing(page, l, teams)
	for _, t := range data.Teams {
		if t.Closed { // a browser must not keep it: it opens at any moment
			w.Header().Set("Cache-Control", "no-store")
		}
	}
	data.Closed = f.allClosed(r, teams)
	return f.Renderer.Render(w, r, http.StatusOK, "public/landing", ui.Page[landingPage]{
		Title: page.Title.In(l), Path: "/", Compress: true, Index: true, Data: data,
	})
}

func (f *face) landing(page profile.Page, l string, open map[casefile.Team]bool) landingPage {
	block := func(id string) textBlock {
		b, _ := page.Block(id)
		return blockIn(b, l)
	}
	data := landingPage{
		Intro: page.Intro.In(l), Start: "/" + l + "/complaint/" + f.firstStep(), Emergency: f.emergency(l),
		Follows: block("what-follows"), Choose: block("choose"),
		Blocks: []textBlock{block("confidentiality"), block("independence"), block("no-retaliation"), block("inbox")},
	}
	for _, b := range page.Blocks {
		if !placed(b.ID) {
			data.Blocks = append(data.Blocks, blockIn(b, l))
		}
	}
	for _, t := range f.Profile.Teams {
		x := f.landingTeam(t, page, l)
		x.Closed = len(t.Routes) > 0 && !open[t.ID]
		data.Teams = append(data.Teams, x)
	}
	return data
}

// placed reports whether a block has a place of its own on the page. What else a profile
// wants to say comes behind the blocks that every profile has.
func placed(id string) bool {
	own := []string{"confidentiality", "independence", "no-retaliation", "inbox", "what-follows", "choose"}
	return slices.Contains(own, id) || strings.HasPrefix(id, "route-") || strings.HasPrefix(id, "promise-")
}

func (f *face) landingTeam(t profile.Team, page profile.Page, l string) landingTeam {
	x := landingTeam{
		ID: string(t.ID), Name: t.Name.In(l), Handles: t.Handles.In(l), Readers: t.Readers.In(l),
		Inbox: t.InboxNote.In(l), MailNote: t.MailNote.In(l),
	}
	for _, route := range t.Routes {
		x.Routes = append(x.Routes, f.landingRoute(route, page, l))
	}
	for i := range x.Routes { // what is promised stands once, below the last route it holds for
		if i+1 < len(x.Routes) && len(x.Routes[i].Promise) > 0 && x.Routes[i+1].Promise[0] == x.Routes[i].Promise[0] {
			x.Routes[i].Promise = nil
		}
	}
	for _, c := range t.Contacts {
		x.Contacts = append(x.Contacts, contactIn(c, l))
	}
	return x
}

func contactIn(c profile.Contact, l string) question.Contact {
	x := question.Contact{Kind: c.Kind, Value: c.Value, For: c.For.In(l)}
	if c.Placeholder {
		x.Kind, x.Note = "placeholder", c.Note.In(l)
	}
	if c.Kind == "phone" {
		x.Value = strings.ReplaceAll(c.Value, " ", "\u00a0") // a number stays on one line
	}
	return x
}

func (f *face) landingRoute(route casefile.Route, page profile.Page, l string) landingRoute {
	about, _ := page.Block("route-" + string(route))
	promise, ok := page.Block("promise-" + string(route))
	if !ok {
		promise, _ = page.Block("promise-strict")
	}
	x := landingRoute{Heading: about.Heading.In(l), About: textsIn(about.Paragraphs, l), Promise: textsIn(promise.Paragraphs, l)}
	for _, t := range f.Profile.TopicsOn(route) {
		y := landingTopic{Label: t.Label.In(l), Explanation: t.Explanation.In(l)}
		if !t.Example.Empty() {
			y.Example = t.Example.In(l)
		}
		x.Topics = append(x.Topics, y)
	}
	return x
}
