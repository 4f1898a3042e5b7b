package ui_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// style is the data of every page of the style guide, in testdata/style.
type style struct {
	Text          string
	Date, Ongoing []string
	Details       ui.Details
	Danger        ui.Notice
	Group         ui.Group
	Files         []ui.File
	Answers       []ui.Answer
	Code          ui.Code
	When          time.Time
	State         ui.Tag
	Messages      []ui.Message
	Views         []ui.Link
	Table         ui.Table
	Pages         ui.Pages
	Tasks         []ui.Task
}

const longText = "On Tuesday my supervisor came to my desk again.\nHe said that I should think of my contract before I speak to anyone.\n\nTwo colleagues heard it."

func sample() style {
	when := time.Date(2026, 8, 7, 12, 2, 0, 0, time.UTC)
	photo := ui.File{ID: "1", Name: "IMG_2931.jpg", Size: 1_400_000}
	late, soon := ui.Tag{Text: "2 days late", Tone: ui.Bad}, ui.Tag{Text: "in 12 days"}
	return style{
		When: when, State: ui.Tag{Text: "Being looked at", Tone: ui.Good},
		Details: ui.Details{Summary: "What happens with what I write here", Text: "Only the Complaints team reads it.\n\nWe do not keep your internet address."},
		Danger:  ui.Notice{Title: "In danger now?", Text: "Call 112.", Tone: ui.Warn, Status: true},
		Group: ui.Group{Name: "witness", Legend: "Who else knows about it?", Add: "Add another person", Items: []ui.GroupItem{
			{Key: "0", Legend: "Person 1", Fields: []ui.Field{{Kind: ui.KindText, Name: "witness.0.name", Label: "Name", Optional: true}}},
			{Key: "1", Legend: "Person 2", Fields: []ui.Field{{Kind: ui.KindText, Name: "witness.1.name", Label: "Name", Optional: true}}},
		}},
		Files: []ui.File{photo, {ID: "2", Name: "a-very-long-name-without-any-space-that-somebody-gave-to-a-scan-of-a-letter.pdf", Size: 812_000, Note: "being checked"}},
		Answers: []ui.Answer{
			{Label: "What happened?", Text: longText, Lang: "en", Change: "/en/complaint/what"},
			{Label: "When did it happen?", Text: "March 2026", Change: "/en/complaint/when"},
			{Label: "Where?", Change: "/en/complaint/where"},
			{Label: "Files", Files: []ui.File{photo}, Change: "/en/complaint/files"},
		},
		Code: ui.Code{Text: "7Q4M-9XAB-C0DE-FGH1-JKMN-PQRS-TVWX", Label: "Your code:"},
		Messages: []ui.Message{
			{ID: "m1", From: "You", Kind: ui.Received, At: when, Text: longText, Lang: "en", Files: []ui.File{photo}, Note: "Read by us on 3 August 2026"},
			{Kind: ui.Event, At: when, Text: "Confirmed", From: "An"},
			{ID: "m2", From: "Complaints team", Kind: ui.Sent, At: when, Text: "Thank you for telling us. Could you say on which day this was?", Lang: "en"},
			{ID: "m3", From: "Benoît", Kind: ui.Internal, At: when, Text: "Ask HR for the roster.", Tags: []ui.Tag{{Text: "Only members see this", Tone: ui.Warn}}},
		},
		Views: []ui.Link{{Href: "/desk?v=mine", Text: "My open cases", Current: true, Count: 50}, {Href: "/desk?v=new", Text: "Without a member in charge", Count: 4}, {Href: "/desk?v=due", Text: "Deadline this week"}},
		Table: ui.Table{Caption: "My open cases, by next deadline", Stacked: true, Select: "case",
			Columns: []ui.Column{{Text: "Number"}, {Text: "Subject"}, {Text: "State"}, {Text: "Next deadline", Sort: "/desk?sort=due", Sorted: "ascending"}, {Text: "Entries", Number: true}, {Text: "Changed"}},
			Rows: []ui.Row{
				{Key: "1", Name: "KB-7Q4M-9X", Unread: true, Cells: []ui.Cell{{Text: "KB-7Q4M-9X"}, {Text: "Pressure from a field partner on local villagers", Href: "/desk/case/1", Head: true}, {Text: "New"}, {Tag: &late}, {Text: "3"}, {At: when}}},
				{Key: "2", Name: "KB-0H2K-7T", Cells: []ui.Cell{{Text: "KB-0H2K-7T"}, {Text: "Monthly gift not stopped after two requests", Href: "/desk/case/2", Head: true}, {Text: "Waiting for the complainant"}, {Tag: &soon}, {Text: "12"}, {At: when}}},
			}},
		Pages: ui.Pages{Label: "Pages of cases", Prev: "/desk?p=1", Next: "/desk?p=3", Summary: "51 to 100 of 212", Numbered: []ui.Link{{Href: "/desk?p=1", Text: "1"}, {Href: "/desk?p=2", Text: "2", Current: true}, {Href: "/desk?p=3", Text: "3"}}},
		Tasks: []ui.Task{{Text: "Create the first administrator", Href: "/desk/setup/1", State: ui.Tag{Text: "Completed", Tone: ui.Good}}, {Text: "Invite two members", Hint: "At least two are needed", State: ui.Tag{Text: "Cannot start yet"}}},
	}
}

