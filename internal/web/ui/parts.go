package ui

import (
	"strings"
	"time"
)

// Tone is the colour of a notice or tag; the words beside it carry the meaning.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Info  Tone = "info"
	Good  Tone = "ok"
	Warn  Tone = "warn"
	Bad   Tone = "err"
)

// Tag is a short label, such as a state. Template "tag".
type Tag struct {
	Text string
	Tone Tone
}

// Notice is a box with a title and paragraphs. Status announces it to assistive
// technology when it appears. Template "notice".
type Notice struct {
	Title, Text string
	Tone        Tone
	Status      bool
}

// Answer is a row of a summary list: what was asked and what was answered. An
// empty Text and no Files reads "Not provided"; no Change hides the link.
// Template "answers" takes []Answer.
type Answer struct {
	Label, Text, Lang string
	Files             []File
	Change            string // address where it can be changed
}

// MessageKind says who wrote a message and who can read it.
type MessageKind string

// The kinds of message.
const (
	Received MessageKind = "in"   // from the other side
	Sent     MessageKind = "out"  // from this side, the other side reads it
	Internal MessageKind = "note" // only this side reads it
	Event    MessageKind = "ev"   // a change, on one line
)

// Message is an entry on a timeline. Template "message".
type Message struct {
	ID, From, Text, Lang string
	Kind                 MessageKind
	At                   time.Time
	Tags                 []Tag
	Files                []File
	Quoted               string // what an e-mail only repeats of an earlier one; folded
	Note                 string // below the text, such as "Read by us on 3 August 2026"
	Link                 *Link  // what can be done about it; nil: nothing
	Sends                *Link  // the same with a button of the page's form; nil: nothing
}

// Code is a code that a person must keep, shown in groups that do not break.
// Template "code".
type Code struct {
	Text  string // XXXX-XXXX-…
	Label string // said before it to assistive technology
}

// Groups splits the code at its dashes.
func (c Code) Groups() []string { return strings.Split(c.Text, "-") }

// Table is a table in a region that scrolls by itself when the window is narrow.
// Template "table".
type Table struct {
	Caption string // always given; hidden to the eye unless CaptionShown
	Columns []Column
	Rows    []Row
	Empty   string // said in place of a table without rows

	CaptionShown bool
	Stacked      bool   // narrow windows show each row as a card
	Select       string // name of the checkbox in front of each row, empty for none
	Form         string // id of the form that the checkboxes belong to; empty: the one around the table
}

// Column is a column of a Table. Sort is the address that sorts by it; Sorted is
// "ascending", "descending" or empty.
type Column struct {
	Text, Sort, Sorted string
	Number, Hidden     bool // Number aligns right; Hidden shows the heading to assistive technology only
	Whole              bool // what stands in a cell keeps to one line
}

// Row is a row of a Table. Key is what its checkbox sends, Name what it is called.
type Row struct {
	Key, Name string
	Unread    bool
	Cells     []Cell
}

// Cell is a cell: text, a link around it, a tag, or a time. Head makes it the
// heading of its row.
type Cell struct {
	Text, Href, Lang string
	Tag              *Tag
	Mark             *Tag // behind the text
	At               time.Time
	Head             bool
}

// Pages is the navigation of a list that spans several pages. Template "pages".
type Pages struct {
	Label    string // what the list is
	Prev     string
	Next     string
	Numbered []Link
	Summary  string // "51 to 100 of 212"
}

// Details is text that opens when asked for. Template "details".
type Details struct {
	Summary, Text string
	Open          bool
}

// Group is a set of fields that can be given several times. Its buttons send
// add=Name and remove=Name.Key. Template "group".
type Group struct {
	Name, Legend, Hint, Add string
	Items                   []GroupItem
}

// GroupItem is one filled-in set of a Group.
type GroupItem struct {
	Key, Legend string
	Fields      []Field
}

// Task is a step of a longer job that can be done in any order. Template "tasks"
// takes []Task. No Href means that it cannot start yet.
type Task struct {
	Text, Href, Hint string
	State            Tag
}
