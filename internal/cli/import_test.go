package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/cli"
)

func oldMail(n int, fields, text string) string {
	return fmt.Sprintf("From: Jan Maes <jan@example.org>\nTo: klachten@desk.example\nSubject: Geheim %d\nDate: Mon, 1 Mar 2021 08:0%d:00 +0000\nMessage-ID: <m%d@example.org>\n%s\n%s\n", n, n, n, fields, text)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// reported reads the lines of a report, and sees to it that they hold nothing else.
func reported(t *testing.T, name string) (lines []map[string]any) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		for key := range m {
			if !strings.Contains(" position line id result reason as case ", " "+key+" ") {
				t.Errorf("the report has %q", key)
			}
		}
		lines = append(lines, m)
	}
	for _, word := range []string{"Geheim", "Maes", "example.org", "kas"} {
		if strings.Contains(string(b), word) {
			t.Errorf("the report says %q", word)
		}
	}
	return lines
}

func TestImportShowsFirstThenDoesItAndGoesOnLater(t *testing.T) {
	i, team := apptest.Staffed(t)
	dir := t.TempDir()
	mails := []string{oldMail(1, "", "Er verdwijnt geld uit de kas."), oldMail(2, "List-Id: <x>\n", "nieuws"), oldMail(3, "", "Nog altijd.")}
	mark := "From jan Mon Mar  1 08:00:00 2021\n"
	box := write(t, filepath.Join(dir, "klachten.mbox"), mark+mails[0]+"\n"+mark+mails[1]+"\n")
	ask := []string{"import", "mbox", box, "--route", "integrity"}
	typed(t, i, "", 0, ask, "1  would be taken: complaint\n", "1  skipped: list", "2  in all", "1  correspondences", "Nothing was changed", "--yes")
	report := filepath.Join(dir, "report")
	typed(t, i, "", 0, append(ask, "--yes", "--report", report), "1  taken", "Nobody was mailed")
	lines := reported(t, report)
	if len(lines) != 2 || lines[0]["result"] != "taken" || lines[0]["position"] != 1.0 || lines[0]["case"] == nil || lines[1]["reason"] != "list" {
		t.Fatalf("%v", lines)
	}
	typed(t, i, "", 1, append(ask, "--yes", "--report", report), "report", "exists")

	folder := filepath.Join(dir, "Maildir")
	for n, m := range mails { // the same mails, and one more
		write(t, fmt.Sprintf("%s/cur/16145856%02d.x.host:2,S", folder, n), m)
	}
	write(t, folder+"/new/1614585699.x.host", mails[2])
	typed(t, i, "", 0, []string{"import", "maildir", folder, "--route", "integrity", "--yes"}, "2  skipped: taken before", "1  taken", "1  skipped: list", "4  in all")
	i.DeliverMail()
	if n := len(i.Box.Mails()); n != 0 {
		t.Errorf("%d mails left", n)
	}
	number := lines[0]["case"].(string)
	if c := i.Case(team.Manager, casefile.Number(number)); c.Story == nil {
		t.Error("the manager does not read it")
	}
}

func TestImportRefusesWhatCannotBe(t *testing.T) {
	i, _ := apptest.Staffed(t)
	dir := t.TempDir()
	text := write(t, filepath.Join(dir, "x.txt"), "no mailbox")
	typed(t, i, "", 1, []string{"import", "mbox", text, "--route", "general"}, "no mailbox file")
	typed(t, i, "", 1, []string{"import", "maildir", dir, "--route", "general"}, "no mail folder")
	typed(t, i, "", 2, []string{"import", "mbox", text}, "--route")
	typed(t, i, "", 2, []string{"import", "mbox", text, "--route", "gossip"}, "must be one of")
	box := write(t, filepath.Join(dir, "box"), "From jan Mon Mar  1 08:00:00 2021\n"+oldMail(1, "", "x"))
	typed(t, i, "", 1, []string{"import", "mbox", box, "--route", "integrity", "--team", "supporters-service"}, "only general complaints")
	typed(t, apptest.New(t), "", 1, []string{"import", "mbox", box, "--route", "general"}, "no member of this team")
}

func TestImportOfARegisterSaysWhichLineIsWrong(t *testing.T) {
	i, team := apptest.Staffed(t)
	dir := t.TempDir()
	_, example, _ := cli.Run(t.Context(), "", "import", "csv", "--example")
	file := write(t, filepath.Join(dir, "register.csv"), example+"2021-017;gisteren;;general;;visit;nl;An Maes;;;Geheim;x;;\n")
	ask := []string{"import", "csv", file}
	typed(t, i, "", 0, ask, "2  would be taken", "3  would be taken", "6  failed: column received: no date", "3  would be taken\n", "Nothing was changed")
	report := filepath.Join(dir, "report")
	typed(t, i, "", 1, append(ask, "--yes", "--report", report), "3  taken", "some were not taken")
	lines := reported(t, report)
	if len(lines) != 4 || lines[0]["line"] != 2.0 || lines[3]["line"] != 6.0 || lines[3]["result"] != "failed" {
		t.Fatalf("%v", lines)
	}
	for n, by := range []access.Actor{team.Service[0], team.Service[0], team.Manager} {
		i.Case(by, casefile.Number(lines[n]["case"].(string)))
	}
	typed(t, i, "", 1, append(ask, "--yes"), "3  skipped: taken before", "1  failed")
	typed(t, i, "", 1, []string{"import", "csv"}, "--example")
	wrong := write(t, filepath.Join(dir, "wrong.csv"), "nummer;received\n1;x\n")
	typed(t, i, "", 1, []string{"import", "csv", wrong}, `no column "nummer"`, "reference")
}
