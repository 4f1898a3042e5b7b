package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAMemberIsLedThroughTheFirstAssessment(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", integrity(), nil).Number)
	h.DeliverMail()
	p := c.thomas.get(at)
	if !p.says("Say first whether you are impartial") {
		t.Fatalf("the case does not ask who is impartial: %q", p.title())
	}
	p = c.thomas.get(p.link(at+"/records/conflict")).send("/records/conflict", url.Values{"none": {"none"}})
	if !p.says("Saved: My impartiality") {
		t.Fatalf("after declaring comes %q, %d", p.title(), p.status)
	}
	p = c.thomas.get(at + "/records/triage")
	refused := p.send("/records/triage", url.Values{"topics": {"theft"}, "severity": {"3"}, "evidence": {"The till roll"}})
	if _, values := refused.form("/records/triage"); refused.status != http.StatusUnprocessableEntity || values.Get("evidence") != "The till roll" || values.Get("severity") != "3" {
		t.Fatalf("an assessment with gaps answers %d and holds %v", refused.status, values)
	}
	saved := refused.send("/records/triage", triage())
	if !saved.says("Saved: Initial assessment") {
		t.Fatalf("an assessment answers %d %q: %s", saved.status, saved.title(), text(saved.doc))
	}
	if again := refused.send("/records/triage", triage()); again.status != http.StatusOK {
		t.Errorf("the same form again answers %d", again.status)
	}
	p = c.thomas.get(at)
	for _, words := range []string{"Severity: 3, serious", "Recorded: Initial assessment", "Recorded: My impartiality"} {
		if !p.says(words) {
			t.Errorf("the case does not say %q", words)
		}
	}
	if strings.Count(p.body, "Recorded: Initial assessment") != 1 {
		t.Error("the assessment stands twice")
	}
	if p := c.thomas.get("/desk?view=all&severity=3"); !p.says("severity 3") {
		t.Error("the list does not know how serious the case is")
	}
	if p := c.thomas.get("/desk?view=all&severity=4"); p.says("severity 3") {
		t.Error("the list does not narrow by severity")
	}
	c.thomas.get(at+"/records/triage").send("/records/triage", url.Values{"severity": {"4"}, "evidence": {"The till roll"}})
	if p := c.thomas.get(at + "/records/triage"); !p.says("Version 1") || !p.says("3, serious") {
		t.Error("the version before cannot be read any more")
	}
}

func TestAStepThatIsNotAllowedYetLeadsToWhatIsMissing(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", integrity(), nil).Number)
	h.DeliverMail()
	c.thomas.get(at).send("/state", url.Values{"to": {"triage"}})
	if p := c.thomas.get(at); p.link(at+"/records/triage") == "" {
		t.Error("no link to the assessment")
	}
	if p := c.thomas.get(at).send("/state", url.Values{"to": {"investigation"}}); p.status != http.StatusUnprocessableEntity || !p.says("Fill in the initial assessment first") {
		t.Errorf("an investigation without an assessment answers %d", p.status)
	}
	for _, path := range []string{"/records", "/records/triage", "/records/conflict"} {
		if p := c.sofie.get(at + path); p.status != http.StatusNotFound {
			t.Errorf("somebody without a key gets %d at %s", p.status, path)
		}
		if p := c.thomas.get(at + path + "/00000000000000000000000000"); p.status != http.StatusNotFound {
			t.Errorf("what is not there answers %d at %s", p.status, path)
		}
	}
}
