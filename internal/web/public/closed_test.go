package public_test

import (
	"net/http"
	"strings"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// emptyDesk is a desk to which nobody has been invited yet.
func emptyDesk(t testing.TB) *desk {
	t.Helper()
	d := newDeskOf(t, (*desk).foundOnly)
	return d
}

const notYet = "nobody receives complaints for"

func TestTheFormIsClosedWhileNobodyReceivesComplaints(t *testing.T) {
	d := emptyDesk(t)
	v := d.visitor()
	landing := v.get("/en/")
	if !landing.says("none of us receives complaints through this form yet") || !landing.says("+32 2 340 09 22") || !landing.says("112") {
		t.Errorf("the start page says %s", text(landing.document))
	}
	if len(landing.find("a", "href", "/en/complaint/topics")) > 0 {
		t.Error("the start page leads to the form")
	}
	if c := landing.header.Get("Cache-Control"); c != "no-store" {
		t.Errorf("browsers may keep the closed page: %s", c)
	}
	for _, path := range []string{"/en/complaint", "/en/complaint/topics", "/en/complaint/story"} {
		p := v.get(path)
		if p.h1() != "This form is not open yet" || len(p.find("textarea")) > 0 || !p.says("112") || !p.says("Other ways to reach us") {
			t.Errorf("%s shows %q", path, p.h1())
		}
	}
	if p := v.get("/en/complaint/check"); !p.says("This complaint is no longer here") && p.status != http.StatusOK {
		t.Errorf("check answers %d", p.status)
	}
}

func TestEachRouteOpensWhenItsTeamHasAMember(t *testing.T) {
	d := emptyDesk(t)
	d.join("Nele Janssens", casefile.ComplaintsTeam, staff.IntegrityManager)
	v := d.visitor()
	landing := v.get("/en/")
	if landing.says("none of us receives") || !landing.says(notYet+" ‘Supporters Service’") || landing.says(notYet+" ‘Complaints team’") {
		t.Errorf("with one team the start page says %s", text(landing.document))
	}
	topics := v.start("en")
	if !topics.says(notYet + " ‘Supporters Service’") {
		t.Error("the question does not say which topics nobody receives")
	}
	question := topics.press("next", topics.fill(basic("question")))
	if question.status != http.StatusServiceUnavailable || !question.says("Nothing was sent. What you filled in is kept") {
		t.Errorf("a question that nobody would receive answers %d: %s", question.status, text(question.document))
	}
	if again := v.get("/en/complaint/topics"); len(again.find("input", "value", "question", "checked", "")) == 0 {
		t.Error("the topic that was ticked is lost")
	}
	receipt := d.visitor().start("en").answer(strict("theft"), nil, nil).sendOff()
	if receipt.h1() != "We received your complaint" {
		t.Errorf("a complaint to the team that is there ends at %q", receipt.h1())
	}
	about := with(basic("representative-conduct"), "about_supporters_service", "yes")
	if p := d.visitor().start("en").answer(about, nil, nil).sendOff(); p.h1() != "We received your complaint" {
		t.Errorf("a complaint about Supporters Service ends at %q", p.h1())
	}
	d.join("Sofie Peeters", casefile.SupportersService, "")
	if p := d.visitor().start("en").answer(basic("question"), nil, nil).sendOff(); p.h1() != "We received your question" {
		t.Errorf("once somebody is there the question ends at %q", p.h1())
	}
	if landing := v.get("/en/"); landing.says(notYet) || landing.header.Get("Cache-Control") == "no-store" {
		t.Error("the start page still says that a team is missing")
	}
}

func TestATeamThatLeavesWhileSomebodyWritesCostsNothing(t *testing.T) {
	d := emptyDesk(t)
	d.join("Nele Janssens", casefile.ComplaintsTeam, staff.IntegrityManager)
	d.join("Sofie Peeters", casefile.SupportersService, "")
	check := d.visitor().start("en").answer(with(basic("response-time"), "story", "I wrote three times and never had an answer to any of it."), nil, nil)
	form, values := check.form("/en/complaint/check")
	d.leave("Sofie Peeters")
	refused := check.post(form, values)
	if refused.status != http.StatusServiceUnavailable || !refused.says(notYet+" ‘Supporters Service’") || !refused.says("I wrote three times") {
		t.Errorf("sending answers %d: %s", refused.status, text(refused.document))
	}
	if refused.says("about everyone who would receive it") || len(refused.find("form", "action", "/en/complaint/check#errors")) > 0 {
		t.Error("the check page says that everyone is excluded, or still offers to send")
	}
	keep, kept := refused.form("/en/complaint/keep")
	if p := refused.post(keep, kept); p.h1() != "Saved for later" && !strings.Contains(p.body, `id="code"`) {
		t.Errorf("saving for later ends at %q", p.h1())
	}
	d.join("Karim Benali", casefile.SupportersService, "")
	if p := check.post(form, values); p.h1() != "We received your complaint" {
		t.Errorf("once somebody is there sending ends at %q", p.h1())
	}
}

func TestEveryoneExcludedIsNotTheSameAsNobodyThere(t *testing.T) {
	d := emptyDesk(t)
	d.join("Nele Janssens", casefile.ComplaintsTeam, staff.IntegrityManager)
	a := with(strict("theft"), profile.FieldConcerns, "integrity-manager")
	check := d.visitor().start("en").answer(a, nil, nil)
	if !check.says("about everyone who would receive it") || check.says(notYet) {
		t.Errorf("the check page says %s", text(check.document))
	}
}