func testWords(t testing.TB) ui.Words {
	t.Helper()
	return ui.Catalogue(lang.New())
}

func languages() []string { return []string{"nl", "fr", "en", "de"} }

func renderer(t testing.TB, log *slog.Logger, secure bool) *ui.Renderer {
	t.Helper()
	return rendererOf(t, log, secure, ui.Set{Name: "style", Files: os.DirFS("testdata/style")})
}

func rendererOf(t testing.TB, log *slog.Logger, secure bool, set ui.Set) *ui.Renderer {
	t.Helper()
	return rendererFrom(t, "", log, secure, set)
}

func rendererFrom(t testing.TB, tree string, log *slog.Logger, secure bool, set ui.Set) *ui.Renderer {
	t.Helper()
	a, err := ui.NewAssets(ui.Look{})
	if err != nil {
		t.Fatal(err)
	}
	rd, err := ui.NewRenderer(ui.Config{
		Words: testWords(t), Languages: languages(), Assets: a, Log: log, Secure: secure, Tree: tree,
		Brand: func(string) ui.Brand {
			return ui.Brand{Name: "Example Nature Fund", Service: "Complaints", Phone: "+32 2 000 00 00", Hours: "Monday to Friday, 9.00 to 17.00"}
		},
	}, set)
	if err != nil {
		t.Fatal(err)
	}
	return rd
}

// state is one page of the style guide in one state.
type state struct {
	name, page string
	view       ui.Page[style]
}

// states lists every page of the style guide in every state it can be in.
func states() []state {
	member := &ui.User{Name: "An Peeters", Nav: []ui.Link{{Href: "/desk", Text: "Cases", Current: true}, {Href: "/desk/tasks", Text: "Deadlines", Count: 2}, {Href: "/desk/statistics", Text: "Statistics"}}}
	blank, full := sample(), sample()
	blank.Files = nil
	full.Text, full.Date, full.Ongoing = longText, []string{"31", "2", "2026"}, []string{"yes", "behaviour"}
	wrong := func(fields ...string) []ui.FormError {
		var e []ui.FormError
		for _, f := range fields {
			e = append(e, ui.FormError{Field: f, Text: "Write this differently: " + f})
		}
		return e
	}
	page := func(title, path string, d style) ui.Page[style] {
		return ui.Page[style]{Title: title, Path: path, Data: d, TitleParts: []string{"Question 3 of 7"}}
	}
	bad := func(p ui.Page[style], fields ...string) ui.Page[style] {
		p.Errors = wrong(fields...)
		p.Exit = true
		return p
	}
	desk := func(p ui.Page[style], u *ui.User) ui.Page[style] { p.Desk, p.User = true, u; return p }
	all := []state{
		{"landing", "landing", page("Tell us what went wrong", "/", blank)},
		{"question", "question", page("What happened?", "/complaint/what", blank)},
		{"question-error", "question", bad(page("What happened?", "/complaint/what", full), "what", "when.month", "ongoing", "")},
		{"topic", "topic", page("What is it about?", "/complaint/topic", full)},
		{"topic-error", "topic", bad(page("What is it about?", "/complaint/topic", blank), "topic")},
		{"who", "who", page("How can we reach you?", "/complaint/who", blank)},
		{"who-error", "who", bad(page("How can we reach you?", "/complaint/who", full), "name", "email", "phone")},
		{"files", "files", page("Files", "/complaint/files", full)},
		{"files-error", "files", bad(page("Files", "/complaint/files", blank), "file")},
		{"check", "check", page("Check your complaint", "/complaint/check", full)},
		{"receipt", "receipt", page("We received your complaint", "/receipt", full)},
		{"mailbox", "mailbox", page("Messages", "/mailbox/case", full)},
		{"inbox", "inbox", desk(page("My open cases", "", full), member)},
		{"case", "case", desk(page("KB-7Q4M-9X", "", full), member)},
		{"signin", "signin", desk(page("Sign in", "/desk/signin", full), nil)},
		{"signin-error", "signin", desk(bad(page("Sign in", "/desk/signin", full), "email"), nil)},
	}
	all[4].view.Exit = false
	return all
}
