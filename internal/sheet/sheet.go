// Package sheet writes a table for a spreadsheet, as CSV or as XLSX. What people typed
// must never be taken for a formula by the program that opens it, and nothing touches
// the disk on the way. It fails only where the writer does.
package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Cell is a cell: words, or a number.
type Cell struct {
	Text   string
	Number int64
	counts bool
}

// Text is a cell with words.
func Text(s string) Cell { return Cell{Text: s} }

// Number is a cell with a number.
func Number(n int64) Cell { return Cell{Number: n, counts: true} }

// Table is a table with a row of headings. Name is that of the sheet.
type Table struct {
	Name string
	Head []string
	Rows [][]Cell
}

// formulaSigns begin what a spreadsheet reads as a formula, in the widths in which
// people can type them; a tab or a new line before one does not stop it.
const formulaSigns = "=+-@|%\t\r\n＝＋－＠"

// harmless puts an apostrophe before words that a spreadsheet would compute.
func harmless(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0"))
	if s != "" && strings.ContainsRune(formulaSigns, first) {
		return "'" + s
	}
	return s
}

// CSV writes the table with commas between the cells (RFC 4180), in UTF-8 with the mark
// by which spreadsheets know it.
func (t Table) CSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{t.Head}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, c := range row {
			if line[i] = c.Text; c.counts {
				line[i] = strconv.FormatInt(c.Number, 10)
			} else {
				line[i] = harmless(c.Text)
			}
		}
		rows = append(rows, line)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// XLSX writes the table as a workbook with one sheet. Words are stored as words, so that
// nothing is computed; an apostrophe before them keeps that so where somebody saves the
// sheet as CSV.
func (t Table) XLSX(w io.Writer) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("close workbook: %w", e)
		}
	}()
	if err := f.SetSheetName("Sheet1", t.Name); err != nil {
		return fmt.Errorf("name sheet: %w", err)
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Klankbord", Title: t.Name}); err != nil {
		return fmt.Errorf("describe workbook: %w", err)
	}
	head := make([]Cell, len(t.Head))
	for i, h := range t.Head {
		head[i] = Text(h)
	}
	for y, row := range append([][]Cell{head}, t.Rows...) {
		if err := t.put(f, y+1, row); err != nil {
			return err
		}
	}
	if err := f.SetPanes(t.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze headings: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func (t Table) put(f *excelize.File, y int, row []Cell) error {
	for x, c := range row {
		at, err := excelize.CoordinatesToCellName(x+1, y)
		if err != nil {
			return fmt.Errorf("place cell: %w", err)
		}
		if c.counts {
			err = f.SetCellInt(t.Name, at, c.Number)
		} else {
			err = f.SetCellStr(t.Name, at, harmless(c.Text))
		}
		if err != nil {
			return fmt.Errorf("fill cell %s: %w", at, err)
		}
	}
	return nil
}
