package desk_test

import (
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/profile"
)

// numbers renders every state of the pages about figures.
func (s *states) numbers() {
	s.keep("numbers", s.crew.sofie.get(s.in("/desk/numbers")))
	s.keep("numbers-none", s.crew.sofie.get(s.in("/desk/numbers?year=2021&part=q2&route=privacy")))
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
