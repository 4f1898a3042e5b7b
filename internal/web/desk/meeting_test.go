package desk_test

import (
	"testing"

	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
)

func TestAMeetingThatWasAskedForIsFilledIn(t *testing.T) {
	h, c := staffed(t)
	r := h.Complain("en", integrity(), nil)
	at := "/desk/case/" + string(r.Number) + "/records/meeting"
	if _, values := c.thomas.get(at).form("/meeting"); values.Get("asked.day") != "" || values.Get("way") != "" {
		t.Errorf("a meeting that nobody asked for holds %v", values)
	}
	sent := dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
	if err := h.Dialogue.AskConversation(t.Context(), h.Enter(r.Code), sent, lang.EN, "phone", "After six, please"); err != nil {
		t.Fatal(err)
	}
	p := c.thomas.get(at)
	if _, values := p.form("/meeting"); values.Get("asked.day") != "2" || values.Get("asked.year") != "2026" || values.Get("way") != "phone" || values.Get("who") == "" {
		t.Errorf("the meeting holds %v", values)
	}
	if !p.says("The complainant asked on 2 March 2026") || !p.says("After six, please") {
		t.Error("the page does not say what was asked")
	}
	if p = p.send("/meeting", nil); p.status != 200 || !c.thomas.get(at).says("Save") {
		t.Fatalf("it is not saved: %d", p.status)
	}
	if _, values := c.thomas.get(at).form("/meeting"); values.Get("asked.day") != "" {
		t.Error("a meeting that was noted is filled in once more")
	}
}
