package desk

import (
	"net/http"
	"regexp"
	"strings"

	"klankbord/doc/handbook"
)

// handbookPage is the handbook for members.
type handbookPage struct{ Blocks []handbookBlock }

// handbookBlock is one thing that stands under another: a heading, a paragraph, a list, or
// the rows of a table.
type handbookBlock struct {
	Kind  string // "heading", "text", "steps", "list" or "rows"
	Words []words
	Items [][]words
	Rows  []handbookRow
}

// handbookRow is a row of a table: what it is about, and then each cell under its heading.
type handbookRow struct {
	What  []words
	Cells []handbookCell
}

type handbookCell struct {
	Under string // heading of the column, where there are several
	Words []words
}

// words are some words that look alike.
type words struct {
	Text         string
	Strong, Code bool
	Href         string
}

// handbookShow shows it in the language of the page. It reads nothing of any case.
func (d *desk) handbookShow(w http.ResponseWriter, r *http.Request) error {
	text, err := handbook.Members(d.Renderer.Lang(r))
	if err != nil {
		return err
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/handbook", page(d, r, d.text(r, "help.handbook"), handbookPage{blocksOf(text)}))
}

// blocksOf reads the Markdown that the handbook is written in. Its title and pictures are
// left out: the page has its own title, and the pages themselves are near.
func blocksOf(text string) (list []handbookBlock) {
	for _, chunk := range strings.Split(text, "\n\n") {
		chunk = strings.TrimSpace(chunk)
		switch {
		case chunk == "", strings.HasPrefix(chunk, "# "), strings.HasPrefix(chunk, "!["):
		case strings.HasPrefix(chunk, "## "):
			list = append(list, handbookBlock{Kind: "heading", Words: wordsIn(chunk[3:])})
		case strings.HasPrefix(chunk, "|"):
			list = append(list, handbookBlock{Kind: "rows", Rows: rowsOf(chunk)})
		case strings.HasPrefix(chunk, "- "):
			list = append(list, handbookBlock{Kind: "list", Items: itemsOf(chunk)})
		case strings.HasPrefix(chunk, "1. "):
			list = append(list, handbookBlock{Kind: "steps", Items: itemsOf(chunk)})
		default:
			list = append(list, handbookBlock{Kind: "text", Words: wordsIn(chunk)})
		}
	}
	return list
}

var itemBegins = regexp.MustCompile(`(?m)^(?:- |[0-9]+\. )`)

func itemsOf(chunk string) (items [][]words) {
	for _, item := range itemBegins.Split(chunk, -1)[1:] {
		items = append(items, wordsIn(item))
	}
	return items
}

func rowsOf(chunk string) (rows []handbookRow) {
	lines := strings.Split(chunk, "\n")
	heads := cellsOf(lines[0])
	for _, line := range lines[min(2, len(lines)):] {
		cells := cellsOf(line)
		row := handbookRow{What: wordsIn(cells[0])}
		for i, cell := range cells[1:] {
			x := handbookCell{Words: wordsIn(cell)}
			if len(heads) > 2 && i+1 < len(heads) {
				x.Under = heads[i+1]
			}
			row.Cells = append(row.Cells, x)
		}
		rows = append(rows, row)
	}
	return rows
}

func cellsOf(line string) []string {
	cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

var marked = regexp.MustCompile("\\*\\*([^*]+)\\*\\*|`([^`]+)`")

// wordsIn splits a text where its looks change. An address of the desk becomes a link.
func wordsIn(text string) (list []words) {
	text = strings.Join(strings.Fields(text), " ")
	at := 0
	for _, m := range marked.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > at {
			list = append(list, words{Text: text[at:m[0]]})
		}
		at = m[1]
		if m[2] >= 0 {
			list = append(list, words{Text: text[m[2]:m[3]], Strong: true})
			continue
		}
		x := words{Text: text[m[4]:m[5]], Code: true}
		if strings.HasPrefix(x.Text, "/desk") {
			x.Href = x.Text
		}
		list = append(list, x)
	}
	if at < len(text) {
		list = append(list, words{Text: text[at:]})
	}
	return list
}
