package sheet_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"klankbord/internal/sheet"
)

func table(words ...string) sheet.Table {
	t := sheet.Table{Name: "Register", Head: []string{"Number", "Days"}}
	for i, w := range words {
		t.Rows = append(t.Rows, []sheet.Cell{sheet.Text(w), sheet.Number(int64(i) - 1)})
	}
	return t
}

func read(t interface{ Fatal(...any) }, tab sheet.Table) (fromCSV, fromXLSX [][]string, book *excelize.File) {
	var c, x bytes.Buffer
	if err := tab.CSV(&c); err != nil {
		t.Fatal(err)
	}
	if err := tab.XLSX(&x); err != nil {
		t.Fatal(err)
	}
	fromCSV, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(c.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if book, err = excelize.OpenReader(&x); err != nil {
		t.Fatal(err)
	}
	if fromXLSX, err = book.GetRows(tab.Name); err != nil {
		t.Fatal(err)
	}
	return fromCSV, fromXLSX, book
}

func TestATableReadsTheSameInBothForms(t *testing.T) {
	want := [][]string{{"Number", "Days"}, {"KB-7Q4M-9X", "-1"}, {"Größe, \"schön\"", "0"}, {"two\nlines", "1"}}
	fromCSV, fromXLSX, _ := read(t, table("KB-7Q4M-9X", "Größe, \"schön\"", "two\nlines"))
	if d := cmp.Diff(want, fromCSV); d != "" {
		t.Error("CSV:", d)
	}
	if d := cmp.Diff(want, fromXLSX); d != "" {
		t.Error("XLSX:", d)
	}
}

func TestNothingThatSomebodyTypedIsAFormula(t *testing.T) {
	evil := []string{"=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "＝1", "|x", "\u00a0=HYPERLINK(\"https://evil.example\")"}
	fromCSV, fromXLSX, book := read(t, table(evil...))
	for i, typed := range evil {
		for form, rows := range map[string][][]string{"CSV": fromCSV, "XLSX": fromXLSX} {
			if got := rows[i+1][0]; !strings.HasPrefix(got, "'") {
				t.Errorf("%s: %q is written as %q", form, typed, got)
			}
		}
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			t.Fatal(err)
		}
		if formula, err := book.GetCellFormula("Register", at); err != nil || formula != "" {
			t.Errorf("%q became the formula %q (%v)", typed, formula, err)
		}
	}
}

func TestNoCellOfAFileBeginsWithASignOfAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c bytes.Buffer
		if err := table(rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "cells")...).CSV(&c); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(c.String(), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(row[0], " ")); strings.ContainsRune("=+-@", first) {
				t.Fatalf("a cell begins with %q", row[0])
			}
		}
	})
}
