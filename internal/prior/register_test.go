package prior_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/prior"
)

func rows(t testing.TB, file string) (list []prior.Row) {
	t.Helper()
	r, err := prior.ReadRegister(strings.NewReader(file), []string{"reference", "text", "note"})
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

func TestARegisterIsReadAsItWasWritten(t *testing.T) {
	want := []prior.Row{
		{Line: 2, Fields: map[string]string{"reference": "1", "text": "twee\nregels; ja", "note": ""}},
		{Line: 4, Fields: map[string]string{"reference": "2", "text": "é", "note": "x"}},
	}
	for name, file := range map[string]string{
		"semicolons":         "reference;text;note\n1;\"twee\nregels; ja\";\n2;é;x\n",
		"commas":             "reference,text,note\n1,\"twee\nregels; ja\",\n2,é,x",
		"a mark and Windows": "\uFEFFReference; TEXT ;note\r\n1;\"twee\nregels; ja\";\r\n 2;é ;x\r\n",
	} {
		if diff := cmp.Diff(want, rows(t, file)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAWrongRowLeavesTheOthersAlone(t *testing.T) {
	list := rows(t, "reference;text\n1;a\n2;b;c\n3;\xff\n4;d\"e\n5;f\n")
	var faults []string
	for _, r := range list {
		faults = append(faults, r.Fault)
	}
	want := []string{"", "3 values for 2 columns", "column text: not UTF-8", "the quotes are not closed, or stand within a value", ""}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Fatal(diff)
	}
	if list[4].Line != 6 || list[4].Fields["reference"] != "5" {
		t.Errorf("line %d", list[4].Line)
	}
}

func TestANameOfAColumnThatIsNotKnownIsRefused(t *testing.T) {
	for _, file := range []string{"", "reference;tekst\n1;x\n", "reference;text;text\n"} {
		if _, err := prior.ReadRegister(strings.NewReader(file), []string{"reference", "text"}); !errors.Is(err, prior.ErrRegister) {
			t.Errorf("%q: %v", file, err)
		}
	}
}
