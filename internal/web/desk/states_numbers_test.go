package desk_test

import (
	"encoding/csv"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/profile"
)

// numbers renders every state of the pages about figures.
func (s *states) numbers() {
	s.keep("numbers", s.crew.sofie.get(s.in("/desk/numbers")))
	s.keep("posters", s.crew.sofie.get(s.in("/desk/posters?written=de&topic=theft&office=Brussel")))
	s.keep("numbers-none", s.crew.sofie.get(s.in("/desk/numbers?year=2021&part=q2&route=privacy")))
	s.keep("report", s.crew.sofie.get(s.in("/desk/numbers/report?for=board&in=fr")))
	s.keep("report-all", s.crew.anke.get(s.in("/desk/numbers/report?year=2024")))
	s.keep("report-month", s.crew.sofie.get(s.in("/desk/numbers/month?in=de")))
	s.keep("sample", s.crew.anke.get(s.in("/desk/log/sample")))
	s.keep("sample-none", s.crew.anke.get(s.in("/desk/log/sample?year=2022")))
	s.keep("sample-denied", s.crew.sofie.get(s.in("/desk/log/sample")))
	s.keep("case_export", s.crew.sofie.get(s.in(s.busy+"/export")))
	s.keep("case_export-error", s.crew.sofie.post(s.in(s.busy+"/export"), url.Values{"password": {"not it"}}))
	s.keep("register", s.crew.sofie.get(s.in("/desk/numbers/register")))
	s.keep("register-error", s.crew.sofie.post(s.in("/desk/numbers/register"), url.Values{"password": {"not it"}}))
	s.keep("year-error", s.crew.sofie.post(s.in("/desk/numbers/year?year=2025"), url.Values{"people": {"240"}, "supporters": {"many"}}))
	s.keep("numbers-all", s.crew.anke.get(s.in("/desk/numbers?part=3")))
}

