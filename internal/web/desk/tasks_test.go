package desk_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// A calendar reads days and numbers at a secret address, and nothing that says what a
// case is about or which of its dates ends.
func TestACalendarReadsNumbersAndDaysAndNothingElse(t *testing.T) {
	h, c := staffed(t)
	number := string(h.Complain("nl", integrity(), nil).Number)
	at := "/desk/case/" + number
	h.DeliverMail()
	c.nele.get(at).send("/assign", url.Values{"member": {c.nele.get(at).member("Nele")}})
	list := c.nele.get("/desk/tasks")
	if !list.says(number) || !list.says("Beslissen of wij de klacht behandelen") {
		t.Fatalf("the list says %s", text(list.doc))
	}
	if theirs := c.sofie.get("/desk/tasks?view=all"); theirs.says(number) {
		t.Error("a member of another team sees the case")
	}
	made := c.nele.get("/desk/tasks/calendar").send("/desk/tasks/calendar", url.Values{"act": {"new"}})
	address := regexp.MustCompile(`/desk/calendar/[\w-]{43}\.ics`).FindString(made.body)
	if address == "" {
		t.Fatalf("no address: %s", text(made.doc))
	}
	program := h.browser()
	file := program.get(address)
	if file.status != 200 || !strings.HasPrefix(file.header.Get("Content-Type"), "text/calendar") {
		t.Fatalf("%d %v", file.status, file.header)
	}
	known := regexp.MustCompile(`^(BEGIN|END|VERSION|PRODID|METHOD|REFRESH-INTERVAL;VALUE=DURATION|TRANSP):[\w./ -]+$|` +
		`^(UID:` + number + `-\d{8}@klankbord|DTSTAMP:\d{8}T\d{6}Z|DT(START|END);VALUE=DATE:\d{8}|SUMMARY:` + number + `)$`)
	lines := strings.Split(strings.TrimSuffix(file.body, "\r\n"), "\r\n")
	for _, line := range lines {
		if !known.MatchString(line) {
			t.Errorf("the calendar says %q", line)
		}
	}
	if n := strings.Count(file.body, "BEGIN:VEVENT"); n < 2 || lines[0] != "BEGIN:VCALENDAR" || lines[len(lines)-1] != "END:VCALENDAR" {
		t.Errorf("%d days in %d lines", n, len(lines))
	}
	c.nele.get("/desk/tasks/calendar").send("/desk/tasks/calendar", url.Values{"act": {"end"}})
	none := program.get("/desk/calendar/" + strings.Repeat("A", 43) + ".ics")
	if ended := program.get(address); ended.status != 404 || ended.body != none.body {
		t.Errorf("after its end the address answers %d", ended.status)
	}
}

func TestARiskIsDecidedOnThePageOfTheBreach(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("nl", integrity(), nil).Number)
	h.DeliverMail()
	if early := c.nele.get(at + "/breach"); strings.Contains(early.body, "/breach/risk") {
		t.Error("before a breach is known a risk can be noted")
	}
	c.nele.get(at+"/breach").send("/breach", fill(day("on", h.Clock.Now()), url.Values{"time": {"0:30"}, "why": {"IT belde"}}))
	page := c.nele.get(at + "/breach")
	if refused := page.send("/breach/risk", nil); refused.status != 422 {
		t.Errorf("without a reason: %d", refused.status)
	}
	done := page.send("/breach/risk", url.Values{"danger": {"Er staan rekeningnummers in"}})
	if !done.says("Licht nu de mensen in") || !done.says("Er staan rekeningnummers in") || !done.says("Mensen over het datalek inlichten") {
		t.Errorf("after it: %s", text(done.doc))
	}
}