func TestTheFiguresOfAPeriodAreShown(t *testing.T) {
	h, c := staffed(t)
	for _, b := range []*browser{c.sofie, c.thomas, c.anke} {
		b.speaks("en")
	}
	for range 2 {
		h.Complain("en", complaint(), nil)
	}
	h.Complain("fr", apptest.With(complaint(), profile.FieldLanguage, "fr"), nil)
	h.Complain("en", integrity(), nil)
	p := c.sofie.opens("/desk/numbers", "Received by channel")
	for _, want := range []string{"General complaint 3 0", "French 1 0", "Came in 3 0", "March 3 0", "This period is not over yet", "Solid bar: 2026. Striped bar: 2025.", "Measures"} {
		if !p.says(want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !strings.Contains(p.body, `width="50%"`) || !strings.Contains(p.body, `width="100%"`) {
		t.Error("there is no bar of a share of the longest")
	}
	c.sofie.opens("/desk/numbers?year=2027&part=q1", "Quarter 1 of 2027")
	c.sofie.opens("/desk/numbers?route=integrity", "Integrity issue 0 0")
	c.thomas.opens("/desk/numbers", "Integrity issue 1 0")
	all := c.anke.opens("/desk/numbers", "All cases count here")
	if !all.says("General complaint 3 0") || all.says("Topics as ticked") {
		t.Error("an auditor does not see totals, or sees what only a key opens")
	}
}

func TestTheRegisterIsTakenAlongWithThePassword(t *testing.T) {
	h, c := staffed(t)
	c.sofie.speaks("en")
	n := h.Complain("en", complaint(), nil).Number
	other := h.Complain("en", integrity(), nil).Number
	ask := c.sofie.opens("/desk/numbers/register", "It holds no name of a complainant")
	if p := ask.send("/register", url.Values{"form": {"csv"}, "password": {"not it"}}); p.status != 422 {
		t.Errorf("without the password: %d %q", p.status, p.title())
	}
	if p := c.sofie.get("/desk/numbers/register/file"); p.status != 404 {
		t.Errorf("the file comes without the password: %d", p.status)
	}
	file := ask.send("/register", url.Values{"form": {"csv"}, "password": {password}})
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[0][0] != "Number" || rows[1][0] != string(n) || rows[1][1] != "General complaint" || rows[1][6] != "2026-03-02" {
		t.Errorf("the register is %q (%v)", rows, err)
	}
	for _, secret := range []string{string(other), "Ingrid", "Maes", "invoice"} {
		if strings.Contains(file.body, secret) {
			t.Errorf("the register of Supporters Service holds %q", secret)
		}
	}
	if got := ask.send("/register", url.Values{"form": {"xlsx"}, "password": {password}}); !strings.HasPrefix(got.body, "PK") || !strings.Contains(got.header.Get("Content-Disposition"), ".xlsx") {
		t.Errorf("the workbook is %d bytes, %q", len(got.body), got.header.Get("Content-Disposition"))
	}
	h.Sequence()
	if p := c.anke.get("/desk/log?kind=export&lang=en"); strings.Count(p.body, "Sofie") == 0 {
		t.Error("the log does not say who took the register along")
	}
}

func TestAnEditionLeavesTheTeamInFourLanguages(t *testing.T) {
	h, c := staffed(t)
	for range 6 {
		h.Complain("en", complaint(), nil)
	}
	for range 2 {
		h.Complain("fr", apptest.With(complaint(), profile.FieldLanguage, "fr"), nil)
	}
	h.Clock.Set(time.Date(2027, time.January, 11, 9, 0, 0, 0, time.UTC))
	h.anew(c)
	c.sofie.speaks("en")
	for l, want := range map[string][]string{
		"nl": {"Klachten in 2026", "Frans <5", "Samen 8 0"}, "fr": {"Plaintes en 2026", "Français <5", "Total 8 0"},
		"en": {"Complaints in 2026", "French <5", "All 8 0"}, "de": {"Beschwerden 2026", "Französisch <5", "Gesamt 8 0"},
	} {
		p := c.sofie.get("/desk/numbers/report?year=2026&in=" + l)
		for _, w := range want {
			if !strings.Contains(strings.ToLower(strings.Join(strings.Fields(text(p.doc)), " ")), strings.ToLower(w)) {
				t.Errorf("the report in %s does not say %q", l, w)
			}
		}
		table := c.sofie.get("/desk/numbers/report.csv?year=2026&in=" + l)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table.body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 30 || rows[0][2] != "2026" || !slices.ContainsFunc(rows, func(row []string) bool { return row[2] == "'<5" || row[2] == "<5" }) {
			t.Errorf("the table in %s: %d rows, %v", l, len(rows), err)
		}
		if p.says("Name and contact details opened") || strings.Contains(p.body, ">2<") {
			t.Errorf("the report in %s shows a small number, or what is for the team", l)
		}
	}
	for _, path := range []string{"/desk/numbers/report.pdf?year=2026&for=board&in=fr", "/desk/numbers/month.pdf?month=2026-03&in=de"} {
		if p := c.sofie.get(path); !strings.HasPrefix(p.body, "%PDF-") || !strings.Contains(p.header.Get("Content-Disposition"), ".pdf") {
			t.Errorf("%s is no PDF: %d %q", path, p.status, p.header.Get("Content-Disposition"))
		}
	}
	h.Sequence()
	if p := c.anke.opens("/desk/log/sample?year=2026&lang=en", "8 of the 8 cases of 2026"); !p.says("Not done. At the latest") {
		t.Error("the sample does not say what was not done in time")
	}
	if p := c.anke.get("/desk/log/sample.pdf?year=2026"); !strings.HasPrefix(p.body, "%PDF-") {
		t.Errorf("the sample is no PDF: %d", p.status)
	}
	h.Sequence()
	if p := c.anke.get("/desk/log?kind=export&lang=en"); strings.Count(p.body, "Sofie") < 2 {
		t.Error("the log does not say who took a report along")
	}
	if p := c.sofie.get("/desk/numbers/month?month=2026-03"); p.status != 200 || !strings.Contains(p.body, "2026-03") {
		t.Errorf("the monthly page: %d", p.status)
	}
	c.sofie.opens("/desk/numbers/month?month=2026-12", "5 to 9")
}

func TestWhatAYearIsMeasuredByIsEnteredAndLogged(t *testing.T) {
	h, c := staffed(t)
	c.sofie.speaks("en")
	for range 6 {
		h.Complain("en", complaint(), nil)
	}
	c.sofie.opens("/desk/numbers", "not entered")
	page := c.sofie.opens("/desk/numbers/year?year=2026", "Enter the numbers of 2026")
	if p := page.send("/year", url.Values{"supporters": {"eighty"}}); p.status != 422 || !p.says("Write a whole number") {
		t.Errorf("a word for a number: %d", p.status)
	}
	if p := page.send("/year", url.Values{"people": {"240"}, "supporters": {"80.000"}, "trainings": {"3"}}); p.status != 200 || !p.says("0.75 (6 per 80,000)") || !p.says("Trainings held") {
		t.Errorf("after entering: %d %s", p.status, text(p.doc))
	}
	if p := c.sofie.get("/desk/numbers/year?year=2030"); p.status != 404 {
		t.Errorf("a year to come: %d", p.status)
	}
	h.Sequence()
	if p := c.anke.get("/desk/log?kind=setting-changed&lang=en"); !strings.Contains(p.body, "Sofie") {
		t.Error("the log does not say who entered it")
	}
	if p := c.anke.post("/desk/numbers/year?year=2026", url.Values{"people": {"1"}}); p.status != 404 {
		t.Errorf("an auditor entered something: %d", p.status)
	}
}
